"""Brands: who knows them, what is special about them, and what they mean to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from valence.core.intervals import MINIMUM, normal_quantile, two_shares, two_sided, wilson
from valence.lake.portable import given

Measure = Literal["awareness_unaided", "awareness_aided", "distinctiveness", "emotional_connection"]
# Awareness is asked as yes (1) or no (0): named unasked, or known when it is named (Aaker 1991,
# Managing Brand Equity). What is special about it (distinctiveness) and how close one feels
# (emotional connection) are rated, 1 to 7.
MEASURES: tuple[Measure, ...] = (
    "awareness_unaided", "awareness_aided", "distinctiveness", "emotional_connection",
)  # fmt: skip
SHARES: tuple[Measure, ...] = ("awareness_unaided", "awareness_aided")
CONFIDENCE = 0.90


def brand_counts(answers: ir.Table, *, by: Sequence[str] = ("subject",)) -> ir.Table:
    """Return what was answered about brands, reduced to what figures and intervals need.

    Parameters
    ----------
    answers
        The mart `answers`, or any table with `metric` and `score`.
    by
        Columns that make the groups: the brand, and a segment if wanted.

    Returns
    -------
    Table
        `metric`, the columns of `by`, `n`, `yes` (int, scores above 0: who knows the brand),
        `mean`, `spread` (float, mean and variance of the score).
    """
    t = given(answers, "metric", "score", *by)
    t = t.filter(t.metric.isin(list(MEASURES)), t.score.notnull())
    return t.group_by("metric", *by).aggregate(
        n=ibis._.count().cast("int64"),
        yes=(ibis._.score > 0).ifelse(ibis.literal(1, "int64"), ibis.null("int64")).count(),
        mean=ibis._.score.cast("float64").mean(),
        spread=ibis._.score.cast("float64").var(how="sample"),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """One measure of one brand in one group of people."""

    measure: Measure
    n: int
    value: float  # awareness: a share, 0 to 1; else the mean on the scale asked
    low: float
    high: float
    error: float

    @classmethod
    def of(cls, row: dict[str, Any]) -> Known:
        """Return it from what `brand_counts` found: Wilson's interval for a share."""
        n = row["n"]
        if row["metric"] in SHARES:
            share = row["yes"] / n
            return cls(
                row["metric"], n, share, *wilson(row["yes"], n, CONFIDENCE),
                (share * (1 - share) / n) ** 0.5,
            )  # fmt: skip
        error = (max(row["spread"] or 0.0, 0.0) / n) ** 0.5
        reach = normal_quantile(CONFIDENCE) * error
        mean = row["mean"]
        return cls(row["metric"], n, mean, mean - reach, mean + reach, error)

    @property
    def enough(self) -> bool:
        """Whether people enough answered to say anything."""
        return self.n >= MINIMUM

    def apart(self, other: Known) -> float | None:
        """Return the probability of as large a difference by chance; None below the minimum."""
        if not (self.enough and other.enough):
            return None
        if self.measure in SHARES:
            return two_shares((self.value, self.n), (other.value, other.n))
        return two_sided(self.value - other.value, (self.error**2 + other.error**2) ** 0.5)

    def told(self) -> dict[str, Any]:
        """Return it as plain values; without figures below the minimum."""
        said = self.enough
        return {
            "measure": self.measure, "n": self.n, "value": self.value if said else None,
            "low": self.low if said else None, "high": self.high if said else None,
        }  # fmt: skip
