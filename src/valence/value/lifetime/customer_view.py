"""The part of a customer's page that tells their worth, in words and a picture."""

from __future__ import annotations

from dataclasses import replace

from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import next_months
from valence.kit.page import Answer, Figure, How
from valence.value.bond import PARTS
from valence.value.bond_view import PART_TITLES
from valence.value.bond_words import BONDS
from valence.value.ladder_view import rung_title
from valence.value.lifetime.customer import CustomerWorth
from valence.value.lifetime.view import FORECASTS
from valence.value.words import sentences

_SURE = 0.8  # probability from which on a customer is said to buy still
_GONE = 0.3


def answer(found: CustomerWorth, fmt: Formats) -> Answer:
    """Return what the customer is worth from now on, and how sure that is."""
    row = found.row
    core = message(
        "Worth {worth} over the {span}.",
        worth=fmt.money_short(row["worth_amount"]),
        span=_span(found),
    )
    low, high = float(row["worth_low_amount"]), float(row["worth_high_amount"])
    interval = message(
        "{share} of customers like this one bring {interval}",
        share=fmt.percent(found.card.interval),
        interval=fmt.interval(low, high, "money_short"),
    )
    purchase = message("A purchase here is a day with one order or more.")
    return Answer(core, interval, sentences(fmt, _why(found, fmt), purchase))


def _span(found: CustomerWorth) -> Message:
    return next_months(found.card.horizon_months)


def _why(found: CustomerWorth, fmt: Formats) -> Message:
    """The parts that make the worth: rhythm, silence, spend."""
    row = found.row
    alive = row["alive_probability"]
    values = {
        "alive": fmt.percent(alive),
        "n": fmt.number(row["expected_purchases"], 1),
        "each": fmt.money_short(row["expected_spend_amount"]),
        "since": fmt.integer(row["days_since_order"]),
        "gap": "" if row["gap_days"] is None else fmt.number(row["gap_days"], 1),
        "span": _span(found),
    }
    if row["gap_days"] is None:
        return message(
            "Why: bought on one day only, {since} days ago. The models give {alive} that there "
            "will be more, {n} purchases in the {span}, of about {each} each.",
            **values,
        )
    if alive >= _SURE:
        return message(
            "Why: buys every {gap} days, last {since} days ago, so still there with {alive}; "
            "{n} purchases are expected in the {span}, of about {each} each.",
            **values,
        )
    if alive >= _GONE:
        return message(
            "Why: used to buy every {gap} days and has been silent for {since}, so still there "
            "with {alive} only; {n} purchases are expected in the {span}, of about {each} each.",
            **values,
        )
    return message(
        "Why: used to buy every {gap} days and has been silent for {since}: most probably gone "
        "(still there with {alive}). {n} purchases are expected in the {span}.",
        **values,
    )


def figures(found: CustomerWorth, fmt: Formats) -> list[Figure]:
    """Return worth three ways, rung and bond."""
    row = found.row
    rung = rung_title(row["rung"])
    was = rung_title(row["rung_prior"])
    bond = None if row["bond"] is None else fmt.language.worded(BONDS[row["bond"]])
    return [
        Figure(
            message("Worth, {span}", span=_span(found)),
            fmt.money_short(row["worth_amount"]),
            note=message("to date {amount}", amount=fmt.money_short(row["value_amount"])),
        ),
        Figure(
            message("Lifetime value, course book"),
            None
            if row["course_book_amount"] is None
            else fmt.money_short(row["course_book_amount"]),
            note=message("value a year × years that customers stay"),
        ),
        Figure(
            message("Rung"),
            fmt.language.worded(rung) if isinstance(rung, Message) else rung,
            note="" if row["rung_prior"] is None else message("a year before: {rung}", rung=was),
            href="/value/ladder",
        ),
        Figure(message("Bond"), bond, note=_rests_on(found, fmt), href="/value/bond"),
    ]


def _rests_on(found: CustomerWorth, fmt: Formats) -> Message | str:
    row = found.row
    if row["bond_index"] is None:
        return ""
    known = [part for part in PARTS if row[f"bond_{part}"] is not None]
    parts = ", ".join(
        f"{fmt.language.worded(PART_TITLES[part])} {fmt.number(100 * row[f'bond_{part}'], 0)}"
        for part in known
    )
    return message("index {index}: {parts}", index=fmt.number(row["bond_index"], 0), parts=parts)


def alive(found: CustomerWorth, fmt: Formats) -> Chart:
    """Return the probability that the customer still buys, over time."""
    title = message("Were they ever about to leave?")
    if not found.alive:
        return too_little("alive", title, message("This model tells it for the present day only."))
    made = lines(
        fmt,
        "alive",
        title,
        [day for day, _ in found.alive],
        [Line(fmt.language.worded("Still buys"), [share for _, share in found.alive])],
        unit="percent",
        place_name=message("Day"),
        value_name=message("Probability to buy again"),
    )
    lowest = min(share for _, share in found.alive)
    axis = {**made.option["yAxis"], "max": 1}  # nothing is more probable than certain
    made = replace(made, option={**made.option, "yAxis": axis})
    return made.answering(
        message(
            "It falls while they are silent and jumps back with each purchase; lowest {share}.",
            share=fmt.percent(lowest),
        )
    )


def how(found: CustomerWorth, fmt: Formats) -> How:
    """Return how the worth of a customer is foretold."""
    return How(
        message(
            "The number of purchase days, the first and the last of them, and what each brought, "
            "read by {model} and Gamma-Gamma as fitted on {day} to all customers. The interval is "
            "of the value of one customer, chance of each purchase included.",
            model=FORECASTS.get(found.model, found.model),
            day=fmt.day(found.card.fitted_on),
        ),
        formula=message("worth = expected purchases × expected value of each, discounted"),
        inputs=("worth", "value_model", "customer_facts"),
        links=((message("How wrong is what the models foretell?"), "/value/model"),),
    )
