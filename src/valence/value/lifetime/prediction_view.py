"""Predictions against what came: what the page, the command and the API tell of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, bars, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step
from valence.kit.tables import TableColumn, TableSpec
from valence.value.lifetime.kept import Kept
from valence.value.lifetime.view import FORECASTS

TITLE = message("Kept predictions")
ASKED = message("Did customers bring what was foretold of them?")
_DRAWN = 12  # predictions in the picture: the latest to come due

_TO_COME = message("still to come")

KEPT = TableSpec(
    "predictions",
    message("What was foretold, and what came?"),
    (
        TableColumn("made_on", message("Foretold on"), "day"),
        TableColumn("months", message("Months ahead"), "int"),
        TableColumn("until", message("Up to"), "day"),
        TableColumn("model", message("Model"), words=FORECASTS),
        TableColumn("customers", message("Customers"), "int"),
        TableColumn("value_told_amount", message("Value foretold"), "money"),
        TableColumn("value_came_amount", message("Value that came"), "money", absent=_TO_COME),
        TableColumn(
            "value_off",
            message("Came against foretold"),
            "percent",
            absent=_TO_COME,
            meaning=message("Value that came / value foretold, less 1."),
        ),
        TableColumn(
            "value_mae",
            message("Off by, a customer"),
            "money",
            absent=_TO_COME,
            meaning=message("Mean absolute error of the value of one customer."),
        ),
        TableColumn(
            "covered_share",
            message("Within the interval"),
            "percent",
            absent=_TO_COME,
            meaning=message("Customers whose value lay within their own interval."),
        ),
        TableColumn("purchases_told", message("Purchases foretold"), "float", shown=False),
        TableColumn(
            "purchases_came", message("Purchases that came"), "int", shown=False, absent=_TO_COME
        ),
    ),
    key=("made_on", "months", "model"),
    sort="-until",
    examples=((message("those that have come due"), "value_came_amount is not missing"),),
)


def answer(found: Kept, fmt: Formats) -> Answer:
    """Return how the last prediction did, or when the first comes due."""
    row = found.latest
    if row is None:
        first = found.waiting[0]
        return Answer(
            message(
                "Nothing foretold has come due yet: the first is scored on {day}.",
                day=fmt.day(first["until"]),
            ),
            rest=_foretells(first, fmt),
        )
    values = {
        "n": fmt.integer(row["customers"]),
        "came": fmt.money_short(row["value_came_amount"]),
        "months": row["months"],
        "day": fmt.day(row["until"]),
    }
    if row["value_off"] is None:
        return Answer(
            message(
                "{n} customers brought {came} in the {months} months up to {day}; no value was "
                "foretold of them.",
                **values,
            )
        )
    return Answer(
        message(
            "{n} customers brought {came} in the {months} months up to {day}; foretold were "
            "{told} ({off}).",
            told=fmt.money_short(row["value_told_amount"]),
            off=fmt.change(row["value_off"]),
            **values,
        ),
        rest=message(
            "{share} lay within their own interval.", share=fmt.percent(row["covered_share"])
        ),
    )


def _foretells(row: Mapping[str, Any], fmt: Formats) -> Message:
    """Say what a prediction tells: its value, or where no spend is known its purchases."""
    values = {"n": fmt.integer(row["customers"]), "months": row["months"]}
    if not row["value_told_amount"]:
        return message(
            "It foretells {purchases} purchases of {n} customers in {months} months.",
            purchases=fmt.short(row["purchases_told"]),
            **values,
        )
    return message(
        "It foretells {value} of {n} customers in {months} months.",
        value=fmt.money_short(row["value_told_amount"]),
        **values,
    )


def figures(found: Kept, fmt: Formats) -> list[Figure]:
    """Return the four figures: scored, in sum, off by, within; of the last to come due."""
    row = found.latest or {}
    next_due = found.waiting[0] if found.waiting else None
    due = None if next_due is None else message("next on {day}", day=fmt.day(next_due["until"]))
    off, mae, share = (row.get(name) for name in ("value_off", "value_mae", "covered_share"))
    return [
        Figure(message("Predictions scored"), fmt.integer(len(found.scored)), note=due or ""),
        Figure(
            message("Came against foretold"),
            None if off is None else fmt.change(off),
            note=message("in sum, of the last to come due"),
        ),
        Figure(
            message("Off by, a customer"),
            None if mae is None else fmt.money(mae),
            note=message("mean, of the last to come due"),
        ),
        Figure(
            message("Within the interval"),
            None if share is None else fmt.percent(share),
            note=message("of customers; those who bring nothing are often within"),
        ),
    ]


def chart(found: Kept, fmt: Formats) -> Chart:
    """Return how far off each prediction was in sum, the latest to come due."""
    title = message("How far off was each prediction, in sum?")
    known = [row for row in found.scored if row["value_off"] is not None]
    if not found.scored:
        why = message("Not enough data: nothing foretold has come due yet.")
        return too_little("predictions", title, why)
    if not known:
        why = message("Not enough data: what purchases are worth was not known.")
        return too_little("predictions", title, why)
    made = bars(
        fmt,
        "predictions",
        title,
        [
            Bar(_named(row, fmt), row["value_off"], main=row["value_off"] >= 0)
            for row in known[:_DRAWN]
        ],
        unit="percent",
        name=message("Prediction"),
        value_name=message("Value that came against foretold"),
        sort=False,
    )
    return made.answering(
        message(
            "Above 0 more came than was foretold; grey: less came. Latest first. All customers, or "
            "a fixed panel of them, count as they were foretold on that day."
        )
    )


def _named(row: Mapping[str, Any], fmt: Formats) -> str:
    return fmt.language.worded(
        message("{day}, {months} months", day=fmt.day(row["made_on"]), months=row["months"])
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [Step(message("See how the models did on weeks held out"), "/value/model")]


def how(built: Message | str) -> How:
    """Return how predictions are kept and scored."""
    return How(
        message(
            "Whenever the models are fitted anew, what they foretell of each customer over 3, 6 "
            "and 12 months is kept and never changed. When the time is over, orders of those "
            "customers in it are summed as they are known now and held against it. Of more than "
            "50,000 customers a fixed random panel is kept; after 36 months a prediction goes."
        ),
        formula=message("came against foretold = value that came / value foretold − 1"),
        inputs=("prediction_scores", "predictions", "order_facts"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/prediction_scores"),),
    )
