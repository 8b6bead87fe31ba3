"""What a person took apart stays apart: links that would join it again are left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from valence.people.components import Numbers, components
from valence.people.mapped import Flags

_Edges: TypeAlias = tuple[Numbers, Numbers]


def without_forbidden(
    nodes: int, links: _Edges, fixed: _Edges, forbidden: Sequence[tuple[int, int]]
) -> Flags:
    """Return which links to keep so that no forbidden pair of nodes is connected.

    Only components that would join such a pair are gone through link by link, the one with the
    oldest customer first; a link is left out when it would connect a pair.

    Parameters
    ----------
    nodes
        Number of nodes.
    links
        The ends of the links in question.
    fixed
        The ends of what holds anyway.
    forbidden
        Pairs of nodes.
    """
    keep = np.ones(len(links[0]), np.bool_)
    if not forbidden:
        return keep
    a, b = (np.concatenate(ends) for ends in zip(links, fixed, strict=True))
    label = components(nodes, a, b)
    hit = np.unique([label[one] for one, other in forbidden if label[one] == label[other]])
    if not len(hit):
        return keep
    inside = np.isin(label, hit)
    held = components(nodes, *fixed)
    sets = _Sets(held, forbidden)
    doubtful = np.flatnonzero(inside[links[0]])
    oldest_first = sorted(doubtful.tolist(), key=lambda i: (_least(held, links, i), i))
    for i in oldest_first:
        keep[i] = sets.join(int(links[0][i]), int(links[1][i]))
    return keep


def _least(held: Numbers, links: _Edges, i: int) -> int:
    return int(min(held[links[0][i]], held[links[1][i]]))


class _Sets:
    """Disjoint sets that know whom they must not meet."""

    def __init__(self, held: Numbers, forbidden: Sequence[tuple[int, int]]) -> None:
        self._held = held
        self._parent: dict[int, int] = {}
        self._foes: dict[int, set[int]] = {}  # of each set: roots of sets it must not meet
        for one, other in forbidden:
            a, b = self._find(one), self._find(other)
            self._foes.setdefault(a, set()).add(b)
            self._foes.setdefault(b, set()).add(a)

    def join(self, one: int, other: int) -> bool:
        """Join the sets of two nodes, unless that is forbidden; return whether they are one."""
        a, b = sorted((self._find(one), self._find(other)))
        if a == b:
            return True
        if a in self._foes.get(b, ()):
            return False
        self._parent[b] = a
        for foe in self._foes.pop(b, set()):
            self._foes[foe].discard(b)
            self._foes[foe].add(a)
            self._foes.setdefault(a, set()).add(foe)
        return True

    def _find(self, node: int) -> int:
        node = int(self._held[node])
        while node in self._parent:
            node = self._parent[node]
        return node
