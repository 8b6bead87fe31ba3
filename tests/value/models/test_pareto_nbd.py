"""Pareto/NBD: published numbers, slow integrals, and customers drawn as the model says."""

import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.value.models import pareto_reference
from tests.value.models.buying import pareto_nbd
from tests.value.models.pareto_reference import Extreme

from valence.core.errors import BadInputError
from valence.value.models.histories import distinct
from valence.value.models.model import Histories
from valence.value.models.pareto_nbd import ParetoNbd

MANUAL = (0.55, 10.56, 0.61, 11.64)  # of the examples in the manual of the R package BTYD 2.3
TRUTH = (0.6, 8.0, 0.7, 14.0)


def one(*numbers):
    return tuple(np.array([float(n)]) for n in numbers)


def test_the_fit_on_cdnow_is_that_of_fader_and_hardie(cdnow):
    # Fader, Hardie & Lee 2005 ("Counting your customers" the easy way), table 2.
    fit = ParetoNbd.fit(cdnow).fitted
    assert fit.values == pytest.approx((0.553, 10.578, 0.606, 11.669), abs=2e-3)
    assert fit.values[:3] == pytest.approx((0.553, 10.578, 0.606), abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-9595.0, abs=0.05)
    assert fit.converged
    assert fit.notes == ()
    assert all(0 < p.standard_error < 0.6 * p.value for p in fit.parameters)


def test_customers_of_cdnow_are_foretold_what_the_walkthrough_of_btyd_says(cdnow):
    # "Buy 'til you die, a walkthrough", chapter 2: customer 1516, and the year of a new one.
    model, customer = ParetoNbd.fit(cdnow), one(26, 30.86, 31)
    assert model.expected(52, *customer) == pytest.approx(25.46, abs=5e-3)
    assert model.alive(*customer) == pytest.approx(0.9979, abs=5e-5)
    assert model.expected_new(np.array([52.0])) == pytest.approx(1.473, abs=5e-4)


def test_the_examples_in_the_manual_of_btyd_come_out_to_the_last_digit():
    model = ParetoNbd.of(*MANUAL)
    assert model.alive(*one(0, 0, 39)) == pytest.approx(0.2924031, abs=5e-8)
    assert model.alive(*one(23, 39, 39)) == pytest.approx(1)
    early = [0, 0.05077821, 0.09916088, 0.14542507, 0.18979930]
    late = [0.23247466, 0.27361274, 0.31335159, 0.35181024, 0.38909211]
    assert model.expected_new(np.arange(10.0)) == pytest.approx([*early, *late], abs=5e-9)


def test_more_purchases_before_a_long_silence_make_death_more_likely():
    # The "increasing frequency paradox" (Fader, Hardie & Lee 2005, "RFM and CLV").
    alive = ParetoNbd.of(*MANUAL).alive(np.arange(5.0, 21), np.full(16, 30.0), np.full(16, 39.0))
    assert (np.diff(alive) < 0).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32))
def test_at_all_extremes_likelihood_and_alive_agree_with_slow_integrals(seed):
    drawn = Extreme.drawn(seed, histories=1)
    model = ParetoNbd.of(*drawn.parameters)
    with warnings.catch_warnings(action="error"):
        log = model.log_likelihoods(drawn.x, drawn.t_x, drawn.age)[0]
        alive = model.alive(drawn.x, drawn.t_x, drawn.age)[0]
    exact_log, exact_alive = pareto_reference.history(
        drawn.parameters, drawn.x[0], drawn.t_x[0], drawn.age[0]
    )
    assert log == pytest.approx(float(exact_log), rel=0, abs=1e-9)
    assert alive == pytest.approx(float(exact_alive), rel=1e-9, abs=1e-300)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
