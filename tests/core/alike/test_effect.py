"""The comparison of customers alike: its formulas on arrays whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from valence.core.alike.balance import balance_of
from valence.core.alike.basis import common, tamed
from valence.core.alike.effect import Compared, effects, naive


def test_sides_that_came_through_other_channels_are_not_alike():
    same, e, kept = np.zeros((100, 1), np.float32), np.full(100, 0.5), np.ones(100, bool)
    affected = np.arange(100) < 50
    channel = (np.arange(100) % 50 < np.where(affected, 40, 10)).astype(np.intp)
    assert balance_of(same, channel * 0, affected, e, kept).after == 0.0
    assert balance_of(same, channel, affected, e, kept).after == pytest.approx(1.5)


def test_a_customer_met_twice_counts_once_for_the_error():
    affected = np.repeat([True, False], 50)
    later = np.arange(100.0)
    own = naive(affected, later, np.arange(100))
    twice = naive(np.tile(affected, 2), np.tile(later, 2), np.tile(np.arange(100), 2))
    assert twice.value == own.value
    assert twice.error == pytest.approx(own.error)


def test_the_effect_is_right_if_either_model_is():
    rng = np.random.default_rng(5)
    n = 40_000
    x = rng.normal(size=n)
    chance = 1 / (1 + np.exp(1.5 - x))
    affected = rng.random(n) < chance
    later = 10 + 4 * x - 3 * affected + rng.normal(size=n)
    ones, who = np.ones((n, 1)), np.arange(n)
    wrong, flat = np.full(n, 10.0), np.full(n, affected.mean())
    for expected, e in ((10 + 4 * x, flat), (wrong, chance)):
        found = effects(Compared(affected, later, expected, e, who), ones).mean
        assert found.value == pytest.approx(-3.0, abs=4 * found.error)


def test_the_projection_tells_who_loses_more():
    rng = np.random.default_rng(6)
    n = 40_000
    x = rng.normal(size=n)
    affected = rng.random(n) < 0.3
    later = 10 + 4 * x - (3 + 2 * x) * affected + rng.normal(size=n)
    known = np.column_stack([np.ones(n), x])
    found = effects(Compared(affected, later, 10 + 4 * x, np.full(n, 0.3), np.arange(n)), known)
    assert found.weights == pytest.approx([-3.0, -2.0], abs=0.06)
    total = found.total(np.array([[1.0, 0.0], [1.0, 1.0]]))
    low, high = total.interval(0.9)
    assert low <= -8.0 <= high


def test_money_is_tamed_on_either_side_of_zero():
    assert tamed([0.0, 0.0]).tolist() == [0.0, 0.0]
    small = tamed([-1e6, -10.0, 0.0, 10.0, 1e6, float("nan")])
    assert small.tolist() == [*sorted(small[:5]), 0.0]
    assert np.abs(small).max() < 15


def test_rare_categories_are_one():
    codes = common(["a"] * 500 + ["b"] * 300 + ["c", "d"])
    assert codes[0] == 0
    assert codes[600] == 1
    assert codes[-1] == codes[-2] == 2
