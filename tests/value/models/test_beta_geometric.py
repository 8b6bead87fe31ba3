"""BG/NBD and MBG/NBD: published numbers, brute force, and customers drawn as the models say."""

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.value.models.buying import beta_geometric

from valence.core.errors import BadInputError
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.histories import distinct
from valence.value.models.mbg_nbd import MbgNbd
from valence.value.models.model import Histories

MODELS = pytest.mark.parametrize("model", [BgNbd, MbgNbd])
PUBLISHED = (0.243, 4.414, 0.793, 2.426)  # Fader, Hardie & Lee 2005, table 2


def one(*numbers):
    return tuple(np.array([float(n)]) for n in numbers)


def expected_new(r, alpha, a, b, t):
    """Equation 9 of Fader, Hardie & Lee (2005)."""
    z = mp.mpf(t) / (alpha + t)
    left = (alpha / (alpha + mp.mpf(t))) ** r * mp.hyp2f1(r, b, a + b - 1, z)
    return float((a + b - 1) / (a - 1) * (1 - left))


def likelihood(r, alpha, a, b, history, *, first_coin):
    """The likelihood before it is solved: over all rates and drop-out probabilities."""
    x, t_x, age = history
    coins = x + first_coin

    def rates(time):
        density = lambda v: v ** (r + x - 1) * mp.exp(-v * (alpha + time))  # noqa: E731
        return mp.quad(density, [0, 0.1, 1, 10, mp.inf]) * alpha**r / mp.gamma(r)

    def chance(p, q):
        return mp.quad(lambda v: v ** (p - 1) * (1 - v) ** (q - 1), [0, 0.5, 1]) / mp.beta(a, b)

    gone = rates(t_x) * chance(a + 1, b + coins - 1) if coins else 0
    return rates(age) * chance(a, b + coins) + gone, rates(age) * chance(a, b + coins)


def test_bg_nbd_on_cdnow_matches_fader_hardie_lee_2005(cdnow):
    fit = BgNbd.fit(cdnow).fitted  # table 2
    assert fit.values == pytest.approx(PUBLISHED, abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert fit.converged
    assert fit.notes == ()
    assert all(0 < p.standard_error < 0.3 * p.value for p in fit.parameters)


def test_the_conditional_expectation_on_cdnow_is_that_of_the_authors_spreadsheet(cdnow):
    # bgnbd.xls of brucehardie.com, sheet "Conditional Expectation".
    model = BgNbd.fit(cdnow)
    assert model.expected(39, *one(2, 30.43, 38.86)) == pytest.approx(1.226, abs=5e-4)


def test_expected_purchases_of_a_new_customer_are_those_of_the_authors_spreadsheet(cdnow):
    model = BgNbd.fit(cdnow)
    got = model.expected_new(np.array([1, 3, 32, 78]))
    assert got[:3] == pytest.approx([0.0532, 0.1506, 1.0437], abs=5e-5)
    # The published 1.8576 at t = 78 is the spreadsheet's hypergeometric series, which ends after
    # 150 terms; summed to the end it is 1.8580.
    assert got[3] == pytest.approx(expected_new(*model.fitted.values, 78), rel=1e-10)
    r, alpha, a, b = model.fitted.values
    z, term, series = 78 / (alpha + 78), 1.0, 0.0
    for j in range(151):
        series += term
        term *= (r + j) * (b + j) / ((a + b - 1 + j) * (j + 1)) * z
    cut = (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + 78)) ** r * series)
    assert cut == pytest.approx(1.8576, abs=5e-5)


def test_mbg_nbd_on_cdnow_fits_a_little_better_than_bg_nbd(cdnow):
    fit = MbgNbd.fit(cdnow).fitted
    # By the R package BTYDplus, as the tests of lifetimes 0.11.3 state it (test_estimation.py).
    assert fit.values == pytest.approx((0.525, 6.183, 0.891, 1.614), abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-9582.1, abs=0.05)


