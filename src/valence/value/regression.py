"""Regressions on a few columns, for questions of the house's own: with intervals, by NumPy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from valence.value.models.model import Floats

_STEPS, _LONGEST, _CLOSE = 50, 3.0, 1e-10


@dataclass(frozen=True, slots=True)
class Regression:
    """Coefficients of a regression and their standard errors, the intercept first."""

    weights: Floats
    errors: Floats


def logistic(design: Floats, y: Floats, penalty: Floats | float = 0.0) -> Regression:
    """Return a (ridge-penalised) logistic regression at its maximum, by Newton's method.

    Parameters
    ----------
    design
        (n, k), the intercept's ones among them.
    y
        (n,) 0 or 1.
    penalty
        Of the squared weights, of each or of all.
    """
    weights = np.zeros(design.shape[1])
    penalties = np.broadcast_to(penalty, weights.shape)
    for _ in range(_STEPS):
        p = expit(design @ weights)
        gradient = design.T @ (y - p) - penalties * weights
        information = (design * (p * (1 - p))[:, None]).T @ design + np.diag(penalties + 1e-9)
        step = np.linalg.solve(information, gradient)
        weights = weights + np.clip(step, -_LONGEST, _LONGEST)
        if np.abs(step).max() < _CLOSE:
            break
    return Regression(weights, np.sqrt(np.diag(np.linalg.inv(information))))


def least_squares(design: Floats, y: Floats) -> Regression:
    """Return ordinary least squares with errors that bear unequal spread (White 1980, HC1)."""
    n, k = design.shape
    inverse = np.linalg.pinv(design.T @ design)
    weights = inverse @ (design.T @ y)
    scores = design * (y - design @ weights)[:, None]
    spread = inverse @ (scores.T @ scores) @ inverse * n / max(n - k, 1)
    return Regression(weights, np.sqrt(np.diag(spread)))
