"""The page of early stars in words and pictures."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.charts import Chart, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step
from valence.kit.tables import TableColumn, TableSpec
from valence.value.early_stars import YEAR_DAYS
from valence.value.stars_answers import LIKELY, NEWEST_DAYS, Stars
from valence.value.words import sentences

ASKED = message("Which new customers look like the best ones did when they were new?")
_DRAWN = 200  # tested customers from which on tenths of them are drawn

STARS = TableSpec(
    "stars",
    message("Who are the early stars?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn(
            "star_probability",
            message("Probability of high value"),
            "percent",
            meaning=message("That the first year puts the customer among the best fifth."),
        ),
        TableColumn("age_days", message("Days since the first order"), "int"),
        TableColumn("weeks_amount", message("Value, first 28 days"), "money"),
        TableColumn(
            "weeks_days",
            message("Times back, first 28 days"),
            "int",
            meaning=message("Days with a purchase after the first one."),
        ),
        TableColumn("year_amount", message("Value so far"), "money"),
    ),
    key=("customer_id",),
    sort="-star_probability",
    examples=((message("newest of them"), "star_probability >= 0.5 and age_days <= 60"),),
    customers=True,
)


def answer(found: Stars, fmt: Formats) -> Answer:
    """Return how many new customers are likely stars, and how many have become one already."""
    limit = found.figures.get("limit")
    core = message(
        "{likely} of {new} new customers will more likely than not be among the best fifth.",
        likely=fmt.integer(found.likely),
        new=fmt.integer(found.new),
    )
    meant = message(
        "That is more than {limit} in the first year; told from the first 28 days.",
        limit=fmt.money_short(limit),
    )
    there = by_number(
        found.reached,
        message("1 new customer has brought that much already and is not counted here."),
        message(
            "{n} new customers have brought that much already and are not counted here.",
            n=fmt.integer(found.reached),
        ),
    )
    said = [meant, there] if found.reached else [meant]
    if found.began is None:
        return Answer(core, rest=sentences(fmt, *said))
    mind = message(
        "Mind: only customers who began between {first} and {last} have a whole first year to "
        "learn from, and some of them had bought before the data begin.",
        first=fmt.day(found.began[0]),
        last=fmt.day(found.began[1]),
    )
    return Answer(core, rest=sentences(fmt, *said, mind))


def figures(found: Stars, fmt: Formats) -> list[Figure]:
    """Return the four figures: stars, how well told, against naive, learned from."""
    told = found.figures
    brier, naive = told.get("brier"), told.get("brier_naive")
    gain = None if not brier or not naive else 1 - brier / naive
    auc, (low, high) = told.get("auc"), found.sure or (None, None)
    return [
        Figure(
            message("Early stars"),
            fmt.integer(found.likely),
            note=message(
                "{share} of {n} new customers",
                share=fmt.percent(found.likely / found.new if found.new else None),
                n=fmt.integer(found.new),
            ),
            href=newest_page(YEAR_DAYS),
        ),
        Figure(
            message("Stars told from others"),
            None if auc is None else fmt.percent(auc),
            note=message(
                "of pairs; 50 % is chance ({interval})", interval=fmt.interval(low, high, "percent")
            ),
        ),
        Figure(
            message("Error against guessing"),
            None if gain is None else fmt.change(-gain),
            note=message("against the same probability for everyone"),
        ),
        Figure(
            message("Customers learned from"),
            fmt.integer(told.get("learned_from") or 0),
            note=message("tested on {n} others", n=fmt.integer(told.get("customers") or 0)),
        ),
    ]


def calibration(found: Stars, fmt: Formats) -> Chart:
    """Return what was foretold of each tenth of the test, and what came."""
    title = message("Do as many become stars as was foretold?")
    tested = int(found.figures.get("customers") or 0)
    if tested < _DRAWN:
        why = message(
            "Not enough data: {n} customers were there to test on; it takes {least}.",
            n=fmt.integer(tested),
            least=fmt.integer(_DRAWN),
        )
        return too_little("calibration", title, why)
    made = lines(
        fmt,
        "calibration",
        title,
        [str(n) for n in range(1, len(found.tenths) + 1)],
        [
            Line(fmt.language.worded("Came"), [r["other"] for r in found.tenths], rest=True),
            Line(fmt.language.worded("Foretold"), [r["value"] for r in found.tenths]),
        ],
        unit="percent",
        place_name=message("Tenth of the customers, by probability"),
        value_name=message("Became of high value"),
    )
    best = found.tenths[-1]
    said = message(
        "Of the tenth with the highest probability {came} became of high value; {told} were "
        "foretold.",
        came=fmt.percent(best["other"]),
        told=fmt.percent(best["value"]),
    )
    how_tested = message(
        "Tested on {n} of the newest customers with a whole first year, which it had not seen.",
        n=fmt.integer(tested),
    )
    axis = {**made.option["yAxis"], "max": 1, "interval": 0.2}
    option = {**made.option, "yAxis": axis}
    return replace(made, option=option, answer=sentences(fmt, said, how_tested))


def newest_page(days: int) -> str:
    """Return the address of the stars who began within so many days."""
    rule = f"star_probability >= {LIKELY}"
    if days < YEAR_DAYS:
        rule = f"{rule} and age_days <= {days}"
    return f"/value/stars?{urlencode({'where': rule})}"


def steps(found: Stars, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    every = [Step(message("See where customers stand on the ladder"), "/value/ladder")]
    if found.newest:
        n = fmt.integer(found.newest)
        label = message("Look after the stars of the last {days} days", days=NEWEST_DAYS)
        why = by_number(found.newest, message("1 customer"), message("{n} customers", n=n))
        every.insert(0, Step(label, newest_page(NEWEST_DAYS), why))
    return every


def how(built: Message | str) -> How:
    """Return how early stars are told."""
    return How(
        message(
            "A logistic regression learns from customers with a whole first year what the first 28 "
            "days tell: what the first purchase and the weeks brought, whether they came back, "
            "returns, discounts, channels. It is fitted to the older three quarters and calibrated "
            "on the newest quarter. Asked are customers of 28 to 365 days who have not brought as "
            "much already."
        ),
        source=message("logistic regression; calibration after Platt (1999)"),
        inputs=("early_stars", "first_weeks"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/early_stars"),),
    )
