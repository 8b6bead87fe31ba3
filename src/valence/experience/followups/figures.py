"""Figures of the closed loop: kept in time, customers who came back, and what they spent since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from valence.core.days import as_day, months_before
from valence.core.intervals import wilson
from valence.experience.followups.book import FollowUp
from valence.lake.reading import Tables

CONFIDENCE = 0.90
MINIMUM = 10  # follow-ups; a share of fewer says nothing
_AT_ONCE = 2000  # ids in one question


@dataclass(frozen=True, slots=True)
class Share:
    """A share with Wilson's interval (90 %)."""

    n: int
    hits: int

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.n >= MINIMUM

    @property
    def value(self) -> float | None:
        """The share; None of nothing."""
        return self.hits / self.n if self.n else None

    @property
    def interval(self) -> tuple[float, float]:
        """Its interval; of nothing it may be anything."""
        return wilson(self.hits, self.n, CONFIDENCE) if self.n else (0.0, 1.0)

    def told(self) -> dict[str, Any]:
        """Return it as plain values: without share and interval below the minimum."""
        low, high = self.interval
        return {
            "n": self.n,
            "hits": self.hits,
            "share": self.value if self.enough else None,
            "low": low if self.enough else None,
            "high": high if self.enough else None,
            "enough": self.enough,
        }


@dataclass(frozen=True, slots=True)
class InTime:
    """How often the two clocks were kept."""

    sorted: Share  # answered and sorted
    solved: Share


def in_time(found: Iterable[FollowUp], *, at: datetime) -> InTime:
    """Return the share of follow-ups that were sorted, and solved, in time.

    A follow-up counts once it can be told: when it was done, or its time is over. One that was
    late in any round is late, however soon it was solved when it was opened again; one that was
    closed without a solution was not solved in time.
    """
    sorted_n = sorted_hits = solved_n = solved_hits = 0
    for one in found:
        if one.sorted_at is not None or one.sort_late or one.sort_due_at < at:
            sorted_n += 1
            sorted_hits += one.sorted_at is not None and not one.sort_late
        over = one.solved_at is not None or one.state == "closed"
        if over or one.solve_late or one.solve_due_at < at:
            solved_n += 1
            solved_hits += one.solved_at is not None and not one.solve_late
    return InTime(Share(sorted_n, sorted_hits), Share(solved_n, solved_hits))


@dataclass(frozen=True, slots=True)
class Solved:
    """A customer whose matter was solved: when, and what they had said."""

    customer_id: str
    solved_on: date
    metric: str = ""
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Recovery:
    """Who came back after their matter was solved; `compared` says how many would have anyway."""

    customers: Share  # who bought again or gave a better score
    bought: int = 0
    better: int = 0
    value: Decimal = Decimal(0)  # of their orders in the months after
    months: int = 0
    ids: Sequence[str] = field(default_factory=list)


def solved_ones(
    found: Iterable[FollowUp], now_called: Mapping[UUID, UUID], *, until: date, zone: Any
) -> list[Solved]:
    """Return each customer's first matter that was solved up to a day.

    Parameters
    ----------
    found
        Follow-ups.
    now_called
        The customer that each id stands for now.
    until
        The last day that the figures cover: what was solved later cannot have shown yet.
    zone
        Of the business day.
    """
    first: dict[str, Solved] = {}
    for one in sorted(found, key=lambda one: one.opened_at):
        if one.solved_at is None or one.customer_id is None:
            continue
        on = one.solved_at.astimezone(zone).date()
        who = str(now_called.get(one.customer_id, one.customer_id))
        if on <= until and (who not in first or on < first[who].solved_on):
            metric = one.matter if one.reason == "score" else ""
            first[who] = Solved(who, on, metric, one.share)
    return list(first.values())


def recovery(tables: Tables, solved: Sequence[Solved], *, months: int) -> Recovery:
    """Return who bought again, or gave a better score, within some months after it was solved.

    Parameters
    ----------
    tables
        The marts `order_facts` and `answers`.
    solved
        One row per customer.
    months
        After the day on which it was solved.

    Returns
    -------
    Recovery
        `value` is that of all orders of those months, less returns, on the basis of `order_facts`.
        A better score is a higher answer to the same question; where there was no score before,
        a good answer to any.
    """
    ends = {one.customer_id: _months_after(one.solved_on, months) for one in solved}
    value: dict[str, Decimal] = defaultdict(Decimal)
    bought, better = set(), set()
    who = {one.customer_id: one for one in solved}
    for row in _orders(tables, sorted(who), solved):
        one = who[row["customer_id"]]
        if one.solved_on < as_day(row["ordered_on"]) <= ends[one.customer_id]:
            value[one.customer_id] += row["value_amount"] or 0
            if row["sales"]:
                bought.add(one.customer_id)
    for row in _answers(tables, sorted(who), solved):
        one = who[row["customer_id"]]
        if one.solved_on < as_day(row["on"]) <= ends[one.customer_id] and _is_better(one, row):
            better.add(one.customer_id)
    back = bought | better
    spent = sum((value[each] for each in back), Decimal(0))
    share = Share(len(solved), len(back))
    return Recovery(share, len(bought), len(better), spent, months, sorted(back))


def _is_better(one: Solved, row: Mapping[str, Any]) -> bool:
    if one.share is None or not one.metric:
        return bool(row["good"])
    return row["metric"] == one.metric and row["share"] is not None and row["share"] > one.share


def _orders(
    tables: Tables, ids: Sequence[str], solved: Sequence[Solved]
) -> Iterable[dict[str, Any]]:
    if not solved or not tables.has("order_facts"):
        return
    first = min(one.solved_on for one in solved)
    t = tables.table("order_facts")
    for start in range(0, len(ids), _AT_ONCE):
        some = t.filter(t.customer_id.isin(ids[start : start + _AT_ONCE]), t.ordered_on > first)
        sales = (some.kind == "sale").sum()
        yield from tables.rows(
            some.group_by("customer_id", "ordered_on").agg(
                value_amount=some.value_amount.sum(), sales=sales
            )
        )


def _answers(
    tables: Tables, ids: Sequence[str], solved: Sequence[Solved]
) -> Iterable[dict[str, Any]]:
    if not solved or not tables.has("answers"):
        return
    first = min(one.solved_on for one in solved)
    t = tables.table("answers")
    t = t.filter(t.subject == "own", t.on > first)
    for start in range(0, len(ids), _AT_ONCE):
        some = t.filter(t.customer_id.isin(ids[start : start + _AT_ONCE]))
        yield from tables.rows(some.select("customer_id", "on", "metric", "share", "good"))


def _months_after(day: date, months: int) -> date:
    return months_before(day, -months)
