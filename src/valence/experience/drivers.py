"""Drivers: which of many related things moves an outcome, and by how much of what is explained.

Related drivers share what they explain, so the weights of a regression mislead. Two ways divide
R² among them: the mean gain over all orders of entry (LMG, the Shapley value), exact and costly,
and Johnson's relative weights, which come close at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from valence.core.errors import BadInputError

Floats = NDArray[np.float64]
Method = Literal["lmg", "johnson"]
MOST_EXACT = 12  # drivers up to which every subset is tried: 4,096 regressions a sample
FEWEST = 10  # answers for each driver; below, the shares are noise
_LEAST = 1e-10  # variance beside the others, below which a driver is one of them again
_AT_A_TIME = 20_000
_GROUPS = 500  # of answers that the bootstrap draws together: few answers are one each


@dataclass(frozen=True, slots=True)
class Driver:
    """One driver's part in what is explained."""

    name: str
    share: float  # of the outcome's variance, 0 to 1; all drivers' shares sum to R²
    low: float  # the 90 % interval, by bootstrap
    high: float
    correlation: float  # with the outcome, by itself
    weight: float  # in the regression on all drivers together, standardised


@dataclass(frozen=True, slots=True)
class Drivers:
    """What moves an outcome, the strongest first."""

    n: int
    r_squared: float
    method: Method
    drivers: tuple[Driver, ...]
    left_out: tuple[str, ...] = ()  # never varied, or a copy of others

    @property
    def by_chance(self) -> float:
        """The probability of explaining as much by chance: F of the regression on all together."""
        from scipy.special import fdtrc  # noqa: PLC0415 - scipy is heavy

        k, rest = len(self.drivers), self.n - len(self.drivers) - 1
        if self.r_squared >= 1:
            return 0.0
        return float(fdtrc(k, rest, self.r_squared / k / ((1 - self.r_squared) / rest)))


def drivers(
    data: Any,
    outcome: str,
    names: Sequence[str],
    *,
    method: Method | None = None,
    resamples: int = 200,
    seed: int = 1,
) -> Drivers:
    """Return how much each driver explains of an outcome.

    Parameters
    ----------
    data
        A mapping of columns to (n,) numbers: an Arrow table's `to_pydict()`, a DataFrame. Rows
        in which the outcome or a driver is missing are left out.
    outcome, names
        The column to explain, and those that may drive it.
    method
        `lmg` or `johnson`; by default LMG up to 12 drivers.
    resamples
        Bootstrap samples for the intervals.
    seed
        Of the bootstrap.

    Raises
    ------
    BadInputError
        If the outcome or all drivers never vary, or there are fewer than ten answers for each.

    Notes
    -----
    Lindeman, Merenda & Gold (1980), Introduction to Bivariate and Multivariate Analysis, 119 ff.;
    Grömping (2007), The American Statistician 61 (2); Johnson (2000), Multivariate Behavioral
    Research 35 (1).
    """
    y = np.asarray(data[outcome], dtype=np.float64)
    x = np.column_stack([np.asarray(data[name], dtype=np.float64) for name in names])
    whole = np.isfinite(y) & np.isfinite(x).all(axis=1)
    y, x = y[whole], x[whole]
    if len(y) < FEWEST * len(names):
        raise BadInputError(
            "There are {n} answers with everything that is asked, too few for {drivers} drivers: "
            "at least {least} are needed. Name fewer drivers, or ask more people.",
            n=len(y), drivers=len(names), least=FEWEST * len(names),
        )  # fmt: skip
    if not y.std() > 0:
        raise BadInputError(
            "The score is the same in every answer, so nothing can move it. Ask more people."
        )
    kept = _independent(x)
    if not kept.any():
        raise BadInputError(
            "Each of {names} is the same in every answer, so it moves nothing. Ask more people.",
            names=", ".join(names),
        )
    out = tuple(name for name, at in zip(names, kept, strict=True) if not at)
    x, held = x[:, kept], [name for name, at in zip(names, kept, strict=True) if at]
    way: Method = method or ("lmg" if len(held) <= MOST_EXACT else "johnson")
    share = {"lmg": lmg, "johnson": johnson}[way]
    matrix = np.asarray(np.corrcoef(np.column_stack([x, y]), rowvar=False), dtype=np.float64)
    found = share(matrix)
    spread = _bootstrapped(share, x, y, resamples, np.random.default_rng(seed))
    low, high = np.quantile(spread, (0.05, 0.95), axis=0) if resamples else (found, found)
    weights = np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
    rows = [
        Driver(name, *map(float, (found[i], low[i], high[i], matrix[i, -1], weights[i])))
        for i, name in enumerate(held)
    ]
    rows.sort(key=lambda row: -row.share)
    return Drivers(len(y), float(found.sum()), way, tuple(rows), out)


