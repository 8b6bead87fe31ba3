"""The numbers of the overview: read from the published marts by name, plain values throughout."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import ibis
import ibis.expr.types as ir

from valence.lake.reader import Reader

READS = ("value_summary", "order_facts", "customers", "value_tiers", "cohort_staying")
SLACK = timedelta(days=7)  # a history that begins a week late still counts as two years
OVERDUE = 2  # silent for more than so many times the own rhythm…
SILENT_DAYS = 30  # …and for more than so many days
GROUPS = ("new", "back", "more", "less", "gone")


@dataclass(frozen=True, slots=True)
class Month:
    """One month of the brand; the month of `as_of` goes up to that day."""

    first: date
    value: float
    customers: int
    orders: int
    gross: float
    returned: float


@dataclass(frozen=True, slots=True)
class Moved:
    """How one group of customers changed the value of twelve months."""

    group: str
    customers: int
    amount: float


@dataclass(frozen=True, slots=True)
class Overdue:
    """The customers of the higher tiers who have been silent for too long."""

    customers: int
    of: int  # customers of these tiers
    amount: float  # that they brought in the last 24 months
    rule: str  # finds them on the table of customers


@dataclass(frozen=True, slots=True)
class Cohort:
    """The cohort that stayed longest, and how many it was compared with."""

    month: date
    customers: int
    active_months: float
    low: float | None
    high: float | None
    horizon: int
    compared: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything that the overview tells."""

    as_of: date
    summary: Mapping[str, Any]
    months: Sequence[Month]  # 24, oldest first
    earlier: Sequence[Month]  # the first 12 of them, the last cut at the same day as `as_of`
    moved: Sequence[Moved]
    overdue: Overdue | None
    cohort: Cohort | None
    top_tier: str
    two_years: bool  # the history covers the twelve months before, so they can be compared

    def change(self, name: str) -> float | None:
        """Return the relative change of `value`, `orders`… against the twelve months before."""
        ends = {"value": "_amount", "revenue": "_amount"}.get(name, "")
        now = self.summary[f"{name}_12m{ends}"]
        before = self.summary[f"{name}_prior_12m{ends}"]
        if not self.two_years or not before or before <= 0:
            return None
        return float(now) / float(before) - 1


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
    summary = reader.one(reader.table("value_summary"))
    if summary is None or summary["first_order_on"] is None:
        return None
    as_of: date = summary["as_of"]
    months = _months(reader, as_of)
    tiers = reader.rows(reader.table("value_tiers").select("tier", "tier_number"))
    names = [row["tier"] for row in sorted(tiers, key=lambda row: row["tier_number"])]
    two_years = summary["first_order_on"] <= _years_before(as_of, 2) + SLACK
    return Numbers(
        as_of,
        summary,
        months,
        [*months[:11], _cut(reader, months[11], as_of)],
        _moved(reader, as_of) if two_years else (),
        _overdue(reader, names),
        _cohort(reader),
        names[0] if names else "",
        two_years,
    )


def _years_before(day: date, years: int) -> date:
    last = monthrange(day.year - years, day.month)[1]
    return day.replace(year=day.year - years, day=min(day.day, last))


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
        return Month(first, 0.0, 0, 0, 0.0, 0.0)
    money = (float(row[name] or 0) for name in ("gross", "returned"))
    return Month(first, float(row["value"] or 0), row["customers"], row["orders"], *money)


def _moved(reader: Reader, as_of: date) -> list[Moved]:
    """The change of value, split by what its customers did: the parts sum to the whole."""
    t = reader.table("customers")
    late, before = t.orders_12m > 0, t.orders_prior_12m > 0
    begun = t.first_order_on > _years_before(as_of, 1)
    change = t.value_12m_amount - t.value_prior_12m_amount
    group = ibis.cases(
        (late & begun, "new"),
        (late & ~before, "back"),
        (before & ~late, "gone"),
        (change >= 0, "more"),
        else_="less",
    )
    t = t.filter(late | before).mutate(group=group, change=change)
    rows = reader.rows(t.group_by("group").agg(customers=t.count(), amount=t.change.sum()))
    found = {row["group"]: row for row in rows}
    return [
        Moved(name, found[name]["customers"], float(found[name]["amount"]))
        for name in GROUPS
        if name in found
    ]


def _overdue(reader: Reader, tiers: Sequence[str]) -> Overdue | None:
    if len(tiers) < 2:
        return None
    last = tiers[-1]
    t = reader.table("customers")
    t = t.filter(t.tier != last)
    silent = (t.days_since_order > t.gap_days * OVERDUE) & (t.days_since_order > SILENT_DAYS)
    brought = t.value_12m_amount + t.value_prior_12m_amount
    row = reader.one(
        t.agg(of=t.count(), customers=t.count(where=silent), amount=brought.sum(where=silent))
    )
    if row is None or not row["of"]:
        return None
    rule = (
        f"tier != {last!r} and days_since_order > {OVERDUE} * gap_days "
        f"and days_since_order > {SILENT_DAYS}"
    ).replace("'", '"')
    return Overdue(row["customers"], row["of"], float(row["amount"] or 0), rule)


def _cohort(reader: Reader) -> Cohort | None:
    t = reader.table("cohort_staying")
    compared = t.filter(t.compared)
    rows = reader.rows(compared.order_by(compared.place, compared.cohort_month))
    if len(rows) < 2:
        return None
    best = rows[0]
    return Cohort(
        best["cohort_month"],
        best["customers"],
        best["active_months"],
        best["active_months_low"],
        best["active_months_high"],
        best["horizon_months"],
        len(rows),
    )
