"""The page of the models in words and pictures: how wrong they were, and what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.lifetime.answers import NAIVE, ModelCard

ASKED = message("How wrong is what the models foretell?")
FORECASTS: Mapping[str, Message] = {
    "bg-nbd": message("BG/NBD"),
    "mbg-nbd": message("MBG/NBD"),
    "pareto-nbd": message("Pareto/NBD"),
    "bg-bb": message("BG/BB"),
    "bg-nbd+covariates": message("BG/NBD with covariates"),
    "mbg-nbd+covariates": message("MBG/NBD with covariates"),
    "pareto-nbd+covariates": message("Pareto/NBD with covariates"),
    "gamma-gamma": message("Gamma-Gamma (spend)"),
    "constant-spend": message("Constant spend"),
    "as_before": message("As before"),
    "as_alike": message("As customers alike"),
}
_WITHOUT: Mapping[str, Message] = {
    "as_before": message("repeating the weeks before"),
    "as_alike": message("going by customers alike"),
}


def answer(card: ModelCard, fmt: Formats) -> Answer:
    """Return how wrong the best model was, beside both naive forecasts, the better one first."""
    errors = card.errors()
    if card.best is None or card.best not in errors:
        said = [note for _, note in card.notes()]
        return Answer(
            said[0] if said else message("The models have not been held against anything yet.")
        )
    best = errors[card.best]
    what = "value_mae" if "value_mae" in best else "purchases_mae"
    first, second = sorted(NAIVE, key=lambda name: errors[name][what])
    values = {
        "model": FORECASTS[card.best],
        "day": fmt.day(card.cut_on) if card.cut_on else "",
        "better": _WITHOUT[first],
        "other": _WITHOUT[second],
    }
    off, better_off, other_off = (errors[name][what] for name in (card.best, first, second))
    if what == "purchases_mae":
        return Answer(
            message(
                "On the weeks after {day}, which it had not seen, {model} was off by {off} "
                "purchases a customer, {better} by {better_off}, {other} by {other_off}; what a "
                "purchase is worth is not known.",
                off=fmt.number(off, 2),
                better_off=fmt.number(better_off, 2),
                other_off=fmt.number(other_off, 2),
                **values,
            )
        )
    return Answer(
        message(
            "On the weeks after {day}, which it had not seen, {model} was off by {off} a customer, "
            "{better} by {better_off}, {other} by {other_off}.",
            off=fmt.money_short(off),
            better_off=fmt.money_short(better_off),
            other_off=fmt.money_short(other_off),
            **values,
        ),
        _in_sum(best, errors[first], errors[second], fmt),
    )


def _in_sum(
    best: Mapping[str, float], first: Mapping[str, float], second: Mapping[str, float], fmt: Formats
) -> Message | str:
    """Say how far off the totals were; nothing where no value came to be compared with."""
    if "value_bias" not in best:
        return ""
    values = {
        "sum": fmt.percent(abs(best["value_bias"])),
        "first": fmt.change(first["value_bias"]),
        "second": fmt.change(second["value_bias"]),
    }
    if best["value_bias"] < 0:
        return message("in sum {sum} too low; the other two {first} and {second}", **values)
    return message("in sum {sum} too high; the other two {first} and {second}", **values)


def figures(card: ModelCard, fmt: Formats) -> list[Figure]:
    """Return the four figures: model, error in sum, coverage, customers."""
    best = card.errors().get(card.best or "", {})
    return [
        Figure(
            message("Model that worth rests on"),
            None if card.chosen is None else fmt.language.worded(FORECASTS[card.chosen]),
            note=message("fitted up to {day}", day=fmt.day(card.fitted_on)),
            absent=message("none is usable"),
        ),
        Figure(
            message("Value foretold, in sum"),
            None if "value_bias" not in best else fmt.change(best["value_bias"]),
            note=message("against what came"),
        ),
        Figure(
            message("Within the interval"),
            None if "coverage" not in best else fmt.percent(best["coverage"]),
            note=message("of {share} that should be", share=fmt.percent(card.interval)),
        ),
        Figure(
            message("Customers learned from"),
            fmt.integer(card.customers) if card.customers else None,
            note=message("{n} of them in the test", n=fmt.integer(card.tested)),
        ),
    ]


def weekly(card: ModelCard, fmt: Formats) -> Chart:
    """Return repeat purchases so far, week by week: what came, and what the model expected."""
    title = message("Does the model keep up with repeat purchases?")
    rows = card.weekly()
    if not rows:
        return too_little("tracking", title, _untested())
    came, told = _summed(rows, "value"), _summed(rows, "other")
    made = lines(
        fmt,
        "tracking",
        title,
        [int(row["position"]) + 1 for row in rows],
        [
            Line(fmt.language.worded("Came"), came, rest=True),
            Line(fmt.language.worded("Expected"), told),
        ],
        unit="count",
        place_name=message("Week"),
        value_name=message("Repeat purchases so far"),
    )
    off = told[-1] / came[-1] - 1 if came[-1] else 0.0
    return made.answering(
        message("At the end the model stands {off} from what came.", off=fmt.change(off))
    )


def by_frequency(card: ModelCard, fmt: Formats) -> Chart:
    """Return later purchases by purchases before: what came, and what the model expected."""
    title = message("Does it know who comes back often?")
    rows = card.by_frequency()
    if not rows:
        return too_little("conditional", title, _untested())
    more = fmt.language.worded("{n} and more", n=int(rows[-1]["position"]))
    places = [str(int(row["position"])) for row in rows[:-1]] + [more]
    made = lines(
        fmt,
        "conditional",
        title,
        places,
        [
            Line(fmt.language.worded("Came"), [row["value"] for row in rows], rest=True),
            Line(fmt.language.worded("Expected"), [row["other"] for row in rows]),
        ],
        unit="number",
        place_name=message("Repeat purchases before"),
        value_name=message("Purchases after, a customer"),
    )
    return made.answering(
        message("Each point is the mean of all customers with as many purchases at the cut.")
    )


def forecasts(card: ModelCard, fmt: Formats) -> Chart:
    """Return the errors of all forecasts."""
    title = message("Which forecast was nearest?")
    errors = card.errors()
    if not errors:
        return too_little("forecasts", title, _untested())
    # Those whose value is not known come last.
    ordered = sorted(errors, key=lambda name: errors[name].get("value_mae", inf))
    made = bars(
        fmt,
        "forecasts",
        title,
        [
            Bar(_name(name, fmt), errors[name].get("value_mae"), main=name not in NAIVE)
            for name in ordered
        ],
        unit="money",
        name=message("Forecast"),
        value_name=message("Value off by, a customer"),
        sort=False,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Forecast"), "text"),
        (message("Value off by"), "money"),
        (message("Value in sum"), "percent"),
        (message("Purchases off by"), "float"),
        (message("Log score"), "float"),
        (message("Within the interval"), "percent"),
    )
    told = ("value_mae", "value_bias", "purchases_mae", "log_score", "coverage")
    rows = [[_name(name, fmt), *(errors[name].get(each) for each in told)] for name in ordered]
    table = DataTable("forecasts-table", headers, rows, absent=message("not told, or not known"))
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        message(
            "Mean error a customer. Grey are forecasts without a model: everyone does again what "
            "they did, or what customers alike did."
        )
    )


def parameters(card: ModelCard, fmt: Formats) -> DataTable:
    """Return the fitted parameters with their standard errors."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Model"), "text"),
        (message("Parameter"), "text"),
        (message("Fitted value"), "text"),
        (message("Standard error"), "text"),
    )
    rows: list[list[Any]] = [
        [
            _name(row["model"], fmt),
            row["name"],
            fmt.number(row["value"], _digits(row["value"])),
            "–" if row["other"] is None else fmt.number(row["other"], _digits(row["value"])),
        ]
        for row in [*card.parameters(), *card.parameters(spend=True)]
    ]
    return DataTable("parameters-table", headers, rows)


