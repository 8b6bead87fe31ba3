"""What would have been without the event, and how likely it was: cross-fitted.

Both are regressions on a flexible basis. Each row is told by what was fitted to other customers
(Chernozhukov et al. 2018, Econometrics Journal 21): sums of squares and products are taken once for
each fold, and what the other folds teach is the whole less the own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from valence.core.alike.basis import Basis, Codes, Flags, Floats

FOLDS = 5
_STEPS, _HALVINGS, _CLOSE = 25, 12, 1e-4
_MOST = 150_000  # rows that a model is learned from: more would make it slower, hardly better
_FEW = 20_000  # rows up to which weights without a fold are reached exactly
_PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1)  # of the outcome, times rows
_RIDGE = 10.0  # of the propensity, in rows: nothing runs away on a rare channel


def folds_of(customer: Codes, folds: int = FOLDS) -> Codes:
    """Return the fold of each row, one customer's rows in one fold, scattered but fixed."""
    mixed = (customer.astype(np.uint64) * np.uint64(11400714819323198485)) >> np.uint64(40)
    return (mixed % np.uint64(folds)).astype(np.intp)


def _learned_from(fold: Codes) -> slice:
    """Rows that models are learned from: every so many, so that all seasons are among them."""
    return slice(None, None, -(-len(fold) // _MOST))


@dataclass(frozen=True)
class _Sums:
    """Sums of squares and products of the design by fold, and with an outcome."""

    products: Floats  # (folds, p, p)
    moved: Floats  # (folds, p)
    squares: Floats  # (folds,) of the outcome
    rows: Floats  # (folds,)


@dataclass(frozen=True)
class Without:
    """The outcome expected without the event: of the rows, and the weights of each fold."""

    told: Floats  # (n,)
    weights: Floats  # (folds, p)

    def of(self, basis: Basis) -> Floats:
        """Return it of other rows, on the same basis."""
        weights, told = self.weights.mean(axis=0), np.empty(len(basis))
        for rows, design in basis.blocks():
            told[rows] = design @ weights
        return told


def without(basis: Basis, y: Floats, controls: Flags, fold: Codes) -> Without:
    """Return the outcome expected without the event, told by other customers' moments.

    A linear regression of the controls' outcomes on the basis; its ridge penalty is the one that
    foretells the left-out folds best. Zeros and long tails need no law: only the mean is asked.

    Parameters
    ----------
    basis
        The covariates, (n rows).
    y
        (n,) outcomes; those of the affected are not looked at.
    controls
        (n,) moments without the event.
    fold
        (n,) fold of each row.
    """
    some = _learned_from(fold)
    sums = _sums(basis.some(some), y[some], controls[some], fold[some])
    weights = min((_ridged(sums, penalty) for penalty in _PENALTIES), key=lambda fitted: fitted[1])[
        0
    ]
    told = np.empty(len(basis))
    for rows, design in basis.blocks():
        told[rows] = np.einsum("np,np->n", design, weights[fold[rows]])
    return Without(told, weights)


def _sums(basis: Basis, y: Floats, use: Flags, fold: Codes) -> _Sums:
    folds, p = int(fold.max()) + 1, basis.width
    found = _Sums(np.zeros((folds, p, p)), np.zeros((folds, p)), np.zeros(folds), np.zeros(folds))
    for rows, design in basis.blocks():
        for k in range(folds):
            own = use[rows] & (fold[rows] == k)
            x, outcome = design[own], y[rows][own]
            found.products[k] += x.T @ x
            found.moved[k] += x.T @ outcome
            found.squares[k] += outcome @ outcome
            found.rows[k] += len(x)
    return found


def _ridged(sums: _Sums, penalty: float) -> tuple[Floats, float]:
    """Weights without each fold, (folds, p), and their squared error on the left-out folds."""
    whole, moved, rows = sums.products.sum(axis=0), sums.moved.sum(axis=0), sums.rows.sum()
    weights, error = np.zeros_like(sums.moved), 0.0
    for k in range(len(sums.rows)):
        ridge = np.full(whole.shape[0], penalty * max(rows - sums.rows[k], 1.0))
        ridge[0] = 1e-9 * rows + 1e-9
        weights[k] = np.linalg.solve(
            whole - sums.products[k] + np.diag(ridge), moved - sums.moved[k]
        )
        error += sums.squares[k] - 2 * weights[k] @ sums.moved[k]
        error += weights[k] @ sums.products[k] @ weights[k]
    return weights, float(error)


def propensity(basis: Basis, affected: Flags, fold: Codes) -> Floats:
    """Return how likely the event was at each moment, told by other customers' moments.

    A logistic regression on the basis with a ridge penalty, by Newton's method. From the weights
    of all rows those without a fold are reached by one more step; where rows are few, which makes
    a fold weigh more, by as many as it takes.

    Parameters
    ----------
    basis
        The covariates, (n rows).
    affected
        (n,) moments with the event, neither all nor none.
    fold
        (n,) fold of each row.
    """
    folds = int(fold.max()) + 1
    start = np.zeros(basis.width)
    share = float(affected.mean())
    start[0] = np.log(share / (1 - share))
    some = _learned_from(fold)
    learning, met, part = basis.some(some), affected[some], fold[some]
    whole, at = _settled(learning, met, part, folds, start)
    few = len(basis) <= _FEW
    weights = np.empty((folds, basis.width))
    for k in range(folds):
        if few:
            own = np.where(part == k, 1, 0)
            weights[k] = _settled(learning, met, own, 1, whole)[0]
        else:
            weights[k] = whole + at.without(k).step(whole)
    told = np.empty(len(basis))
    for rows, design in basis.blocks():
        told[rows] = expit(np.einsum("np,np->n", design, weights[fold[rows]]))
    return told


@dataclass(frozen=True)
class _Likelihood:
    """The logarithm of the penalised likelihood by fold, and its two derivatives."""

    height: Floats  # (folds,)
    slope: Floats  # (folds, p)
    curve: Floats  # (folds, p, p)

    def without(self, fold: int) -> _Likelihood:
        """Return it without a fold."""
        own = np.arange(len(self.height)) != fold
        return _Likelihood(self.height[own], self.slope[own], self.curve[own])

    def penalised(self, weights: Floats) -> float:
        return float(self.height.sum() - _ridge(weights) @ weights**2 / 2)

    def step(self, weights: Floats) -> Floats:
        """Return Newton's step."""
        ridge = _ridge(weights)
        curve = self.curve.sum(axis=0) + np.diag(ridge)
        return np.asarray(np.linalg.solve(curve, self.slope.sum(axis=0) - ridge * weights))


def _ridge(weights: Floats) -> Floats:
    ridge = np.full(len(weights), _RIDGE)
    ridge[0] = 1e-9
    return ridge


def _settled(
    basis: Basis, affected: Flags, fold: Codes, folds: int, near: Floats
) -> tuple[Floats, _Likelihood]:
    """Weights of most likelihood for rows of folds below `folds`, from near ones on."""
    weights, at = near, _likelihood(basis, affected, fold, folds, near)
    for _ in range(_STEPS):
        step = at.step(weights)
        if np.abs(step).max() < _CLOSE:
            break
        height = at.penalised(weights)
        # Far from the top a whole step may overshoot: it is halved until it climbs.
        for _ in range(_HALVINGS):
            there = _likelihood(basis, affected, fold, folds, weights + step)
            if there.penalised(weights + step) >= height:
                break
            step = step / 2
        weights, at = weights + step, there
    return weights, at


def _likelihood(
    basis: Basis, affected: Flags, fold: Codes, folds: int, weights: Floats
) -> _Likelihood:
    height, slope = np.zeros(folds), np.zeros((folds, basis.width))
    curve = np.zeros((folds, basis.width, basis.width))
    for rows, design in basis.blocks():
        z = design @ weights
        e = expit(z)
        rest, scale = affected[rows] - e, np.sqrt(e * (1 - e))
        gain = np.where(affected[rows], z, 0.0) - np.logaddexp(0.0, z)
        for k in range(folds):
            own = fold[rows] == k
            x = design[own]
            height[k] += gain[own].sum()
            slope[k] += x.T @ rest[own]
            x *= scale[own, None]
            curve[k] += x.T @ x
    return _Likelihood(height, slope, curve)
