"""Predictions that were kept, those scored and those to come: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from valence.lake.reading import Tables


@dataclass(frozen=True, slots=True)
class Kept:
    """Predictions that have been made: those scored, the latest first, and those to come."""

    scored: Sequence[Mapping[str, Any]]
    waiting: Sequence[Mapping[str, Any]]

    @property
    def latest(self) -> Mapping[str, Any] | None:
        """The last one to come due, of several on that day the longest."""
        return self.scored[0] if self.scored else None


def kept_of(tables: Tables) -> Kept | None:
    """Return the predictions kept; None where none has been made yet."""
    if not tables.has("prediction_scores"):
        return None
    t = kept_table(tables)
    rows = tables.rows(t.order_by(t.until.desc(), t.months.desc()))
    if not rows:
        return None
    return Kept(
        [row for row in rows if row["value_came_amount"] is not None],
        [row for row in reversed(rows) if row["value_came_amount"] is None],
    )


def kept_table(tables: Tables) -> ir.Table:
    """Return the published predictions with how far off their sum was, `value_off`."""
    t = tables.table("prediction_scores")
    told = t.value_told_amount.cast("float64").nullif(0.0)
    return t.mutate(value_off=t.value_came_amount.cast("float64") / told - 1)
