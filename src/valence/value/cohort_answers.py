"""What the page of cohorts tells, read from the published marts: plain values throughout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from math import sqrt
from typing import Any
from weakref import WeakKeyDictionary

from valence.core.intervals import wilson
from valence.lake.reading import Tables
from valence.value.cohorts import DEFAULT
from valence.value.years import Moved

Row = Mapping[str, Any]
NEWEST = 3  # cohorts that the three before them are compared with


@dataclass(frozen=True, slots=True)
class Pooled:
    """Customers of all cohorts that are old enough, some months after their first purchase."""

    months: int
    customers: int
    active: int
    value_per_customer: float | None
    moved: Moved | None  # the newest three cohorts against the three before, as a share
    confidence: float = DEFAULT.confidence

    @property
    def share(self) -> float:
        """Share of them who bought in that month."""
        return self.active / self.customers

    @property
    def interval(self) -> tuple[float, float]:
        """Its Wilson interval."""
        return wilson(self.active, self.customers, self.confidence)


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Everything that the page of cohorts tells."""

    as_of: date
    staying: Sequence[Row]  # the cohort that stayed longest first
    months: Mapping[date, Sequence[Row]]  # per cohort, from month 0 on; oldest cohort first
    first_order_on: date | None

    @property
    def compared(self) -> list[Row]:
        """The cohorts that are old and large enough to be compared."""
        return [row for row in self.staying if row["compared"]]

    @property
    def horizon(self) -> int:
        """How many months after the first a cohort is compared by."""
        return int(self.staying[0]["horizon_months"]) if self.staying else DEFAULT.horizon_months

    @property
    def confidence(self) -> float:
        """How sure the intervals are."""
        known = self.staying[0].get("confidence") if self.staying else None
        return DEFAULT.confidence if known is None else known

    @property
    def left_cut(self) -> date | None:
        """The cohort of the first month of the data, which also holds customers of before."""
        return self.first_order_on.replace(day=1) if self.first_order_on else None

    @property
    def longest(self) -> int:
        """The largest number of months that any cohort is old."""
        return max((len(rows) - 1 for rows in self.months.values()), default=0)

    def pooled(self, months: int, *, old: int | None = None) -> Pooled | None:
        """Return all cohorts together, `months` after the first purchase; None if none is so old.

        The cohort of the data's first month is left out: it holds customers of before. With `old`
        only cohorts that are so many months old count: two ages are then of the same customers.
        """
        least = months if old is None else old
        rows = [
            rows[months]
            for cohort, rows in self.months.items()
            if len(rows) > least and rows[least]["complete"] and cohort != self.left_cut
        ]
        customers = sum(row["customers"] for row in rows)
        if not customers:
            return None
        value = sum(float(row["cumulative_value_amount"]) for row in rows) / customers
        active = sum(row["active"] for row in rows)
        return Pooled(months, customers, active, value, _moved(rows), self.confidence)


_kept: WeakKeyDictionary[Tables, Cohorts | None] = WeakKeyDictionary()


def cohort_answers(tables: Tables) -> Cohorts | None:
    """Return what the tables say; None before the first build. It is kept with them."""
    if tables not in _kept:
        _kept[tables] = _read(tables)
    return _kept[tables]


def cohorts_of(reader: Tables) -> list[dict[str, Any]]:
    """Return retention and value of each cohort, month by month."""
    if not reader.has("cohorts"):
        return []
    t = reader.table("cohorts")
    return reader.rows(t.order_by(t.cohort_month, t.months_since))


def staying_of(reader: Tables) -> list[dict[str, Any]]:
    """Return how long each cohort stayed, the longest first."""
    if not reader.has("cohort_staying"):
        return []
    t = reader.table("cohort_staying")
    return reader.rows(t.order_by(t.place.asc(nulls_first=False), t.cohort_month))


def as_months(rows: Iterable[Row]) -> dict[date, list[Row]]:
    """Return the rows of each cohort, oldest cohort first."""
    return {month: list(own) for month, own in groupby(rows, key=lambda row: row["cohort_month"])}


def _read(tables: Tables) -> Cohorts | None:
    if not tables.has("cohorts") or not tables.has("value_summary"):
        return None
    row = tables.one(tables.table("value_summary").select("as_of", "first_order_on"))
    if row is None:
        return None
    return Cohorts(
        row["as_of"], staying_of(tables), as_months(cohorts_of(tables)), row["first_order_on"]
    )


def _moved(rows: Sequence[Row]) -> Moved | None:
    """Retention of the newest three cohorts against that of the three before."""
    if len(rows) < 2 * NEWEST:
        return None
    late, before = _pooled(rows[-NEWEST:]), _pooled(rows[-2 * NEWEST : -NEWEST])
    return Moved(late[0], before[0], sqrt(late[1] + before[1]))


def _pooled(rows: Sequence[Row]) -> tuple[float, float]:
    """The share of some cohorts together, and its variance (Agresti & Caffo 2000).

    One who bought and one who did not are added: at 0 of n, too, the variance is above 0.
    """
    active: int = sum(row["active"] for row in rows)
    customers: int = sum(row["customers"] for row in rows)
    p = (active + 1) / (customers + 2)
    return active / customers, p * (1 - p) / (customers + 2)
