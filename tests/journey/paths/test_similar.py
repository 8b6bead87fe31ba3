"""Kinds of journeys: found where they are, the same every time, described by what differs."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.journey.paths.similar import distances, kinds, medoids, silhouette

BUYERS = [(("visit", "basket", "order"), 90), (("visit", "product", "basket", "order"), 60)]
CALLERS = [(("call", "mail"), 40), (("call", "mail", "call"), 30), (("mail", "call"), 20)]


def test_buyers_and_callers_are_two_kinds_told_apart_by_what_they_do():
    found = kinds(BUYERS + CALLERS)
    assert [(kind.path, kind.journeys) for kind in found.kinds] == [
        (("visit", "basket", "order"), 150), (("call", "mail"), 90),
    ]  # fmt: skip
    assert {mark.touchpoint for mark in found.kinds[0].more} == {"basket", "order", "visit"}
    assert [(m.touchpoint, m.share, m.elsewhere) for m in found.kinds[0].less] == [
        ("call", 0.0, 1.0), ("mail", 0.0, 1.0),
    ]  # fmt: skip
    assert found.silhouette > 0.5
    assert found.journeys == 240


def test_the_order_of_the_ways_changes_nothing():
    ways = BUYERS + CALLERS + [(("visit",), 55), (("visit", "call"), 13)]
    for seed in range(5):
        shuffled = ways[:]
        random.Random(seed).shuffle(shuffled)
        assert kinds(shuffled) == kinds(ways)


def test_too_few_journeys_and_journeys_all_alike_are_not_divided():
    assert kinds([(("visit",), 3), (("call",), 4), (("mail",), 5)]).why == "few"
    assert kinds([(("visit", "order"), 5000)]).why == "few"
    assert kinds([]).kinds == ()
    far = [((name,), 100) for name in "abcdefghijklmnop"]
    assert kinds(far, most=3).why == "alike"


def test_the_silhouette_is_that_of_a_slow_loop_over_ways():
    paths = [way for way, _ in BUYERS + CALLERS]
    weight = np.array([3.0, 2.0, 2.0, 1.0, 1.0])
    distance = distances(paths)
    own = medoids(distance, weight, 2)
    told = []
    for row in range(len(paths)):
        by_kind = {}
        for other in range(len(paths)):
            if other != row:
                far = by_kind.setdefault(own[other], [])
                far += [distance[row, other]] * int(weight[other])
        inner = np.mean(by_kind.pop(own[row]))
        outer = min(np.mean(far) for far in by_kind.values())
        told += [(outer - inner) / max(inner, outer)] * int(weight[row])
    assert silhouette(distance, weight, own) == pytest.approx(np.mean(told))


@given(st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5), min_size=2, max_size=12))
def test_distances_are_those_of_a_space(paths):
    found = distances(paths)
    assert (np.diag(found) == 0).all()
    np.testing.assert_allclose(found, found.T, atol=1e-7)
    assert (found <= np.sqrt(2) + 1e-9).all()
    n = len(paths)
    for i in range(n):
        for j in range(n):
            assert (found[i, j] <= found[i] + found[j] + 1e-6).all()
