"""Difference between two groups of customers or two periods: which ways are taken more, or less."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from valence.core.intervals import MINIMUM, corrected, two_shares, wilson

CONFIDENCE = 0.95
WRONGLY = 0.05  # of the differences told, at most so many shall be chance


@dataclass(frozen=True, slots=True)
class Shift:
    """One way, as two groups take it.

    Attributes
    ----------
    key
        The way: a pair of touchpoints, or a path.
    one, two
        Customers (or journeys) of each group that took it.
    share_one, share_two, difference
        Shares of each group, and share two − share one; None of a group with too few.
    low, high
        Interval of the difference.
    p, adjusted
        Probability of such a difference by chance, and the same where as many ways are compared:
        the share of chance among all that are at least as sure.
    sure
        Whether it is more than chance.
    """

    key: Hashable
    one: int
    two: int
    share_one: float | None
    share_two: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    adjusted: float | None
    sure: bool


def shifts(
    one: Mapping[Hashable, int],
    two: Mapping[Hashable, int],
    *,
    of_one: int,
    of_two: int,
    fewest: int = MINIMUM,
    confidence: float = CONFIDENCE,
) -> list[Shift]:
    """Return how the shares of two groups differ, way by way, the largest difference first.

    Parameters
    ----------
    one, two
        Customers (or journeys) of each group by the way they took; a way that a group never took
        may be missing.
    of_one, of_two
        All customers (or journeys) of each group.
    fewest
        The least that a group has so that shares are told.
    confidence
        Of the intervals.

    Returns
    -------
    list of Shift
        By the size of the difference; ties by the counts of both, then by the name.

    Notes
    -----
    Interval: Newcombe (1998), Statistics in Medicine 17, method 10. Test: two shares, pooled.
    Correction: Benjamini & Hochberg (1995). All rows are taken as independent. The same customers
    in two periods move together: intervals are then too wide. Several journeys of one customer are
    alike: where journeys are counted, intervals are too narrow, by up to the root of how many a
    customer has.
    """
    keys = [*one, *(key for key in two if key not in one)]
    if min(of_one, of_two) < fewest:
        return [_untold(key, one.get(key, 0), two.get(key, 0)) for key in sorted(keys, key=str)]
    tested = [_tested(one.get(k, 0), of_one, two.get(k, 0), of_two) for k in keys]
    made = [
        _shift(key, (one.get(key, 0), of_one), (two.get(key, 0), of_two), confidence, p, adjusted)
        for key, p, adjusted in zip(keys, tested, corrected(tested), strict=True)
    ]
    return sorted(made, key=lambda s: (-abs(s.difference or 0.0), -(s.one + s.two), str(s.key)))


def _untold(key: Hashable, one: int, two: int) -> Shift:
    return Shift(key, one, two, None, None, None, None, None, None, None, sure=False)


def _tested(one: int, of_one: int, two: int, of_two: int) -> float:
    found = two_shares((one / of_one, of_one), (two / of_two, of_two))
    return 1.0 if found is None else found  # all or none of both: nothing differs


def _shift(
    key: Hashable,
    first: tuple[int, int],
    second: tuple[int, int],
    confidence: float,
    p: float,
    adjusted: float,
) -> Shift:
    (one, of_one), (two, of_two) = first, second
    share_one, share_two = one / of_one, two / of_two
    low, high = difference_of(first, second, confidence)
    return Shift(
        key, one, two, share_one, share_two, share_two - share_one, low, high, p, adjusted,
        sure=adjusted <= WRONGLY,
    )  # fmt: skip


def difference_of(
    first: tuple[int, int], second: tuple[int, int], confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the interval of share two − share one; each is given as hits and n (1 or more).

    Newcombe (1998), Statistics in Medicine 17, method 10: from the Wilson intervals of both.
    """
    (one, of_one), (two, of_two) = first, second
    p, q = one / of_one, two / of_two
    p_low, p_high = wilson(one, of_one, confidence)
    q_low, q_high = wilson(two, of_two, confidence)
    down = sqrt((q - q_low) ** 2 + (p_high - p) ** 2)
    up = sqrt((q_high - q) ** 2 + (p - p_low) ** 2)
    return max(-1.0, q - p - down), min(1.0, q - p + up)


def counts_of(edges: Sequence[Mapping[str, Any]]) -> dict[Hashable, int]:
    """Return the customers of each pair of touchpoints, of the rows of `directly_follows`."""
    return {(e["from_touchpoint"], e["to_touchpoint"]): e["customers"] for e in edges}