@example(113)
@example(3346)
def test_at_all_extremes_counts_and_expectation_agree(seed):
    drawn = Extreme.drawn(seed, histories=3)
    model, history = ParetoNbd.of(*drawn.parameters), (drawn.x, drawn.t_x, drawn.age)
    with warnings.catch_warnings(action="error"):
        counts = model.counts(drawn.t, *history, most=500)
        expected = model.expected(drawn.t, *history)
    assert counts.min() >= 0
    assert counts.sum(axis=1) == pytest.approx(np.ones(3), abs=1e-9)
    least = counts @ np.arange(501)
    assert (least <= expected * (1 + 1e-8) + 1e-9).all()
    # A purchase beyond 500 may be next to impossible and yet bring as many more as the tail has:
    # the more, the higher the rate that what was seen leaves likely.
    shape, scale = drawn.parameters[0] + drawn.x, drawn.parameters[1] + drawn.age
    more = 500 + shape * (scale + drawn.t) / scale
    whole = counts[:, -1] * more < 1e-11
    assert least[whole] == pytest.approx(expected[whole], rel=1e-7, abs=1e-9)


def test_residual_purchases_are_the_discounted_sum_of_all_that_is_expected():
    model, history, rate = ParetoNbd.of(*MANUAL), one(7, 77.86), 0.0027
    # By parts: the sum of exp(−rate t) over purchases, from the expected number until each t.
    t = np.concatenate([np.linspace(0, 50, 2_001), np.linspace(50, 15_000, 40_001)[1:]])
    until = np.array([model.expected_if_alive(end, *history)[0] for end in t])
    by_parts = np.trapezoid(rate * np.exp(-rate * t) * until, t)
    assert model.residual_if_alive(rate, *history) == pytest.approx(by_parts, rel=1e-5)


def test_at_s_of_1_expectations_have_no_gap():
    near = [
        ParetoNbd.of(0.5, 9, s, 12).expected(30, *one(2, 10, 20))[0]
        for s in (1 - 1e-9, 1, 1 + 1e-9)
    ]
    assert near == pytest.approx([near[1]] * 3, rel=1e-7)


def test_what_is_foretold_of_drawn_customers_comes_true():
    horizon, age = 26.0, np.tile([10.0, 30.0, 50.0], 40_000)
    drawn = pareto_nbd(TRUTH, age, horizon=horizon, seed=11)
    history, model = (drawn.x, drawn.t_x, drawn.age), ParetoNbd.of(*TRUTH)
    alive, expected = model.alive(*history), model.expected(horizon, *history)
    for some in (drawn.x == 0, drawn.x == 1, drawn.x > 4, drawn.t_x < age / 2):
        off = (drawn.alive - alive)[some]
        assert abs(off.mean()) < 4 * np.sqrt((alive * (1 - alive))[some].mean() / some.sum())
        wrong = (drawn.later - expected)[some]
        assert abs(wrong.mean()) < 4 * wrong.std() / np.sqrt(some.sum())
    counts = model.counts(horizon, *history, most=10).sum(axis=0)
    seen = np.bincount(np.minimum(drawn.later, 10).astype(int), minlength=11)
    assert np.abs(seen - counts).max() < 4 * np.sqrt(counts.max())


@pytest.mark.parametrize("seed", range(3))
def test_parameters_come_back_from_drawn_customers_within_their_standard_errors(seed):
    age = np.ceil(np.random.default_rng(seed).uniform(20, 80, 30_000))
    drawn = pareto_nbd(TRUTH, age, horizon=0, seed=seed)
    fit = ParetoNbd.fit(distinct(drawn.x, drawn.t_x, drawn.age)).fitted
    assert fit.converged
    for found, value in zip(fit.parameters, TRUTH, strict=True):
        assert abs(found.value - value) < 3.5 * found.standard_error < value


def test_covariates_scale_the_rates_of_buying_and_of_dying():
    z = (np.arange(40_000) % 3 == 0).astype(float)
    drawn = pareto_nbd(
        TRUTH, np.full(40_000, 50.0), horizon=0, seed=5, effect=0.5 * z, on_life=0.8 * z
    )
    h = distinct(drawn.x, drawn.t_x, drawn.age, covariates=z[:, None], names=("web",))
    model = ParetoNbd.fit(h)
    assert [p.name for p in model.fitted.parameters[4:]] == ["gamma_1[web]", "gamma_2[web]"]
    for found, truth in zip(model.fitted.parameters[4:], (0.5, 0.8), strict=True):
        assert abs(found.value - truth) < 3.5 * found.standard_error < 1
    # Whoever has z = 1 is a customer of the model with scaled parameters.
    r, alpha, s, beta, *effects = model.fitted.values
    e = np.exp(effects)
    plain = ParetoNbd.of(r, alpha / e[0], s, beta / e[1])
    history, z_1 = one(3, 12, 30), np.ones((1, 1))
    for got, exact in (
        (model.expected(9, *history, z_1), plain.expected(9, *history)),
        (model.counts(9, *history, most=9, z=z_1), plain.counts(9, *history, most=9)),
        (model.log_likelihoods(*history, z_1), plain.log_likelihoods(*history)),
        (model.expected_new(np.ones(1), z_1), plain.expected_new(np.ones(1))),
    ):
        assert got == pytest.approx(exact)
    whole = model.log_likelihoods(h.frequency, h.recency, h.age, h.covariates)
    assert h.count @ whole == pytest.approx(model.fitted.log_likelihood, abs=1e-6)
    with pytest.raises(TypeError, match="needs z"):
        model.alive(*history)


