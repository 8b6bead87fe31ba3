"""Connected components of a graph given as two columns of node numbers."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.int64]


def components(nodes: int, a: Numbers, b: Numbers) -> Numbers:
    """Return for each node the least node of its component.

    Each round hooks the greater of two joined roots under the lesser, then points every node at
    its root; edges within one tree drop out. Whole columns at a time, about log(nodes) rounds
    (Shiloach & Vishkin 1982).

    Parameters
    ----------
    nodes
        Number of nodes, 0 to `nodes` - 1.
    a, b
        The two ends of each edge.
    """
    label = np.arange(nodes, dtype=np.int64)
    while len(a):
        least, most = np.minimum(a, b), np.maximum(a, b)
        np.minimum.at(label, most, least)
        while not np.array_equal(label, nearer := label[label]):
            label = nearer
        a, b = label[a], label[b]
        apart = a != b
        a, b = a[apart], b[apart]
    return label
