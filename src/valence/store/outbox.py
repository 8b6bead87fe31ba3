"""The outbox: the events in order, how far each subscriber is, and what it could not take."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.store.events import Event
from valence.store.store import Unit, View
from valence.store.tables import outbox_events as events
from valence.store.tables import outbox_held as held
from valence.store.tables import outbox_subscribers as subscribers

NUMBERED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Placed:
    """An event with its place in the order of delivery."""

    position: int
    event: Event


@dataclass(frozen=True, slots=True)
class Held:
    """An event that a subscriber could not take: `waiting` for another try, or `dead`."""

    subscriber: str
    position: int
    event: Event
    state: str
    attempts: int
    next_at: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How far one subscriber is: events still to come, held back, and given up."""

    subscriber: str
    position: int
    behind: int
    waiting: int
    dead: int


def number_new(unit: Unit) -> int:
    """Give the events that were committed since last time their positions; return how many.

    Transactions commit in another order than they write. Numbering what is visible, under a lock
    and after the fact, makes the positions grow in the order in which readers can see them, so
    that an offset never steps over an event. Within one subject the order of commit is kept,
    because `Unit` writes the events of a subject under that subject's lock.
    """
    unit.lock("outbox:numbering")
    # Positions of removed events must not come again: subscribers are past them.
    ends = sa.union_all(
        sa.select(sa.func.max(events.c.position).label("at")),
        sa.select(sa.func.max(subscribers.c.position).label("at")),
    ).subquery()
    top = int(unit.scalar(sa.select(sa.func.max(ends.c.at))) or 0)
    new = (
        sa.select(
            events.c.written,
            (sa.func.row_number().over(order_by=events.c.written) + top).label("position"),
        )
        .where(events.c.position.is_(None))
        .order_by(events.c.written)
        .limit(NUMBERED_AT_ONCE)
        .subquery()
    )
    placed = (
        sa.update(events).where(events.c.written == new.c.written).values(position=new.c.position)
    )
    return unit.execute(placed).rowcount


def has_unnumbered(view: View) -> bool:
    """Return whether some event waits for its position."""
    return bool(view.scalar(sa.select(sa.exists().where(events.c.position.is_(None)))))


def after(view: View, position: int, *, limit: int) -> list[Placed]:
    """Return the events that follow `position`, in order."""
    found = view.rows(
        sa.select(events)
        .where(events.c.position > position)
        .order_by(events.c.position)
        .limit(limit)
    )
    return [Placed(row["position"], _event(row)) for row in found]


def standings(view: View) -> list[Standing]:
    """Return how far each subscriber is, by name."""
    behind = (
        sa.select(sa.func.count())
        .where(sa.or_(events.c.position > subscribers.c.position, events.c.position.is_(None)))
        .scalar_subquery()
    )

    def count(state: str) -> sa.ScalarSelect[int]:
        mine = sa.and_(held.c.subscriber == subscribers.c.name, held.c.state == state)
        return sa.select(sa.func.count()).where(mine).scalar_subquery()

    found = view.rows(
        sa.select(
            subscribers.c.name.label("subscriber"),
            subscribers.c.position,
            behind.label("behind"),
            count("waiting").label("waiting"),
            count("dead").label("dead"),
        ).order_by(subscribers.c.name)
    )
    return [Standing(**row) for row in found]


def held_back(view: View, *, state: str = "dead", limit: int = 100) -> list[Held]:
    """Return the events that subscribers could not take, in order: dead ones, or `waiting`."""
    return _held(view, held.c.state == state, limit=limit)


def due(view: View, subscriber: str, *, limit: int) -> list[Held]:
    """Return what `subscriber` can be given again now: of each subject only the first."""
    earlier = held.alias()
    first = ~sa.exists().where(
        earlier.c.subscriber == held.c.subscriber,
        earlier.c.subject == held.c.subject,
        earlier.c.state == "waiting",
        earlier.c.position < held.c.position,
    )
    mine = sa.and_(
        held.c.subscriber == subscriber,
        held.c.state == "waiting",
        held.c.next_at <= now(),
        first,
    )
    return _held(view, mine, limit=limit)


def blocked(view: View, subscriber: str, subjects: Sequence[str]) -> set[str]:
    """Return those of `subjects` of which an earlier event still waits for `subscriber`."""
    return set(
        view.scalars(
            sa.select(held.c.subject).where(
                held.c.subscriber == subscriber,
                held.c.state == "waiting",
                held.c.subject.in_(subjects),
            )
        )
    )


def replay(unit: Unit, subscriber: str, position: int | None = None) -> int:
    """Let a dead event (None: all dead ones of `subscriber`) be tried again; return how many.

    A replayed event reaches the subscriber after younger ones of its subject that went on while
    it was dead.

    Raises
    ------
    NotFoundError
        If there is no such dead event.
    """
    mine = [held.c.subscriber == subscriber, held.c.state == "dead"]
    if position is not None:
        mine.append(held.c.position == position)
    again = sa.update(held).where(*mine).values(state="waiting", attempts=0, next_at=now())
    count = unit.execute(again).rowcount
    if position is not None and not count:
        raise NotFoundError(
            "The subscriber {subscriber!r} has no dead event at position {position}; it may have "
            "been replayed already.",
            subscriber=subscriber,
            position=position,
        )
    return count


def prune(unit: Unit, *, before: datetime) -> int:
    """Remove events from before an instant that every subscriber has dealt with; return how many.

    Without a subscriber nothing is removed. One that is added later does not see what is gone.
    """
    seen = sa.select(sa.func.min(subscribers.c.position)).scalar_subquery()
    gone = sa.delete(events).where(
        events.c.position <= seen,
        events.c.occurred_at < before,
        ~sa.exists().where(held.c.position == events.c.position),
    )
    return unit.execute(gone).rowcount


def _held(view: View, which: sa.ColumnElement[bool], *, limit: int) -> list[Held]:
    found = view.rows(
        sa.select(
            events,
            held.c.subscriber,
            held.c.state,
            held.c.attempts,
            held.c.next_at,
            held.c.error,
        )
        .join_from(held, events, held.c.position == events.c.position)
        .where(which)
        .order_by(held.c.position, held.c.subscriber)
        .limit(limit)
    )
    return [
        Held(
            row["subscriber"],
            row["position"],
            _event(row),
            row["state"],
            row["attempts"],
            row["next_at"],
            row["error"],
        )
        for row in found
    ]


def _event(row: sa.RowMapping) -> Event:
    return Event(row["name"], row["subject"], row["payload"], row["id"], row["occurred_at"])
