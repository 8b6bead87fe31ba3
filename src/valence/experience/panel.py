"""Panels: answers to questions of research, of the last months, and their means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.intervals import normal_quantile
from valence.lake.reading import Tables

MONTHS = 12
_CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its interval."""

    value: float
    low: float | None
    high: float | None


def recent(tables: Tables, as_of: date, months: int = MONTHS) -> ir.Table:
    """Return the answers of the months up to a day."""
    t = tables.table("answers")
    return t.filter(t.on > months_before(as_of, months), t.on <= as_of)


def latest(t: ir.Table, *by: str) -> ir.Table:
    """Return what each person said last of each of `by`: who is asked every month counts once.

    Parameters
    ----------
    t
        Rows of the mart `answers`, or pairs of `surveys.pairs`. An answer or a pair that names no
        customer is of a person of its own.
    by
        Columns that tell apart what was said: the feature, the brand, the question.

    Returns
    -------
    Table
        The same columns and `person`.
    """
    each = "response" if "response" in t.columns else "feedback_id"
    nobody = ibis.literal("/").join([t.source, t[each]])
    t = t.mutate(person=ibis.coalesce(t.customer_id, nobody))
    place = ibis.row_number().over(
        group_by=[t.person, *(t[name] for name in by)],
        order_by=[t["at"].desc(), t.source, t[each]],
    )
    t = t.mutate(_place=place)
    return t.filter(t._place == 0).drop("_place")


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
