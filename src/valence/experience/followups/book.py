"""The book of follow-ups: opened once each, moved on by somebody, every change kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa

from valence.core.errors import NotFoundError
from valence.core.ids import new_id
from valence.experience.followups.definition import FollowUpDefinition
from valence.experience.followups.hours import Calendar, due_after
from valence.experience.followups.states import TO_DO, State, checked
from valence.experience.followups.tables import follow_up_changes as changes
from valence.experience.followups.tables import follow_ups as book
from valence.store import Event, Unit, View

OPENED, MOVED = "experience.follow_up_opened", "experience.follow_up_moved"
_AT_ONCE = 300  # rows of a statement


@dataclass(frozen=True, slots=True)
class Trigger:
    """One row of the data that calls for a follow-up."""

    origin: str  # answer, case or contact
    source: str
    row_id: str
    reason: str  # score, complaint or theme
    matter: str
    customer_id: UUID | None
    happened_at: datetime
    touchpoint: str | None = None
    channel: str | None = None
    store: str | None = None
    score: float | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One follow-up as it stands; see the table for what each field is."""

    follow_up_id: UUID
    origin: str
    source: str
    row_id: str
    reason: str
    matter: str
    customer_id: UUID | None
    happened_at: datetime
    touchpoint: str | None
    channel: str | None
    store: str | None
    score: float | None
    share: float | None
    opened_at: datetime
    state: State
    owner: str
    sort_due_at: datetime
    solve_due_at: datetime
    answered_at: datetime | None
    sorted_at: datetime | None
    solved_at: datetime | None
    closed_at: datetime | None
    told_at: datetime | None
    sort_late: bool
    solve_late: bool
    reopened: int

    @property
    def to_do(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in TO_DO

    @property
    def due_at(self) -> datetime | None:
        """When the clock that runs now runs out; None where none runs."""
        if not self.to_do:
            return None
        return self.sort_due_at if self.sorted_at is None else self.solve_due_at

    def overdue(self, at: datetime) -> bool:
        """Whether the clock that runs has run out."""
        return self.due_at is not None and self.due_at < at


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a follow-up: who, when, to what, and what was said."""

    changed_at: datetime
    actor: str
    state: State
    owner: str
    done: str
    reason: str
    told: bool


@dataclass(frozen=True, slots=True)
class Move:
    """What somebody does with a follow-up; None leaves state or owner as they are."""

    follow_up_id: UUID
    actor: str
    state: State | None = None
    owner: str | None = None
    done: str = ""
    reason: str = ""
    told: bool = False


@dataclass(frozen=True, slots=True)
class Clocks:
    """How long things may take, and by which hours."""

    hours_to_sort: float
    hours_to_solve: float
    calendar: Calendar

    @classmethod
    def of(cls, definition: FollowUpDefinition, calendar: Calendar) -> Clocks:
        """Return the clocks of a definition."""
        return cls(definition.hours_to_sort, definition.hours_to_solve, calendar)

    def started(self, at: datetime) -> dict[str, datetime]:
        """Return when they run out, started at an instant."""
        return {
            "sort_due_at": due_after(at, self.hours_to_sort, self.calendar),
            "solve_due_at": due_after(at, self.hours_to_solve, self.calendar),
        }


def open_new(
    unit: Unit,
    found: Sequence[tuple[Trigger, str]],
    clocks: Clocks,
    *,
    at: datetime,
    version: int | None = None,
) -> int:
    """Open a follow-up for each trigger that has none, whoever asks how often.

    Parameters
    ----------
    unit
        The open unit of work.
    found
        Triggers, each with its owner; the first of a row counts.
    clocks
        Started now, since nobody could have known before.
    at
        Now.
    version
        Of the definition.

    Returns
    -------
    int
        How many were opened.
    """
    unit.lock("experience:follow_ups")
    seen = _known(unit, [trigger for trigger, _ in found])
    due, opened = clocks.started(at), 0
    for trigger, owner in found:
        key = (trigger.origin, trigger.source, trigger.row_id)
        if key in seen:
            continue
        seen.add(key)
        _open(unit, trigger, owner, due | {"opened_at": at, "definition_version": version})
        opened += 1
    return opened


def _open(unit: Unit, trigger: Trigger, owner: str, more: dict[str, Any]) -> None:
    row = {field.name: getattr(trigger, field.name) for field in fields(trigger)}
    new = new_id()
    standing = {"sort_late": False, "solve_late": False, "reopened": 0}
    unit.execute(
        sa.insert(book),
        {"follow_up_id": new, "state": "open", "owner": owner, **row, **more, **standing},
    )
    _note(unit, Move(new, "worker", "open"), "open", owner, more["opened_at"])
    payload = {"reason": trigger.reason, "matter": trigger.matter, "owner": owner}
    unit.emit(Event(OPENED, f"follow_up:{new}", payload, occurred_at=more["opened_at"]))


def _known(view: View, triggers: Iterable[Trigger]) -> set[tuple[str, str, str]]:
    keys = [(t.origin, t.source, t.row_id) for t in triggers]
    columns = (book.c.origin, book.c.source, book.c.row_id)
    known: set[tuple[str, str, str]] = set()
    for start in range(0, len(keys), _AT_ONCE):
        some = keys[start : start + _AT_ONCE]
        query = sa.select(*columns).where(sa.tuple_(*columns).in_(some))
        known |= {(row["origin"], row["source"], row["row_id"]) for row in view.rows(query)}
    return known


def move(unit: Unit, ask: Move, clocks: Clocks, *, at: datetime) -> FollowUp:
    """Move a follow-up on, hand it over, or note something; return it as it stands then.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    ConflictError, BadInputError
        As `states.checked` says.
    """
    unit.lock(f"follow_up:{ask.follow_up_id}")  # of two who move it at once, the second sees both
    one = follow_up(unit, ask.follow_up_id)
    to = ask.state or one.state
    told = one.told_at is not None or ask.told
    checked(
        one.state,
        to,
        done=ask.done,
        reason=ask.reason,
        told=told,
        solved=one.solved_at is not None,
    )
    values: dict[str, Any] = {"state": to, "owner": (ask.owner or "").strip() or one.owner}
    if ask.told and one.told_at is None:
        values["told_at"] = at
    if to != one.state:
        values |= _reached(one, to, at, clocks)
    unit.execute(sa.update(book).where(book.c.follow_up_id == one.follow_up_id).values(**values))
    _note(unit, ask, to, values["owner"], at)
    if to != one.state:
        payload = {"state": to, "from": one.state, "owner": values["owner"], "actor": ask.actor}
        unit.emit(Event(MOVED, f"follow_up:{one.follow_up_id}", payload, occurred_at=at))
    return follow_up(unit, one.follow_up_id)


def _reached(one: FollowUp, to: State, at: datetime, clocks: Clocks) -> dict[str, Any]:
    """Return what a new state brings: who solves has answered and sorted, too."""
    if to == "reopened":
        # A new round with clocks of its own; that an earlier one was late stays.
        again = dict.fromkeys(("answered_at", "sorted_at", "solved_at", "closed_at", "told_at"))
        return {**again, **clocks.started(at), "reopened": one.reopened + 1}
    if to == "closed":
        # Whoever closes it has sorted it out, also where nothing was to be solved.
        late = one.solve_late or (one.solved_at is None and at > one.solve_due_at)
        return {**_sorted(one, at), "closed_at": at, "solve_late": late}
    values: dict[str, Any] = {"answered_at": one.answered_at or at}
    if to in ("sorted", "solved"):
        values |= _sorted(one, at)
    if to == "solved":
        values["solved_at"] = at
        values["solve_late"] = one.solve_late or at > one.solve_due_at
    return values


def _sorted(one: FollowUp, at: datetime) -> dict[str, Any]:
    done = one.sorted_at or at
    return {"sorted_at": done, "sort_late": one.sort_late or done > one.sort_due_at}


def _note(unit: Unit, ask: Move, state: State, owner: str, at: datetime) -> None:
    unit.execute(
        sa.insert(changes),
        {
            "follow_up_id": ask.follow_up_id,
            "changed_at": at,
            "actor": ask.actor,
            "state": state,
            "owner": owner,
            "done": ask.done.strip(),
            "reason": ask.reason.strip(),
            "told": ask.told,
        },
    )


def follow_up(view: View, follow_up_id: UUID) -> FollowUp:
    """Return one follow-up.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    row = view.row(sa.select(book).where(book.c.follow_up_id == follow_up_id))
    if row is None:
        raise NotFoundError("There is no follow-up {id}.", id=follow_up_id)
    return _told(row)


def history(view: View, follow_up_id: UUID) -> list[Change]:
    """Return the changes of one follow-up, oldest first."""
    query = sa.select(changes).where(changes.c.follow_up_id == follow_up_id)
    names = [field.name for field in fields(Change)]
    rows = view.rows(query.order_by(changes.c.change_id))
    return [Change(**{name: row[name] for name in names}) for row in rows]


def _told(row: sa.RowMapping) -> FollowUp:
    values = {field.name: row[field.name] for field in fields(FollowUp)}
    return FollowUp(**{**values, "state": cast("State", values["state"])})


def told(rows: Iterable[sa.RowMapping]) -> list[FollowUp]:
    """Return rows of the table as follow-ups."""
    return [_told(row) for row in rows]
