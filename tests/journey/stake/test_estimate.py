"""What a bad experience costs: the truth is covered, and where nothing can be told it is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.journey.stake.simulated import AS_OF, simulate

from valence.core.alike.compared import Rules
from valence.journey.stake.estimate import once_a_year, stake_of
from valence.journey.stake.known import YEAR

CONFIDENCE = Rules().confidence


@pytest.fixture(scope="module")
def drawn():
    """Brands with confounding by what was seen, of which the truth is known."""
    return [simulate(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def stakes(drawn):
    return [stake_of(each.moments, each.affected, as_of=AS_OF) for each in drawn]


def covers(estimate, truth):
    low, high = estimate.interval(CONFIDENCE)
    return low <= truth <= high


def test_the_interval_covers_the_truth_and_the_plain_difference_does_not(drawn, stakes):
    assert [covers(s.effect, d.truth()) for s, d in zip(stakes, drawn, strict=True)] == [True] * 3
    assert [covers(s.naive, d.truth()) for s, d in zip(stakes, drawn, strict=True)] == [False] * 3
    assert {s.verdict for s in stakes} == {"costs"}
    # Who is worth more meets it more often: the plain difference has even the wrong sign.
    assert all(s.naive.value > 0 > s.effect.value for s in stakes)


def test_weighting_makes_the_two_sides_alike(stakes):
    for found in stakes:
        assert found.balance.before > 0.5
        assert found.balance.after < 0.1
        assert found.balance.trimmed < 0.01


def test_what_newer_moments_will_cost_is_foretold(drawn, stakes):
    for found, each in zip(stakes, drawn, strict=True):
        newer = ~each.old & each.affected
        counted = once_a_year(each.moments.some(newer))
        assert len(found.each) == len(counted) <= found.newer == newer.sum()
        assert found.at_stake.value == pytest.approx(found.each.sum())
        # Within three standard errors of the sum of true effects.
        truth = each.effect[newer][counted].sum()
        assert abs(found.at_stake.value - truth) < 3 * found.at_stake.error


def test_a_customer_counts_once_a_year_in_what_is_summed(drawn):
    on = np.array([400.0, 100.0, 464.0, 465.0, 830.0, 50.0])
    moments = drawn[0].moments.some(np.arange(6))
    moments = replace(moments, customer=np.array([1, 1, 1, 1, 1, 2], np.intp), on=on)
    assert sorted(on[once_a_year(moments)]) == [50.0, 100.0, 465.0, 830.0]
    assert len(once_a_year(moments.some(on > 1000))) == 0


def test_the_placebo_is_quiet_or_alarms_where_a_confounder_is_hidden(stakes):
    hidden = [simulate(seed, hidden=True) for seed in range(3)]
    found = [stake_of(each.moments, each.affected, as_of=AS_OF) for each in hidden]
    assert [each.placebo.alarm for each in found] == [True] * 3
    assert {each.verdict for each in found} == {"unlike before"}
    assert [each.placebo.alarm for each in stakes].count(True) <= 1


def test_a_placebo_never_looks_at_what_it_tests(drawn):
    each = drawn[0].moments
    other = replace(each.before, earlier=each.before.earlier + 1e6)
    assert np.array_equal(other.mains, each.before.mains)


def test_below_the_minimum_there_is_not_enough_data(drawn):
    each = drawn[0]
    found = stake_of(each.moments, each.affected, as_of=AS_OF, rules=Rules(minimum=10_000))
    assert (found.verdict, found.effect, found.at_stake) == ("too few", None, None)


def test_none_and_all_affected_and_one_customer_are_said(drawn):
    moments = drawn[0].moments
    everyone, nobody = np.ones(len(moments), bool), np.zeros(len(moments), bool)
    assert stake_of(moments, nobody, as_of=AS_OF).verdict == "too few"
    assert stake_of(moments, everyone, as_of=AS_OF).verdict == "all affected"
    one = moments.some(np.arange(len(moments)) == 0)
    assert stake_of(one, np.array([True]), as_of=AS_OF).verdict == "too few"


def test_where_nobody_is_alike_nothing_is_told(drawn):
    moments = drawn[0].moments
    worth = moments.mains[:, 0]
    apart = worth > np.quantile(worth, 0.7)
    found = stake_of(moments, apart, as_of=AS_OF)
    assert (found.verdict, found.effect) == ("not alike", None)
    assert found.balance.trimmed > 0.2


def test_margins_below_zero_are_money_like_any_other(drawn):
    each = drawn[1]
    turned = replace(each.moments, later=each.moments.later - 500.0)
    plain, lower = (
        stake_of(moments, each.affected, as_of=AS_OF) for moments in (each.moments, turned)
    )
    assert lower.effect.value == pytest.approx(plain.effect.value, rel=1e-3)
    assert lower.effect.error == pytest.approx(plain.effect.error, rel=1e-3)


def test_a_year_that_is_not_over_is_not_measured(drawn):
    each = drawn[0]
    later = np.where(each.old, each.moments.later, 1e9)
    moments = replace(each.moments, later=later)
    found = stake_of(moments, each.affected, as_of=AS_OF)
    assert found.effect.value == pytest.approx(
        stake_of(each.moments, each.affected, as_of=AS_OF).effect.value
    )
    assert found.affected == (each.affected & (moments.on <= AS_OF - YEAR)).sum()
