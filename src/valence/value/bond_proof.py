"""Does the bond tell more than RFM? Held against what customers did in the year after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtri

from valence.value.auc import auc
from valence.value.models.model import Floats
from valence.value.regression import least_squares, logistic

FEWEST = 200  # customers; and of those who came back, or did not, a tenth of that
INTERVAL = 0.9
_FOLDS = 5
_POINTS = 10.0  # of the index, that effects are told for
_RIDGE = 1e-3  # nothing runs away where all of a kind came back


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with its 90 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class BondProof:
    """What ten points more of the index, at equal RFM, go with in the year after.

    Attributes
    ----------
    customers
        How many were held against it.
    odds
        Ratio of the odds to buy again.
    value
        Difference of the value a customer, in the currency.
    auc_rfm, auc_both
        How often RFM alone, and RFM with the bond, place one who came back above one who did not;
        of customers that the regression had not seen.
    gain
        Mean log-probability of what came, with the bond less without it, of the same customers.
    """

    customers: int
    odds: Effect
    value: Effect
    auc_rfm: float
    auc_both: float
    gain: Effect


def prove(
    index: Floats, recency: Floats, orders: Floats, value: Floats, again: Floats, later: Floats
) -> BondProof | None:
    """Return what the bond tells beyond recency, frequency and money; None of too few customers.

    Parameters
    ----------
    index
        (n,) bond index, 0 to 100.
    recency, orders, value
        (n,) days since the last purchase, purchases and value, up to the same day.
    again, later
        (n,) whether each bought in the year after (0 or 1), and the value of it.
    """
    n = len(index)
    rare = min(again.sum(), n - again.sum()) if n else 0
    if n < FEWEST or rare < FEWEST / 10 or np.ptp(index) == 0:
        return None
    rfm = _rfm(recency, orders, value)
    both = np.column_stack([rfm, index / _POINTS])
    z = float(ndtri(0.5 + INTERVAL / 2))
    stays, brings = logistic(both, again, _RIDGE), least_squares(both, later)
    b, se = float(stays.weights[-1]), float(stays.errors[-1])
    v, v_se = float(brings.weights[-1]), float(brings.errors[-1])
    p_rfm, p_both = (_unseen(design, again) for design in (rfm, both))
    more = _log(p_both, again) - _log(p_rfm, again)
    gain, gain_se = float(more.mean()), float(more.std(ddof=1) / np.sqrt(n))
    return BondProof(
        n,
        Effect(*(float(np.exp(b + side * se)) for side in (0, -z, z))),
        Effect(v, v - z * v_se, v + z * v_se),
        auc(p_rfm, again),
        auc(p_both, again),
        Effect(gain, gain - z * gain_se, gain + z * gain_se),
    )


def _rfm(recency: Floats, orders: Floats, value: Floats) -> Floats:
    """An intercept, RFM by logarithms, their squares and products: a fair rival, not a straw man.

    A linear RFM would leave to the bond what is only its own wrong shape.
    """
    own = np.stack([np.log1p(np.maximum(each, 0)) for each in (recency, orders, value)], axis=1)
    own = (own - own.mean(axis=0)) / np.maximum(own.std(axis=0), 1e-9)
    pairs = [own[:, i] * own[:, j] for i in range(3) for j in range(i, 3)]
    return np.column_stack([np.ones(len(own)), own, *pairs])


def _unseen(design: Floats, y: Floats) -> Floats:
    """Return the probability of each by a regression on the others' four fifths."""
    fold = np.random.default_rng(1).permutation(len(y)) % _FOLDS
    p = np.empty(len(y))
    for k in range(_FOLDS):
        out: npt.NDArray[np.bool_] = fold == k
        p[out] = expit(design[out] @ logistic(design[~out], y[~out], _RIDGE).weights)
    return p


def _log(p: Floats, y: Floats) -> Floats:
    p = np.clip(p, 1e-9, 1 - 1e-9)
    scores: Floats = np.where(y > 0, np.log(p), np.log1p(-p))
    return scores