def notes(card: ModelCard, fmt: Formats) -> Sequence[Message]:
    """Return what a reader has to know of the fit."""
    return [
        message("{model}: {said}", model=_name(model, fmt), said=said) if model else said
        for model, said in card.notes()
    ]


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(
            message("See who is worth the most from now on"),
            "/customers?sort=-worth_amount&show=customer_id&show=worth_amount"
            "&show=worth_low_amount&show=worth_high_amount&show=alive_probability&show=value_amount",
        ),
        Step(message("See how kept predictions turned out"), "/value/model/predictions"),
        Step(message("Choose another model, horizon or discount rate"), "/definitions"),
    ]


def how(card: ModelCard, built: Message | str) -> How:
    """Return how worth is foretold and tested."""
    refitted = by_number(
        card.refit_days,
        message("Models are fitted anew every day."),
        message(
            "Models are fitted anew every {days} days, or when there are a twentieth more or fewer "
            "customers.",
            days=card.refit_days,
        ),
    )
    return How(
        message(
            "Models of buying learn from each customer's number of purchase days, the last of them "
            "and how long the customer has been one. In the backtest they learn up to a day and "
            "foretell the weeks after it; of those that could be fitted the one that gave most "
            "probability to what came, or MBG/NBD where it is within a standard error of it, is "
            "fitted to everything, and worth rests on it. Where the definition names covariates, "
            "that model is tried with them too. Spend per purchase follows Gamma-Gamma. Times are "
            "in weeks."
        ),
        formula=message("worth = expected purchases × expected value of each, discounted"),
        source=message(
            "Fader, Hardie & Lee (2005), Batislam et al. (2007), Schmittlein et al. (1987), "
            "Fader & Hardie (2013)"
        ),
        inputs=("value_model", "order_facts", "customer_facts"),
        built=built,
        note=message(
            "Off by is the mean absolute error of one customer; in sum compares the totals. The "
            "interval is of the value of one customer; where it has atoms, as at nothing, places "
            "are drawn. {refitted}",
            refitted=refitted,
        ),
        links=((message("How the table was built"), "/builds/tables/value_model"),),
    )


def _untested() -> Message:
    return message("Not enough data: no weeks could be held out of the models.")


def _name(name: str, fmt: Formats) -> str:
    known = FORECASTS.get(name)
    return name if known is None else fmt.language.worded(known)


def _digits(value: float) -> int:
    return 1 if abs(value) >= 100 else 3


def _summed(rows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    total, sums = 0.0, []
    for row in rows:
        total += row[name] or 0.0
        sums.append(total)
    return sums
