"""What is told of the brand: itself and competitors, by segment, and against the year before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.experience.apart import checked, with_trait
from valence.experience.brands import MEASURES, Known, Measure, brand_counts
from valence.experience.panel import latest, recent
from valence.experience.traits import OF_CUSTOMER
from valence.lake.reading import Tables

OWN = "own"
CUSTOMER = "customer"  # told apart by whether they are customers at all
BY = (CUSTOMER, *OF_CUSTOMER)
Measured = Mapping[Measure, Known]


@dataclass(frozen=True, slots=True)
class Group:
    """One brand, or one segment of people, with each measure that was asked."""

    name: str | None  # None: of customers of whom it is not known
    measures: Measured

    @property
    def n(self) -> int:
        """The most who answered one measure."""
        return max((one.n for one in self.measures.values()), default=0)


@dataclass(frozen=True, slots=True)
class BrandFound:
    """The own brand, competitors, and the own one by segment."""

    by: str
    brands: Sequence[Group]  # the own one first
    before: Measured  # of the own brand, the twelve months before
    segments: Sequence[Group]

    @property
    def own(self) -> Measured:
        """What was answered of the own brand; empty where nobody was asked."""
        return next((one.measures for one in self.brands if one.name == OWN), {})

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "by": self.by,
            "brands": _rows(self.brands),
            "before": [self.before[m].told() for m in MEASURES if m in self.before],
            "segments": _rows(self.segments),
        }


def _rows(groups: Sequence[Group]) -> list[dict[str, Any]]:
    return [
        {"name": group.name, **group.measures[measure].told()}
        for group in groups
        for measure in MEASURES
        if measure in group.measures
    ]


def brand_found(tables: Tables, as_of: date, *, by: str = CUSTOMER) -> BrandFound:
    """Return awareness, distinctiveness and emotional connection of twelve months.

    Parameters
    ----------
    tables
        The published tables.
    as_of
        The last day; the year before is what the own brand is held against.
    by
        By what people are told apart: `customer` (or not), or what is known of a customer.

    Raises
    ------
    BadInputError
        If people cannot be told apart by that.
    """
    checked(by, BY)
    both = recent(tables, as_of, 24)
    both = both.filter(both.metric.isin(list(MEASURES)), both.score.notnull())
    now = both.on > months_before(as_of, 12)
    t, before = (
        latest(each, "metric", "subject") for each in (both.filter(now), both.filter(~now))
    )
    brands = _groups(tables.rows(brand_counts(t.mutate(name=t.subject), by=("name",))))
    earlier = before.filter(before.subject == OWN)
    was = _groups(tables.rows(brand_counts(earlier.mutate(name=earlier.subject), by=("name",))))
    own = _named(tables, t.filter(t.subject == OWN), by)
    segments = _groups(tables.rows(brand_counts(own, by=("name",))))
    return BrandFound(
        by,
        sorted(brands, key=lambda one: (one.name != OWN, -one.n, str(one.name))),
        was[0].measures if was else {},
        sorted(segments, key=lambda one: (one.name is None, str(one.name))),
    )


def _named(tables: Tables, t: ir.Table, by: str) -> ir.Table:
    if by == CUSTOMER:
        return t.mutate(name=t.customer_id.notnull().ifelse("customer", "nobody"))
    t = with_trait(tables, t, by)
    return t.mutate(name=ibis.coalesce(t.name, t.customer_id.isnull().ifelse("nobody", None)))


def _groups(rows: Sequence[dict[str, Any]]) -> list[Group]:
    found: dict[str | None, dict[Measure, Known]] = {}
    for row in rows:
        known = Known.of(row)
        found.setdefault(row["name"], {})[known.measure] = known
    return [Group(name, measures) for name, measures in found.items()]
