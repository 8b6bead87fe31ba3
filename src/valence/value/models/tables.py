"""Sums over rows, without BLAS: its threads would stand in the way of those of a search."""

from __future__ import annotations

import numpy as np

from valence.value.models.model import Floats

Ints = np.ndarray


def dot(one: Floats, other: Floats) -> float:
    """Return the sum of products."""
    return float(np.einsum("i,i", one, other))


def sums(at: Ints, weights: Floats, size: int) -> Floats:
    """Return the sum of the weights at each place, (size,)."""
    added: Floats = np.bincount(at, weights, size).astype(float, copy=False)
    return added
