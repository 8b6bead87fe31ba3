"""Totals of spend over a horizon: a table of the distribution for each state of a customer.

Of those who still buy, the probabilities of n purchases are a row per state; the distributions of
the total given n, on a grid of totals, a row per n. Their product is the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
from scipy.special import betaincinv

from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.model import Floats, PurchaseModel
from valence.value.models.threads import in_threads

Ints = np.ndarray

_TAIL = 1e-4  # probability of more purchases than are told apart
_FEWEST, _MOST = 16, 2**16  # purchases told apart
_EXACT = 128  # from here on neighbouring numbers of purchases are taken together …
_COARSE = 0.01  # … as far as they differ by that share
_KNOWN_EXACT, _KNOWN_COARSE = 64, 0.02  # the same for the purchases that a mean spend is of
_GRID = 160  # totals of a table, evenly in logarithms
_CELLS = 2_000_000  # numbers at a time


class States(NamedTuple):
    """What the future of those who still buy depends on, each (s,)."""

    x: Floats
    age: Floats
    known: Floats  # purchases that spend is known of
    z: Floats | None

    def some(self, rows: Ints) -> States:
        """Return some of the states."""
        z = self.z[rows] if self.z is not None else None
        return States(self.x[rows], self.age[rows], self.known[rows], z)


@dataclass(frozen=True, slots=True)
class Table:
    """The distribution of totals, in units of the scale of spend, of states with equal `known`.

    Attributes
    ----------
    rows
        (m,) which states.
    none
        (m,) probability of no purchase.
    grid
        (k,) totals, rising.
    upto
        (m, k) probability of at most that total.
    steps
        Whether no other totals are possible.
    """

    rows: Ints
    none: Floats
    grid: Floats
    upto: Floats
    steps: bool

    def quantiles(self, row: Ints, level: Floats) -> Floats:
        """Return the quantile of some rows, each at its own level; 0 from `none` downwards."""
        m, k = self.upto.shape
        # One sorted list of all rows: the search runs in C for all.
        line = (self.upto + 2 * np.arange(m)[:, None]).ravel()
        at = np.searchsorted(line, np.clip(level, 0, 1) + 2 * row) - row * k
        right = np.minimum(at, k - 1)
        if self.steps:
            total = self.grid[right]
        else:
            left = np.maximum(right - 1, 0)
            low, high = self.upto[row, left], self.upto[row, right]
            with np.errstate(divide="ignore", invalid="ignore"):
                share = np.clip(np.nan_to_num((level - low) / (high - low), nan=1.0), 0, 1)
            log = np.log(self.grid)
            total = np.exp(log[left] + share * (log[right] - log[left]))
        return np.where(level <= self.none[row], 0.0, total)

    def probabilities(self, row: Ints, total: Floats) -> tuple[Floats, Floats]:
        """Return the probability of less than a total above 0, and of at most it, of some rows."""
        at = np.searchsorted(self.grid, total * (1 + 1e-12), side="right")
        below = np.where(at > 0, self.upto[row, at - 1], self.none[row])
        if self.steps:
            exactly = np.where(at > 1, self.upto[row, at - 2], 0)
            return exactly, below
        last = len(self.grid) - 1
        left, right = np.clip(at - 1, 0, last), np.minimum(at, last)
        log, above = np.log(self.grid), self.upto[row, right]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = (np.log(total) - log[left]) / (log[right] - log[left])
        inside = (at > 0) & (at <= last)
        upto = np.where(inside, below + np.where(inside, share, 0) * (above - below), below)
        return np.where(total > 0, upto, 0), np.where(total > 0, upto, self.none[row])


def coarse(known: Floats) -> Floats:
    """Return the purchases that spend is known of, many of them to 1 %."""
    many = np.maximum(known, _KNOWN_EXACT)
    step = np.round(np.log(many / _KNOWN_EXACT) / _KNOWN_COARSE) * _KNOWN_COARSE
    return np.where(known <= _KNOWN_EXACT, known, np.exp(step) * _KNOWN_EXACT)


def tabulated(
    model: PurchaseModel, spend: GammaGamma | ConstantSpend, states: States, t: float
) -> Iterator[Table]:
    """Yield the tables of all states over the next `t` units, in some order."""
    for rows, counts in _counts(model, states, t):
        n, taken = _taken_together(counts)
        known = states.known[rows]
        if isinstance(spend, ConstantSpend):
            upto = np.minimum(np.cumsum(taken, axis=1), 1)
            yield Table(rows, taken[:, 0], n, upto, steps=True)
            continue
        starts = np.flatnonzero(np.append(True, known[1:] != known[:-1]))
        ends = np.append(starts[1:], len(rows))
        given = in_threads(partial(_given, spend, n=n), known[starts], len(starts))
        for first, last, (grid, given_n) in zip(starts, ends, given, strict=True):
            part = taken[first:last]
            upto = np.clip(part[:, :1] + part[:, 1:] @ given_n, 0, 1)
            yield Table(rows[first:last], part[:, 0], grid, upto, steps=False)


def _counts(model: PurchaseModel, states: States, t: float) -> Iterator[tuple[Ints, Floats]]:
    """Yield some states with the probabilities of 0, 1, … purchases, as many as they need."""
    expected = model.expected_if_alive(t, states.x, states.age, states.z)
    enough = 2 ** np.ceil(np.log2(np.clip(2 * expected, _FEWEST, _MOST))).astype(int)
    most, left = _FEWEST, np.arange(0)
    while most <= _MOST:
        left = np.union1d(left, np.flatnonzero(enough == most))
        size = max(1, _CELLS // max(most, _GRID))
        more = []
        for first in range(0, len(left), size):
            rows = left[first : first + size]
            s = states.some(rows)
            counts = model.counts_if_alive(t, s.x, s.age, most=most, z=s.z)
            done = (counts[:, -1] < _TAIL) | (most == _MOST)
            more.append(rows[~done])
            if done.any():
                yield rows[done], counts[done]
        left = np.concatenate([left[:0], *more])
        most *= 2


def _taken_together(counts: Floats) -> tuple[Floats, Floats]:
    """Return numbers of purchases and their probabilities, large numbers in steps."""
    most = counts.shape[1] - 1
    if most <= _EXACT:
        return np.arange(most + 1.0), counts
    steps = int(np.log(most / _EXACT) / _COARSE)
    large = np.unique(np.round(_EXACT * np.exp(_COARSE * np.arange(steps)))).astype(int)
    starts = np.concatenate([np.arange(_EXACT), large, [most]])
    starts = np.unique(starts[starts <= most])
    ends = np.append(starts[1:], most + 1)
    return (starts + ends - 1) / 2, np.add.reduceat(counts, starts, axis=1)


def _given(spend: GammaGamma, known: float, n: Floats) -> tuple[Floats, Floats]:
    """Return a grid of totals, (k,), and how likely 1, 2, … purchases are at most them, (n, k)."""
    grid = _grid(spend, known, n[-1])
    return grid, spend.total_cdf(known, n[1:, None], grid)


def _grid(spend: GammaGamma, known: float, most: float) -> Floats:
    """Return the totals from hardly one purchase to very likely the most."""
    p, q, _ = spend.fitted.values
    b = q + p * known
    share = np.array([betaincinv(p, b, 1e-5), betaincinv(p * most, b, 0.99)])
    low, high = np.clip(share, 1e-12, 1 - 1e-12)
    return np.geomspace(low / (1 - low), max(high / (1 - high), 2 * low / (1 - low)), _GRID)
