"""How sure the area under a curve is: how often one of two kinds is placed above the other."""

from __future__ import annotations

from math import sqrt

_Z95 = 1.959964


def auc_interval(auc: float, stars: int, others: int) -> tuple[float, float] | None:
    """Return the 95 % interval of an area under the curve, or None without both kinds.

    Parameters
    ----------
    auc
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
    above, below = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (
        auc * (1 - auc) + (stars - 1) * (above - auc**2) + (others - 1) * (below - auc**2)
    ) / (stars * others)
    half = _Z95 * sqrt(max(spread, 0.0))
    return max(auc - half, 0.0), min(auc + half, 1.0)
