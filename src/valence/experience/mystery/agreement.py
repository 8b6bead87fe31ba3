"""Agreement of raters beyond chance: Fleiss' kappa."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from valence.core.intervals import normal_quantile

Floats = NDArray[np.float64]

CONFIDENCE = 0.90
MINIMUM = 20  # items that several raters saw; of fewer nothing is said
ONE = 1e-12  # as near to certainty, chance explains all


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree beyond chance: 1 wholly, 0 as by chance, below that less."""

    items: int
    observed: float  # share of pairs of raters that agree
    expected: float  # by chance
    kappa: float | None  # None: everybody always says the same, so that chance explains all
    low: float | None = None
    high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.items >= MINIMUM


def fleiss(counts: Sequence[Sequence[int]]) -> Agreement:
    """Return the agreement of raters, any of whom may have rated any item.

    Parameters
    ----------
    counts
        One row per item: how many raters said each of the categories. Items that fewer than two
        rated tell nothing and are left out.

    Raises
    ------
    ValueError
        If no item was rated twice.

    Notes
    -----
    κ = (P̄ − P̄_e) / (1 − P̄_e) (Fleiss 1971, Psychological Bulletin 76), with the mean over items of
    the share of agreeing pairs where the number of raters differs by item. Its interval is by the
    jackknife over items.
    """
    rated = np.array([tuple(row) for row in counts if sum(row) >= 2], float)
    if not len(rated):
        raise ValueError("no item was rated by two raters")
    raters, n = rated.sum(axis=1), len(rated)
    agreeing = (rated * (rated - 1)).sum(axis=1) / (raters * (raters - 1))
    said, whole = rated.sum(axis=0), raters.sum()
    rest = max(n - 1, 1)
    expected_without = np.ones(1)
    if n > 1:
        expected_without = (((said - rated) / (whole - raters)[:, None]) ** 2).sum(axis=1)
    return _with_interval(
        n,
        (float(agreeing.mean()), float(((said / whole) ** 2).sum())),
        ((agreeing.sum() - agreeing) / rest, expected_without),
    )


def _with_interval(
    items: int, whole: tuple[float, float], without: tuple[Floats, Floats]
) -> Agreement:
    """Agreement and its interval, by what is observed and expected without each item in turn."""
    observed, expected = whole
    if 1 - expected < ONE:
        return Agreement(items, observed, expected, None)
    kappa = (observed - expected) / (1 - expected)
    if items < 2 or (1 - without[1] < ONE).any():
        return Agreement(items, observed, expected, kappa)
    parts = (without[0] - without[1]) / (1 - without[1])
    error = sqrt((items - 1) / items * ((parts - parts.mean()) ** 2).sum())
    reach = normal_quantile(CONFIDENCE) * error
    return Agreement(
        items, observed, expected, kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach)
    )
