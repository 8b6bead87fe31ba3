"""The book of alerts: one open for each rule and entity, and who has seen it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any, Literal
from uuid import UUID

import sqlalchemy as sa

from valence.core.errors import ConflictError, NotFoundError
from valence.core.ids import new_id
from valence.experience.alerts.tables import alert_judged
from valence.experience.alerts.tables import alerts as book
from valence.experience.alerts.watch import Watched
from valence.store import Event, Unit, View

FIRED, CLOSED = "experience.alert_fired", "experience.alert_closed"
ClosedWhy = Literal["calm", "hand", "rule", "gone"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert; scores from −1 to 1 (NPS) or 0 to 1, as they were when it fired."""

    alert_id: UUID
    rule: str
    entity: str
    metric: str
    by_column: str
    period: str
    began_on: date
    why: str
    score: float
    smoothed: float
    low: float
    centre: float
    n: int
    fired_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_why: str | None
    note: str

    @property
    def is_open(self) -> bool:
        """Whether it still calls."""
        return self.closed_at is None


@dataclass(frozen=True, slots=True)
class Digest:
    """What one day brought."""

    day: date
    fired: Sequence[Alert]
    closed: Sequence[Alert]
    acknowledged: Sequence[Alert]
    open: Sequence[Alert]  # at the end of it, all


def fire(unit: Unit, facts: Mapping[str, object], *, at: datetime) -> bool:
    """Open an alert, unless one of its rule and entity is open; return whether it is new."""
    rule, entity = str(facts["rule"]), str(facts["entity"])
    if unit.scalar(sa.select(book.c.alert_id).where(_open_of(rule, entity))) is not None:
        return False
    new = new_id()
    unit.execute(sa.insert(book), {"alert_id": new, "fired_at": at, "note": "", **facts})
    payload = {"rule": rule, "entity": entity, "began_on": str(facts["began_on"])}
    unit.emit(Event(FIRED, f"alert:{new}", payload, occurred_at=at))
    return True


def close_open(unit: Unit, rule: str, entity: str, *, at: datetime, why: ClosedWhy) -> bool:
    """Close the open alert of a rule and entity, if there is one; return whether there was."""
    found = unit.scalar(sa.select(book.c.alert_id).where(_open_of(rule, entity)))
    if found is None:
        return False
    _close(unit, found, by="worker", at=at, why=why)
    return True


def close_forgotten(unit: Unit, rules: Sequence[str], *, at: datetime) -> int:
    """Close the open alerts of rules that are no longer there; return how many."""
    gone = sa.select(book.c.alert_id).where(book.c.closed_at.is_(None), book.c.rule.not_in(rules))
    ids = unit.scalars(gone)
    for alert_id in ids:
        _close(unit, alert_id, by="worker", at=at, why="rule")
    # Under the same name a rule may come back one day: it then begins anew.
    unit.execute(sa.delete(alert_judged).where(alert_judged.c.rule.not_in(rules)))
    return len(ids)


def close_gone(unit: Unit, rule: str, here: Sequence[str], *, at: datetime) -> int:
    """Close the open alerts of a rule whose entity is not here any more; return how many.

    When it comes back and is still out, it fires anew.
    """
    gone = sa.and_(book.c.rule == rule, book.c.entity.not_in(here), book.c.closed_at.is_(None))
    found = unit.rows(sa.select(book.c.alert_id, book.c.entity).where(gone))
    for one in found:
        _close(unit, one["alert_id"], by="worker", at=at, why="gone")
        mine = sa.and_(alert_judged.c.rule == rule, alert_judged.c.entity == one["entity"])
        back = sa.update(alert_judged).where(mine)
        unit.execute(back.values(is_out=False, calm=0, began_on=None))
    return len(found)


def acknowledge(unit: Unit, alert_id: UUID, *, actor: str, at: datetime, note: str = "") -> Alert:
    """Say that somebody has seen an alert; it stays open. The first who does counts.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it is closed.
    """
    unit.lock("experience:alerts")
    one = alert(unit, alert_id)
    _still_open(one)
    values: dict[str, Any] = {"note": _noted(one, note)}
    if one.acknowledged_at is None:
        values |= {"acknowledged_at": at, "acknowledged_by": actor}
    unit.execute(sa.update(book).where(book.c.alert_id == alert_id).values(**values))
    return alert(unit, alert_id)


