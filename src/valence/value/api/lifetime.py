"""Lifetime value by API: worth of the base and of each customer, and the model card."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from valence.kit.ask import Ask
from valence.kit.customers import FIELDS
from valence.kit.schemas import PAGE, made_model, row_model, typed
from valence.kit.tables import TableParams, table_api
from valence.lake.columns import Column
from valence.value.api.router import api, built
from valence.value.lifetime import report
from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.lifetime.foretold import WORTH
from valence.value.lifetime.kept import kept_of, kept_table
from valence.value.lifetime.prediction_view import KEPT
from valence.value.lifetime.predictions import SCORES
from valence.value.lifetime.tables import CLV

_BASE: Any = row_model(
    "WorthOfBase",
    "The worth of all customers together.",
    (
        Column("customers", "int", "Customers with worth."),
        Column("worth_amount", "amount", "Value expected within the horizon, discounted."),
        Column("expected_purchases", "float", "Purchase days expected within the horizon."),
        Column("alive", "float", "How many of them still buy, expected."),
        Column("course_book_amount", "amount", "Value a year × years that customers stay."),
        Column("observed_amount", "amount", "Value to date."),
    ),
)
_CUSTOMER: Any = made_model(
    "WorthOfCustomer",
    "What one customer is expected to bring.",
    **FIELDS,
    **typed((*WORTH, Column("value_amount", "amount", "Value to date."))),
)
_PARAMETER: Any = row_model(
    "ModelParameter",
    "A fitted parameter, per week.",
    (
        Column("model", "text", "Model."),
        Column("parameter", "text", "Its name."),
        Column("value", "float", "Its value."),
        Column("standard_error", "float", "Null where the data do not tell."),
    ),
)
_ERRORS = ("mae", "rmse", "bias")
_FORECAST: Any = row_model(
    "ForecastErrors",
    "How wrong a forecast was on the weeks held out, a customer; bias compares sums less 1.",
    (
        Column("forecast", "text", "A model, or naive: as_before, as_alike."),
        *(Column(f"purchases_{each}", "float", f"Of purchase days: {each}.") for each in _ERRORS),
        *(Column(f"value_{each}", "float", f"Of value: {each}.") for each in _ERRORS),
        Column("log_score", "float", "Mean log-probability of what came; null if naive."),
        Column("coverage", "float", "Share within the interval; null if naive."),
    ),
)
_WEEK: Any = row_model(
    "ForecastWeek",
    "Repeat purchases of one week.",
    (
        Column("week", "int", "Weeks since the first."),
        Column("came", "float", "Repeat purchases."),
        Column("expected", "float", "By the best model."),
    ),
)
_FREQUENCY: Any = row_model(
    "ForecastFrequency",
    "Purchases after the cut of customers with as many repeat purchases at it.",
    (
        Column("purchases_at_cut", "int", "Repeat purchases at the cut; the last: and more."),
        Column("customers", "int", "Such customers."),
        Column("came", "float", "Mean purchases after it."),
        Column("expected", "float", "By the best model."),
    ),
)
Clv = made_model(
    "CustomerLifetimeValue",
    "Worth of the base, and one page of customers with worth.",
    horizon_months=(int, Field(description="Months that worth covers.")),
    interval=(float, Field(description="How sure the intervals are.")),
    model=(str | None, Field(description="Model that worth rests on; null if none is usable.")),
    fitted_on=(date, Field(description="Day up to which it was fitted.")),
    notes=(list[str], Field(description="What a reader has to know.")),
    base=(_BASE, Field(description="All customers together.")),
    items=(list[_CUSTOMER], Field(description="Customers with worth.")),
    **PAGE,
)
Card = made_model(
    "ModelCard",
    "What was fitted, and how wrong it was on weeks that it had not seen.",
    model=(str | None, Field(description="Model that worth rests on; null if none is usable.")),
    fitted_on=(date, Field(description="Day up to which the models were fitted.")),
    fitted_to=(int, Field(description="Customers that they were fitted to.")),
    log_likelihood=(float | None, Field(description="Of the model that worth rests on.")),
    parameters=(list[_PARAMETER], Field(description="Of buying, then of spend.")),
    cut_on=(date | None, Field(description="Last day seen in the backtest; null without one.")),
    tested=(int, Field(description="Customers in the backtest.")),
    best=(str | None, Field(description="Model that foretold the held-out weeks best.")),
    interval=(float, Field(description="How much the intervals should cover.")),
    horizon_months=(int, Field(description="Months that worth covers.")),
    refit_days=(int, Field(description="Days after which the models are fitted anew.")),
    forecasts=(list[_FORECAST], Field(description="Models and naive forecasts.")),
    weekly=(list[_WEEK], Field(description="Tracking, week by week.")),
    by_frequency=(list[_FREQUENCY], Field(description="Conditional expectation.")),
    notes=(list[str], Field(description="What a reader has to know.")),
)
_PREDICTION: Any = row_model(
    "KeptPrediction",
    "What was foretold on one day, and what came; null where it is still to come.",
    (*SCORES, Column("value_off", "float", "Value that came / value foretold, less 1.")),
)
Predictions = made_model(
    "KeptPredictions",
    "One page of predictions, kept as they were made.",
    items=(list[_PREDICTION], Field(description="The predictions.")),
    **PAGE,
)


@api.get("/value/predictions", permission="value:read", response_model=Predictions)
def predictions(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give what was foretold of customers when models were fitted, and what came."""
    built(kept_of(ask.reader))
    return table_api(ask, KEPT, kept_table(ask.reader)).model_dump()


@api.get("/value/clv", permission="value:read", response_model=Clv)
def clv(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give what customers are worth, with intervals: three ways, together and each."""
    card = built(model_card_of(ask.reader))
    customers = ask.reader.table("customers")
    return {
        **table_api(ask, CLV, customers.filter(customers.worth_amount.notnull())).model_dump(),
        "model": card.chosen,
        "fitted_on": card.fitted_on,
        "horizon_months": card.horizon_months,
        "interval": card.interval,
        "notes": _notes(ask, card),
        "base": report.base_of(ask.reader),
    }


@api.get("/value/model", permission="value:read", response_model=Card)
def model(ask: Ask) -> dict[str, Any]:
    """Give the model card: parameters, errors beside naive forecasts, coverage, tracking."""
    card = built(model_card_of(ask.reader))
    told = report.backtest_of(card)
    return {
        **told,
        "model": card.chosen,
        "horizon_months": card.horizon_months,
        "refit_days": card.refit_days,
        "fitted_to": card.customers,
        "log_likelihood": card.log_likelihood,
        "parameters": report.parameters_of(card),
        "tested": told["customers"],
        "notes": _notes(ask, card),
    }


def _notes(ask: Ask, card: ModelCard) -> list[str]:
    return [ask._(said) for _, said in card.notes()]
