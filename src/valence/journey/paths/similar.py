"""Journeys that are alike: a few kinds of ways, each shown by one real way, and what sets it apart.

Ways are compared by what stands in them (how often each touchpoint, damped) and by what follows
what. Kinds are found around medoids (Kaufman & Rousseeuw 1990, Finding Groups in Data): each is
named by a way that customers really went, and the same journeys give the same kinds every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
MOST_WAYS = 1_500  # that are told apart, the most frequent: their distances fit in 20 MB
MOST_KINDS = 8
FEWEST = 30  # journeys: with fewer nothing is divided
LEAST_SILHOUETTE = 0.15  # below it, kinds are no better than none
_ROUNDS = 50
_FOLLOWS = 0.5  # weight of what follows what, beside what is there


@dataclass(frozen=True, slots=True)
class Mark:
    """A touchpoint that sets a kind apart: share of its journeys with it, and of all others."""

    touchpoint: str
    share: float
    elsewhere: float


@dataclass(frozen=True, slots=True)
class Kind:
    """Journeys that are alike.

    Attributes
    ----------
    path
        The way in their middle.
    journeys, share
        How many there are, and of all that were divided.
    steps
        Steps of a journey, on average.
    more, less
        Touchpoints that stand in more, and in fewer, of its journeys than of all others.
    """

    path: tuple[str, ...]
    journeys: int
    share: float
    steps: float
    more: Sequence[Mark]
    less: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Kinds:
    """All kinds, the most frequent first.

    Attributes
    ----------
    kinds
        Empty where nothing was divided.
    silhouette
        How much nearer journeys are to their own kind than to the next (−1 to 1), on average;
        None where nothing was divided.
    journeys
        How many were divided.
    why
        "few" where there were too few journeys, "alike" where no division is better than none, or
        empty.
    """

    kinds: Sequence[Kind]
    silhouette: float | None
    journeys: int
    why: str = ""


def kinds(
    ways: Sequence[tuple[Sequence[str], int]], *, most: int = MOST_KINDS, fewest: int = FEWEST
) -> Kinds:
    """Return journeys that are alike, in as many kinds as fit them best.

    Parameters
    ----------
    ways
        Distinct ways, each with how many journeys took it. The `MOST_WAYS` most frequent are
        divided.
    most
        The most kinds; how many there are is chosen by the silhouette (Rousseeuw 1987).
    fewest
        The fewest journeys that are divided.

    Returns
    -------
    Kinds
        The same for the same ways, in whatever order they come.
    """
    chosen = sorted(((tuple(w), n) for w, n in ways if n > 0), key=lambda w: (-w[1], w[0]))
    chosen = chosen[:MOST_WAYS]
    weight = np.array([n for _, n in chosen], dtype=float)
    journeys = int(weight.sum())
    if journeys < fewest or len(chosen) < 3:
        return Kinds((), None, journeys, "few")
    paths = [way for way, _ in chosen]
    distance = distances(paths)
    best: tuple[float, Ints] | None = None
    for k in range(2, min(most, len(paths) - 1) + 1):
        own = medoids(distance, weight, k)
        told = silhouette(distance, weight, own)
        # A kind more must be worth it: of equals, the fewer.
        if best is None or told > best[0] + 0.01:
            best = told, own
    assert best is not None  # noqa: S101 - there are three ways or more, so 2 was tried
    if best[0] < LEAST_SILHOUETTE:
        return Kinds((), best[0], journeys, "alike")
    return Kinds(_described(paths, weight, best[1]), best[0], journeys)


def distances(paths: Sequence[Sequence[str]]) -> Floats:
    """Return how far ways are from each other: 0 for equal ones, √2 for two with nothing in common.

    Each way is a direction: touchpoints by log(1 + how often), pairs of followers likewise with
    half the weight; the distance is that of points on the unit sphere.
    """
    names = sorted({name for path in paths for name in path})
    place = {name: at for at, name in enumerate(names)}
    n = len(names)
    counts = np.zeros((len(paths), n))
    follows: dict[tuple[str, str], int] = {}
    pairs = []
    for row, path in enumerate(paths):
        for name in path:
            counts[row, place[name]] += 1
        pairs += [(row, follows.setdefault(pair, len(follows))) for pair in pairwise(path)]
    after = np.zeros((len(paths), len(follows)))
    for row, column in pairs:
        after[row, column] += 1
    made = np.hstack([np.log1p(counts), _FOLLOWS * np.log1p(after)])
    length = np.linalg.norm(made, axis=1, keepdims=True)
    made = made / np.where(length > 0, length, 1.0)
    found: Floats = np.sqrt(np.maximum(2.0 - 2.0 * made @ made.T, 0.0))
    np.fill_diagonal(found, 0.0)
    return found


def medoids(distance: Floats, weight: Floats, k: int) -> Ints:
    """Return for each way the row of the medoid that it belongs to.

    Built up greedily (BUILD of Kaufman & Rousseeuw), then moved within each group until nothing
    changes. Ties go to the first row: nothing is drawn.
    """
    heads = [int(np.argmin(weight @ distance))]
    near = distance[heads[0]].copy()
    while len(heads) < k:
        gain = weight @ np.maximum(near[:, None] - distance, 0.0)
        gain[heads] = -1.0
        heads.append(int(np.argmax(gain)))
        near = np.minimum(near, distance[heads[-1]])
    for _ in range(_ROUNDS):
        own = np.argmin(distance[heads], axis=0)
        moved = []
        for group in range(k):
            members = np.flatnonzero(own == group)
            cost = weight[members] @ distance[np.ix_(members, members)]
            moved.append(int(members[int(np.argmin(cost))]) if len(members) else heads[group])
        if moved == heads:
            break
        heads = moved
    found: Ints = np.asarray(heads, dtype=np.int64)[np.argmin(distance[heads], axis=0)]
    return found


def silhouette(distance: Floats, weight: Floats, own: Ints) -> float:
    """Return the mean silhouette of ways (Rousseeuw 1987), each as often as it was taken.

    A way is compared with the other ways of its kind, not with journeys that are its equal: else
    the best division would be a kind for each way. One that is alone in its kind has 0.
    """
    labels = np.unique(own)
    sums = np.stack([distance[:, own == label] @ weight[own == label] for label in labels], axis=1)
    sizes = np.array([weight[own == label].sum() for label in labels])
    at = np.searchsorted(labels, own)
    rows = np.arange(len(own))
    others = sizes[at] - weight
    inner = np.where(others > 1e-9, sums[rows, at] / np.maximum(others, 1e-12), 0.0)
    outer_all = sums / sizes
    outer_all[rows, at] = np.inf
    outer = outer_all.min(axis=1)
    larger = np.maximum(inner, outer)
    told = np.where(
        (others > 1e-9) & (larger > 0), (outer - inner) / np.maximum(larger, 1e-12), 0.0
    )
    return float(weight @ told / weight.sum())


def _described(paths: Sequence[Sequence[str]], weight: Floats, own: Ints) -> list[Kind]:
    names = sorted({name for path in paths for name in path})
    has = np.array([[name in set(path) for name in names] for path in paths], dtype=float)
    long = np.array([len(path) for path in paths], dtype=float)
    made = []
    for head in np.unique(own):
        mine = own == head
        n, rest = weight[mine].sum(), weight[~mine].sum()
        share = weight[mine] @ has[mine] / n
        elsewhere = weight[~mine] @ has[~mine] / rest
        marks = [
            Mark(name, float(share[at]), float(elsewhere[at])) for at, name in enumerate(names)
        ]
        made.append(
            Kind(
                tuple(paths[int(head)]),
                int(n),
                float(n / weight.sum()),
                float(weight[mine] @ long[mine] / n),
                _largest(marks, 1.0),
                _largest(marks, -1.0),
            )
        )
    return sorted(made, key=lambda kind: (-kind.journeys, kind.path))


def _largest(marks: Sequence[Mark], sign: float) -> list[Mark]:
    """The three touchpoints that differ most in one direction, by 10 percent points or more."""
    far = [mark for mark in marks if sign * (mark.share - mark.elsewhere) >= 0.1]
    return sorted(far, key=lambda m: (-abs(m.share - m.elsewhere), m.touchpoint))[:3]