def close(unit: Unit, alert_id: UUID, *, actor: str, at: datetime, note: str = "") -> Alert:
    """Close an alert by hand: it fires again only once the score was back and went out anew.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError
        If it is closed already.
    """
    unit.lock("experience:alerts")
    one = alert(unit, alert_id)
    _still_open(one)
    if one.acknowledged_at is None:
        acknowledge(unit, alert_id, actor=actor, at=at)
    note = _noted(one, note)
    unit.execute(sa.update(book).where(book.c.alert_id == alert_id).values(note=note))
    _close(unit, alert_id, by=actor, at=at, why="hand")
    return alert(unit, alert_id)


def alert(view: View, alert_id: UUID) -> Alert:
    """Return one alert.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = view.row(sa.select(book).where(book.c.alert_id == alert_id))
    if row is None:
        raise NotFoundError("There is no alert {id}.", id=alert_id)
    return _told([row])[0]


def open_alerts(view: View) -> list[Alert]:
    """Return the open alerts, the newest first."""
    query = sa.select(book).where(book.c.closed_at.is_(None))
    return _told(view.rows(query.order_by(book.c.fired_at.desc(), book.c.alert_id.desc())))


def closed_alerts(view: View, *, limit: int = 50) -> list[Alert]:
    """Return the alerts that were closed last."""
    query = sa.select(book).where(book.c.closed_at.is_not(None))
    return _told(view.rows(query.order_by(book.c.closed_at.desc()).limit(limit)))


def digest(view: View, day: date, zone: tzinfo) -> Digest:
    """Return what a business day of a zone brought."""
    begins, ends = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))

    def within(column: sa.Column[Any]) -> list[Alert]:
        query = sa.select(book).where(column >= begins, column < ends)
        return _told(view.rows(query.order_by(column)))

    still = sa.select(book).where(
        book.c.fired_at < ends, sa.or_(book.c.closed_at.is_(None), book.c.closed_at >= ends)
    )
    return Digest(
        day,
        within(book.c.fired_at),
        within(book.c.closed_at),
        within(book.c.acknowledged_at),
        _told(view.rows(still.order_by(book.c.fired_at))),
    )


def judged(view: View, rule: str, entity: str, rule_hash: str) -> Watched | None:
    """Return how far a chart was judged by this very rule; None where it never was."""
    row = view.row(
        sa.select(alert_judged).where(
            alert_judged.c.rule == rule,
            alert_judged.c.entity == entity,
            alert_judged.c.rule_hash == rule_hash,
        )
    )
    if row is None:
        return None
    return Watched(row["judged_on"], row["is_out"], row["calm"], row["began_on"])


def keep(unit: Unit, rule: str, entity: str, rule_hash: str, now: Watched) -> None:
    """Keep how far a chart has been judged."""
    if now.judged is None:
        return
    mine = sa.and_(alert_judged.c.rule == rule, alert_judged.c.entity == entity)
    values = {
        "rule_hash": rule_hash,
        "judged_on": now.judged,
        "is_out": now.out,
        "calm": now.calm,
        "began_on": now.began,
    }
    if not unit.execute(sa.update(alert_judged).where(mine).values(**values)).rowcount:
        unit.execute(sa.insert(alert_judged), {"rule": rule, "entity": entity, **values})


def _close(unit: Unit, alert_id: UUID, *, by: str, at: datetime, why: ClosedWhy) -> None:
    values = {"closed_at": at, "closed_by": by, "closed_why": why}
    unit.execute(sa.update(book).where(book.c.alert_id == alert_id).values(**values))
    unit.emit(Event(CLOSED, f"alert:{alert_id}", {"why": why, "by": by}, occurred_at=at))


def _still_open(one: Alert) -> None:
    if not one.is_open:
        raise ConflictError("This alert is closed already.")


def _noted(one: Alert, note: str) -> str:
    return "\n".join(text for text in (one.note, note.strip()) if text)


def _open_of(rule: str, entity: str) -> sa.ColumnElement[bool]:
    return sa.and_(book.c.rule == rule, book.c.entity == entity, book.c.closed_at.is_(None))


def _told(rows: Iterable[sa.RowMapping]) -> list[Alert]:
    names = [field.name for field in fields(Alert)]
    return [Alert(**{name: row[name] for name in names}) for row in rows]
