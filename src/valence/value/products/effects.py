"""Groups compared after adjustment for who is in them: differences, intervals, what is told apart.

Outcomes are regressed on the covariates within groups (fixed effects), so that what sets groups
apart cannot pass for an effect of the covariates; a group's adjusted mean is what its members
would have brought had they been like everybody (Angrist & Pischke 2009, Mostly Harmless
Econometrics, 3 and 5). Standard errors come from influence functions and hold for unequal spread;
intervals are Hall's for skewed data (1992, Journal of the Royal Statistical Society B 54), since
few customers bring much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import stdtr, stdtrit  # scipy.stats takes seconds to load

from valence.core.intervals import corrected

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]
_STRAIGHT = 1e-6  # a skewness that bends nothing, where there is none to divide by
_ROUNDS = 60  # halvings in which the spread between groups is found: beyond the last digit


@dataclass(frozen=True, slots=True)
class Compared:
    """Groups held against all: one entry a group.

    `difference` is the adjusted mean less that of all, `error` its standard error, `skewness` that
    of its distribution, `free` the degrees of freedom of its interval.
    """

    customers: Codes
    mean: Floats  # as observed
    overall: float
    difference: Floats
    error: Floats
    skewness: Floats
    free: Floats

    def first(self, groups: int) -> Compared:
        """Return it of the first groups only."""
        return Compared(
            self.customers[:groups],
            self.mean[:groups],
            self.overall,
            self.difference[:groups],
            self.error[:groups],
            self.skewness[:groups],
            self.free[:groups],
        )

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        """Return the ends of the interval of each difference."""
        reach = np.asarray(stdtrit(self.free, 0.5 + confidence / 2), dtype=float)
        skew = np.where(np.abs(self.skewness) < _STRAIGHT, _STRAIGHT, self.skewness)

        def end(at: Floats) -> Floats:
            bent = (np.cbrt(1 + skew * (at - skew / 6)) - 1) * 3 / skew
            return np.asarray(self.difference - bent * self.error)

        return end(reach), end(-reach)

    def p_values(self) -> Floats:
        """Return the two-sided probability of such a difference where there is none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            t = self.difference / self.error
        skew = self.skewness
        straight = t + skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / 6
        return np.asarray(np.where(self.error > 0, 2 * stdtr(self.free, -np.abs(straight)), 1))


def compare(group: Codes, outcome: Floats, covariates: sparse.csr_array) -> Compared:
    """Return each group against all, adjusted for the covariates.

    Parameters
    ----------
    group
        (n,) from 0 to the number of groups − 1; each group has a member.
    outcome
        (n,).
    covariates
        (n, d) without a constant, mostly zeros. Columns that repeat others do no harm.
    """
    x, count = covariates, np.bincount(group)
    n, rows = len(group), np.arange(len(group))
    belongs = sparse.csr_array((np.ones(n), (group, rows)), shape=(len(count), n))
    mean = np.bincount(group, outcome) / count
    sums = (belongs @ x).toarray()
    means = sums / count[:, None]
    # Sums of squares and products within groups: those of all, less what the groups' means make.
    bread = np.linalg.pinv((x.T @ x).toarray() - sums.T @ means, hermitian=True)
    slope = bread @ (x.T @ outcome - sums.T @ mean)
    apart = means - sums.sum(axis=0) / n
    adjusted = mean - apart @ slope
    overall = float(count @ adjusted / n)
    rest = outcome - x @ slope
    # Residuals are too short by what each group's mean took up.
    short = np.sqrt(count / np.maximum(count - 1.0, 1.0))
    residual = (rest - (np.bincount(group, rest) / count)[group]) * short[group]
    weighted = x.multiply(residual[:, None] ** 2).tocsr()
    moved, products = (belongs @ weighted).toarray(), (x.T @ weighted).toarray()
    spread = np.asarray(np.bincount(group, residual**2), np.float64)
    # How a group's difference moves with the errors of the slopes.
    error = _errors(count, spread, means, moved, products, apart @ bread)
    cubes = np.bincount(group, residual**3)
    third = cubes * (1 / count - 1 / n) ** 3 - (cubes.sum() - cubes) / n**3
    skewness = np.divide(third, error**3, out=np.zeros_like(error), where=error > 0)
    free = np.maximum(count - 1.0, 1.0)
    return Compared(count, mean, overall, adjusted - overall, error, skewness, free)


def _errors(
    count: Codes, spread: Floats, means: Floats, moved: Floats, products: Floats, toward: Floats
) -> Floats:
    """Standard errors of the groups' differences from all.

    Their squares are sums over all members of squared influences,
    (1{in the group} / n_g − 1 / n − toward · (x − mean of x in its group)) e.
    `spread`, `moved` and `products` are sums of e², e² x by group, and e² x x'.
    """
    n = count.sum()
    crossed = moved.T @ means
    meat = products - crossed - crossed.T + means.T @ (spread[:, None] * means)
    within = moved - spread[:, None] * means
    own = spread / count**2 - 2 * spread / (count * n) + spread.sum() / n**2
    cross = np.einsum("gd,gd->g", toward, within / count[:, None] - within.sum(axis=0) / n)
    sloped = np.einsum("gd,de,ge->g", toward, meat, toward)
    return np.asarray(np.sqrt(np.maximum(own - 2 * cross + sloped, 0.0)))


def shrunk(difference: Floats, error: Floats) -> Floats:
    """Return differences drawn towards their mean by as much as they are noise.

    The spread between groups is that of Paule & Mandel (1982): with it, squared distances from the
    mean are as large as they should be. Of fewer than three groups nothing is known of it.
    """
    if len(difference) < 3:
        return difference.copy()
    noise = np.maximum(error**2, 1e-300)

    def centered(spread: float) -> tuple[float, Floats]:
        weight = 1 / (spread + noise)
        middle = float(weight @ difference / weight.sum())
        return middle, weight * (difference - middle) ** 2

    low, high = 0.0, float(np.ptp(difference) ** 2) + 1e-300
    if centered(0.0)[1].sum() <= len(difference) - 1:
        high = 0.0
    for _ in range(_ROUNDS):
        spread = (low + high) / 2
        if centered(spread)[1].sum() > len(difference) - 1:
            low = spread
        else:
            high = spread
    middle, _ = centered(high)
    return np.asarray(middle + high / (high + noise) * (difference - middle))


def told_apart(p_values: Floats, rate: float) -> npt.NDArray[np.bool_]:
    """Return which of many are told apart when at most `rate` of them shall be wrongly so.

    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57.
    """
    return np.asarray(corrected([float(p) for p in p_values]), np.float64) <= rate


def alike(group: Codes, cell: Codes, least: int) -> Floats:
    """Return the share of each group whose cell holds at least `least` members of other groups."""
    everyone = np.bincount(cell)
    _, at, own = np.unique(
        group * np.int64(len(everyone)) + cell, return_inverse=True, return_counts=True
    )
    others = everyone[cell] - own[at]
    return np.asarray(np.bincount(group, others >= least) / np.bincount(group))
