"""What the pages, routes and commands of the closed loop tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from valence.core.clock import now
from valence.core.errors import BadInputError
from valence.core.ids import id_of as known_id
from valence.core.messages import message
from valence.experience.followups import book, listing
from valence.experience.followups.book import Change, Clocks, FollowUp, Move
from valence.experience.followups.compared import Compared, compared, followed_up
from valence.experience.followups.definition import FollowUpDefinition
from valence.experience.followups.figures import (
    InTime,
    Recovery,
    Share,
    in_time,
    recovery,
    solved_ones,
)
from valence.experience.followups.listing import Counts, Wanted
from valence.experience.followups.opening import definition_in_force
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.people.labels import Label
from valence.people.redirects import current_customers
from valence.people.vault import Vault
from valence.store import Unit

LOOKED_BACK = timedelta(days=365)  # of the figures
_COMPARED_BACK = timedelta(days=4 * 365)  # of the comparison: months have to pass until it is told
_MADE: WeakKeyDictionary[Tables, dict[FollowUpDefinition, Compared]] = WeakKeyDictionary()
_TABLE = {
    "answer": ("feedback", "feedback_id", "answered_at"),
    "contact": ("contacts", "contact_id", "opened_at"),
    "case": ("contacts", "case_id", "opened_at"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One follow-up with what helps to do it: who, what they are worth, what they said."""

    one: FollowUp
    customer_id: str | None  # as they are known now
    label: Label | None
    worth: Decimal | None
    words: str
    overdue: bool

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            **asdict(self.one),
            "follow_up_id": str(self.one.follow_up_id),
            "customer_id": self.customer_id,
            "customer": None if self.label is None else str(self.label),
            "worth_amount": self.worth,
            "words": self.words,
            "due_at": self.one.due_at,
            "overdue": self.overdue,
        }


@dataclass(frozen=True, slots=True)
class Loop:
    """The work list and the figures of the closed loop."""

    rows: Sequence[Shown]
    total: int
    counts: Counts
    owners: Sequence[str]
    kept: InTime
    recovery: Recovery
    compared: Compared
    hours_to_sort: float

    @property
    def any(self) -> bool:
        """Whether there was ever one."""
        return self.counts.to_do + self.counts.done > 0

    def figures(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {
            "to_do": self.counts.to_do,
            "overdue": self.counts.overdue,
            "done": self.counts.done,
            "sorted_in_time": self.kept.sorted.told(),
            "solved_in_time": self.kept.solved.told(),
            "recovered": self.recovery.customers.told(),
            "bought_again": self.recovery.bought,
            "better_score": self.recovery.better,
            "recovered_value_amount": self.recovery.value,
            "recovery_months": self.recovery.months,
            "compared": self.compared.told(),
        }


def loop_of(
    house: OpenBrand,
    tables: Tables,
    wanted: Wanted,
    *,
    limit: int = listing.PAGE,
    skip: int = 0,
) -> Loop:
    """Return the follow-ups that are wanted, and the figures of the last year."""
    at, zone = now(), house.brand.settings.zone
    with house.store.reading() as view:
        found, total = listing.listed(view, wanted, at=at, limit=limit, skip=skip)
        counted = listing.counts(view, at=at, mine=wanted.mine)
        owners = listing.owners(view)
        ever = listing.opened_since(view, at - _COMPARED_BACK)
        definition, _ = definition_in_force(view)
        called = current_customers(view, listing.people(ever))
    year = [one for one in ever if one.opened_at >= at - LOOKED_BACK]
    as_of = _as_of(tables)
    solved = [] if as_of is None else solved_ones(year, called, until=as_of, zone=zone)
    back = (
        recovery(tables, solved, months=definition.recovery_months)
        if solved
        else Recovery(Share(0, 0), months=definition.recovery_months)
    )
    return Loop(
        shown(house, tables, found, at=at),
        total,
        counted,
        owners,
        in_time(year, at=at),
        back,
        _compared(tables, definition, followed_up(ever, called, zone), as_of),
        definition.hours_to_sort,
    )


def _compared(
    tables: Tables,
    definition: FollowUpDefinition,
    known: tuple[dict[str, tuple[date, date]], set[str]],
    as_of: date | None,
) -> Compared:
    """Compare once for what is published and set: months have to pass until anything changes."""
    if as_of is None:
        return Compared("too few", 0, 0, definition.recovery_months)
    made = _MADE.setdefault(tables, {})
    if definition not in made:
        made[definition] = compared(tables, definition, *known, as_of=as_of)
    return made[definition]


def _as_of(tables: Tables) -> Any:
    return getattr(getattr(tables, "snapshot", None), "as_of", None)


def one_of(house: OpenBrand, tables: Tables, text: str) -> tuple[Shown, list[Change]]:
    """Return one follow-up by its id, with its changes.

    Raises
    ------
    NotFoundError
        If there is none of that id.
    """
    follow_up_id = id_of(text)
    with house.store.reading() as view:
        one = book.follow_up(view, follow_up_id)
        changes = book.history(view, follow_up_id)
    (made,) = shown(house, tables, [one], at=now())
    return made, changes


def id_of(text: str) -> UUID:
    """Return the id of a text, or say that there is no such follow-up."""
    return known_id(text, message("There is no follow-up {id!r}.", id=text))


def moved_on(house: OpenBrand, unit: Unit, ask: Move) -> FollowUp:
    """Move a follow-up on in a unit of work, by the clocks that are set now."""
    if ask.state is None and not (ask.owner or ask.done.strip() or ask.reason.strip() or ask.told):
        raise BadInputError("Nothing was said: choose a state or an owner, or write what was done.")
    definition, _ = definition_in_force(unit)
    clocks = Clocks.of(definition, definition.calendar(house.brand.settings.zone))
    return book.move(unit, ask, clocks, at=now())


def shown(
    house: OpenBrand, tables: Tables, found: Sequence[FollowUp], *, at: datetime
) -> list[Shown]:
    """Return follow-ups with what helps to do them."""
    with house.store.reading() as view:
        called = current_customers(view, listing.people(found))
    ids = sorted({str(one) for one in called.values()})
    labels = Vault(house.store, house.keyring).labels(ids) if ids else {}
    worth = _worth(tables, ids)
    said = words_of(tables, found)
    made = []
    for one in found:
        who = str(called[one.customer_id]) if one.customer_id is not None else None
        made.append(
            Shown(
                one,
                who,
                labels.get(who) if who else None,
                worth.get(who) if who else None,
                said.get((one.origin, one.source, one.row_id), ""),
                one.overdue(at),
            )
        )
    return made


def _worth(tables: Tables, ids: Sequence[str]) -> Mapping[str, Decimal]:
    if not ids or not tables.has("worth"):
        return {}
    t = tables.table("worth")
    rows = tables.rows(t.filter(t.customer_id.isin(ids)).select("customer_id", "worth_amount"))
    return {row["customer_id"]: row["worth_amount"] for row in rows}


def words_of(tables: Tables, found: Sequence[FollowUp]) -> dict[tuple[str, str, str], str]:
    """Return what customers wrote, by where it came from."""
    said: dict[tuple[str, str, str], str] = {}
    for origin, (name, key, at) in _TABLE.items():
        ids = [one.row_id for one in found if one.origin == origin]
        if not ids or not tables.has(name):
            continue
        t = tables.table(name)
        t = t.filter(t[key].isin(ids), t.text.notnull()).order_by(t[at])
        for row in tables.rows(t.select("source", key, "text")):
            said.setdefault((origin, row["source"], row[key]), row["text"])  # the first of a case
    return said
