"""The model of early stars: a logistic regression on the first weeks, and how far it is right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from valence.value.auc import auc
from valence.value.models.model import Floats
from valence.value.regression import logistic

FEWEST = 200  # customers with a whole first year, and a tenth of them stars: below, no model
TOP = 0.2  # share of customers, by value of the first year, who count as of high value
# What the model reads: amounts and counts by their logarithm, shares as they are.
NUMBERS = (
    "first_amount", "weeks_amount", "weeks_days", "weeks_returned_share", "weeks_discount_share",
    "weeks_channels",
)  # fmt: skip
SHARES = ("weeks_returned_share", "weeks_discount_share")
_RIDGE = 1.0  # in units of standardised features: nothing runs away on a rare channel
_CHANNELS = 6  # told apart; others are one
_BINS = 10
_OLDER = 0.75  # share of customers that the model is fitted to: the newest tell how far it holds
_FEW_STARS = 20  # of either kind: below, nothing is calibrated


@dataclass(frozen=True, slots=True)
class FirstWeeks:
    """What customers did in the first weeks: (n,) arrays, one entry a customer."""

    first_amount: Floats
    weeks_days: Floats
    weeks_amount: Floats
    weeks_returned_share: Floats
    weeks_discount_share: Floats
    weeks_channels: Floats
    channel: Sequence[str]

    def features(self, channels: Sequence[str]) -> Floats:
        """Return the features, (n, k), in the order of `NUMBERS`, then channels one by one."""
        own = np.array(self.channel, dtype=object)
        numbers = ((name, getattr(self, name)) for name in NUMBERS)
        features = [
            np.clip(known, 0, 1) if name in SHARES else np.log1p(np.maximum(known, 0))
            for name, known in numbers
        ]
        features += [(own == channel).astype(float) for channel in channels]
        return np.stack(features, axis=1)

    def some(self, rows: npt.NDArray[np.bool_]) -> FirstWeeks:
        """Return some of the customers."""
        own = np.array(self.channel, dtype=object)[rows]
        return FirstWeeks(
            self.first_amount[rows], self.weeks_days[rows], self.weeks_amount[rows],
            self.weeks_returned_share[rows], self.weeks_discount_share[rows],
            self.weeks_channels[rows], list(own),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StarModel:
    """A fitted logistic regression on standardised features."""

    channels: tuple[str, ...]
    mean: Floats
    spread: Floats
    weights: Floats  # the intercept first
    shift: tuple[float, float] = (0.0, 1.0)  # of the log-odds, so that they fit the newest

    def probabilities(self, weeks: FirstWeeks) -> Floats:
        """Return the probability that each becomes a customer of high value, (n,)."""
        z = (weeks.features(self.channels) - self.mean) / self.spread
        a, b = self.shift
        p: Floats = expit(a + b * (self.weights[0] + z @ self.weights[1:]))
        return p

    def plain(self) -> tuple[float, Floats]:
        """Return the intercept and the weights, (k,), of the features as they are."""
        a, b = self.shift
        weights = self.weights[1:] / self.spread
        return float(a + b * (self.weights[0] - self.mean @ weights)), b * weights

    def calibrated(self, weeks: FirstWeeks, star: npt.NDArray[np.bool_]) -> StarModel:
        """Return the model with its log-odds shifted to fit customers it has not seen (Platt)."""
        p = np.clip(replace(self, shift=(0.0, 1.0)).probabilities(weeks), 1e-9, 1 - 1e-9)
        if min(star.sum(), (~star).sum()) < _FEW_STARS:
            return self
        design = np.column_stack([np.ones(len(p)), logit(p)])
        a, b = logistic(design, star.astype(float), np.array([0.0, 1e-3])).weights
        return replace(self, shift=(float(a), float(max(b, 0.0))))


@dataclass(frozen=True, slots=True)
class StarTest:
    """How the model did on the newest customers with a whole first year, which it had not seen."""

    customers: int
    stars: int
    auc: float  # probability that a star is placed above another one
    brier: float  # mean squared error of the probability
    brier_naive: float  # of saying the same share of everyone
    told: Floats  # mean probability of each tenth of the customers
    came: Floats  # share of stars in it


def fit_stars(weeks: FirstWeeks, star: npt.NDArray[np.bool_]) -> StarModel:
    """Return the penalised logistic regression at its maximum, by Newton's method."""
    names, n = np.unique(np.array(weeks.channel, dtype=str), return_counts=True)
    channels = tuple(names[np.argsort(-n)][:_CHANNELS])
    x = weeks.features(channels)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread[spread == 0] = 1.0
    design = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    penalty = np.full(design.shape[1], _RIDGE)
    penalty[0] = 0.0
    fitted = logistic(design, star.astype(float), penalty)
    return StarModel(channels, mean, spread, fitted.weights)


def learned(weeks: FirstWeeks, star: npt.NDArray[np.bool_], first: Floats) -> StarModel:
    """Return the model of the older three quarters, calibrated on the newest quarter."""
    old = first <= np.quantile(first, _OLDER)
    if star[old].all() or not star[old].any() or old.all():
        return fit_stars(weeks, star)
    fitted = fit_stars(weeks.some(old), star[old])
    return fitted.calibrated(weeks.some(~old), star[~old])


def try_stars(weeks: FirstWeeks, star: npt.NDArray[np.bool_], first: Floats) -> StarTest:
    """Fit on the older three quarters, calibrate on half of the newest, and foretell the rest.

    Parameters
    ----------
    weeks, star
        Customers with a whole first year, and who of them is a star.
    first
        (n,) day of the first purchase, as a number.
    """
    old = first <= np.quantile(first, _OLDER)
    newest = np.flatnonzero(~old)
    new, half = np.zeros(len(first), dtype=bool), np.zeros(len(first), dtype=bool)
    new[newest[1::2]], half[newest[::2]] = True, True
    if not new.any() or star[old].all() or not star[old].any():
        return StarTest(0, 0, np.nan, np.nan, np.nan, np.zeros(0), np.zeros(0))
    fitted = fit_stars(weeks.some(old), star[old]).calibrated(weeks.some(half), star[half])
    p = fitted.probabilities(weeks.some(new))
    came = star[new].astype(float)
    base = star[half].mean()
    order = np.argsort(p, kind="stable")
    tenths = [part for part in np.array_split(order, _BINS) if len(part)]
    return StarTest(
        len(p),
        int(came.sum()),
        auc(p, came),
        float(((p - came) ** 2).mean()),
        float(((base - came) ** 2).mean()),
        np.array([p[part].mean() for part in tenths]),
        np.array([came[part].mean() for part in tenths]),
    )
