"""Means over a Beta distribution, for all of its parameters and however sharp the function."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import betaln

from valence.value.models.model import Floats

_STEP = 0.3  # in log-odds: an error of exp(-pi² / step) for functions analytic in the right half
_FEWEST = 64  # nodes: enough for the sharpest Beta, whose width sets the range
_CELLS = 1_000_000  # numbers at a time
_TINY = 40.0  # exp(-40) is nothing beside 1

Integrand = Callable[[Floats, np.ndarray], Floats]


def beta_mean(integrand: Integrand, a: Floats, b: Floats, *, at_0: Floats, at_1: Floats) -> Floats:
    """Return the mean of a positive, decreasing function f of p over p ~ Beta(a, b), (n,).

    The trapezoidal rule in log-odds of p converges exponentially (Trefethen & Weideman 2014). It
    is taken of f less a line of known mean, so that what is left vanishes at an end where a or b is
    small, and the range stays short. In contrast to the closed forms by hypergeometric functions
    there is no pole at whole a or b.

    Parameters
    ----------
    integrand
        Called with p, (m, nodes), and the rows it is for, (m,); analytic but for negative p.
    a, b
        (n,); rows that share both share their nodes.
    at_0, at_1
        (n,) f(0) and f(1). The relative error is below 1e-11, of f(0) in the thousands.
    """
    pairs, which = np.unique(np.stack([a, b]), axis=1, return_inverse=True)
    drop = _TINY + 2 * np.log1p(np.max(at_0, initial=0.0))
    low, high = _range(*pairs, drop=drop)
    nodes = np.maximum(np.ceil((high - low) / _STEP / _FEWEST), 1).astype(int) * _FEWEST
    order = np.argsort(which, kind="stable")
    which = which[order]
    mean, start = np.empty(len(a)), np.where(_needs_line(a), at_0, 0.0)
    size = max(1, _CELLS // int(nodes.max(initial=1)))
    for first in range(0, len(order), size):
        rows, pair = order[first : first + size], which[first : first + size]
        used = slice(pair[0], pair[-1] + 1)
        ends = low[used], high[used]
        p, weights = _nodes(pairs[0, used], pairs[1, used], *ends, int(nodes[used].max()))
        p, weights = p[pair - pair[0]], weights[pair - pair[0]]
        bent = integrand(p, rows) - start[rows, None] * (1 - p) - at_1[rows, None] * p
        mean[rows] = np.einsum("ij,ij->i", bent, weights)
    return mean + (start * b + at_1 * a) / (a + b)


def _needs_line(a: Floats) -> np.ndarray:
    """Return where the end at 0 counts for so much that it must not be cut off."""
    return a < 1


def _range(a: Floats, b: Floats, *, drop: float) -> tuple[Floats, Floats]:
    """Return between which log-odds the density, less what the line takes off, is not nothing."""
    a, b = a + _needs_line(a), 1 + b

    def height(v: Floats) -> Floats:
        return -a * np.logaddexp(0, -v) - b * np.logaddexp(0, v)

    level = height(np.log(a / b)) - drop
    low, high = level / a, -level / b
    # The height is concave: Newton steps from outside stay outside.
    for _ in range(6):
        low = low + (level - height(low)) / (a - (a + b) / (1 + np.exp(-low)))
        high = high + (level - height(high)) / (a - (a + b) / (1 + np.exp(-high)))
    return low, high


def _nodes(a: Floats, b: Floats, low: Floats, high: Floats, n: int) -> tuple[Floats, Floats]:
    """Return the nodes p and their weights, each (m, n)."""
    step = (high - low) / n
    v = low[:, None] + step[:, None] * (np.arange(n) + 0.5)
    log_p, log_rest = -np.logaddexp(0, -v), -np.logaddexp(0, v)
    density = np.exp(a[:, None] * log_p + b[:, None] * log_rest - betaln(a, b)[:, None])
    return np.exp(log_p), density * step[:, None]
