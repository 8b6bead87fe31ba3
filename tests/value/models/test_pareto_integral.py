"""What comes first, death or a purchase: against slow integrals, and against its own symmetries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.models import pareto_reference

from valence.value.models.pareto_integral import Contest, discounted_life

MAGNITUDE = st.floats(-4, 4)


def log_chance(k, s, log_rho, *, of_purchase):
    """Of single k and ρ: with x = 0 the shape of the rate of buying is k."""
    one = Contest(np.zeros(1), np.zeros(1), np.zeros(1, dtype=int))
    value, slopes = one.log_chance(k, s, np.array([log_rho]), of_purchase=of_purchase)
    return value[0], np.array([slope[0] for slope in slopes])


@settings(max_examples=12, deadline=None)
@given(MAGNITUDE, MAGNITUDE, st.floats(-8, 8))
def test_chances_agree_with_slow_integrals_to_eleven_digits(k, s, rho):
    k, s, rho = 10.0**k, 10.0**s, 10.0**rho
    died, bought = pareto_reference.chances(k, s, rho)
    for exact, of_purchase in ((died, False), (bought, True)):
        got, _ = log_chance(k, s, np.log(rho), of_purchase=of_purchase)
        assert np.exp(got) == pytest.approx(float(exact), rel=1e-11)


@settings(max_examples=60, deadline=None)
@given(MAGNITUDE, MAGNITUDE, st.floats(-18, 18))
def test_death_first_is_a_purchase_first_with_the_parts_exchanged(k, s, log_rho):
    k, s = 10.0**k, 10.0**s
    died, by = log_chance(k, s, log_rho, of_purchase=False)
    exchanged, by_exchanged = log_chance(s, k, -log_rho, of_purchase=True)
    assert died == pytest.approx(exchanged, abs=1e-10)
    assert by == pytest.approx(by_exchanged[[1, 0, 2]] * (1, 1, -1), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("of_purchase", [False, True])
@settings(max_examples=40, deadline=None)
@given(MAGNITUDE, MAGNITUDE, st.floats(-10, 10))
def test_slopes_are_those_of_small_steps(of_purchase, k, s, log_rho):
    at, step = np.array([np.log(10.0) * k, np.log(10.0) * s, log_rho]), 1e-4

    def value(point):
        got, slopes = log_chance(*np.exp(point[:2]), point[2], of_purchase=of_purchase)
        return got, slopes * (*np.exp(point[:2]), 1)

    _, slopes = value(at)
    for slope, move in zip(slopes, np.eye(3) * step, strict=True):
        by_steps = (value(at + move)[0] - value(at - move)[0]) / (2 * step)
        assert slope == pytest.approx(by_steps, rel=1e-6, abs=1e-6)


def test_rows_that_share_their_nodes_get_the_same_as_alone():
    rng = np.random.default_rng(4)
    x, t, group = rng.integers(0, 40, 300), rng.integers(0, 90, 300), rng.integers(0, 2, 300)
    contest = Contest(x.astype(float), t.astype(float), group)
    log_rho = np.log((np.array([9.0, 30])[contest.group] + contest.t) / (4 + contest.t))
    together, _ = contest.log_chance(0.3, 0.7, log_rho, of_purchase=True)
    for row in range(0, 300, 10):
        entry = contest.which[row]
        assert (contest.x[entry], contest.t[entry]) == (x[row], t[row])
        alone, _ = log_chance(0.3 + x[row], 0.7, log_rho[entry], of_purchase=True)
        assert together[entry] == pytest.approx(alone, abs=1e-11)


def test_where_nodes_cannot_reach_the_answer_is_no_number():
    # Far beyond all that data may ask for; a wrong number would be worse than none.
    value, _ = log_chance(1e-14, 1e-14, 0.0, of_purchase=True)
    assert np.isnan(value)


@settings(max_examples=10, deadline=None)
@given(MAGNITUDE, st.floats(-8, 4))
def test_discounted_life_agrees_with_slow_integrals(s, z):
    got = discounted_life(10.0**s, np.array([10.0**z]))[0]
    assert got == pytest.approx(
        float(pareto_reference.discounted_life(10.0**s, 10.0**z)), rel=1e-10
    )


def test_discounted_life_of_many_is_that_of_each():
    z = np.geomspace(1e-4, 10, 50)
    each = [discounted_life(0.6, z[i : i + 1])[0] for i in range(50)]
    assert discounted_life(0.6, z) == pytest.approx(each, rel=1e-10)
    assert discounted_life(0.6, z[:0]).shape == (0,)
