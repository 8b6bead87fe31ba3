"""Purchases before death: against slow integrals, at all extremes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.models import pareto_reference

from valence.value.models.pareto_counts import Alive, counts_before_death


def alive(k, a, s, b):
    return Alive(*(np.array([float(v)]) for v in (k, a)), float(s), np.array([float(b)]))


@settings(max_examples=15, deadline=None)
@given(st.floats(-3, 5), *[st.floats(-4, 4)] * 4, st.integers(0, 3))
def test_at_all_extremes_counts_agree_with_slow_integrals(t, k, a, s, b, digits):
    t, k, a, s, b = (10.0**power for power in (t, k, a, s, b))
    counts = counts_before_death(t, alive(k, a, s, b), most=1_000)[0]
    assert counts.min() >= 0
    assert counts.sum() == pytest.approx(1, abs=1e-9)
    n = 10**digits - 1
    assert counts[n] == pytest.approx(float(pareto_reference.count(n, t, k, a, s, b)), abs=1e-10)


def test_counts_in_the_thousands_do_not_underflow():
    counts = counts_before_death(52, alive(4_000, 204, 0.6, 211), most=2_000)[0]
    for n in (0, 100, 1_000, 1_020):
        exact = float(pareto_reference.count(n, 52, 4_000, 204, 0.6, 211))
        assert counts[n] == pytest.approx(exact, rel=1e-8)
    assert counts.sum() == pytest.approx(1)


def test_nothing_is_bought_in_no_time_and_all_counts_may_be_asked_as_one():
    both = Alive(np.array([0.5, 3]), np.array([10.0, 20]), 0.6, np.array([11.0, 30]))
    assert counts_before_death(0, both, most=3).tolist() == [[1, 0, 0, 0]] * 2
    assert counts_before_death(9, both, most=0).tolist() == [[1], [1]]


def test_customers_of_all_kinds_together_get_what_each_gets_alone():
    rng = np.random.default_rng(7)
    k, a, b = 10 ** rng.uniform([[-2], [-2], [-2]], [[3], [3], [3]], (3, 40))
    together = counts_before_death(20, Alive(k, a, 1.3, b), most=30)
    for i in range(40):
        assert together[i] == pytest.approx(
            counts_before_death(20, alive(k[i], a[i], 1.3, b[i]), most=30)[0], abs=1e-12
        )
