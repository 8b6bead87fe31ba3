"""Panels: answers to questions of research, of the last months, and their means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.intervals import normal_quantile
from valence.lake.reading import Tables

MONTHS = 12
_CONFIDENCE = 0.90


def recent(tables: Tables, as_of: date, months: int = MONTHS) -> ir.Table:
    """Return the answers of the months up to a day."""
    t = tables.table("answers")
    return t.filter(t.on > months_before(as_of, months), t.on <= as_of)


def means(grouped: Any, of: str = "score") -> ir.Table:
    """Return `n`, `mean` and `spread` (variance) of a number in each group."""
    t = grouped.aggregate(
        n=ibis._.count().cast("int64"), mean=ibis._[of].mean(), spread=ibis._[of].var(how="sample")
    )
    return t.filter(t.n > 0)


def interval(row: Mapping[str, Any], confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """Return the interval of a mean, from what `means` found."""
    spread = row["spread"] or 0.0
    reach = normal_quantile(confidence) * (max(spread, 0.0) / row["n"]) ** 0.5
    return row["mean"] - reach, row["mean"] + reach
