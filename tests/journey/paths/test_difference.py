"""Difference of two groups: shares, intervals as published, and no finding by chance."""

from __future__ import annotations

import random

import pytest

from valence.core.intervals import corrected
from valence.journey.paths.difference import difference_of, shifts


def test_ways_are_told_by_how_much_more_of_one_group_takes_them():
    got = shifts(
        {("visit", "order"): 50, ("visit", None): 50}, {("visit", "order"): 30, ("call", None): 1},
        of_one=100, of_two=100,
    )  # fmt: skip
    assert [(s.key, s.one, s.two) for s in got] == [
        (("visit", None), 50, 0), (("visit", "order"), 50, 30), (("call", None), 0, 1),
    ]  # fmt: skip
    assert [s.sure for s in got] == [True, True, False]
    assert got[1].difference == pytest.approx(-0.2)
    assert got[1].low < -0.2 < got[1].high < 0


# Newcombe (1998), Statistics in Medicine 17, table II: 56/70 − 48/80, 9/10 − 3/10, 10/10 − 0/10.
@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [
        ((48, 80), (56, 70), 0.0524, 0.3339),
        ((3, 10), (9, 10), 0.1705, 0.8090),
        ((0, 10), (10, 10), 0.6075, 1.0),
    ],
)
def test_intervals_are_those_that_newcombe_printed(first, second, low, high):
    assert difference_of(first, second) == (
        pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4),
    )  # fmt: skip


def test_p_values_are_corrected_as_benjamini_and_hochberg_do():
    # Their example (1995, p. 294): 15 p values; at 0.05 the four smallest are told.
    given = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.000,
    ]  # fmt: skip
    assert sum(p <= 0.05 for p in corrected(given)) == 4
    assert corrected(given[::-1]) == corrected(given)[::-1]
    assert corrected([]) == []


def test_groups_that_are_the_same_differ_in_hardly_anything():
    draw = random.Random(3)
    told = 0
    for _ in range(100):
        groups = [{w: sum(draw.random() < 0.3 for _ in range(80)) for w in range(10)} for _ in "ab"]
        told += any(s.sure for s in shifts(*groups, of_one=80, of_two=80))
    assert told <= 12  # at 5 of 100


def test_of_a_group_with_too_few_customers_no_share_is_told():
    (only,) = shifts({"way": 4}, {"way": 9}, of_one=12, of_two=500)
    assert (only.one, only.two, only.share_one, only.difference, only.sure) == (
        4, 9, None, None, False
    )  # fmt: skip


def test_shares_of_all_or_none_are_no_difference():
    (all_,) = shifts({"way": 40}, {"way": 60}, of_one=40, of_two=60)
    assert (all_.difference, all_.p, all_.sure) == (0.0, 1.0, False)
