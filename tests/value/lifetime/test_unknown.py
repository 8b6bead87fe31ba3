"""What is said where nothing came to be compared with, or nobody's spend is known."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pandas as pd
import pytest

from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value.facts import customer_facts
from valence.value.lifetime import prediction_view, report, view
from valence.value.lifetime.answers import ModelCard
from valence.value.lifetime.card import batch
from valence.value.lifetime.definition import LifetimeDefinition
from valence.value.lifetime.fitting import Facts, model_card
from valence.value.lifetime.kept import Kept, kept_table
from valence.value.lifetime.predictions import prediction_scores
from valence.value.lifetime.scoring import Fitted, scored
from valence.value.orders import order_facts

DAY = date(2025, 6, 30)
ENGLISH = Formats(language("en"), "EUR")
SCHEMA = {"customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)",
          "cost_amount": "decimal(18, 4)"}  # fmt: skip


def shop(*, quiet: int = 0, cost: float = 0.0):
    """Orders of 10 by 60 customers, every 30 + their number days, none in the last `quiet` days."""
    rows = []
    for who in range(60):
        day = DAY - timedelta(500 - who)
        for _ in range(1 + who % 5 * 3):
            if day <= DAY - timedelta(quiet):
                rows.append((f"{who:036x}", day, 10 + who % 7, cost))
            day += timedelta(30 + who)
    return ibis.memtable(pd.DataFrame(rows, columns=list(SCHEMA)), schema=SCHEMA)


def facts_of(duck, orders):
    seen = order_facts(orders, as_of=DAY)
    return Facts(seen, customer_facts(seen), DAY, duck.to_pyarrow_batches)


def card_of(facts):
    rows, cut = model_card(facts, LifetimeDefinition(holdout_weeks=12))
    return ModelCard(batch(rows, fitted_on=DAY, cut_on=cut).to_pylist())


def test_held_out_weeks_that_brought_nothing_are_compared_with_no_sum(duck):
    card = card_of(facts_of(duck, shop(quiet=85)))
    best = card.errors()[card.best]
    assert "value_bias" not in best  # no sum is so many times nothing
    said = view.answer(card, ENGLISH)
    assert str(said.core).startswith("On the weeks after 7 Apr 2025, which it had not seen, ")
    errors = card.errors()
    better, other = sorted(("as_before", "as_alike"), key=lambda name: errors[name]["value_mae"])
    naive = {"as_before": "repeating the weeks before", "as_alike": "going by customers alike"}
    assert str(said.core).index(naive[better]) < str(said.core).index(naive[other])
    assert said.interval == ""
    assert view.figures(card, ENGLISH)[1].value is None
    assert view.forecasts(card, ENGLISH).table is not None
    told = report.backtest_of(card)
    assert {row["value in sum"] for row in report.forecast_rows(told, ENGLISH)} == {"–"}


@pytest.fixture(scope="module")
def unit(duck):
    """Costs told in cents, so that nobody brought anything: the facts of such a shop."""
    return facts_of(duck, shop(cost=1200.0))


@pytest.fixture(scope="module")
def card(unit):
    return card_of(unit)


def test_spend_that_nobody_knows_is_no_parameter(card):
    assert card.chosen is not None
    assert card.parameters(spend=True) == []
    rows = [row for row in card.rows if row["model"] == "constant-spend"]
    assert {row["kind"] for row in rows} == {"note"}
    assert len(view.parameters(card, ENGLISH).rows) == len(card.parameters())
    assert len(report.parameters_of(card)) == len(card.parameters())


def test_where_no_spend_is_known_the_test_tells_of_purchases_alone(card):
    said = view.answer(card, ENGLISH)
    assert "purchases a customer" in str(said.core)
    assert str(said.core).endswith("what a purchase is worth is not known.")
    coverage = view.figures(card, ENGLISH)[2]
    assert coverage.value is None
    assert view.forecasts(card, ENGLISH).table is not None


def test_where_no_spend_is_known_purchases_are_foretold_without_worth(unit, card):
    batches = scored(unit, Fitted.of(card.rows))
    (row, *_) = (row for each in batches for row in each.to_pylist())
    assert row["alive_probability"] is not None
    assert row["expected_purchases"] > 0
    assert (row["expected_spend_amount"], row["worth_amount"]) == (None, None)


def kept_of(duck, unit, *, until):
    """One prediction of two customers without a value, up to a day."""
    made = pd.DataFrame(
        [(DAY - timedelta(91), 3, until, f"{who:036x}", "mbg-nbd", 2.5) for who in (1, 2)],
        columns=["made_on", "months", "until", "customer_id", "model", "purchases"],
    )
    days = dict.fromkeys(("made_on", "until"), "date")
    made = ibis.memtable(made).cast({**days, "months": "int64"})
    unknown = ibis.null("decimal(18, 4)")
    made = made.mutate(value_amount=unknown, low_amount=unknown, high_amount=unknown)
    scores = duck.to_pyarrow(prediction_scores(made, unit.orders, as_of=DAY))

    class Tables:
        """The one table that is read."""

        def table(self, _):
            return ibis.memtable(scores)

    return duck.to_pyarrow(kept_table(Tables())).to_pylist()


def test_a_prediction_without_a_value_is_neither_off_nor_within(duck, unit):
    (row,) = kept_of(duck, unit, until=DAY)
    assert (row["value_off"], row["value_mae"], row["covered_share"]) == (None, None, None)
    found = Kept([row], [])
    said = prediction_view.answer(found, ENGLISH)
    assert str(said.core).endswith("no value was foretold of them.")
    assert said.rest == ""
    assert prediction_view.figures(found, ENGLISH)[1].value is None
    assert not prediction_view.chart(found, ENGLISH).option


def test_a_prediction_without_a_value_tells_its_purchases_while_it_waits(duck, unit):
    (row,) = kept_of(duck, unit, until=DAY + timedelta(1))
    said = prediction_view.answer(Kept([], [row]), ENGLISH)
    assert str(said.rest) == "It foretells 5 purchases of 2 customers in 3 months."
