"""The profile of one customer: who, worth against everybody, and what merged into them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from valence.audience.finding import CUSTOMERS, row_of
from valence.audience.timeline import OrderDay, order_days
from valence.core.errors import NotFoundError
from valence.kit.opened import OpenBrand
from valence.lake.reader import Reader
from valence.people.decisions import Decision, history_of
from valence.people.labels import Label, as_uuid, label, shown
from valence.people.lookup import Identifier, identifiers_of
from valence.people.vault import Entry, Vault

# What is compared with the other customers, and whether more is better.
COMPARED: Mapping[str, bool] = {
    "value_amount": True,
    "value_12m_amount": True,
    "orders": True,
    "average_order_amount": True,
    "days_since_order": False,
    "gap_days": False,
    "return_share": False,
    "breadth": True,
}
MONTHS = 24


@dataclass(frozen=True, slots=True)
class Base:
    """The middle of all customers, figure by figure."""

    customers: int
    medians: Mapping[str, float | None]
    breadth_of: str | None = None  # what breadth counts: of all customers the same, or `mixed`


@dataclass(frozen=True, slots=True)
class Who:
    """What people and vault know of a customer."""

    entries: Sequence[Entry] = ()  # unmasked: the pages mask them, unless asked to show
    identifiers: Sequence[Identifier] = ()
    decisions: Sequence[Decision] = ()


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything that the page of one customer tells."""

    customer_id: str
    row: Mapping[str, Any] | None  # of the mart; None: nothing bought, or not built yet
    who: Who
    label: Label
    base: Base | None
    below: Mapping[str, float]  # share of the other customers who have less
    days: Sequence[OrderDay]  # with orders, newest first
    months: Sequence[tuple[date, float]]  # value by month, oldest first
    built_at: datetime | None

    @property
    def merged_since(self) -> bool:
        """Whether somebody was merged or split after the last build, which the figures lack."""
        built = self.built_at
        return built is not None and any(one.at > built for one in self.who.decisions)


_bases: WeakKeyDictionary[Reader, Base | None] = WeakKeyDictionary()


def profile(house: OpenBrand, reader: Reader, customer_id: str) -> Profile:
    """Return the profile of a customer of today.

    Raises
    ------
    NotFoundError
        If neither the lake nor the map of who is who has this customer.
    """
    row, one = row_of(reader, customer_id), as_uuid(customer_id)
    who = _who(house, one, known=row is not None) if one else Who()
    if row is None and not who.identifiers:
        raise NotFoundError("There is no customer {id}.", id=customer_id)
    days = order_days(reader, customer_id)
    pairs = [(entry.kind, entry.value) for entry in who.entries]
    state = reader.snapshot.head.marts.get(CUSTOMERS)
    return Profile(
        customer_id,
        row,
        who,
        label(customer_id, pairs),
        base(reader),
        _below(reader, row) if row else {},
        days,
        _months(days, reader.snapshot.as_of) if row else (),
        datetime.fromisoformat(state.built_at) if state else None,
    )


def contact_data(who: Who, *, masked: bool = True) -> list[tuple[str, str]]:
    """Return kind and value of all that the vault holds, masked where it could reach somebody."""
    return [
        (entry.kind, shown(entry.kind, entry.value) if masked else entry.value)
        for entry in who.entries
    ]


def base(reader: Reader) -> Base | None:
    """Return the middle of all customers; kept with the reader."""
    if reader not in _bases:
        _bases[reader] = _base(reader)
    return _bases[reader]


def _who(house: OpenBrand, customer_id: UUID, *, known: bool) -> Who:
    try:
        entries = Vault(house.store, house.keyring).show(customer_id, masked=False)
    except NotFoundError:
        if known:
            return Who()  # the lake was filled without the map of who is who
        raise
    return Who(
        entries, identifiers_of(house.store, customer_id), history_of(house.store, customer_id)
    )


def _base(reader: Reader) -> Base | None:
    if not reader.has(CUSTOMERS):
        return None
    t = reader.table(CUSTOMERS)
    medians = {name: t[name].cast("float64").median() for name in COMPARED}
    of = t.breadth_of
    counted = {"customers": t.count().cast("int64"), "first": of.min(), "last": of.max()}
    row = reader.one(t.agg(**counted, **medians))
    if row is None or not row["customers"]:
        return None
    customers, first, last = (row.pop(name) for name in counted)
    return Base(customers, row, first if first == last else "mixed")


def _below(reader: Reader, row: Mapping[str, Any]) -> dict[str, float]:
    """Share of the others, among those for whom it is known, who have less than this customer."""
    t = reader.table(CUSTOMERS)
    known = {name: row[name] for name in COMPARED if row[name] is not None}
    counts: dict[str, ir.Value] = {}
    for name, value in known.items():
        counts[f"{name}_less"] = (t[name] < value).ifelse(1, None).count()
        counts[f"{name}_known"] = t[name].count()
    found = reader.one(t.agg(**counts)) or {}
    return {
        name: found[f"{name}_less"] / (found[f"{name}_known"] - 1)
        for name in known
        if found[f"{name}_known"] > 1
    }


def _months(days: Sequence[OrderDay], as_of: date | None) -> list[tuple[date, float]]:
    """Value of each of the last 24 months, from the first with an order on; empty months as 0."""
    found: dict[date, float] = {}
    for day in days:
        month = day.on.replace(day=1)
        found[month] = found.get(month, 0.0) + day.value
    if not found or as_of is None:
        return []
    spanned: list[tuple[date, float]] = []
    month = as_of.replace(day=1)
    while month >= min(found) and len(spanned) < MONTHS:
        spanned.append((month, found.get(month, 0.0)))
        month = (month - timedelta(days=1)).replace(day=1)
    return spanned[::-1]
