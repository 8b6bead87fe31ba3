"""The model of contracts against the published numbers and brute force."""

import mpmath as mp
import numpy as np
import pytest

from valence.core.errors import BadInputError
from valence.value.models.histories import distinct
from valence.value.models.shifted_beta_geometric import Contracts, ShiftedBetaGeometric

# Fader & Hardie 2007, table 1: of 1,000 customers, those left at the end of each year.
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173]
HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394]


@pytest.mark.parametrize(
    ("survivors", "published", "log_likelihood"),
    [(REGULAR, (0.704, 1.182), -1680.3), (HIGH_END, (0.668, 3.806), -1611.2)],
)
def test_seven_years_give_the_published_parameters_and_foretell_the_next_five(
    survivors, published, log_likelihood
):
    model = ShiftedBetaGeometric.fit(Contracts.from_survivors(survivors[:8]))
    assert model.fitted.values == pytest.approx(published, abs=5e-4)
    assert model.fitted.log_likelihood == pytest.approx(log_likelihood, abs=0.05)
    assert model.fitted.converged
    foretold = 1000 * model.survival(np.arange(8, 13))
    assert np.abs(foretold - survivors[8:]).max() < 20


def test_contracts_one_by_one_give_what_the_survivors_give():
    rng = np.random.default_rng(2)
    lasted = rng.geometric(rng.beta(0.7, 1.2, 3_000).clip(1e-9))
    ended = lasted <= 5
    periods = np.minimum(lasted, 5).astype(float)
    left = [(lasted > age).sum() for age in range(6)]
    one = ShiftedBetaGeometric.fit(Contracts(periods, ended, np.ones(3_000)))
    two = ShiftedBetaGeometric.fit(Contracts.from_survivors(left))
    assert one.fitted.values == pytest.approx(two.fitted.values, rel=1e-5)
    for found, truth in zip(one.fitted.parameters, (0.7, 1.2), strict=True):
        assert abs(found.value - truth) < 3.5 * found.standard_error


def test_retention_is_the_ratio_of_survivors():
    model = ShiftedBetaGeometric.of(0.7, 1.2)
    left = model.survival(np.arange(6))
    assert model.retention(np.arange(1, 6)) == pytest.approx(left[1:] / left[:-1])
    assert (np.diff(model.retention(np.arange(1, 6))) > 0).all()


@pytest.mark.parametrize(("alpha", "beta", "rate"), [(0.7, 1.2, 0.1), (3, 0.4, 0.01), (90, 800, 1)])
def test_residual_lifetime_is_the_published_hypergeometric_function(alpha, beta, rate):
    model = ShiftedBetaGeometric.of(alpha, beta)
    survived = np.arange(5)
    got = model.residual_lifetime(survived, discount=rate)
    for n, value in zip(survived + 1, got, strict=True):  # Fader & Hardie 2010, equation 6
        renewed = (beta + n - 1) / (alpha + beta + n - 1)
        wanted = renewed * mp.hyp2f1(1, beta + n, alpha + beta + n, 1 / (1 + mp.mpf(rate)))
        assert value == pytest.approx(float(wanted), rel=1e-9)
    within = model.expected_periods(survived, horizon=2_000, discount=rate)
    assert within == pytest.approx(got, rel=1e-6)


def test_without_discount_a_lifetime_may_have_no_limit():
    assert np.isinf(ShiftedBetaGeometric.of(0.7, 1.2).residual_lifetime([0, 1], discount=0)).all()
    got = ShiftedBetaGeometric.of(3, 1.2).residual_lifetime([0], discount=0)
    kept = ShiftedBetaGeometric.of(3, 1.2).expected_periods([0], horizon=20_000)
    assert got == pytest.approx(kept, rel=1e-6)
    with pytest.raises(BadInputError, match=r"not -0\.1"):
        ShiftedBetaGeometric.of(3, 1.2).residual_lifetime([0], discount=-0.1)


def test_purchases_of_a_shop_are_sent_to_another_model():
    with pytest.raises(BadInputError, match="use bg-nbd"):
        ShiftedBetaGeometric.fit(distinct([1], [2], [3]))


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ([100, 100, 100], "bound|do not tell"),
        ([100, 0], "bound|do not tell"),
        ([2, 1], "bound|do not tell"),
    ],
)
def test_nobody_or_everybody_leaving_is_said(left, said):
    model = ShiftedBetaGeometric.fit(Contracts.from_survivors(left))
    assert any(words in " ".join(map(str, model.fitted.notes)) for words in said.split("|"))


def test_survivors_that_rise_and_contracts_that_cannot_be_are_refused():
    with pytest.raises(BadInputError, match="never rise"):
        Contracts.from_survivors([10, 11])
    with pytest.raises(BadInputError, match="1 or more where it ended"):
        ShiftedBetaGeometric.fit(Contracts(np.array([0.0]), np.array([True]), np.ones(1)))
