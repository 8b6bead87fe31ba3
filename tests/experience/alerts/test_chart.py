"""Control charts of scores: published run lengths, limits that know their n, and the floor."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import exp, sqrt

import numpy as np
import pytest

from valence.experience.alerts.chart import (
    Limits,
    Period,
    Usual,
    charted,
    highest,
    usual_of,
)

MONDAY = date(2025, 1, 6)


def week(number):
    return MONDAY + timedelta(days=7 * number)


def periods(goods, n=100, bad=0):
    return [Period(week(t), n, int(good), bad) for t, good in enumerate(goods)]


def known(centre=0.5, variance=0.25):
    """A centre that is known for sure."""
    return Usual(centre, variance, 1e12)


def run_length(goods, n, usual, limits):
    points = charted(periods(goods, n), usual, limits, net=False)
    return next((t + 1 for t, p in enumerate(points) if p.below or p.above), len(points))


# Lucas & Saccucci 1990, as in Montgomery, Introduction to Statistical Quality Control, 6th ed.,
# Table 9.11: average run length of the EWMA chart by the shift of the mean in standard errors.
PUBLISHED = [
    # λ, L, shift, average run length
    (0.2, 2.962, 0.0, 500),
    (0.2, 2.962, 0.5, 44.1),
    (0.2, 2.962, 1.0, 10.5),
    (0.1, 2.814, 0.5, 31.3),
    (0.1, 2.814, 1.0, 10.3),
    (0.4, 3.054, 1.0, 14.3),
]


@pytest.mark.parametrize(("weight", "reach", "shift", "published"), PUBLISHED)
def test_run_lengths_are_the_published_ones(weight, reach, shift, published):
    """Simulated with the limits of the chart for late periods, which the table is made with."""
    random, n, runs = np.random.default_rng(7), 10_000, 400 if shift else 250
    limits, usual = Limits(weight, reach, least=1), known()
    # The table has the limits of the long run from the start; the chart's own are closer at first.
    run_in = reach * sqrt(0.25 / n * weight / (2 - weight))
    lengths, most = [], 300 if shift else 1000
    for _ in range(runs):
        goods = random.binomial(n, 0.5 + shift * sqrt(0.25 / n), most)
        points = charted(periods(goods, n), usual, limits, net=False)
        out = (t + 1 for t, p in enumerate(points) if abs(p.smoothed - 0.5) > run_in)
        lengths.append(next(out, most))
    error = np.std(lengths) / sqrt(runs)
    # A run is followed so long and no longer; run lengths are about geometric.
    expected = published * (1 - exp(-most / published))
    assert abs(np.mean(lengths) - expected) < 3 * error + 0.02 * expected


def test_the_limits_of_late_periods_are_those_of_the_table():
    limits = Limits(0.2, 3.0, least=1)
    last = charted(periods([5000] * 60, 10_000), known(), limits, net=False)[-1]
    assert last.high - 0.5 == pytest.approx(3 * sqrt(0.25 / 10_000 * 0.2 / 1.8), rel=1e-6)
    assert 0.5 - last.low == pytest.approx(last.high - 0.5)


def test_the_first_limits_are_exact_for_each_n():
    """Var(z₁) = λ² σ²/n₁; Var(z₂) = λ² σ²/n₂ + (1 − λ)² Var(z₁)."""
    made = charted(
        [Period(week(0), 400, 200, 0), Period(week(1), 25, 12, 0)],
        known(), Limits(0.2, 1.0, least=1), net=False,
    )  # fmt: skip
    first = 0.2**2 * 0.25 / 400
    assert made[0].error == pytest.approx(sqrt(first))
    assert made[1].error == pytest.approx(sqrt(0.2**2 * 0.25 / 25 + 0.8**2 * first))


def test_the_error_is_that_of_many_simulated_charts_with_an_estimated_centre():
    random, n = np.random.default_rng(11), [40, 200, 25, 90, 60, 30]
    gaps, errors = [], []
    for _ in range(1500):
        before = [Period(week(0), 100, int(g), 0) for g in random.binomial(100, 0.3, 12)]
        usual = Usual(sum(p.good for p in before) / 1200, 0.21, 1200)
        later = [
            Period(week(t), size, int(random.binomial(size, 0.3)), 0) for t, size in enumerate(n)
        ]
        last = charted(later, usual, Limits(0.3, 3, least=1), net=False)[-1]
        gaps.append(last.smoothed - usual.centre)
        errors.append(last.error)
    assert np.std(gaps) == pytest.approx(errors[0], rel=0.06)


def test_false_alarms_are_seldom_with_the_defaults_and_a_usual_of_twelve_weeks():
    """NPS of 40 answers a week, nothing changes: below the limit within a year for few of 300."""
    random, limits, called = np.random.default_rng(5), Limits(), 0
    for _ in range(300):
        drawn = random.multinomial(40, [0.45, 0.3, 0.25], 64)
        made = [Period(week(t), 40, int(g), int(b)) for t, (g, _, b) in enumerate(drawn)]
        usual = usual_of(made[:12], net=True)
        called += any(p.below for p in charted(made[12:], usual, limits, net=True))
    assert called / 300 < 0.15


def test_a_fall_by_half_a_standard_error_a_week_is_found_in_weeks_not_years():
    """NPS falls from 20 to 0, 40 answers a week: half of the charts call within five weeks."""
    random, limits, delays = np.random.default_rng(6), Limits(), []
    for _ in range(200):
        before = random.multinomial(40, [0.45, 0.3, 0.25], 12)
        after = random.multinomial(40, [0.35, 0.3, 0.35], 52)
        made = [
            Period(week(t), 40, int(g), int(b))
            for t, (g, _, b) in enumerate(np.concatenate([before, after]))
        ]
        usual = usual_of(made[:12], net=True)
        points = charted(made[12:], usual, limits, net=True)
        delays.append(next((t + 1 for t, p in enumerate(points) if p.below), 52))
    assert np.median(delays) <= 6


def test_periods_that_differ_more_than_their_answers_explain_widen_the_limits():
    random = np.random.default_rng(3)
    calm = usual_of(periods(random.binomial(100, 0.5, 12)), net=False)
    wild = usual_of(periods([30, 70] * 6), net=False)
    assert calm.variance == pytest.approx(0.25, abs=0.01)
    # 20 points off instead of 5: sixteen times the variance.
    assert wild.variance == pytest.approx(0.25 * 16 * 12 / 11, rel=0.01)


def test_seven_periods_are_too_few_to_say_what_is_usual():
    assert usual_of(periods([50] * 7), net=False) is None


def test_a_period_with_few_answers_has_no_score_and_moves_nothing():
    made = [Period(week(0), 100, 50, 0), Period(week(1), 3, 0, 0), Period(week(2), 100, 50, 0)]
    points = charted(made, known(), Limits(least=20), net=False)
    assert points[1].score is None
    assert points[1].smoothed == points[0].smoothed
    assert not points[1].below


def test_the_floor_calls_when_the_period_is_surely_below_it():
    def floored(good, n=100):
        limits = Limits(floor=0.4, least=10)
        return charted([Period(week(0), n, good, 0)], known(), limits, net=False)[0].floored

    assert floored(25)  # its whole interval is below
    assert not floored(38)  # below, but that may be chance


def test_the_floor_calls_when_the_smoothed_score_is_below_it_though_no_period_is_surely():
    limits = Limits(floor=0.4, least=10)
    points = charted(periods([37] * 12), known(0.42), limits, net=False)
    assert not points[0].floored
    assert points[-1].floored


def test_where_everybody_answers_alike_there_is_no_limit_to_cross():
    usual = usual_of(periods([100] * 8), net=False)
    points = charted(periods([100, 100]), usual, Limits(), net=False)
    assert not any(p.below or p.above for p in points)


def test_who_all_answer_alike_are_not_sure_beyond_all_doubt():
    low = Period(MONDAY, 20, 0, 20)
    assert highest(low, net=True) > -1
    assert highest(replace(low, n=2000, bad=2000), net=True) < highest(low, net=True)
