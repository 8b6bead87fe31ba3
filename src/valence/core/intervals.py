"""Intervals and tests by the normal curve: for the few figures that an engine has reduced."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

_NORMAL = NormalDist()


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches to each side."""
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def two_sided(difference: float, error: float) -> float | None:
    """Return the probability of a difference at least as large by chance; None without an error."""
    return 2 * _NORMAL.cdf(-abs(difference) / error) if error > 0 else None


def wilson(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927, JASA 22); `n` is 1 or more."""
    z = normal_quantile(confidence)
    p = hits / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def corrected(p_values: Sequence[float]) -> list[float]:
    """Return p values corrected for how many are told (Benjamini & Hochberg 1995), in their order.

    Those at most `x` after it are, in the long run, chance in at most a share `x` of cases.
    """
    ranked = sorted(range(len(p_values)), key=lambda at: p_values[at], reverse=True)
    found = [1.0] * len(p_values)
    least = 1.0
    for passed, at in enumerate(ranked):
        least = min(least, p_values[at] * len(p_values) / (len(p_values) - passed))
        found[at] = least
    return found
