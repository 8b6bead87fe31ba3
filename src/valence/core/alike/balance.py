"""Whether the compared are alike: overlap, and differences before and after weighting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.core.alike.basis import Codes, Flags, Floats, Singles, indicators


@dataclass(frozen=True, slots=True)
class Balance:
    """How alike the affected and the controls are.

    Differences are standardised: in standard deviations of the affected and the others together,
    the largest over all covariates and over the shares of each category.
    """

    before: float
    after: float
    effective: float  # controls: as many equal ones as tell as much as the weighted ones
    trimmed: float  # share of the affected left out, since nobody like them went unharmed


def balance_of(mains: Singles, codes: Codes, affected: Flags, e: Floats, kept: Flags) -> Balance:
    """Return how alike events are, by covariates (n, k), category (n,) and propensity (n,)."""
    known = np.column_stack([mains, indicators(codes)])
    controls = ~affected & kept
    odds = e[controls] / (1 - e[controls])
    weights = odds / max(float(odds.sum()), 1e-300)
    own = affected & kept
    return Balance(
        before=_apart(known[affected], known[~affected], None),
        after=_apart(known[own], known[controls], weights),
        effective=float(1 / max(float((weights**2).sum()), 1e-300)) if len(weights) else 0.0,
        trimmed=float(1 - own.sum() / affected.sum()),
    )


def _apart(own: Singles, others: Singles, weights: Floats | None) -> float:
    """Largest standardised mean difference (Austin 2009, Statistics in Medicine 28)."""
    if not len(own) or not len(others):
        return float("inf")
    a, b = own.astype(np.float64), others.astype(np.float64)
    middle = b.mean(axis=0) if weights is None else weights @ b
    spread = np.sqrt((a.var(axis=0) + b.var(axis=0)) / 2)
    live = spread > 1e-9
    gap = np.abs(a.mean(axis=0) - middle)[live] / spread[live]
    return float(gap.max(initial=0.0))
