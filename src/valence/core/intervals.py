"""Intervals and tests by the normal curve: for the few figures that an engine has reduced."""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt
from statistics import NormalDist

MINIMUM = 30  # customers, answers, orders: a share or score of fewer says more about chance
_NORMAL = NormalDist()


def normal_quantile(confidence: float) -> float:
    """Return how many standard errors a two-sided interval reaches to each side."""
    return _NORMAL.inv_cdf((1 + confidence) / 2)


def two_sided(difference: float, error: float) -> float | None:
    """Return the probability of a difference at least as large by chance; None without an error."""
    # Not by the curve's cdf: it is 0.0 from 8.3 standard errors on.
    return erfc(abs(difference) / error / sqrt(2)) if error > 0 else None


def two_shares(one: tuple[float, int], two: tuple[float, int]) -> float | None:
    """Return the probability of shares as far apart by chance, each of so many (1 or more).

    The variance is pooled: where chance is at work both are one share. None where all or none of
    both are counted, so that nothing differs.
    """
    (share, n), (other, m) = one, two
    pooled = (share * n + other * m) / (n + m)
    return two_sided(share - other, sqrt(max(pooled * (1 - pooled), 0.0) * (1 / n + 1 / m)))


def sure(probability: float | None, confidence: float = 0.90) -> bool:
    """Return whether a difference is more than chance; where nobody can tell, it is not."""
    return probability is not None and probability < 1 - confidence


def wilson(hits: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a share (Wilson 1927, JASA 22); `n` is above 0.

    Both may be effective numbers, not whole: where answers are weighed, or stand for expectations.
    """
    z = normal_quantile(confidence)
    p = hits / n
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    half = z / scale * sqrt(max(p * (1 - p), 0.0) / n + z * z / (4 * n * n))
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
