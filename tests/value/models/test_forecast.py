"""Forecasts of value against draws from the same models, and at the edges."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import kstest
from tests.value.models.buying import beta_geometric

from valence.core.messages import message
from valence.value.models.bg_bb import BgBb
from valence.value.models.bg_nbd import BgNbd
from valence.value.models.forecast import Customers, forecast, probability_transform
from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.histories import distinct
from valence.value.models.mbg_nbd import MbgNbd
from valence.value.models.model import Fit

CDNOW, SPEND = (0.243, 4.414, 0.793, 2.426), (6.25, 3.74, 15.44)
CONSTANT = ConstantSpend(20.0, Fit((), 0.0, 1.0, True, (message("All the same."),)))


def customers(*rows):
    """Customers by (x, t_x, age, mean spend), the spend known of x purchases."""
    x, t_x, age, spend = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    return Customers(x, t_x, age, x, spend)


def drawn_totals(x, age, mean_spend, t, n=400_000):
    """What a BG/NBD customer who still buys spends, drawn from the posterior."""
    rng = np.random.default_rng(5)
    r, alpha, a, b = CDNOW
    p, q, gamma = SPEND
    rate = rng.gamma(r + x, 1 / (alpha + age), n)
    coins = rng.geometric(rng.beta(a, b + x, n).clip(1e-9))
    count = np.minimum(rng.poisson(rate * t), coins)
    return (
        rng.gamma(np.maximum(p * count, 1e-300))
        / rng.gamma(q + p * x, 1, n)
        * (gamma + x * mean_spend)
    )


@pytest.mark.parametrize(
    "row", [(0, 0, 3, 0), (3, 20, 25, 40), (90, 70, 71, 12), (700, 99, 100, 5)]
)
def test_bounds_are_the_quantiles_of_draws(row):
    x, _, age, spend = row
    model = BgNbd.of(*CDNOW)
    who = customers(row)
    alive = model.alive(who.frequency, who.recency, who.age)[0]
    drawn = drawn_totals(x, age, spend, 52)
    got = forecast(model, GammaGamma.of(*SPEND), who, t=52)
    assert got.value[0] == pytest.approx(alive * drawn.mean(), rel=0.02)
    assert got.purchases[0] == pytest.approx(
        model.expected(52, *(np.array([v]) for v in row[:3]))[0]
    )
    for level, bound in ((0.05, got.low[0]), (0.95, got.high[0])):
        at = 1 - (1 - level) / alive
        assert bound == pytest.approx(np.quantile(drawn, at) if at > 0 else 0, rel=0.02, abs=1e-9)


@pytest.mark.parametrize("model", [BgNbd, MbgNbd])
def test_intervals_hold_what_comes_in_nine_of_ten_cases_also_by_decile(model):
    rng = np.random.default_rng(9)
    n = 30_000
    buying = model.of(0.7, 5.0, 0.6, 1.8)
    spend = GammaGamma.of(3.0, 3.5, 20.0)
    age = rng.integers(5, 80, n).astype(float)
    drawn = beta_geometric(
        buying.fitted.values, age, horizon=52, seed=1, first_coin=model.first_coin
    )
    rate = rng.gamma(3.5, 1 / 20.0, n)
    x, later = drawn.x, drawn.later
    mean_spend = np.where(x > 0, rng.gamma(3 * np.maximum(x, 1)) / rate / np.maximum(x, 1), 0)
    came = np.where(later > 0, rng.gamma(3 * np.maximum(later, 1)) / rate, 0)
    who = Customers(x, drawn.t_x, age, x, mean_spend)
    got = forecast(buying, spend, who, t=52)
    assert got.value.mean() == pytest.approx(came.mean(), rel=0.05)
    u = probability_transform(buying, spend, who, came, t=52, uniform=rng.random(n))
    assert kstest(u, "uniform").pvalue > 1e-3
    inside = (u >= 0.05) & (u <= 0.95)
    decile = np.argsort(np.argsort(got.value)) * 10 // n
    by_decile = np.bincount(decile, inside) / np.bincount(decile)
    assert inside.mean() == pytest.approx(0.9, abs=0.008)
    assert np.abs(by_decile - 0.9).max() < 0.025


def test_a_value_between_the_bounds_is_one_between_the_quantiles():
    who = customers((3, 20, 25, 40), (9, 24, 25, 13))
    model, spend = BgNbd.of(*CDNOW), GammaGamma.of(*SPEND)
    got = forecast(model, spend, who, t=52)
    for bound, level in ((got.low, 0.05), (got.high, 0.95)):
        u = probability_transform(model, spend, who, bound, t=52, uniform=np.ones(2))
        expected = np.where(bound > 0, level, u)
        assert u == pytest.approx(expected, abs=1e-6)


def test_constant_spend_makes_value_the_purchases_times_the_amount():
    who = customers((9, 24, 25, 20), (0, 0, 25, 0))
    model = BgNbd.of(*CDNOW)
    got = forecast(model, CONSTANT, who, t=30)
    assert got.value == pytest.approx(20 * got.purchases)
    counts = np.cumsum(model.counts(30, who.frequency, who.recency, who.age, most=200), axis=1)
    assert got.low == pytest.approx(20 * (counts < 0.05).sum(axis=1))
    assert got.high == pytest.approx(20 * (counts < 0.95).sum(axis=1))
    u = probability_transform(model, CONSTANT, who, np.array([40.0, 0]), t=30, uniform=np.ones(2))
    assert u == pytest.approx([counts[0, 2], counts[1, 0]])
    u = probability_transform(model, CONSTANT, who, np.array([40.0, 0]), t=30, uniform=np.zeros(2))
    assert u == pytest.approx([counts[0, 1], 0])


def test_a_discount_weighs_each_purchase_by_when_it_comes():
    model = BgNbd.of(*CDNOW)
    who = customers((3, 20, 25, 40))
    history = who.frequency, who.recency, who.age
    rate = np.log(1.2) * 7 / 365.25

    def until(week):
        return np.exp(-rate * week) * model.expected(week, *history)[0]

    present = until(52) + rate * quad(until, 0, 52)[0]
    full = forecast(model, GammaGamma.of(*SPEND), who, t=52)
    less = forecast(model, GammaGamma.of(*SPEND), who, t=52, discount=0.2)
    assert less.purchases == pytest.approx(full.purchases)
    assert less.value / full.value == pytest.approx(present / full.purchases, rel=1e-6)
    assert less.high / full.high == pytest.approx(less.value / full.value)


def test_a_negative_margin_turns_the_bounds_round():
    got = forecast(BgNbd.of(*CDNOW), GammaGamma.of(*SPEND), customers((9, 24, 25, 40)), t=52)
    lost = got.times(-0.5)
    assert lost.low == pytest.approx(-0.5 * got.high)
    assert lost.high == pytest.approx(-0.5 * got.low)
    assert lost.value == pytest.approx(-0.5 * got.value)


def test_spend_of_zero_or_less_counts_as_not_known():
    model, spend = BgNbd.of(*CDNOW), GammaGamma.of(*SPEND)
    got = forecast(model, spend, customers((3, 20, 25, -9), (3, 20, 25, np.nan)), t=52)
    new = Customers(*(np.array([v]) for v in (3.0, 20.0, 25.0, 0.0, 0.0)))
    assert got.value == pytest.approx(np.repeat(forecast(model, spend, new, t=52).value, 2))


def test_customers_may_be_in_any_order_and_repeat():
    rng = np.random.default_rng(0)
    rows = [(3, 20, 25, 40), (0, 0, 25, 0), (9, 24, 25, 13), (3, 10, 25, 40), (300, 24, 25, 9)]
    one = forecast(BgNbd.of(*CDNOW), GammaGamma.of(*SPEND), customers(*rows), t=9)
    order = rng.integers(0, len(rows), 40)
    two = forecast(
        BgNbd.of(*CDNOW), GammaGamma.of(*SPEND), customers(*(rows[i] for i in order)), t=9
    )
    for name in ("alive", "purchases", "spend", "value", "low", "high"):
        assert getattr(two, name) == pytest.approx(getattr(one, name)[order], rel=1e-9)


@pytest.mark.parametrize("t", [0, 1, 600])
@pytest.mark.parametrize(
    "spend",
    [GammaGamma.of(*SPEND), GammaGamma.of(1e5, 3, 1e-3), GammaGamma.of(0.05, 0.6, 40), CONSTANT],
    ids=["usual", "hardly varies", "without a mean", "constant"],
)
def test_edges_give_numbers_in_order(spend, t):
    rows = [(0, 0, 0, 0), (1, 0.1, 0.1, 3), (4_000, 190, 200, 7), (2, 1, 900, 1e9), (5, 5, 5, 1e-9)]
    for model in (BgNbd.of(*CDNOW), MbgNbd.of(0.01, 1e-3, 40, 0.01), BgNbd.of(90, 900, 1e-5, 5)):
        got = forecast(model, spend, customers(*rows), t=t, discount=0.1)
        assert (got.low >= 0).all()
        assert (got.low <= got.high).all()
        assert np.isfinite(got.high).all()
        assert not np.isnan(got.value).any()
        if t == 0:
            assert (got.high == 0).all()
            assert (got.value == 0).all()


def test_occasions_and_covariates_are_forecast_too():
    spend = GammaGamma.of(*SPEND)
    got = forecast(BgBb.of(1.2, 0.75, 0.66, 2.78), spend, customers((2, 4, 6, 30)), t=5)
    assert 0 < got.value[0] < got.high[0]
    who = customers((3, 20, 25, 40), (3, 20, 25, 40))
    with_z = Customers(
        *(getattr(who, n) for n in ("frequency", "recency", "age", "purchases", "mean_spend")),
        covariates=np.array([[0.0], [1]]),
    )
    scaled = BgNbd.of(*CDNOW, 0.5, 0, 0)
    got = forecast(scaled, spend, with_z, t=52)
    r, alpha, a, b = CDNOW
    plain = forecast(BgNbd.of(r, alpha / np.exp(0.5), a, b), spend, who, t=52)
    assert got.high[1] == pytest.approx(plain.high[1])
    assert got.high[0] < got.high[1]


def test_of_nobody_nothing_is_foretold_and_of_an_empty_fit_no_number():
    none = Customers(*np.zeros((5, 0)))
    assert len(forecast(BgNbd.of(*CDNOW), GammaGamma.of(*SPEND), none, t=52).high) == 0
    unknown = BgNbd.fit(distinct([], [], []))
    got = forecast(unknown, GammaGamma.of(*SPEND), customers((3, 20, 25, 40)), t=52)
    assert np.isnan([got.alive[0], got.purchases[0], got.value[0], got.high[0]]).all()
