"""The search, on a model small enough to know everything of: purchases at a gamma-mixed rate."""

import numpy as np
import pytest
from scipy.special import digamma, gammaln, polygamma

from valence.value.models.fitting import Space, maximise


def nbd(rows, count):
    """Counts x in a time T, each at a rate of Gamma(r, alpha); covariates z scale the rate."""
    x, age, z = rows

    def objective(at):
        r, alpha = np.exp(at[0]), np.exp(at[1] - z * at[2])
        each = gammaln(r + x) - gammaln(r) - gammaln(x + 1)
        each = each + r * np.log(alpha / (alpha + age)) + x * np.log(age / (alpha + age))
        by_r = r * (digamma(r + x) - digamma(r) + np.log(alpha / (alpha + age)))
        by_alpha = r - (r + x) * alpha / (alpha + age)
        gradient = [count @ by_r, count @ by_alpha, -count @ (by_alpha * z)]
        return float(count @ each), np.array(gradient)

    return objective


SPACE = Space(("r", "alpha"), ((1.0, 20.0),), ("of z",), (1.0,))


def drawn(n, *, seed=5):
    rng = np.random.default_rng(seed)
    age, z = rng.uniform(10, 40, n), (rng.random(n) < 0.3).astype(float)
    x = rng.poisson(rng.gamma(0.5, 1 / 7, n) * np.exp(0.4 * z) * age).astype(float)
    return x, age, z


def test_parameters_come_back_within_their_standard_errors_from_large_data_in_chunks():
    rows = drawn(80_000)
    fit = maximise(nbd, rows, np.ones(80_000), SPACE)
    assert fit.converged
    assert fit.notes == ()
    for found, truth in zip(fit.parameters, (0.5, 7, 0.4), strict=True):
        assert abs(found.value - truth) < 3 * found.standard_error < 0.2 * truth


def test_the_warm_start_and_the_order_of_rows_leave_the_maximum_where_it_is():
    x, age, z = drawn(70_000)
    one = maximise(nbd, (x, np.ceil(age), z), np.ones(70_000), SPACE)
    distinct, count = np.unique([x, np.ceil(age), z], axis=1, return_counts=True)
    two = maximise(nbd, tuple(distinct), count.astype(float), SPACE)
    assert one.values == pytest.approx(two.values, rel=1e-5)
    assert one.log_likelihood == pytest.approx(two.log_likelihood, abs=1e-5)


def test_standard_errors_are_those_of_the_expected_information():
    # With one T and no covariate, the mean count r T / alpha has the variance of a sample mean.
    x, _, _ = drawn(20_000)
    rows = (x, np.full(20_000, 25.0), np.zeros(20_000))
    fit = maximise(nbd, rows, np.ones(20_000), SPACE)
    r, alpha, _ = fit.values
    assert r * 25 / alpha == pytest.approx(x.mean(), rel=1e-6)
    p = 25 / (alpha + 25)
    by_r = polygamma(1, r) - polygamma(1, r + x).mean()
    information = np.array([[by_r, -p / alpha], [-p / alpha, r * p / alpha**2]])
    expected = np.sqrt(np.diag(np.linalg.inv(20_000 * information)))
    got = [p.standard_error for p in fit.parameters[:2]]
    assert got == pytest.approx(expected, rel=0.01)


def test_what_the_data_do_not_tell_is_said_and_has_no_standard_error():
    # Everybody bought as if by one rate: r and alpha grow together without end.
    x = np.random.default_rng(1).poisson(3, 2_000).astype(float)
    fit = maximise(nbd, (x, np.full(2_000, 5.0), np.zeros(2_000)), np.ones(2_000), SPACE)
    r, alpha, _ = fit.values
    assert r / alpha == pytest.approx(x.mean() / 5, rel=1e-3)
    assert all(np.isnan(p.standard_error) for p in fit.parameters)
    assert "r, alpha" in str(fit.notes[0])


def test_a_likelihood_that_is_no_number_is_told_and_does_not_raise():
    def broken(rows, count):
        return lambda _: (float("nan"), np.full(3, np.nan))

    fit = maximise(broken, drawn(10), np.ones(10), SPACE)
    assert not fit.converged
    assert "did not end" in str(fit.notes[0])


def test_without_customers_there_is_nothing_to_fit():
    fit = maximise(nbd, drawn(3), np.zeros(3), SPACE)
    assert not fit.converged
    assert fit.customers == 0
    assert "no customer" in str(fit.notes[0])
