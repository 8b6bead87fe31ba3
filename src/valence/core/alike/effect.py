"""The average effect of an event on the affected, and on others whom it met since.

With e the propensity, m the outcome expected without the event, A who is affected and
w = e / (1 − e), scaled so that the controls weigh as much as the affected:

    effect = sum of A (Y − m) / n₁ − sum of (1 − A) w (Y − m) / n₁

It is right if either e or m is, and errors of both only multiply (Robins, Rotnitzky & Zhao 1994;
for the affected: Farrell 2015, Journal of Econometrics 189). Effects differ between customers: a
few things known of each (worth, tenure, what was expected) tell how, by the linear projection that
solves the same equation with those things in front. It foretells events that nothing came of yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from valence.core.alike.basis import Codes, Flags, Floats
from valence.core.intervals import normal_quantile


class Estimate(NamedTuple):
    """A figure and its standard error."""

    value: float
    error: float

    def interval(self, confidence: float) -> tuple[float, float]:
        """Return the two-sided interval by the normal curve."""
        half = normal_quantile(confidence) * self.error
        return self.value - half, self.value + half


@dataclass(frozen=True)
class Compared:
    """Moments that are compared, with what models say of each."""

    affected: Flags  # (n,) A
    later: Floats  # (n,) Y, what came after
    expected: Floats  # (n,) m, the same without the event
    propensity: Floats  # (n,) e
    customer: Codes  # (n,) whose moment it is: one customer's moments are not independent

    @property
    def odds(self) -> Floats:
        """Return the weights of all moments: 1 of the affected, w of the controls."""
        e, own = self.propensity, self.affected
        w = np.where(own, 1.0, e / (1 - e))
        return np.where(own, 1.0, w * (own.sum() / max(float(w[~own].sum()), 1e-300)))


@dataclass(frozen=True)
class Effects:
    """The effect on the affected, and how it goes with what is known of each."""

    mean: Estimate
    weights: Floats  # (k,) of the projection
    covariance: Floats  # (k, k) of them
    affected: int  # whom it is measured on

    def total(self, known: Floats) -> Estimate:
        """Return the sum of effects on moments with what is known of each, (m, k)."""
        toward = known.sum(axis=0)
        return Estimate(
            float(toward @ self.weights), float(np.sqrt(toward @ self.covariance @ toward))
        )


def naive(affected: Flags, later: Floats, customer: Codes) -> Estimate:
    """Return the plain difference between the affected and the others."""
    n1, n0 = int(affected.sum()), int((~affected).sum())
    own, others = later[affected].mean(), later[~affected].mean()
    influence = np.where(affected, (later - own) / n1, -(later - others) / n0)
    return Estimate(float(own - others), _error(influence[:, None], customer)[0])


def effects(compared: Compared, known: Floats) -> Effects:
    """Return the effect on the affected, and its projection on what is known of each.

    Parameters
    ----------
    compared
        The moments.
    known
        (n, k) what is known of each, ones first.
    """
    own, n1 = compared.affected, float(compared.affected.sum())
    rest, w = compared.later - compared.expected, compared.odds
    signed = np.where(own, 1.0, -w) * rest
    inverse = np.linalg.pinv(known[own].T @ known[own], hermitian=True)
    weights = inverse @ (known.T @ signed)
    told, value = known @ weights, float(signed.sum() / n1)
    others = rest - _middle(rest, w, own)
    left = np.where(own, _scatter(rest - told, others, w, own) * (rest - told), -w * others)
    # The mean is that of whoever else might have been affected, too: so it also moves with whom
    # it hit. The projection says how effects differ, and does not.
    moved = left + np.where(own, told - value, 0.0)
    by = _by_customer(np.column_stack([moved / n1, known * left[:, None]]), compared.customer)
    covariance = inverse @ (by[:, 1:].T @ by[:, 1:]) @ inverse
    mean = Estimate(value, _root(by[:, 0]))
    return Effects(mean, weights, covariance, int(n1))


def _scatter(spared: Floats, others: Floats, w: Floats, own: Flags) -> float:
    """How much wider the affected would scatter had they been spared; 1 or more.

    What nobody knows of the affected is what they would have brought without the experience. That
    scatters as the controls like them do, and not as little as what was left to lose.
    """
    own_part = float((spared[own] ** 2).sum())
    like_them = float((w * others**2)[~own].sum())
    return float(np.sqrt(max(like_them / own_part, 1.0))) if own_part > 0 else 1.0


def _middle(rest: Floats, w: Floats, own: Flags) -> float:
    """The controls' weighted mean residual: weights are scaled, so what differs from it counts."""
    return float((w * rest)[~own].sum() / w[~own].sum())


def _root(by: Floats) -> float:
    n = max(len(by), 2)
    return float(np.sqrt((by**2).sum() * n / (n - 1)))


def _error(influence: Floats, customer: Codes) -> list[float]:
    by = _by_customer(influence, customer)
    return [_root(by[:, at]) for at in range(by.shape[1])]


def _by_customer(influence: Floats, customer: Codes) -> Floats:
    """Sums over each customer's moments, (customers, k)."""
    found, at = np.unique(customer, return_inverse=True)
    return np.stack(
        [np.bincount(at, influence[:, k], minlength=len(found)) for k in range(influence.shape[1])],
        axis=1,
    )