@MODELS
@pytest.mark.parametrize("history", [(0, 0, 7), (1, 3, 20), (4, 11, 12.5), (3, 2, 40)])
def test_likelihood_and_alive_are_the_integrals_they_stand_for(model, history):
    parameters = (0.6, 3.0, 0.4, 1.7)
    got = model.of(*parameters)
    whole, alive = likelihood(*parameters, history, first_coin=model.first_coin)
    assert got.log_likelihoods(*one(*history)) == pytest.approx(float(mp.log(whole)), rel=1e-7)
    assert got.alive(*one(*history)) == pytest.approx(float(alive / whole), rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(*[st.floats(-2, 2)] * 4),
    st.floats(0, 3.5),
    st.floats(0, 1),
    st.floats(0, 3),
    st.floats(-1, 3),
)
def test_at_all_extremes_numbers_agree_with_fifty_digits(shapes, x, share, age, t):
    r, alpha, a, b = (10.0**power for power in shapes)
    x, age, t = float(int(10**x) - 1), 10.0**age, 10.0**t
    t_x = share * age if x else 0.0
    model = BgNbd.of(r, alpha, a, b)
    with mp.workdps(50):
        k = mp.mpf(r) + x
        odds = mp.mpf(0)
        if x:
            odds = a / (mp.mpf(b) + x - 1) * ((mp.mpf(alpha) + age) / (mp.mpf(alpha) + t_x)) ** k
        log = mp.loggamma(k) - mp.loggamma(r) + r * mp.log(alpha) - k * mp.log(mp.mpf(alpha) + age)
        log += mp.log(mp.beta(a, mp.mpf(b) + x) / mp.beta(a, b)) + mp.log(1 + odds)
        size = abs(mp.loggamma(k)) + abs(k * mp.log(mp.mpf(alpha) + age)) + 1
    got = model.log_likelihoods(*one(x, t_x, age))[0]
    assert got == pytest.approx(float(log), abs=1e-14 * float(size))
    alive = model.alive(*one(x, t_x, age))[0]
    assert alive == pytest.approx(float(1 / (1 + odds)), rel=1e-9, abs=1e-300)
    counts = model.counts(t, *one(x, t_x, age), most=400)[0]
    assert counts.min() >= 0
    assert counts.sum() == pytest.approx(1, abs=1e-9)
    expected = model.expected(t, *one(x, t_x, age))[0]
    least = counts @ np.arange(401)
    assert 0 <= least <= expected * (1 + 1e-8) + 1e-11
    if counts[-1] < 1e-15:
        assert expected == pytest.approx(least, rel=1e-8, abs=1e-11)


@settings(max_examples=25, deadline=None)
@given(*[st.floats(0.05, 6)] * 4, st.floats(0.1, 100))
def test_counts_of_a_new_customer_are_the_published_probabilities(r, alpha, a, b, t):
    counts = BgNbd.of(r, alpha, a, b).counts(t, *one(0, 0, 0), most=8)[0]
    at_rate = [  # equation 8 of Fader, Hardie & Lee (2005)
        mp.gamma(r + j) / mp.gamma(r) / mp.factorial(j)
        * (mp.mpf(alpha) / (alpha + t)) ** r * (mp.mpf(t) / (alpha + t)) ** j
        for j in range(8)
    ]  # fmt: skip
    for n in range(8):
        p = mp.beta(a, b + n) / mp.beta(a, b) * at_rate[n]
        if n:
            p += mp.beta(a + 1, b + n - 1) / mp.beta(a, b) * (1 - sum(at_rate[:n]))
        assert counts[n] == pytest.approx(float(p), abs=1e-12)


@MODELS
def test_what_is_foretold_of_drawn_customers_comes_true(model):
    parameters, horizon = (0.7, 5.0, 0.6, 1.8), 26.0
    age = np.tile([10.0, 30.0, 50.0], 40_000)
    drawn = beta_geometric(parameters, age, horizon=horizon, seed=11, first_coin=model.first_coin)
    histories = (drawn.x, drawn.t_x, drawn.age)
    fitted = model.of(*parameters)
    alive = fitted.alive(*histories)
    expected = fitted.expected(horizon, *histories)
    for some in (drawn.x == 0, drawn.x == 1, drawn.x > 4, drawn.t_x < age / 2):
        n = some.sum()
        off = (drawn.alive - alive)[some].mean() / (
            np.sqrt(alive * (1 - alive))[some].mean() + 1e-9
        )
        assert abs(off) < 4 / np.sqrt(n)
        wrong = (drawn.later - expected)[some]
        assert abs(wrong.mean()) < 4 * wrong.std() / np.sqrt(n)
    counts = fitted.counts(horizon, *histories, most=10).sum(axis=0)
    seen = np.bincount(np.minimum(drawn.later, 10).astype(int), minlength=11)
    assert np.abs(seen - counts).max() < 4 * np.sqrt(counts.max())


@MODELS
def test_parameters_come_back_from_drawn_customers(model):
    truth = (0.7, 5.0, 0.6, 1.8)
    age = np.ceil(np.random.default_rng(3).uniform(20, 80, 30_000))
    drawn = beta_geometric(truth, age, horizon=0, seed=4, first_coin=model.first_coin)
    fit = model.fit(distinct(drawn.x, drawn.t_x, drawn.age)).fitted
    for found, value in zip(fit.parameters, truth, strict=True):
        assert abs(found.value - value) < 3.5 * found.standard_error < value


