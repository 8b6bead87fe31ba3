"""Covariates of worth: from the definition or a notebook to each customer's forecast."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd
import pytest
from tests.value.models.buying import pareto_nbd

import valence as vl
from valence.core.errors import BadInputError
from valence.value.lifetime.answers import ModelCard
from valence.value.lifetime.covariates import Encoding, Level, encoding_of
from valence.value.lifetime.customer import alive_over_time
from valence.value.lifetime.first_purchases import first_purchases
from valence.value.lifetime.scoring import Fitted

DAY = date(2025, 6, 30)
RETAIL = "2011-12-09"
WEEKS = 76  # too few to hold 26 back: models that are named are fitted only
CHANNELS = np.array(["web", "app", "store"])
ON_RATE = {"web": 0.0, "app": 0.7, "store": -0.4}  # γ₁ of each channel
ON_LIFE = {"web": 0.0, "app": 0.0, "store": 0.6}  # γ₂
TRUE_PARETO = (0.8, 8.0, 0.7, 20.0)


def shop(draw, n=4_000, seed=5, **effects):
    """Orders of customers whose channel shapes how they buy; each purchase on a day of its own."""
    rng = np.random.default_rng(seed)
    channel = rng.choice(CHANNELS, n, p=[0.5, 0.3, 0.2])
    age = np.ceil(rng.uniform(20, WEEKS, n)) * 7.0
    told = {name: np.array([of[c] for c in channel]) for name, of in effects.items()}
    # Ages and rates in days: α and β of weeks times 7.
    r, alpha, *others = TRUE_PARETO
    drawn = draw((r, 7 * alpha, others[0], 7 * others[1]), age, horizon=365.0, seed=seed, **told)
    return channel, drawn


def orders_of(channel, drawn, seed=5):
    """Orders with as many purchase days as drawn, the first and the last where they were."""
    rng = np.random.default_rng(seed)
    rows = []
    for who, (x, t_x, age) in enumerate(zip(drawn.x, drawn.t_x, drawn.age, strict=True)):
        last = int(np.ceil(t_x))
        inner = min(int(x) - 1, last - 1) if x else 0
        days = {0, last, *rng.choice(np.arange(1, last), inner, replace=False)} if x else {0}
        first = DAY - timedelta(int(age))
        rows += [(str(who), first + timedelta(int(d)), channel[who], 20.0 + who % 7) for d in days]
    return pd.DataFrame(rows, columns=["customer_id", "ordered_on", "channel", "net_amount"])


@pytest.fixture(scope="module")
def by_channel():
    return orders_of(*shop(pareto_nbd, effect=ON_RATE, on_life=ON_LIFE))


def card_of(orders, **asked):
    return vl.value.clv_model(orders, as_of=DAY, **asked).order_by("number").to_pyarrow()


def parameters(card):
    rows = [r for r in card.to_pylist() if r["kind"] == "parameter" and r["chosen"]]
    return {row["name"]: (row["value"], row["other"]) for row in rows}


def said(card):
    return " ".join(str(note) for _, note in ModelCard(card.to_pylist()).notes())


def test_the_truth_of_a_simulated_shop_is_recovered(by_channel):
    card = card_of(by_channel, model="pareto-nbd", covariates=["first_channel"])
    found = parameters(card)
    assert list(found)[:4] == ["r", "alpha", "s", "beta"]
    for number, of in ((1, ON_RATE), (2, ON_LIFE)):
        for channel in ("app", "store"):
            value, error = found[f"gamma_{number}[first_channel={channel}]"]
            assert abs(value - of[channel]) < 3 * error
            assert error < 0.35
    bases = [row["name"] for row in card.to_pylist() if row["kind"] == "covariate"]
    assert bases == ["first_channel=web"]


def test_covariates_are_taken_where_the_held_out_weeks_bear_them_out(by_channel):
    card = card_of(by_channel, covariates=["first_channel"], holdout_weeks=16)
    chosen = ModelCard(card.to_pylist())
    assert chosen.chosen.endswith("+covariates")
    scores = {name: of.get("log_score") for name, of in chosen.errors().items()}
    assert scores[chosen.chosen] > scores[chosen.chosen.removesuffix("+covariates")]


def test_without_weeks_held_out_only_a_named_model_has_covariates(by_channel):
    card = card_of(by_channel, covariates=["first_channel"])
    assert ModelCard(card.to_pylist()).chosen == "mbg-nbd"
    assert "no weeks could be held out to see whether they help" in said(card)


def test_covariates_that_tell_nothing_are_left_out_and_that_is_said(by_channel):
    rng = np.random.default_rng(1)
    who = by_channel.customer_id.astype(int)
    stray = by_channel.assign(channel=rng.choice(["a", "b"], who.max() + 1)[who])
    card = card_of(stray, covariates=["first_channel"], holdout_weeks=16)
    assert not ModelCard(card.to_pylist()).chosen.endswith("+covariates")
    assert "did not give the held-out weeks more probability" in said(card)
    alike = card_of(by_channel.assign(channel="web"), covariates=["first_channel"], model="bg-nbd")
    assert ModelCard(alike.to_pylist()).chosen == "bg-nbd"
    assert "first_channel is left out" in said(alike)


def test_what_a_channel_brings_is_foretold_better_with_it():
    channel, drawn = shop(pareto_nbd, effect=ON_RATE, on_life=ON_LIFE)
    orders = orders_of(channel, drawn)

    def off(**asked):
        t = vl.value.clv(orders, as_of=DAY, model="pareto-nbd", **asked).to_pandas()
        assert (t.worth_low_amount <= t.worth_high_amount).all()
        told = t.set_index(t.customer_id.astype(int)).expected_purchases.sort_index()
        return [told[channel == c].sum() / drawn.later[channel == c].sum() - 1 for c in CHANNELS]

    with_it, without = off(covariates=["first_channel"]), off()
    assert max(map(abs, with_it)) < 0.15
    assert max(map(abs, without)) > 2 * max(map(abs, with_it))


def test_a_fit_with_covariates_comes_back_from_its_card(by_channel):
    rows = card_of(
        by_channel, model="bg-nbd", covariates=["first_channel", "first_season"]
    ).to_pylist()
    fitted = Fitted.of(rows)
    assert fitted.encoding.bases[0] == Level("first_channel", "web")
    names = [n.partition("[")[2][:-1] for n in parameters_of(rows) if n.startswith("gamma_1")]
    assert list(fitted.encoding.names) == names
    days = [DAY - timedelta(200), DAY - timedelta(90)]
    k = len(fitted.encoding.columns)
    of_base, of_app = np.zeros((1, k)), np.eye(1, k)
    web, app = (alive_over_time(fitted, days, DAY, z)[-1][1] for z in (of_base, of_app))
    silent = (np.array([1.0]), np.array([110 / 7]), np.array([200 / 7]))
    assert [web, app] == [fitted.model.alive(*silent, z)[0] for z in (of_base, of_app)]
    assert web != app


def parameters_of(rows):
    return [row["name"] for row in rows if row["kind"] == "parameter" and row["chosen"]]


def test_rare_levels_and_the_unknown_are_one(duck):
    levels = ["web"] * 300 + ["app"] * 200 + ["a]b=c"] * 100 + ["fax"] * 30 + [None] * 40
    t = ibis.memtable(
        pd.DataFrame({"first_channel": levels, "frequency": 1}),
        schema={"first_channel": "string", "frequency": "int64"},
    )
    found = encoding_of(t, ["first_channel"], duck.to_pyarrow_batches)
    assert found.names == ("first_channel=app", "first_channel=a]b=c", "first_channel")
    z = duck.to_pyarrow(t.select(first_channel=t.first_channel, **found.values(t))).to_pandas()
    assert [int(z[key].sum()) for key in found.keys] == [200, 100, 70]
    assert z.loc[z.first_channel == "web", list(found.keys)].to_numpy().sum() == 0
    names = [f"gamma_{n}[{name}]" for n in (1, 2) for name in found.names]
    assert Encoding.of(["r", "alpha", *names], found.bases) == found


def test_the_first_product_is_what_made_up_most_of_the_first_day(duck):
    first, later = DAY - timedelta(9), DAY
    lines = pd.DataFrame(
        [
            ("a", first, "tea", 5.0, "drinks"),
            ("a", first, "pot", 9.0, "ware"),
            ("a", later, "cup", 99.0, "ware"),
            ("b", later, "tea", 5.0, "drinks"),
            ("b", later, "cup", 5.0, "ware"),
        ],
        columns=["customer_id", "ordered_on", "product_id", "net_amount", "category"],
    )
    facts = pd.DataFrame({"customer_id": ["a", "b", "c"], "first_order_on": [first, later, later]})
    t = first_purchases(ibis.memtable(lines), ibis.memtable(facts)).order_by("customer_id")
    assert duck.to_pyarrow(t).to_pylist() == [
        {"customer_id": "a", "first_product": "pot", "first_category": "ware"},
        {"customer_id": "b", "first_product": "cup", "first_category": "ware"},
    ]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"covariates": ["channel"]}, "covariates.0: Input should be 'first_channel'"),
        ({"covariates": ["first_season"], "model": "bg-bb"}, "bg-bb takes no covariates"),
        ({"covariates": ["first_product"]}, "give them as `lines`, or leave first_product out"),
    ],
)
def test_what_cannot_be_a_covariate_is_refused_with_what_to_do(by_channel, asked, words):
    with pytest.raises(BadInputError, match=words):
        vl.value.clv(by_channel.head(50), as_of=DAY, **asked)


@pytest.mark.long
@pytest.mark.spark
def test_worth_with_covariates_is_equal_on_duckdb_and_spark(retail, spark_retail):
    def told(tables):
        orders, lines = tables["orders"], tables["order_lines"]
        some = orders.customer_id.cast("int64") % 4 == 0
        asked = {
            "as_of": RETAIL, "model": "bg-nbd", "covariates": ["first_season", "first_category"],
            # These lines hold no amounts, so most is by units; the first two characters of a code
            # are its range.
            "lines": lines.filter(lines.customer_id.cast("int64") % 4 == 0).mutate(
                net_amount=lines.quantity, category=lines.product_id.substr(0, 2)
            ),
        }  # fmt: skip
        orders = orders.filter(some)
        return vl.value.clv(orders, **asked).order_by("customer_id").to_pandas(), orders, asked

    (on_duck, orders, asked), (on_spark, _, _) = told(retail), told(spark_retail)
    assert len(on_duck) > 1_000
    card = vl.value.clv_model(orders, **asked).to_pyarrow().to_pylist()
    for covariate in asked["covariates"]:
        assert any(f"[{covariate}=" in name for name in parameters_of(card))
    for name in on_duck.columns[1:]:
        assert list(on_spark[name].astype(float)) == pytest.approx(
            list(on_duck[name].astype(float)), rel=1e-6, abs=1e-3, nan_ok=True
        ), name
