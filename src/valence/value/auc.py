"""The area under a curve: how often one of two kinds is placed above the other, and how sure."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from valence.value.models.model import Floats

_Z95 = 1.959964


def auc(p: Floats, came: Floats) -> float:
    """Return how often one with is placed above one without; nan where all are alike."""
    ones, others = came.sum(), (1 - came).sum()
    if not ones or not others:
        return float("nan")
    # Mean ranks, ties sharing theirs. Not SciPy's: its statistics take a second to import.
    _, kind, count = np.unique(p, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(count) - (count - 1) / 2)[kind]
    return float((ranks[came > 0].sum() - ones * (ones + 1) / 2) / (ones * others))


def auc_interval(area: float, stars: int, others: int) -> tuple[float, float] | None:
    """Return the 95 % interval of an area under the curve, or None without both kinds.

    Parameters
    ----------
    area
        Share of pairs in which the star is placed above the other.
    stars, others
        How many of either kind it was counted on.

    Notes
    -----
    Hanley & McNeil (1982), the meaning and use of the area under a ROC curve; cut to 0 and 1.

    Examples
    --------
    >>> low, high = auc_interval(0.8, 50, 50)
    >>> round(low, 2), round(high, 2)
    (0.71, 0.89)
    """
    if stars < 1 or others < 1:
        return None
    above, below = area / (2 - area), 2 * area**2 / (1 + area)
    spread = (
        area * (1 - area) + (stars - 1) * (above - area**2) + (others - 1) * (below - area**2)
    ) / (stars * others)
    half = _Z95 * sqrt(max(spread, 0.0))
    return max(area - half, 0.0), min(area + half, 1.0)
