"""What `valence value clv` and `backtest` print: plain values, and rows for a terminal."""

from __future__ import annotations

from typing import Any

import ibis.expr.types as ir

from valence.core.errors import NotFoundError
from valence.kit.format import Formats
from valence.lake.portable import amount, total
from valence.lake.reading import Tables
from valence.value.lifetime.answers import ModelCard, model_card_of
from valence.value.lifetime.covariates import plain

Rows = list[dict[str, Any]]
WORTH = (
    "customer_id", "alive_probability", "expected_purchases", "expected_spend_amount",
    "worth_amount", "worth_low_amount", "worth_high_amount", "course_book_amount", "value_amount",
)  # fmt: skip


def card_of(tables: Tables) -> ModelCard:
    """Return the model card.

    Raises
    ------
    NotFoundError
        If nothing has been built.
    """
    found = model_card_of(tables)
    if found is None:
        raise NotFoundError(
            "No figures have been built yet. Run `valence build`, or name a day with `--as-of`."
        )
    return found


def worth_of(tables: Tables, limit: int, where: ir.Table | None = None) -> dict[str, Any]:
    """Return the worth of the base, and the customers with the most of it."""
    t = tables.table("customers") if where is None else where
    listed = t.filter(t.worth_amount.notnull()).select(*WORTH)
    listed = listed.order_by(listed.worth_amount.desc(), listed.customer_id).limit(limit)
    return {"base": base_of(tables, t), "customers": tables.rows(listed)}


def base_of(tables: Tables, where: ir.Table | None = None) -> dict[str, Any] | None:
    """Return the worth of the base in one row."""
    t = tables.table("customers") if where is None else where
    sums = t.filter(t.worth_amount.notnull())
    return tables.one(
        sums.agg(
            customers=sums.count(),
            worth_amount=total(sums.worth_amount),
            expected_purchases=sums.expected_purchases.sum(),
            alive=sums.alive_probability.sum(),
            course_book_amount=amount(sums.course_book_amount.sum()),
            observed_amount=total(sums.value_amount),
        )
    )


def parameters_of(card: ModelCard, *, unit_days: float = 7.0) -> list[dict[str, Any]]:
    """Return the fitted parameters; times in the unit asked for.

    Rates per week become rates per unit by their scale parameters alone: alpha, and beta of
    Pareto/NBD.
    """
    shown = []
    for row in [*card.parameters(), *card.parameters(spend=True)]:
        times = 7.0 / unit_days if _is_time(row["model"], row["name"]) else 1.0
        error = row["other"]
        shown.append(
            {
                "model": row["model"],
                "parameter": row["name"],
                "value": row["value"] * times,
                "standard_error": None if error is None else error * times,
            }
        )
    return shown


def _is_time(model: str, name: str) -> bool:
    model = plain(model)
    return (name == "alpha" and model != "bg-bb") or (model, name) == ("pareto-nbd", "beta")


def backtest_of(card: ModelCard) -> dict[str, Any]:
    """Return how wrong every forecast was on the weeks held out."""
    return {
        "fitted_on": card.fitted_on,
        "cut_on": card.cut_on,
        "customers": card.tested,
        "best": card.best,
        "interval": card.interval,
        "forecasts": [{"forecast": name, **figures} for name, figures in card.errors().items()],
        "weekly": [
            {"week": int(r["position"]), "came": r["value"], "expected": r["other"]}
            for r in card.weekly()
        ],
        "by_frequency": [
            {
                "purchases_at_cut": int(r["position"]),
                "customers": r["customers"],
                "came": r["value"],
                "expected": r["other"],
            }
            for r in card.by_frequency()
        ],
        "notes": [str(said) for _, said in card.notes()],
    }


def worth_rows(customers: Rows, fmt: Formats) -> Rows:
    """Return customers with their worth for a terminal."""
    return [
        {
            "customer": row.get("name") or row["customer_id"],
            "still buys": fmt.percent(row["alive_probability"]),
            "purchases": fmt.number(row["expected_purchases"], digits=1),
            f"worth ({fmt.currency})": row["worth_amount"],
            "low": row["worth_low_amount"],
            "high": row["worth_high_amount"],
            "course book": row["course_book_amount"],
            "to date": row["value_amount"],
        }
        for row in customers
    ]


def forecast_rows(told: dict[str, Any], fmt: Formats) -> Rows:
    """Return how wrong every forecast was, for a terminal."""
    return [
        {
            "forecast": row["forecast"],
            "purchases: off by": fmt.number(row.get("purchases_mae"), digits=2),
            "value: off by": fmt.number(row.get("value_mae"), digits=2),
            "value in sum": fmt.percent(row.get("value_bias")),
            "log score": fmt.number(row.get("log_score"), digits=3),
            "in interval": fmt.percent(row.get("coverage")),
        }
        for row in told["forecasts"]
    ]


def prediction_rows(kept: Rows, fmt: Formats) -> Rows:
    """Return predictions and what came of them, for a terminal."""
    return [
        {
            "foretold on": row["made_on"],
            "months": row["months"],
            "up to": row["until"],
            "customers": row["customers"],
            f"foretold ({fmt.currency})": row["value_told_amount"],
            "came": row["value_came_amount"],
            "against": "–" if row["value_off"] is None else fmt.change(row["value_off"]),
            "in interval": fmt.percent(row["covered_share"]),
        }
        for row in kept
    ]
