"""Scores by rank: equal values score equally, on every engine, in whole numbers throughout."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.lake.portable import AMOUNT

Ties = Literal["lowest", "middle"]


def rank_scores(
    rows: ir.Table, column: str, *, bins: int, best: Literal["high", "low"], ties: Ties
) -> ir.Table:
    """Return the score of each distinct value of a column.

    Of `n` rows, `less` stand below the value and `equal` have it. The place of the value is
    `p = less / n` (ties lowest) or `p = (less + equal / 2) / n` (ties middle, the ridit of Bross
    1958, "How to use ridit analysis", Biometrics 14), and the score is `floor(bins × p) + 1`.

    Ranks are taken over distinct values, so a million customers with a few hundred distinct
    recencies need no sort of a million rows.

    Parameters
    ----------
    rows, column
        What to score: missing values are left out.
    bins
        Scores run from 1 to `bins`.
    best
        Which end is good: `high` (frequency) or `low` (days since the last order).
    ties
        Which place equal values take.

    Returns
    -------
    Table
        One row per distinct value: `scored_value`, `score` (int64), `place` (float64, the p above).
    """
    values = rows.select(scored_value=rows[column])
    values = values.filter(values.scored_value.notnull())
    counts = values.group_by("scored_value").agg(equal=values.count().cast("int64"))
    ordered = counts.scored_value.asc() if best == "high" else counts.scored_value.desc()
    upto = counts.equal.sum().over(ibis.window(order_by=ordered, preceding=None, following=0))
    t = counts.mutate(
        less=(upto - counts.equal).cast("int64"),
        everyone=counts.equal.sum().over(ibis.window()).cast("int64"),
    )
    # Twice the place times n: whole numbers, so no rounding decides a score.
    doubled = t.less * 2 + (t.equal if ties == "middle" else 0)
    return t.select(
        "scored_value",
        score=((doubled * bins) // (t.everyone * 2) + 1).cast("int64"),
        place=doubled.cast("float64") / (t.everyone * 2).cast("float64"),
    )


def cut_score(
    value: ir.NumericValue, cuts: Sequence[int | Decimal], *, best: Literal["high", "low"]
) -> ir.IntegerValue:
    """Return the score by fixed cuts: 1 and one more for each cut that is reached.

    A cut is reached from itself upwards (`best="high"`) or from itself downwards (`best="low"`).
    """
    score = ibis.literal(1, "int64")
    for cut in cuts:
        edge = ibis.literal(cut, AMOUNT if isinstance(cut, Decimal) else "int64")
        reached = value >= edge if best == "high" else value <= edge
        score = score + reached.cast("int64")
    return score