def test_covariates_scale_the_rate_and_the_drop_out():
    z = (np.arange(30_000) % 3 == 0).astype(float)
    age = np.full(30_000, 40.0)
    drawn = beta_geometric((0.7, 5, 0.6, 1.8), age, horizon=0, seed=5, first_coin=0, effect=0.5 * z)
    h = distinct(drawn.x, drawn.t_x, drawn.age, covariates=z[:, None], names=("web",))
    model = BgNbd.fit(h)
    names = [p.name for p in model.fitted.parameters]
    assert names[4:] == ["gamma_1[web]", "gamma_2[web]", "gamma_3[web]"]
    for found, truth in zip(model.fitted.parameters[4:], (0.5, 0, 0), strict=True):
        assert abs(found.value - truth) < 3.5 * found.standard_error
    # Whoever has z = 1 is a customer of the model with scaled parameters.
    r, alpha, a, b, *effects = model.fitted.values
    e = np.exp(effects)
    plain = BgNbd.of(r, alpha / e[0], a * e[1], b * e[2])
    history, z_1 = one(3, 12, 30), np.ones((1, 1))
    assert model.expected(9, *history, z_1) == pytest.approx(plain.expected(9, *history))
    assert model.counts(9, *history, most=9, z=z_1) == pytest.approx(
        plain.counts(9, *history, most=9)
    )
    assert model.log_likelihoods(*history, z_1) == pytest.approx(plain.log_likelihoods(*history))
    assert model.expected_new(np.array([9.0]), z_1) == pytest.approx(
        plain.expected_new(np.array([9.0]))
    )
    with pytest.raises(TypeError, match="needs z"):
        model.alive(*history)


@MODELS
@pytest.mark.parametrize(
    ("frequency", "recency", "age", "said"),
    [
        ([0], [0], [0], "None of 1 customers bought again"),
        ([0, 0, 0], [0, 0, 0], [9, 0, 30], "None of 3 customers bought again"),
        ([1, 0], [2, 0], [9, 9], "Only 1 of 2 customers"),
        ([1] * 500, [1] * 500, [300] * 500, "values far apart|bound"),
        ([4000, 1, 0], [900, 3, 0], [901, 9, 9], "Only 2 of 3 customers"),
    ],
)
def test_poor_data_are_fitted_as_far_as_they_go_and_that_is_said(
    model, frequency, recency, age, said
):
    histories = distinct(frequency, recency, age)
    fitted = model.fit(histories)
    notes = " ".join(map(str, fitted.fitted.notes))
    assert any(words in notes for words in said.split("|"))
    assert np.isfinite(fitted.fitted.values).all()
    x, t_x, t = histories.frequency, histories.recency, histories.age
    assert ((fitted.alive(x, t_x, t) >= 0) & (fitted.alive(x, t_x, t) <= 1)).all()
    assert np.isfinite(fitted.expected(52, x, t_x, t)).all()
    if "None" in said:
        assert not fitted.fitted.converged


def test_frequencies_in_the_thousands_do_not_underflow():
    counts = BgNbd.of(0.2, 4, 0.8, 2.4).counts(52, *one(4_000, 199, 200), most=2_000)[0]
    expected = BgNbd.of(0.2, 4, 0.8, 2.4).expected(52, *one(4_000, 199, 200))[0]
    assert counts.sum() == pytest.approx(1)
    assert counts @ np.arange(2_001) == pytest.approx(expected, rel=1e-6)


def test_a_history_that_cannot_be_is_named():
    wrong = Histories(*(np.array(c, dtype=float) for c in ([1, 2], [3, 9], [5, 8], [1, 1])))
    with pytest.raises(BadInputError, match=r"row 1: frequency 2\.0, recency 9\.0, age 8\.0"):
        BgNbd.fit(wrong)


@MODELS
@pytest.mark.parametrize("seed", range(6))
def test_no_parameters_tried_at_random_are_more_likely(model, seed):
    # Of few customers the likelihood has ridges to several extremes: an early search ended on the
    # lower one, or on the way.
    rng = np.random.default_rng(seed)
    truth = 10 ** rng.uniform([-1.5, -1, -1, -1], [0.5, 2, 1, 1])
    age = np.ceil(rng.uniform(1, 100, int(10 ** rng.uniform(0.5, 3))))
    drawn = beta_geometric(truth, age, horizon=0, seed=seed, first_coin=model.first_coin)
    h = distinct(drawn.x, drawn.t_x, drawn.age)
    fit = model.fit(h).fitted
    tried = 10 ** rng.uniform([-2, -1, -3, -3], [2, 3, 3, 3], (400, 4))
    for parameters in [truth, *tried]:
        each = model.of(*parameters).log_likelihoods(h.frequency, h.recency, h.age)
        assert h.count @ each <= fit.log_likelihood + 1e-4
