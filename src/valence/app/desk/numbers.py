"""The numbers of the overview: read from the published marts, plain values throughout."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from valence.lake.reader import Reader
from valence.value.answers import Silent, silent_of, tiers_of
from valence.value.bridge_answers import Bridge, bridge_of
from valence.value.cohort_answers import Cohorts, cohort_answers
from valence.value.words import quoted
from valence.value.years import Years, years

READS = ("value_summary", "order_facts", "customers", "value_tiers", "cohort_staying")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the brand; the month of `as_of` goes up to that day."""

    first: date
    value: float  # of all orders
    named: float  # of those whose customer is known
    customers: int
    orders: int
    gross: float
    returned: float


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that the overview tells. Whatever is said of 12 months is of `years`."""

    as_of: date
    summary: Mapping[str, Any]
    years: Years
    months: Sequence[Month]  # 24 of the calendar, oldest first
    earlier: Sequence[Month]  # the first 12 of them, the last cut at the same day as `as_of`
    bridge: Bridge | None  # None where the 12 months before are not known
    overdue: Silent | None  # of all tiers but the last
    cohorts: Cohorts | None
    top_tier: str


_kept: WeakKeyDictionary[Reader, Numbers | None] = WeakKeyDictionary()


def numbers(reader: Reader) -> Numbers | None:
    """Return the numbers of what is published; None before the first build.

    They are kept with the reader, which stands for one published snapshot.
    """
    if reader not in _kept:
        _kept[reader] = _read(reader)
    return _kept[reader]


def _read(reader: Reader) -> Numbers | None:
    if not all(reader.has(name) for name in READS):
        return None
    summary, moved = reader.one(reader.table("value_summary")), years(reader)
    if summary is None or moved is None or summary["first_order_on"] is None:
        return None
    as_of: date = summary["as_of"]
    months, tiers = _months(reader, as_of), tiers_of(reader)
    higher = f"tier != {quoted(tiers[-1]['tier'])}" if tiers else ""
    return Numbers(
        as_of,
        summary,
        moved,
        months,
        [*months[:11], _cut(reader, months[11], as_of)],
        bridge_of(reader) if moved.comparable else None,
        silent_of(reader, tiers[:-1], higher) if len(tiers) > 1 else None,
        cohort_answers(reader),
        tiers[0]["tier"] if tiers else "",
    )


def _month(day: date, back: int) -> date:
    number = day.year * 12 + day.month - 1 - back
    return date(number // 12, number % 12 + 1, 1)


def _months(reader: Reader, as_of: date) -> list[Month]:
    first = _month(as_of, 23)
    facts = reader.table("order_facts")
    facts = facts.filter(facts.ordered_on >= first, facts.ordered_on <= as_of)
    rows = reader.rows(_sums(facts, month=facts.ordered_on.truncate("M")))
    found = _by_month(rows)
    return [_as_month(_month(as_of, back), found) for back in range(23, -1, -1)]


def _cut(reader: Reader, month: Month, as_of: date) -> Month:
    """The month a year before `as_of`, up to the same day."""
    if as_of.day == monthrange(as_of.year, as_of.month)[1]:
        return month
    facts = reader.table("order_facts")
    last = month.first.replace(day=min(as_of.day, monthrange(*month.first.timetuple()[:2])[1]))
    facts = facts.filter(facts.ordered_on >= month.first, facts.ordered_on <= last)
    rows = reader.rows(_sums(facts, month=facts.ordered_on.truncate("M")))
    return _as_month(month.first, _by_month(rows))


def _sums(facts: ir.Table, **by: ir.Value) -> ir.Table:
    return facts.group_by(**by).agg(
        value=facts.value_amount.sum(),
        named=facts.value_amount.sum(where=facts.customer_id.notnull()),
        customers=facts.customer_id.nunique(where=facts.kind == "sale"),
        orders=facts.count(where=facts.kind == "sale"),
        gross=facts.gross_amount.sum(),
        returned=facts.returned_amount.sum(),
    )


def _by_month(rows: Sequence[Mapping[str, Any]]) -> dict[date, Mapping[str, Any]]:
    # The engine gives a truncated day back as an instant.
    return {date.fromisoformat(str(row["month"])[:10]): row for row in rows}


def _as_month(first: date, found: Mapping[date, Mapping[str, Any]]) -> Month:
    row = found.get(first)
    if row is None:
        return Month(first, 0.0, 0.0, 0, 0, 0.0, 0.0)
    value, named, gross, returned = (
        float(row[name] or 0) for name in ("value", "named", "gross", "returned")
    )
    return Month(first, value, named, row["customers"], row["orders"], gross, returned)
