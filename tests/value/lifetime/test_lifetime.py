"""Fit, backtest and score of lifetime value: against slow references, and on awkward data."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from math import isnan, sqrt
from types import SimpleNamespace

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from valence.lake.marts import BuildContext
from valence.lake.portable import in_panel
from valence.value.lifetime.card import batch
from valence.value.lifetime.definition import LifetimeDefinition
from valence.value.lifetime.evaluate import Split, as_alike, as_before, errors
from valence.value.lifetime.fitting import Facts, model_card
from valence.value.lifetime.histories import (
    customer_days,
    holdout_cut,
    repeat_weeks,
    split_at,
)
from valence.value.lifetime.holdout import Backtest, Tried
from valence.value.lifetime.marts import LIFETIME_MARTS
from valence.value.lifetime.scoring import Fitted, scored

DAY = date(2025, 6, 30)
CARD = LIFETIME_MARTS[0]


def known(**columns):
    """A split of customers, four unless told otherwise, in which nothing happened."""
    n = len(next(iter(columns.values())))
    names = (
        "frequency", "recency_days", "age_days", "value_amount", "later", "later_value_amount",
        "window", "window_value_amount", "then_frequency", "then_silent",
    )  # fmt: skip
    return Split.of({name: columns.get(name, [0.0] * n) for name in names})


def people(*rows):
    """Customer facts from (purchase days, first day, last day, value)."""
    return ibis.memtable(
        pd.DataFrame(
            [(f"{n:036x}", days, first, last, Decimal(str(value)), None, days)
             for n, (days, first, last, value) in enumerate(rows)],
            columns=["customer_id", "purchase_days", "first_order_on", "last_order_on",
                     "value_amount", "first_channel", "active_months"],
        ),
        schema={"customer_id": "string", "purchase_days": "int64", "first_order_on": "date",
                "last_order_on": "date", "value_amount": "decimal(18, 4)",
                "first_channel": "string", "active_months": "int64"},
    )  # fmt: skip


def ago(days):
    return DAY - timedelta(days)


def crowd(n):
    """Customers of half a year: of four one bought once, one twice, and so on."""
    rows = ((i % 4, 180 - i % 50, 20 + i % 7) for i in range(n))
    return people(
        *((1 + x, ago(age), ago(age - 30 * x), spent * (1 + x)) for x, age, spent in rows)
    )


def card_of(duck, customers, orders=None, **asked):
    facts = Facts(orders, customers, DAY, duck.to_pyarrow_batches)
    return model_card(facts, LifetimeDefinition(**asked))


def notes_of(rows):
    return [json.loads(row.said)["text"] for row in rows if row.kind == "note"]


def test_errors_compare_each_customer_and_the_sums():
    split = known(later=[2.0, 2.0], later_value_amount=[0.0, 20.0])
    found = errors(np.array([1.0, 3.0]), np.array([10.0, 0.0]), split)
    assert (found.purchases_mae, found.purchases_rmse, found.purchases_bias) == (1, 1, 0)
    assert (found.value_mae, found.value_rmse) == (15, sqrt(250))
    assert found.value_bias == -0.5
    assert isnan(errors(np.ones(1), np.ones(1), known(later=[0.0])).value_bias)


def test_naive_forecasts_repeat_the_customer_or_those_alike():
    split = known(
        frequency=[0, 5, 0, 2], recency_days=[10] * 4, age_days=[20] * 4,
        window=[2, 4, 0, 10], window_value_amount=[20, 40, 0, 100],
        then_frequency=[0, 0, np.nan, 5], then_silent=[10, 10, np.nan, 10],
    )  # fmt: skip
    assert as_before(split)[0].tolist() == [2, 4, 0, 10]
    everyone = 16 / 3  # of the last one's kind there was none
    assert as_alike(split)[0].tolist() == pytest.approx([3, 10, 3, everyone])
    assert as_alike(split)[1].tolist() == pytest.approx([30, 100, 30, 10 * everyone])


@pytest.fixture(scope="module")
def log():
    """(customer, day, amount): returns and two orders a day among them."""
    draw = np.random.default_rng(11)
    return [
        (f"{draw.integers(40):036x}", ago(int(draw.integers(400))), int(draw.integers(-5, 50)))
        for _ in range(300)
    ]


def orders_of(log):
    return ibis.memtable(
        pd.DataFrame(log, columns=["customer_id", "ordered_on", "net_amount"]),
        schema={"customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)"},
    )


def slow_split(log, cut):
    start, found = cut - (DAY - cut), []
    for who in sorted({row[0] for row in log}):
        own = [(day, net) for name, day, net in log if name == who]
        bought = sorted({day for day, net in own if net >= 0})
        if not bought or bought[0] > cut:
            continue
        early, then = [d for d in bought if d <= cut], [d for d in bought if d <= start]
        found.append(
            {
                "customer_id": who,
                "value_amount": sum(net for day, net in own if day <= cut),
                "later": len(bought) - len(early),
                "later_value_amount": sum(net for day, net in own if day > cut),
                "window": len(early) - len(then),
                "window_value_amount": sum(net for day, net in own if start < day <= cut),
                "frequency": len(early) - 1,
                "recency_days": (early[-1] - early[0]).days,
                "age_days": (cut - early[0]).days,
                "then_frequency": len(then) - 1 if then else None,
                "then_silent": (start - then[-1]).days if then else None,
            }
        )
    return found


def test_a_split_is_what_was_known_at_the_cut_and_what_came_after(duck, log):
    cut = ago(90)
    days = customer_days(orders_of(log), as_of=DAY)
    found = split_at(days, cut=cut, as_of=DAY).order_by("customer_id")
    assert duck.to_pyarrow(found).to_pylist() == slow_split(log, cut)


def test_weeks_count_repeat_purchases_of_who_had_bought_by_the_cut(duck, log):
    cut, start = ago(90), ago(400)
    days = customer_days(orders_of(log), as_of=DAY)
    found = duck.to_pyarrow(repeat_weeks(days, start=start, cut=cut)).to_pylist()
    slow: dict[int, int] = {}
    for who in {row[0] for row in log}:
        bought = sorted({day for name, day, net in log if name == who and net >= 0})
        for day in bought[1:] if bought and bought[0] <= cut else ():
            week = (day - start).days // 7
            slow[week] = slow.get(week, 0) + 1
    assert {row["week"]: row["purchases"] for row in found} == slow


def test_weeks_are_held_out_only_where_twice_as_many_are_left_to_learn_from():
    assert holdout_cut(ago(3 * 7 * 10), DAY, weeks=10) == ago(70)
    assert holdout_cut(ago(3 * 7 * 10 - 1), DAY, weeks=10) is None


def test_the_backtest_tells_models_and_naive_forecasts_apart(duck, log):
    bought: dict[str, list] = {}
    for who, day, net in log:
        if net >= 0:
            bought.setdefault(who, []).append((day, net))
    customers = people(
        *((len({d for d, _ in own}), min(own)[0], max(own)[0], sum(net for _, net in own))
          for own in bought.values())
    )  # fmt: skip
    rows, cut = card_of(duck, customers, orders_of(log), holdout_weeks=12)
    assert cut == ago(84)
    tested = {row.model for row in rows if row.kind == "error"}
    assert tested == {"bg-nbd", "mbg-nbd", "pareto-nbd", "as_before", "as_alike"}
    assert len({row.model for row in rows if row.kind == "error" and row.chosen}) == 1
    weeks = [row for row in rows if row.kind == "week" and row.chosen]
    slow = slow_split(log, cut)
    known_by_then = sum(row["frequency"] + row["later"] for row in slow)
    assert 0.9 * known_by_then < sum(row.value for row in weeks) <= known_by_then
    covered = [row.value for row in rows if row.kind == "coverage"]
    assert all(0.7 <= share <= 1 for share in covered)


def test_a_model_asked_for_by_name_is_fitted_alike_whether_it_is_tried_or_not(duck):
    customers = crowd(40)
    facts = Facts(None, customers, DAY, duck.to_pyarrow_batches)
    named = LifetimeDefinition(model="bg-nbd")
    rows, cut = model_card(facts, named, tried=False)
    assert cut is None
    assert not [row for row in rows if row.kind in ("error", "coverage", "week")]
    assert not [said for said in notes_of(rows) if "hold" in said], "nobody asked how wrong it is"
    tried = card_of(duck, customers, model="bg-nbd")[0]
    assert fitted(rows) == fitted(tried)


def fitted(rows):
    return [(row.model, row.name, row.value) for row in rows if row.kind in ("model", "parameter")]


def test_the_card_says_why_there_is_no_worth_or_no_test(duck):
    nobody = card_of(duck, people((0, None, None, -5)))[0]
    assert notes_of(nobody) == ["Nobody has bought yet: there is no worth to foretell."]
    assert len(nobody) == 1
    rows, cut = card_of(duck, crowd(40))
    assert cut is None
    assert any(said.startswith("The orders begin on {day}: too late") for said in notes_of(rows))


@pytest.mark.parametrize("years", [1, 2])
def test_how_many_stay_is_told_only_of_two_whole_years(duck, years):
    t = people(*[(2, ago(365 * years), ago(n * (years + 5)), 30) for n in range(60)])
    was, lately = t.first_order_on < ago(365), t.last_order_on > ago(365)
    t = t.mutate(
        orders_prior_12m=was.ifelse(1, 0), orders_12m=lately.ifelse(1, 0), by=t.last_order_on
    )
    rows, _ = card_of(duck, t, model="bg-nbd", holdout_weeks=52)
    stayed = [row.value for row in rows if row.name == "retention"]
    assert stayed == ([] if years == 1 else [pytest.approx(53 / 60)])
    assert ("less than two years ago" in " ".join(notes_of(rows))) is (years == 1)


@pytest.mark.parametrize("ids", ["{:036x}", "customer {}", "客户{}"])
@pytest.mark.spark
def test_a_panel_is_a_share_of_customers_whatever_their_ids_look_like(duck, on_spark, ids):
    def inside(engine):
        t = ibis.memtable({"customer_id": [ids.format(n) for n in range(4_000)]})
        found = engine.to_pyarrow(t.filter(in_panel(t.customer_id, 0.25)))
        return set(found.column("customer_id").to_pylist())

    panel = inside(duck)
    assert 900 < len(panel) < 1_100
    assert panel == inside(on_spark)


def test_models_that_the_held_out_weeks_do_not_tell_apart_go_by_simplicity():
    def tried(scores, *, converged=True):
        model = SimpleNamespace(fitted=SimpleNamespace(converged=converged))
        return Tried(model, None, np.asarray(scores, float), 0.9, np.zeros(0), np.zeros(0))

    def best(**models):
        return Backtest(models, {}, None, *[np.zeros(0)] * 3, customers=4).best

    simple, alike, ahead = [-1.0, -2, -1, -2], [-1.5, -1, -1.2, -1.9], [-0.5, -1.4, -0.5, -1.5]
    assert best(a=tried(simple), b=tried(alike)) == "a"
    assert best(a=tried(simple), b=tried(ahead)) == "b"
    assert best(a=tried(simple, converged=False), b=tried(alike)) == "b"


AWKWARD = {
    "one purchase only": [(1, ago(100 - n), ago(100 - n), 20 + n) for n in range(30)],
    "two customers": [(3, ago(90), ago(5), 60), (1, ago(60), ago(60), 10)],
    "nobody has any age": [(1, DAY, DAY, 20 + n) for n in range(10)],
    "constant spend": [(1 + n % 3, ago(90), ago(90 - 20 * (n % 3)), 10 * (1 + n % 3))
                       for n in range(40)],
    "negative spend": [(1 + n % 3, ago(90), ago(90 - 20 * (n % 3)), -10 - n) for n in range(40)],
    "some negative": [(1 + n % 3, ago(90), ago(90 - 20 * (n % 3)), 7 * n - 40) for n in range(40)],
}  # fmt: skip


_NOBODY, _FEW = "None of {customers} customers bought again", "Only {repeat} of {customers}"
REASONS = {
    "one purchase only": _NOBODY,
    "two customers": _FEW,
    "nobody has any age": _NOBODY,
    "constant spend": "All purchases are worth the same, so that there is no Gamma-Gamma",
    "negative spend": "Nobody has a mean spend above 0",
    "some negative": "{customers} of {of} customers have a mean spend of 0 or less",
}


@pytest.mark.parametrize("name", AWKWARD)
def test_awkward_data_give_numbers_or_none_and_a_reason(duck, name):
    customers = people(*AWKWARD[name])
    rows, cut = card_of(duck, customers, model="bg-nbd")
    listed = batch(rows, fitted_on=DAY, cut_on=cut).to_pylist()
    fitted = Fitted.of(listed)
    batches = list(scored(Facts(None, customers, DAY, duck.to_pyarrow_batches), fitted))
    told = pa.Table.from_batches(batches).to_pylist()
    assert len(told) == len(AWKWARD[name])
    for row in told:
        if row["worth_amount"] is not None:
            assert row["worth_low_amount"] <= row["worth_high_amount"]
            assert 0 <= row["alive_probability"] <= 1
            assert row["expected_purchases"] >= 0
    learned = name not in ("one purchase only", "nobody has any age", "negative spend")
    assert all((row["worth_amount"] is not None) is learned for row in told)
    assert any(said.startswith(REASONS[name]) for said in notes_of(rows))


def test_constant_spend_is_the_same_for_each_purchase(duck):
    rows, _ = card_of(duck, people(*AWKWARD["constant spend"]), model="bg-nbd")
    (constant,) = [row for row in rows if row.model == "constant-spend" and row.kind == "parameter"]
    assert constant.value == 10


def test_a_fit_stands_until_it_is_due_or_a_twentieth_more_customers_are_there(duck):
    def scored_on(day, customers, before=None):
        inputs = {"order_facts": None, "customer_facts": customers}
        if before is not None:
            inputs["value_model"] = before
        return CARD.score(inputs, BuildContext(day, "EUR", None, {}), duck.to_pyarrow_batches)

    first = ibis.memtable(pa.Table.from_batches(scored_on(DAY, crowd(100))))
    later = timedelta(27)
    assert scored_on(DAY + later, crowd(100), first) is None
    assert scored_on(DAY + later, crowd(105), first) is None
    for day, n in ((DAY + timedelta(28), 100), (DAY + later, 106), (ago(1), 100)):
        assert scored_on(day, crowd(n), first) is not None, (day, n)