@pytest.mark.parametrize(
    ("frequency", "recency", "age", "said"),
    [
        ([0], [0], [0], "None of 1 customers bought again"),
        ([0, 0, 0], [0, 0, 0], [9, 0, 30], "None of 3 customers bought again"),
        ([1, 0], [2, 0], [9, 9], "Only 1 of 2 customers"),
        ([1] * 500, [1] * 500, [300] * 500, "values far apart|bound"),
        ([4000, 1, 0], [900, 3, 0], [901, 9, 9], "Only 2 of 3 customers"),
        ([1, 2, 3], [0, 0, 0], [0, 0, 0], "Only 3 of 3 customers"),
    ],
)
def test_poor_data_are_fitted_as_far_as_they_go_and_that_is_said(frequency, recency, age, said):
    histories = distinct(frequency, recency, age)
    with warnings.catch_warnings(action="error"):
        fitted = ParetoNbd.fit(histories)
    notes = " ".join(map(str, fitted.fitted.notes))
    assert any(words in notes for words in said.split("|"))
    assert np.isfinite(fitted.fitted.values).all()
    x, t_x, t = histories.frequency, histories.recency, histories.age
    alive = fitted.alive(x, t_x, t)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert np.isfinite(fitted.expected(52, x, t_x, t)).all()
    if "None" in said:
        assert not fitted.fitted.converged


def test_a_history_that_cannot_be_is_named():
    wrong = Histories(*(np.array(c, dtype=float) for c in ([1, 2], [3, 9], [5, 8], [1, 1])))
    with pytest.raises(BadInputError, match=r"row 1: frequency 2\.0, recency 9\.0, age 8\.0"):
        ParetoNbd.fit(wrong)


@pytest.mark.parametrize("seed", range(6))
def test_no_parameters_tried_at_random_are_more_likely(seed):
    rng = np.random.default_rng(seed)
    truth = 10 ** rng.uniform([-1.5, -1, -1, -1], [0.5, 2, 1, 2])
    age = np.ceil(rng.uniform(1, 100, int(10 ** rng.uniform(0.5, 3))))
    drawn = pareto_nbd(truth, age, horizon=0, seed=seed)
    h = distinct(drawn.x, drawn.t_x, drawn.age)
    fit = ParetoNbd.fit(h).fitted
    for parameters in [truth, *10 ** rng.uniform([-2, -1, -3, -2], [2, 3, 2, 4], (100, 4))]:
        each = ParetoNbd.of(*parameters).log_likelihoods(h.frequency, h.recency, h.age)
        assert h.count @ each <= fit.log_likelihood + 1e-4


def test_the_hill_of_those_who_die_at_once_is_found():
    # Some never come back, the rest never leave: a search once ended on another hill, 11 lower.
    x = np.concatenate([np.zeros(8), np.arange(10.0, 60, 3)])
    h = distinct(x, np.where(x > 0, 99.0, 0), np.full(len(x), 100.0))
    there = ParetoNbd.of(2.4, 9.9, 0.03, 3e-4)
    least = h.count @ there.log_likelihoods(h.frequency, h.recency, h.age)
    assert ParetoNbd.fit(h).fitted.log_likelihood > least


def test_nobody_may_be_asked_about():
    none = np.empty(0)
    model = ParetoNbd.of(*MANUAL)
    assert model.alive(none, none, none).shape == (0,)
    assert model.counts(9, none, none, none, most=4).shape == (0, 5)
