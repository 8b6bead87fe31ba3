"""The control chart of a score: an exponentially weighted mean with limits that know their n."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from valence.core.intervals import normal_quantile, wilson

USUAL_LEAST = 8  # periods that it takes to say what is usual
_CONFIDENCE = 0.90  # of the interval of one period
_CERTAIN = 0.05  # probability of a spread by chance, below which periods spread more than answers


@dataclass(frozen=True, slots=True)
class Period:
    """What was answered in one period: all that a chart needs of it."""

    start: date
    n: int
    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: the score, the variance of one answer, and the answers that tell it."""

    centre: float  # −1 to 1 for NPS, else 0 to 1
    variance: float
    n: float

    @property
    def known(self) -> bool:
        """Whether answers differ at all."""
        return self.variance > 0 and self.n > 0


@dataclass(frozen=True, slots=True)
class Point:
    """One period on the chart; scores as in `Usual`."""

    start: date
    n: int
    score: float | None  # None: too few answers
    smoothed: float  # the weighted mean of this period and all before
    low: float  # limits of it
    high: float
    error: float  # its standard error
    below: bool = False  # below the lower limit
    above: bool = False
    floored: bool = False  # surely below the floor


@dataclass(frozen=True, slots=True)
class Limits:
    """How a chart is drawn and when it calls.

    `weight` is λ and `reach` L of the literature (Lucas & Saccucci 1990): what the newest period
    counts for, and how many standard errors the limits stand off.
    """

    weight: float = 0.2
    reach: float = 2.7
    floor: float | None = None  # of the score, as in `Usual`
    least: int = 20  # answers of a period; with fewer it says nothing


def score_of(period: Period, *, net: bool) -> tuple[float, float]:
    """Return score and variance of one answer: good less bad (NPS), or the share of good ones."""
    good, bad = period.good / period.n, period.bad / period.n
    if net:
        return good - bad, good + bad - (good - bad) ** 2
    return good, good * (1 - good)


def usual_of(periods: Sequence[Period], *, net: bool) -> Usual | None:
    """Return what is usual in these periods.

    Parameters
    ----------
    periods
        Those that tell it: each with answers.
    net
        True for NPS, False for a share.

    Returns
    -------
    Usual or None
        None for fewer than `USUAL_LEAST` periods. Where periods differ from each other by more than
        the answers within them can explain (χ² test, 5 %), the variance of an answer is raised by
        as much (Laney 2002, Improved control charts for attributes).
    """
    if len(periods) < USUAL_LEAST:
        return None
    n, good = sum(p.n for p in periods), sum(p.good for p in periods)
    bad = sum(p.bad for p in periods)
    centre, variance = score_of(Period(periods[0].start, n, good, bad), net=net)
    if variance <= 0:
        return Usual(centre, 0.0, n)
    spread = sum(p.n * (score_of(p, net=net)[0] - centre) ** 2 for p in periods) / variance
    from scipy.special import chdtrc  # noqa: PLC0415 - slow to import, and kinds load this module

    free = len(periods) - 1
    more = spread / free if chdtrc(free, spread) < _CERTAIN else 1.0
    return Usual(centre, variance * max(more, 1.0), n)


def charted(periods: Sequence[Period], usual: Usual, limits: Limits, *, net: bool) -> list[Point]:
    """Return the chart of the periods after those that told what is usual.

    Parameters
    ----------
    periods
        In their order. A period with fewer answers than `limits.least` has no score; the smoothed
        mean stays where it was.
    usual
        The centre; its own uncertainty widens the limits.
    limits
        Weight, reach, floor.
    net
        True for NPS, False for a share.

    Returns
    -------
    list of Point

    Notes
    -----
    z_t = λ x_t + (1 − λ) z_{t−1} from z_0 = μ̂ (Roberts 1959; Lucas & Saccucci 1990), where x_t is
    the mean of n_t answers with variance σ²/n_t. So Var(z_t) = v_t with v_t = λ² σ²/n_t +
    (1 − λ)² v_{t−1}, v_0 = 0, exact for each t and any n. The centre is itself a mean of N answers,
    of which z_t keeps (1 − λ)^t: the error of z_t − μ̂ is v_t + (1 − (1 − λ)^t)² σ²/N.
    """
    points: list[Point] = []
    smoothed, spread, left = usual.centre, 0.0, 1.0
    for period in periods:
        score = None
        if period.n >= limits.least:
            score = score_of(period, net=net)[0]
            smoothed = limits.weight * score + (1 - limits.weight) * smoothed
            own = limits.weight**2 * usual.variance / period.n
            spread = own + (1 - limits.weight) ** 2 * spread
            left *= 1 - limits.weight
        error = sqrt(spread + (1 - left) ** 2 * usual.variance / usual.n) if usual.known else 0.0
        reach = limits.reach * error
        low, high = usual.centre - reach, usual.centre + reach
        points.append(
            Point(
                period.start, period.n, score, smoothed, low, high, error,
                below=score is not None and usual.known and smoothed < low,
                above=score is not None and usual.known and smoothed > high,
                floored=score is not None and _floored(period, smoothed, limits.floor, net=net),
            )
        )  # fmt: skip
    return points


def _floored(period: Period, smoothed: float, floor: float | None, *, net: bool) -> bool:
    """Whether the smoothed score, or the whole interval of this period, is below the floor."""
    if floor is None:
        return False
    return smoothed < floor or highest(period, net=net) < floor


def highest(period: Period, *, net: bool) -> float:
    """Return the upper end of the interval (90 %) of one period's score."""
    score, variance = score_of(period, net=net)
    if not net:
        return wilson(period.good, period.n, _CONFIDENCE)[1]
    if variance <= 0:  # all answered alike: as sure as if one of them had not (rule of three)
        variance = (period.n - 1) / period.n**2 * 4
    return min(1.0, score + normal_quantile(_CONFIDENCE) * sqrt(variance / period.n))
