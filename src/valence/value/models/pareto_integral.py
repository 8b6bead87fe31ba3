"""What comes first, death or the next purchase: the one integral that Pareto/NBD rests on.

Whoever buys at rate λ ~ Gamma(k, a) and dies at rate μ ~ Gamma(s, b) dies before the next purchase
with probability

    c = s ∫₀^∞ (1 + ρ v)^−k (1 + v)^−(s+1) dv,   ρ = b / a,

and buys before with probability d = k ρ ∫₀^∞ (1 + ρ v)^−(k+1) (1 + v)^−s dv = 1 − c. The usual
hypergeometric functions of Pareto/NBD are differences of such probabilities, in forms that cancel
or overflow at many purchases. Both integrands are positive, so sums lose no digits.

In τ = log v they are analytic in a strip and decay at both ends; τ = centre + sinh θ makes the
decay double exponential, and the trapezoidal rule in θ converges exponentially (Takahasi & Mori
1974). How wide the strip is, and so how many nodes it takes, follows from how far apart the bends
of the integrand lie. As c + d = 1, the sum over the nodes shows its own error: nodes that miss 1
are made denser, and if that does not help the results are nan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import asin, asinh, ceil, exp, hypot, log, log1p, pi
from typing import NamedTuple

import numpy as np

from valence.value.models.histories import grouped
from valence.value.models.model import Floats

Ints = np.ndarray

_DIGITS = 44.0  # the trapezoidal rule errs by exp(−_DIGITS), times what grows within the strip
_TINY = 40.0  # exp(−40) is nothing beside 1
_ERROR = 1e-11  # by which c + d may miss 1
_DENSER = 4  # how often nodes are doubled before they are given up
_BUCKET = 4.0  # k + 1 within a bucket differ at most by this factor: they share their nodes
_CELLS = 65_536  # numbers at a time: they stay in the cache


class Slopes(NamedTuple):
    """Derivatives of log c or log d, each (n,)."""

    k: Floats
    s: Floats
    log_rho: Floats


class Contest:
    """Distinct pairs of purchases x and time t within groups: what comes first from there on.

    Attributes
    ----------
    x, t, group
        (n,) of each distinct entry.
    which
        (rows,) the entry of each row that was given.
    """

    def __init__(self, x: Floats, t: Floats, group: Ints) -> None:
        first, self.which = grouped(_bucket(x), group, t, x)
        self.x, self.t, self.group = x[first], t[first], group[first]
        self._parts = list(_parts(self.x, self.t, self.group))

    def log_chance(
        self, r: float, s: float, log_rho: Floats, *, of_purchase: bool
    ) -> tuple[Floats, Slopes]:
        """Return log d if `of_purchase`, else log c, of k = r + x, and its derivatives.

        Parameters
        ----------
        r, s
            Shapes of the two rates.
        log_rho
            (n,) log of b / a at each entry's time.
        of_purchase
            Whether the purchase comes first.
        """
        found = np.empty((4, len(self.x)))
        for part in self._parts:
            k, at = r + self.x[part.rows], log_rho[part.rows][part.times]
            nodes = _nodes((float(k.min()), float(k.max())), s, (float(at.min()), float(at.max())))
            found[:, part.rows] = _integrated(
                part.time, k, s, at, nodes=nodes, of_purchase=of_purchase
            )
        return found[0], Slopes(*found[1:])


class _Part(NamedTuple):
    """Entries that share nodes."""

    rows: slice  # which entries
    times: Ints  # one entry (counted from the first) per distinct time and group
    time: Ints  # which of these each entry has


def _bucket(x: Floats) -> Floats:
    bucket: Floats = np.floor(np.log1p(x) / log(_BUCKET))
    return bucket


def _parts(x: Floats, t: Floats, group: Ints) -> Iterator[_Part]:
    bucket = _bucket(x)
    for each in np.unique(bucket):
        rows = slice(*np.searchsorted(bucket, [each, each + 1]).tolist())
        yield _Part(rows, *grouped(group[rows], t[rows]))


class _Nodes(NamedTuple):
    """Where the integrand is taken: (m,) each."""

    tau: Floats
    log_weight: Floats
    bend: Floats  # log(1 + v)


def _integrated(
    time: Ints, k: Floats, s: float, log_rho: Floats, *, nodes: _Nodes, of_purchase: bool
) -> Floats:
    """Return log c or log d, and its derivatives by k, s and log ρ, (4, n).

    `log_rho` is one per distinct time, `time` says which of these each of the k has.
    """
    bend = _softplus(nodes.tau + log_rho[:, None])
    share = -np.expm1(-bend)  # ρ v / (1 + ρ v)
    power = k + of_purchase
    fixed = nodes.tau + nodes.log_weight - (s + (not of_purchase)) * nodes.bend
    found = np.empty((4, len(k)))
    size = max(1, _CELLS // len(nodes.tau))
    for first in range(0, len(k), size):
        some = slice(first, first + size)
        value, by_k, by_s, by_rho = found[:, some]
        bent = bend[time[some]]
        each = bent * -power[some, None]
        each += fixed
        np.exp(each, out=each)
        each.sum(axis=1, out=value)
        np.einsum("ij,ij->i", each, bent, out=by_k)
        np.einsum("ij,j->i", each, nodes.bend, out=by_s)
        np.einsum("ij,ij->i", each, share[time[some]], out=by_rho)
    found[1:] /= -found[0]
    found[3] *= power
    np.log(found[0], out=found[0])
    if of_purchase:
        found[0] += np.log(k) + log_rho[time]
        found[1] += 1 / k
        found[3] += 1
    else:
        found[0] += log(s)
        found[2] += 1 / s
    return found


def _nodes(k: tuple[float, float], s: float, log_rho: tuple[float, float]) -> _Nodes:
    """Return nodes for all k and log ρ within bounds."""
    # The integrand bends at v = 1 and 1 / ρ, and where (1 + v)^−s or (1 + ρ v)^−k sets in.
    low = min(0.0, -log_rho[1], -log(s), -log(k[1]) - log_rho[1])

    def decay(tau: float) -> float:
        return s * _softplus_of(tau) + k[0] * _softplus_of(tau + log_rho[0])

    end = _reached(decay, low)
    high = max(low, min(max(0.0, -log_rho[0]), end))
    for denser in range(_DENSER):
        nodes = _sinh_nodes(low, high, end, denser=2**denser)
        corners = [_total(nodes, one, s, other) for one in k for other in log_rho]
        if max(abs(total - 1) for total in corners) < _ERROR:
            return nodes
    return _Nodes(nodes.tau, np.full(len(nodes.tau), np.nan), nodes.bend)


def _total(nodes: _Nodes, k: float, s: float, log_rho: float) -> float:
    """Return c + d."""
    bend = _softplus(nodes.tau + log_rho)
    each = nodes.tau + nodes.log_weight - k * bend - s * nodes.bend
    return float((s * np.exp(each - nodes.bend) + k * np.exp(each + log_rho - bend)).sum())


def _sinh_nodes(low: float, high: float, end: float, *, denser: int = 1) -> _Nodes:
    """Return nodes for an integrand that bends from `low` to `high` and is gone at `end`."""
    centre, half = (low + high) / 2, (high - low) / 2
    # At the outermost bend a step of θ spans hypot(1, half) of τ, where the strip is π / 2 wide.
    strip = asin(min(1.0, 1.5 / hypot(1.0, half)))
    first, last = -asinh(_TINY + half), asinh(max(end - centre, 1.0))
    steps = ceil((last - first) * _DIGITS / (2 * pi * strip)) * denser
    step = (last - first) / steps
    theta = first + step * np.arange(steps + 1)
    tau = centre + np.sinh(theta)
    return _Nodes(tau, np.log(step * np.cosh(theta)), _softplus(tau))


def discounted_life(s: float, z: Floats) -> Floats:
    """Return ∫₀^∞ exp(−z v) (1 + v)^−s dv, (n,): Tricomi's function U(1, 2 − s, z).

    Parameters
    ----------
    s
        Above 0.
    z
        (n,) above 0. They share their nodes, so they should not lie many magnitudes apart.
    """
    if not len(z):
        return np.empty(0)
    least, most = float(z.min()), float(z.max())
    low = min(0.0, -log(s), -log(most))
    end = _reached(lambda tau: s * _softplus_of(tau) + least * exp(min(tau, 700.0)), low)
    nodes = _sinh_nodes(low, end, end)  # off the axis exp(−z v) grows as long as it is not gone
    fixed = nodes.tau + nodes.log_weight - s * nodes.bend
    each = np.exp(fixed - z[:, None] * np.exp(np.minimum(nodes.tau, 700)))
    life: Floats = each.sum(axis=1)
    # By parts z times it, and s times the same with s + 1, are 1.
    total = z * life + s * (each * np.exp(-nodes.bend)).sum(axis=1)
    return np.where(np.abs(total - 1) < _ERROR, life, np.nan)


def _reached(decay: Callable[[float], float], low: float) -> float:
    """Return where a rising function has come to _TINY, to 1 % of the way."""
    span = 1.0
    while decay(low + span) < _TINY:
        span *= 2
    left, right = span / 2, span
    while right - left > 0.01 * right:
        middle = (left + right) / 2
        left, right = (middle, right) if decay(low + middle) < _TINY else (left, middle)
    return low + right


def _softplus(v: Floats) -> Floats:
    """Return log(1 + exp v)."""
    bent: Floats = np.log1p(np.exp(-np.abs(v)))
    bent += np.maximum(v, 0)
    return bent


def _softplus_of(v: float) -> float:
    return max(v, 0.0) + log1p(exp(-abs(v)))
