"""What the page of worth tells, read from the published marts: plain values throughout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import sqrt
from typing import Any
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from valence.lake.portable import count_if, total
from valence.lake.reader import Reader
from valence.lake.reading import Tables
from valence.value.concentration import concentration
from valence.value.words import quoted
from valence.value.years import SPANS, Moved, Years, years

READS = ("value_summary", "value_tiers", "value_lorenz", "segments", "customers")
OVERDUE = 2  # silent for more than so many times the own rhythm…
SILENT_DAYS = 30  # …and for more than so many days

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Silent:
    """Customers of some tiers who have been silent for long, measured by their own rhythm."""

    customers: int
    of: int  # customers of these tiers who have a rhythm: bought on two days
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
    silent: Silent | None  # of the first tier
    years: Years
    top_share: Moved | None  # what the best few carry of a year's value; None: not comparable

    @property
    def of_customers(self) -> float:
        """Value of all orders that name a customer."""
        whole, nobody = "value_amount", "value_without_customer_amount"
        return float(self.summary[whole] - self.summary[nobody])


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


def silent_of(tables: Tables, tiers: Sequence[Row], rule: str) -> Silent | None:
    """Return who of some tiers has been silent for more than twice the own rhythm, and 30 days.

    None where nobody has. `rule` finds the customers of the tiers.
    """
    t = tables.table("customers")
    t = t.filter(t.tier.isin([tier["tier"] for tier in tiers]), t.gap_days.notnull())
    overdue = (t.days_since_order > t.gap_days * OVERDUE) & (t.days_since_order > SILENT_DAYS)
    row = tables.one(
        t.agg(
            of=t.count(),
            customers=count_if(overdue),
            value=total(t.value_12m_amount, where=overdue),
        )
    )
    if row is None or not row["customers"]:
        return None
    rule = (
        f"{rule} and days_since_order > {OVERDUE} * gap_days and days_since_order > {SILENT_DAYS}"
    )
    return Silent(row["customers"], row["of"], float(row["value"]), rule)


def _read(reader: Reader) -> Worth | None:
    summary = summary_of(reader)
    if summary is None or not all(reader.has(name) for name in READS):
        return None
    moved = years(reader)
    if moved is None:
        return None
    tiers = tiers_of(reader)
    first = f"tier == {quoted(tiers[0]['tier'])}" if tiers else ""
    return Worth(
        summary["as_of"],
        summary,
        tiers,
        best_first(lorenz_of(reader)),
        cells_of(reader),
        silent_of(reader, tiers[:1], first) if tiers else None,
        moved,
        _top_share(reader, summary["top_share"]) if moved.comparable else None,
    )


def _top_share(reader: Reader, share: float) -> Moved | None:
    """What the best, such a share of those who bought in a year, carry of its value."""
    late, before = (_share_of_top(reader, span, Decimal(str(share))) for span in SPANS)
    if late is None or before is None:
        return None
    return Moved(late[0], before[0], sqrt(late[1] + before[1]))


def _share_of_top(reader: Reader, span: str, best: Decimal) -> tuple[float, float] | None:
    """The share, and its variance by the influence of each customer (Langel & Tillé 2011)."""
    t = reader.table("customers")
    bought = t.filter(t[f"orders_{span}"] > 0)
    year = bought.select("customer_id", value_amount=bought[f"value_{span}_amount"])
    row = reader.one(concentration(year, share=best))
    if row is None or row["top_value_share"] is None:
        return None
    first = year.order_by(year.value_amount.desc()).limit(row["top_customers"])
    least = reader.one(first.agg(least=first.value_amount.min().cast("float64")))
    q = least["least"] if least else 0.0
    share, whole = row["top_value_share"], float(row["value_amount"])
    v = year.value_amount.cast("float64")
    # Less the mean: what each adds to the share is 0 over all of them.
    part = (v > q).ifelse(v - q, 0.0) + q * row["top_customers"] / row["customers"] - share * v
    found = reader.one(year.agg(squares=(part * part).sum()))
    return share, (found["squares"] if found else 0.0) / whole**2
