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
from scipy import stats

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
        reach = np.asarray(stats.t.ppf(0.5 + confidence / 2, self.free))
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
        return np.asarray(np.where(self.error > 0, 2 * stats.t.sf(np.abs(straight), self.free), 1))


def compare(group: Codes, outcome: Floats, covariates: Floats) -> Compared:
    """Return each group against all, adjusted for the covariates.

    Parameters
    ----------
    group
        (n,) from 0 to the number of groups − 1; each group has a member.
    outcome
        (n,).
    covariates
        (n, d) without a constant; is overwritten. Columns that repeat others do no harm.
    """
    count = np.bincount(group)
    n = count.sum()
    mean = np.bincount(group, outcome) / count
    center = covariates.mean(axis=0)
    means = np.empty((len(count), covariates.shape[1]))
    for column in range(covariates.shape[1]):
        means[:, column] = np.bincount(group, covariates[:, column]) / count
        covariates[:, column] -= means[group, column]
    within = covariates
    bread = np.linalg.pinv(within.T @ within, hermitian=True)
    slope = bread @ (within.T @ (outcome - mean[group]))
    apart = means - center
    adjusted = mean - apart @ slope
    overall = float(count @ adjusted / n)
    # Residuals are too short by what each group's mean took up.
    short = np.sqrt(count / np.maximum(count - 1.0, 1.0))
    residual = (outcome - mean[group] - within @ slope) * short[group]
    square = residual**2
    spread = np.bincount(group, square)
    moved = np.empty_like(means)
    for column in range(means.shape[1]):
        moved[:, column] = np.bincount(group, square * within[:, column])
    meat = within.T @ (within * square[:, None])
    toward = apart @ bread  # how a group's difference moves with the slopes' own errors
    # Σ of the squared influences (1{in the group} / n_g − 1 / n − toward · x) e over all members.
    own = spread / count**2 - 2 * spread / (count * n) + spread.sum() / n**2
    cross = np.einsum("gd,gd->g", toward, moved / count[:, None] - moved.sum(axis=0) / n)
    sloped = np.einsum("gd,de,ge->g", toward, meat, toward)
    error = np.sqrt(np.maximum(own - 2 * cross + sloped, 0.0))
    cubes = np.bincount(group, residual**3)
    third = cubes * (1 / count - 1 / n) ** 3 - (cubes.sum() - cubes) / n**3
    skewness = np.divide(third, error**3, out=np.zeros_like(error), where=error > 0)
    free = np.maximum(count - 1.0, 1.0)
    return Compared(count, mean, overall, adjusted - overall, error, skewness, free)


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
    order = np.argsort(p_values)
    few_enough = p_values[order] <= rate * np.arange(1, len(order) + 1) / max(len(order), 1)
    found = np.zeros(len(order), bool)
    found[order[: np.flatnonzero(few_enough).max(initial=-1) + 1]] = True
    return found


def alike(group: Codes, cell: Codes, least: int) -> Floats:
    """Return the share of each group whose cell holds at least `least` members of other groups."""
    everyone = np.bincount(cell)
    _, at, own = np.unique(
        group * np.int64(len(everyone)) + cell, return_inverse=True, return_counts=True
    )
    others = everyone[cell] - own[at]
    return np.asarray(np.bincount(group, others >= least) / np.bincount(group))
