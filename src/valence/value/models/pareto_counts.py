"""How many purchases fall before death, within a horizon: probabilities of 0, 1, … of them.

Given the time of death τ, purchases at a rate λ ~ Gamma(k, a) are negative binomial; so

    P(n) = P(alive at t) NB(n; t) + ∫₀^t f(τ) NB(n; τ) dτ,   f(τ) = s / b (1 + τ / b)^−(s + 1),

a sum of positive terms, in contrast to the closed forms (Fader & Hardie 2006, "Deriving an
expression for P(X(t) = x) under the Pareto/NBD model"), which are differences.

In ψ = 2 arsinh √(τ / a), which makes the variance of NB the same everywhere, NB(n; τ) is as wide
as a normal density of standard deviation 1 / √k, for all n; f bends near ψ = 0 at the width of
2 √(b / (s a)). With ψ = width · sinh y, Gauss's rule on panels of y then needs panels in proportion
to √k, and to the logarithm of how much narrower f is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from valence.value.models.model import Floats

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_PANEL = 1.0  # of y
_DEVIATIONS = 4.0  # of NB, in a panel
_TINY = 40.0  # exp(−40) is nothing beside 1
_CELLS = 65_536  # numbers at a time: they stay in the cache


class Alive(NamedTuple):
    """Customers who are alive: they buy at λ ~ Gamma(k, a), and die at μ ~ Gamma(s, b)."""

    k: Floats  # (n,)
    a: Floats  # (n,)
    s: float
    b: Floats  # (n,)

    def some(self, rows: np.ndarray) -> Alive:
        """Return some of them."""
        return Alive(self.k[rows], self.a[rows], self.s, self.b[rows])


def counts_before_death(t: float, alive: Alive, *, most: int) -> Floats:
    """Return the probability of 0, 1, … purchases within t, (n, most + 1).

    The last column holds `most` and more.
    """
    k, a, s, b = alive
    counts = np.zeros((len(k), most + 1))
    counts[:, 0] = 1
    if not t > 0 or not most:
        return counts
    width = 2 * np.sqrt(b / ((s + 1) * a))
    end = np.arcsinh(_end(t, alive, most=most) / width)
    dense = np.sqrt(np.maximum(k, 1)) * np.hypot(width, width * np.sinh(end)) / _DEVIATIONS
    panels = np.maximum(np.ceil(end * np.maximum(1 / _PANEL, dense)), 1)
    step = 2 ** np.floor(np.log2(panels) - 1)  # rounded up to 1, 2, 3, 4, 6, 8, 12, …
    panels = np.ceil(panels / step) * step
    for many in np.unique(panels):
        rows = np.flatnonzero(panels == many)
        size = max(1, _CELLS // max(most, 16 * int(many)))
        for first in range(0, len(rows), size):
            some = rows[first : first + size]
            y, weight = _nodes(int(many), end[some])
            psi = width[some, None] * np.sinh(y)
            weight *= width[some, None] * np.cosh(y)
            counts[some, :most] = _mixed(t, alive.some(some), psi, weight, most=most)
    counts[:, most] = np.maximum(1 - counts[:, :most].sum(axis=1), 0)
    return counts


def _end(t: float, alive: Alive, *, most: int) -> Floats:
    """Return the ψ from which on nothing happens: dead, or past the horizon, or `most` bought."""
    k, a, s, b = alive
    dead = b * np.expm1(min(_TINY / s, 600.0))
    whole = 2 * np.arcsinh(np.sqrt(np.minimum(t, dead) / a))
    bought = 2 * np.arcsinh(np.sqrt(most / k)) + np.maximum(9 / np.sqrt(k), _TINY / k)
    ends: Floats = np.minimum(whole, bought)
    return ends


def _nodes(panels: int, end: Floats) -> tuple[Floats, Floats]:
    """Return nodes and weights of Gauss's rule on panels from 0 to each end, (n, 16 panels)."""
    points = (np.arange(panels)[:, None] + (1 + _POINTS) / 2).ravel() / panels
    weights = np.tile(_WEIGHTS / 2 / panels, panels)
    return end[:, None] * points, end[:, None] * weights


def _mixed(t: float, alive: Alive, psi: Floats, weight: Floats, *, most: int) -> Floats:
    """Return the probability of 0, …, most − 1 purchases, (n, most)."""
    k, a, s, b = (np.reshape(v, (-1, 1)) for v in alive)
    tau = a * np.sinh(psi / 2) ** 2
    with np.errstate(divide="ignore"):
        log_weight = np.log(weight * a * np.sinh(psi) / 2 * s / b)
    log_weight -= (s + 1) * np.log1p(tau / b)
    # One node more: who outlives the horizon.
    tau = np.append(tau, np.full_like(a, t), axis=1)
    log_weight = np.append(log_weight, -s * np.log1p(t / b), axis=1)
    n = np.arange(most)
    ways = np.zeros((len(k), most))
    np.cumsum(np.log((k + n[:-1]) / (n[:-1] + 1)), axis=1, out=ways[:, 1:])
    log_share = -np.log1p(a / tau)
    log_none = log_weight - k * np.log1p(tau / a)
    counts, each = np.zeros_like(ways), np.empty_like(ways)
    for node in range(tau.shape[1]):
        np.multiply(log_share[:, node, None], n, out=each)
        each += ways
        each += log_none[:, node, None]
        counts += np.exp(each, out=each)
    return counts
