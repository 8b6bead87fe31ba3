"""What the page of groups tells, read from the published table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.years import comparable

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of one dimension, the most valuable of the last twelve months first."""

    as_of: date
    dimension: str
    basis: str | None
    rows: Sequence[Row]
    begins_on: date | None = None  # the first day of the orders, where the year before lacks some

    @property
    def known(self) -> Sequence[Row]:
        """Groups with a name."""
        return [row for row in self.rows if row["name"] is not None]

    @property
    def unknown(self) -> Row | None:
        """Customers of whom the group is not known."""
        return next((row for row in self.rows if row["name"] is None), None)


def groups_of(tables: Tables, dimension: str) -> Groups | None:
    """Return the groups of a dimension; None before the first build."""
    if not tables.has("value_groups") or (summary := summary_of(tables)) is None:
        return None
    t = tables.table("value_groups")
    t = t.filter(t.dimension == dimension).drop("dimension")
    rows = tables.rows(t.order_by(t.value_12m_amount.desc(), t.name))
    begins_on = None if comparable(summary) else summary["first_order_on"]
    return Groups(summary["as_of"], dimension, summary["value_basis"], rows, begins_on)
