"""Moments with a known truth: what an estimator of the value at stake is held against."""

import numpy as np
import pyarrow.compute as pc
import pytest

from valence.core.errors import BadInputError
from valence.demo.experiences import simulate_exposures


def _columns(table):
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


@pytest.fixture(scope="module")
def moments():
    observed, truth = simulate_exposures(3, customers=20_000)
    return _columns(observed), truth


def test_the_same_seed_gives_the_same_moments_and_truth():
    once, again = (simulate_exposures(5, customers=2_000) for _ in range(2))
    assert once[0].equals(again[0])
    assert once[1].moments.equals(again[1].moments)
    assert once[1].effect == again[1].effect


def test_another_seed_gives_others():
    one, other = (simulate_exposures(seed, customers=2_000)[0] for seed in (5, 6))
    assert not one.equals(other)


@pytest.mark.parametrize("experience", ["late delivery", "unsolved contact"])
def test_a_bad_experience_costs_margin(experience):
    observed, truth = simulate_exposures(1, customers=5_000, experience=experience)
    after = observed.filter(observed["exposed"])["margin_after"]
    assert truth.effect < -0.1 * pc.mean(after).as_py()


def test_who_bought_much_meets_more_of_it_so_that_the_naive_difference_misleads(moments):
    seen, truth = moments
    hit = seen["exposed"]
    assert seen["margin_before"][hit].mean() > 1.3 * seen["margin_before"][~hit].mean()
    naive = seen["margin_after"][hit].mean() - seen["margin_after"][~hit].mean()
    assert naive > truth.effect / 2


def test_weighting_by_the_true_chance_finds_the_true_effect(moments):
    seen, truth = moments
    hit, chance = seen["exposed"], truth.moments["propensity"].to_numpy()
    odds = np.where(hit, 1.0, chance / (1 - chance))
    gap = np.where(hit, 1.0, -odds) * seen["margin_after"] / hit.sum()
    error = np.sqrt((np.bincount(seen["customer"], gap) ** 2).sum())
    assert abs(gap.sum() - truth.effect) < 3 * error


def test_as_many_are_exposed_as_their_chances_say(moments):
    seen, truth = moments
    chance = truth.moments["propensity"].to_numpy()
    gap = seen["exposed"] - chance
    assert abs(gap.sum()) < 4 * np.sqrt((chance * (1 - chance)).sum())
    assert 0.04 < seen["exposed"].mean() < 0.2


def test_newcomers_lose_a_larger_part_of_what_they_would_have_brought(moments):
    seen, truth = moments
    hit = seen["exposed"]
    effect = truth.moments["effect"].to_numpy(zero_copy_only=False)[hit]
    after, tenure = seen["margin_after"][hit], seen["tenure_days"][hit]
    lost = [
        -effect[of].sum() / (after[of].sum() - effect[of].sum())
        for of in (tenure < 90, tenure > 540)
    ]
    assert lost[0] > lost[1] > 0.05


def test_the_truth_speaks_of_the_exposed_alone(moments):
    seen, truth = moments
    assert truth.moments["effect"].is_valid().to_numpy().tolist() == seen["exposed"].tolist()
    assert truth.effect == pytest.approx(pc.mean(truth.moments["effect"]).as_py())


def test_a_hidden_trait_shows_in_the_margin_long_before(moments):
    """Among customers of one chance and alike before, it is the earlier year that tells."""
    gaps = []
    for hidden in (False, True):
        observed, _ = simulate_exposures(3, customers=20_000, hidden=hidden)
        seen = _columns(observed)
        old = seen["tenure_days"] > 500
        before = np.log1p(seen["margin_before"][old])
        x = np.column_stack(
            [before**0, before, before**2, seen["margin_before"][old], seen["tenure_days"][old],
             seen["bad_before"][old], seen["remote"][old], seen["channel"][old] == "app",
             seen["exposed"][old]]
        ).astype(float)  # fmt: skip
        coefficient, *_ = np.linalg.lstsq(x, seen["margin_earlier"][old], rcond=None)
        rest = seen["margin_earlier"][old] - x @ coefficient
        bread = np.linalg.inv(x.T @ x)
        error = np.sqrt((bread @ (x.T * rest**2) @ x @ bread)[-1, -1])
        gaps.append(coefficient[-1] / error)
    assert abs(gaps[0]) < 3
    assert gaps[1] < -3


def test_too_few_customers_are_refused():
    with pytest.raises(BadInputError, match="give 100 to 1,000,000"):
        simulate_exposures(1, customers=10)
