"""What the page of worth tells, read from the published marts: plain values throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from valence.core.days import months_before
from valence.lake.reader import Reader
from valence.value.concentration import concentration
from valence.value.portable import count_if, total
from valence.value.reading import Tables
from valence.value.words import quoted

READS = ("value_summary", "value_tiers", "value_lorenz", "segments", "customers")
SLACK = timedelta(days=7)  # a history that begins a week late still counts as two years
OVERDUE = 2  # silent for more than so many times the own rhythm

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Silent:
    """Customers of the first tier who have been silent for long, measured by their own rhythm."""

    customers: int
    of: int  # customers of the tier who have a rhythm: bought on two days
    value_12m: float
    rule: str  # finds them on the table of customers


@dataclass(frozen=True, slots=True)
class Worth:
    """Everything that the page of worth tells."""

    as_of: date
    summary: Row
    tiers: Sequence[Row]  # the most valuable first
    lorenz: Sequence[tuple[float, float]]  # best customers first, from (0, 0) to (1, 1)
    cells: Sequence[Row]  # of the segment grid
    silent: Silent | None
    top_share_12m: float | None  # what the best few carry of the last 12 months' value…
    top_share_prior: float | None  # …and of the 12 before; None where the history is too short

    @property
    def two_years(self) -> bool:
        """Whether the history covers the twelve months before, so that they can be compared."""
        first: date | None = self.summary["first_order_on"]
        return first is not None and first <= months_before(self.as_of, 24) + SLACK

    @property
    def of_customers(self) -> float:
        """Value of all orders that name a customer."""
        whole, nobody = "value_amount", "value_without_customer_amount"
        return float(self.summary[whole] - self.summary[nobody])

    def change(self, name: str) -> float | None:
        """Return the relative change of a `…_12m` figure against the twelve months before."""
        ends = "_amount" if name in ("value", "revenue") else ""
        now, before = (self.summary[f"{name}_{span}{ends}"] for span in ("12m", "prior_12m"))
        return float(now) / float(before) - 1 if self.two_years and before > 0 else None


_kept: WeakKeyDictionary[Reader, Worth | None] = WeakKeyDictionary()


def worth(reader: Reader) -> Worth | None:
    """Return what is published; None before the first build.

    It is kept with the reader, which stands for one published snapshot.
    """
    if reader not in _kept:
        _kept[reader] = _read(reader)
    return _kept[reader]


def summary_of(reader: Tables) -> dict[str, Any] | None:
    """Return the summary in one row; None before the first build."""
    return reader.one(reader.table("value_summary")) if reader.has("value_summary") else None


def tiers_of(reader: Tables) -> list[dict[str, Any]]:
    """Return the value tiers, the most valuable first."""
    if not reader.has("value_tiers"):
        return []
    tiers = reader.table("value_tiers")
    return reader.rows(tiers.order_by(tiers.tier_number))


def lorenz_of(reader: Tables) -> list[dict[str, Any]]:
    """Return the curve of concentration as published: from the least valuable customers up."""
    if not reader.has("value_lorenz"):
        return []
    points = reader.table("value_lorenz")
    return reader.rows(points.order_by(points.percent))


def cells_of(reader: Tables) -> list[dict[str, Any]]:
    """Return the cells of the segment grid that have a customer."""
    if not reader.has("segments"):
        return []
    cells = reader.table("segments")
    return reader.rows(cells.order_by(cells.recency_level.desc(), cells.fm_level))


def by_segment(cells: ir.Table) -> ir.Table:
    """Return the size and value of each named segment, from the cells of the grid."""
    return cells.group_by("segment").agg(
        customers=cells.customers.sum().cast("int64"),
        customers_share=cells.customers_share.sum(),
        value_amount=total(cells.value_amount),
        value_share=cells.value_share.sum(),
        value_per_customer_amount=(
            cells.value_amount.sum().cast("float64") / cells.customers.sum()
        ).cast("decimal(18, 4)"),
    )


def best_first(points: Sequence[Row]) -> list[tuple[float, float]]:
    """Return the curve turned round: the best customers first; empty where nothing is carried."""
    if not points or points[-1]["value_share"] is None:
        return []
    turned = {(1 - p["customers_share"], 1 - p["value_share"]) for p in points}
    return sorted((round(x, 9), round(y, 9)) for x, y in turned)


def _read(reader: Reader) -> Worth | None:
    summary = summary_of(reader)
    if summary is None or not all(reader.has(name) for name in READS):
        return None
    tiers = tiers_of(reader)
    as_of: date = summary["as_of"]
    customers = reader.table("customers")
    told = Worth(
        as_of,
        summary,
        tiers,
        best_first(lorenz_of(reader)),
        cells_of(reader),
        _silent(reader, customers, tiers[0]["tier"]) if tiers else None,
        None,
        None,
    )
    if not told.two_years:
        return told
    late, before = (_top_share(reader, customers, span) for span in ("12m", "prior_12m"))
    return Worth(as_of, summary, tiers, told.lorenz, told.cells, told.silent, late, before)


def _silent(reader: Reader, customers: ir.Table, tier: str) -> Silent | None:
    t = customers.filter(customers.tier == tier, customers.gap_days.notnull())
    overdue = t.days_since_order > t.gap_days * OVERDUE
    row = reader.one(
        t.agg(
            of=t.count(),
            customers=count_if(overdue),
            value=total(t.value_12m_amount, where=overdue),
        )
    )
    if row is None or not row["customers"]:
        return None
    rule = f"tier == {quoted(tier)} and days_since_order > {OVERDUE} * gap_days"
    return Silent(row["customers"], row["of"], float(row["value"]), rule)


def _top_share(reader: Reader, customers: ir.Table, span: str) -> float | None:
    """What the best few of those who bought in a year carry of its value."""
    bought = customers.filter(customers[f"orders_{span}"] > 0)
    year = bought.select("customer_id", value_amount=bought[f"value_{span}_amount"])
    row = reader.one(concentration(year))
    return None if row is None else row["top_value_share"]
