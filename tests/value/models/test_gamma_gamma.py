"""Gamma-Gamma against the published numbers and customers drawn as it says."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import gamma as gamma_distribution

from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma, fit_spend


def test_spend_on_cdnow_matches_fader_hardie_2013(cdnow_summary):
    s = cdnow_summary
    model = fit_spend(s["frequency"].astype(float), s["mean_spend"], np.ones(len(s["T"])))
    assert model.fitted.customers == 946
    assert model.fitted.values == pytest.approx((6.25, 3.74, 15.44), abs=0.01)
    assert model.correlation == pytest.approx(0.11, abs=5e-3)  # the note, section 4
    assert model.fitted.notes == ()


def test_expected_spend_is_that_of_the_authors_spreadsheet():
    # brucehardie.com, note 25: the first customers of CDNOW, here by x and mean spend.
    x = np.array([2, 1, 0, 7, 2.0])
    mean_spend = np.array([22.35, 11.77, 0, 73.74, 25.55])
    got = GammaGamma.of(6.25, 3.74, 15.44).expected(x, mean_spend)
    assert got == pytest.approx([24.65, 18.91, 35.17, 71.46, 27.28], abs=0.06)


def drawn(p, q, gamma, x, *, seed=2):
    rng = np.random.default_rng(seed)
    rate = rng.gamma(q, 1 / gamma, len(x))
    return rng.gamma(p * x, 1 / (rate * x))


def test_parameters_come_back_from_drawn_customers():
    x = np.random.default_rng(1).geometric(0.4, 20_000).astype(float)
    model = fit_spend(x, drawn(4, 3, 20, x), np.ones(len(x)))
    for found, truth in zip(model.fitted.parameters, (4, 3, 20), strict=True):
        assert abs(found.value - truth) < 3.5 * found.standard_error < 0.3 * truth
    assert model.fitted.notes == ()


def test_the_worth_of_n_more_purchases_is_the_integral_over_what_is_not_known():
    p, q, gamma = 2.0, 3.0, 15.0
    x, mean_spend, n, total = 4.0, 30.0, 3.0, 70.0
    rate = gamma_distribution(q + p * x, scale=1 / (gamma + x * mean_spend))

    def below(v):
        return rate.pdf(v) * gamma_distribution(p * n, scale=1 / v).cdf(total)

    model = GammaGamma.of(p, q, gamma)
    scale = model.scale(np.array([x]), np.array([mean_spend]))
    assert model.total_cdf(x, np.array(n), total / scale) == pytest.approx(quad(below, 0, 2)[0])


@pytest.mark.parametrize("mean_spend", [[30, 30, 30], [25, 25 + 1e-12, 25]])
def test_constant_spend_is_reported_and_taken_as_it_is(mean_spend):
    model = fit_spend(np.array([1.0, 2, 3]), np.array(mean_spend, dtype=float), np.ones(3))
    assert isinstance(model, ConstantSpend)
    assert model.expected(np.zeros(2), np.zeros(2)) == pytest.approx([mean_spend[0]] * 2)
    assert "All purchases are worth the same" in str(model.fitted.notes[0])


def test_spend_that_goes_with_frequency_is_reported_with_the_number():
    x = np.random.default_rng(1).geometric(0.4, 2_000).astype(float)
    model = fit_spend(x, drawn(4, 3, 20, x) * x, np.ones(len(x)))
    assert model.correlation > 0.3
    assert f"correlation {model.correlation:.2f}" in " ".join(map(str, model.fitted.notes))


def test_spend_of_zero_or_less_is_left_out_and_said():
    x = np.random.default_rng(1).geometric(0.4, 2_000).astype(float)
    spend = drawn(4, 3, 20, x)
    spend[:5] = [0, -3, np.nan, 0, -1]
    model = fit_spend(x, spend, np.ones(len(x)))
    assert model.fitted.customers == 1_995
    assert "5 of 2000 customers have a mean spend of 0 or less" in str(model.fitted.notes[0])


def test_without_anybody_who_spent_there_is_no_spend():
    model = fit_spend(np.zeros(3), np.zeros(3), np.ones(3))
    assert isinstance(model, ConstantSpend)
    assert not model.fitted.converged
    assert np.isnan(model.amount)
    assert "Nobody has a mean spend above 0" in str(model.fitted.notes[-1])


def test_spend_without_a_mean_is_reported():
    x = np.ones(5_000) * 3
    model = fit_spend(x, drawn(4, 0.7, 20, x), np.ones(len(x)))
    assert model.fitted.values[1] < 1
    assert "has no limit" in str(model.fitted.notes[-1])
    assert np.isinf(model.expected(np.zeros(1), np.zeros(1))).all()
    assert np.isfinite(model.expected(np.ones(1), np.ones(1))).all()


def test_two_customers_are_fitted_as_far_as_they_go():
    model = fit_spend(np.array([1.0, 2]), np.array([20.0, 50]), np.ones(2))
    assert model.fitted.notes
    assert np.isfinite(model.expected(np.array([1.0, 2]), np.array([20.0, 50]))).all()