def lmg(matrix: Floats) -> Floats:
    """Return each driver's mean gain of R² over all orders of entry.

    Parameters
    ----------
    matrix
        (k + 1, k + 1) correlations, the outcome last.

    Returns
    -------
    ndarray
        (k,) shares that sum to R² exactly: gains over all subsets telescope.
    """
    k = len(matrix) - 1
    explained = np.zeros(2**k)
    for size in range(1, k + 1):
        for members in _subsets(k, size):
            inner = matrix[members[:, :, None], members[:, None, :]]
            outer = matrix[members, k]
            solved = np.linalg.solve(inner, outer[:, :, None])[:, :, 0]
            explained[(1 << members).sum(axis=1)] = (outer * solved).sum(axis=1)
    codes = np.arange(2**k)
    sizes = np.array([code.bit_count() for code in range(2**k)])
    weight = np.array([1 / (k * comb(k - 1, size)) for size in range(k)])
    shares = np.empty(k)
    for driver in range(k):
        without = codes[(codes >> driver) & 1 == 0]
        gain = explained[without | (1 << driver)] - explained[without]
        shares[driver] = weight[sizes[without]] @ gain
    return shares


def johnson(matrix: Floats) -> Floats:
    """Return Johnson's relative weights.

    The drivers are replaced by the nearest that are unrelated, whose parts are handed back.

    Parameters
    ----------
    matrix
        (k + 1, k + 1) correlations, the outcome last.

    Returns
    -------
    ndarray
        (k,) shares that sum to R².
    """
    values, vectors = np.linalg.eigh(matrix[:-1, :-1])
    root = np.sqrt(np.clip(values, _LEAST, None))
    between = vectors * root @ vectors.T  # of each driver with each of the nearest unrelated ones
    weights = vectors / root @ vectors.T @ matrix[:-1, -1]
    shares: Floats = between**2 @ weights**2
    return shares


def _subsets(k: int, size: int) -> Iterator[NDArray[np.int64]]:
    """Yield the subsets of a size, some at a time, each a row of places."""
    made: list[tuple[int, ...]] = []
    for members in combinations(range(k), size):
        made.append(members)
        if len(made) == _AT_A_TIME:
            yield np.array(made)
            made = []
    if made:
        yield np.array(made)


def _independent(x: Floats) -> NDArray[np.bool_]:
    """Return which drivers vary, and beside those before them."""
    kept = np.zeros(x.shape[1], dtype=bool)
    basis = np.ones((len(x), 1)) / np.sqrt(len(x))
    for i in range(x.shape[1]):
        column = x[:, i] - x[:, i].mean()
        size = column @ column
        rest = column - basis @ (basis.T @ column)
        if size > 0 and rest @ rest > _LEAST * size:
            kept[i] = True
            basis = np.column_stack([basis, rest / np.sqrt(rest @ rest)])
    return kept


def _bootstrapped(
    share: Any, x: Floats, y: Floats, resamples: int, random: np.random.Generator
) -> Floats:
    """Return the shares in samples of the answers, drawn with replacement.

    Of many answers, groups drawn by lot are drawn: their moments are summed once, and not anew for
    each sample.
    """
    rows = np.column_stack([x, y])
    # Moments about a middle near the data's own: sums of squares cancel at large means.
    rows = (rows - rows.mean(axis=0)) / np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1.0)
    parts = np.array_split(random.permutation(rows), min(len(rows), _GROUPS))
    sizes = np.array([len(part) for part in parts])
    sums = np.array([part.sum(axis=0) for part in parts])
    squares = np.array([part.T @ part for part in parts])
    found = []
    for _ in range(resamples):
        times = np.bincount(random.integers(0, len(parts), len(parts)), minlength=len(parts))
        n = times @ sizes
        mean = times @ sums / n
        moments = np.tensordot(times, squares, axes=1) / n - np.outer(mean, mean)
        spread = np.sqrt(np.diag(moments))
        if (spread > 0).all():
            found.append(share(moments / np.outer(spread, spread)))
    return np.array(found)
