"""The page of customer equity in words and pictures."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.languages import next_months
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.equity_answers import Equity, Stayed, Won
from valence.value.words import customers_page, quoted, sentences, tier_title

ASKED = message("What are our customers worth from now on, and what would change it?")


def answer(found: Equity, fmt: Formats) -> Answer:
    """Return what the base is worth, how sure that is, and what it brought."""
    last = fmt.money_short(found.yearly)
    if not found.of("worth_amount"):
        return Answer(
            message(
                "What today's customers will bring is not known; in the last 12 months customers "
                "brought {last}.",
                last=last,
            ),
            rest=message("The page of the models says why."),
        )
    core = message(
        "Today's customers are expected to bring {worth} in the {span}; in the last 12 months "
        "customers brought {last}.",
        worth=fmt.money_short(found.of("worth_amount")),
        span=_span(found),
        last=last,
    )
    point = _point(found, fmt)
    said = [_off(found, fmt), *([] if point is None else [point])]
    return Answer(core, _by_chance(found, fmt), sentences(fmt, *said))


def _span(found: Equity) -> Message:
    return next_months(found.horizon_months)


def _by_chance(found: Equity, fmt: Formats) -> Message:
    """The interval of the sum: what is left to chance if the model is right."""
    return message(
        "{share} interval {ends} if the model is right, {n} customers",
        share=fmt.percent(found.interval),
        ends=fmt.interval(*found.ends, "money_short"),
        n=fmt.integer(found.of("customers")),
    )


def _off(found: Equity, fmt: Formats) -> Message:
    """How far off the model was when it could be checked: mostly more than chance makes."""
    off = found.off
    if off is None:
        return message("How far off the model may be is not known: it could not be tested.")
    values = {"off": fmt.percent(abs(off))}
    if off < 0:
        return message("On weeks held out the model foretold {off} less than came.", **values)
    return message("On weeks held out the model foretold {off} more than came.", **values)


def _point(found: Equity, fmt: Formats) -> Message | None:
    if found.point is None or found.stayed is None:
        return None
    change, low, high = found.point
    return message(
        "A point more retention would add {share} ({ends}, {n} customers) to what they are worth "
        "in all years to come.",
        share=fmt.percent(change),
        ends=fmt.interval(low, high, "percent"),
        n=fmt.integer(found.stayed.customers),
    )


def figures(found: Equity, fmt: Formats) -> list[Figure]:
    """Return worth of the base, who still buys, new customers, retention."""
    return [
        _worth(found, fmt),
        Figure(
            message("Still buy, expected"),
            fmt.short(found.of("alive")) if found.of("alive") else None,
            note=message("of {n} who bought", n=fmt.integer(found.of("customers"))),
        ),
        _new(found.won, fmt),
        _again(found.stayed, fmt),
    ]


def _worth(found: Equity, fmt: Formats) -> Figure:
    worth = found.of("worth_amount")
    values = {
        "ends": fmt.interval(*found.ends, "money_short"),
        "off": fmt.change(found.off),
    }
    note = message("{ends} by chance; the model was {off} off when tested", **values)
    return Figure(
        message("Worth of the base, {span}", span=_span(found)),
        fmt.money_short(worth) if worth else None,
        note=note if found.off is not None else message("{ends} by chance", **values),
        href="/customers?sort=-worth_amount",
    )


def _new(won: Won, fmt: Formats) -> Figure:
    each = message(
        "{each} each in the first 12 months, n {n}",
        each=fmt.money_short(won.value),
        n=fmt.integer(won.observed),
    )
    return Figure(
        message("New customers, last 12 months"),
        fmt.integer(won.customers),
        note="" if won.value is None else each,
    )


def _again(stayed: Stayed | None, fmt: Formats) -> Figure:
    title = message("Bought again within a year")
    if stayed is None:
        return Figure(title, None, note=message("of those who bought the year before"))
    note = message(
        "{interval}, n {n}: who bought the year before",
        interval=fmt.interval(stayed.low, stayed.high, "percent"),
        n=fmt.integer(stayed.customers),
    )
    return Figure(title, fmt.percent(stayed.share), note=note)


def tiers(found: Equity, fmt: Formats) -> Chart:
    """Return the worth of each tier, three ways."""
    title = message("Whose worth is it?")
    worth = message("Worth, {span}", span=_span(found))
    shown, rows, links = [], [], []
    for row in found.tiers:
        words = tier_title(row["tier"])
        name = fmt.language.worded(words) if isinstance(words, Message) else words
        links.append(customers_page(f"tier == {quoted(row['tier'])}", "-worth_amount"))
        shown.append(Bar(name, float(row["worth_amount"] or 0), href=links[-1]))
        rows.append(
            [
                name, row["customers"], _people(row["alive"]), row["worth_amount"],
                row["course_book_amount"], row["value_12m_amount"], row["value_amount"],
            ]
        )  # fmt: skip
    made = bars(
        fmt,
        "equity-tiers",
        title,
        shown,
        unit="money",
        name=message("Value tier"),
        value_name=worth,
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Value tier"), "text"),
        (message("Customers"), "int"),
        (message("Still buy, expected"), "int"),
        (worth, "money"),
        (message("Lifetime value, course book"), "money"),
        (message("Value, 12 months"), "money"),
        (message("Value to date"), "money"),
    )
    table = DataTable("equity-tiers-table", headers, rows, links=links)
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        message(
            "Three ways side by side: what models expect, the course-book product of value a year "
            "and years that customers stay, and what was observed to date."
        )
    )


def _people(expected: float | None) -> int | None:
    return None if expected is None else round(expected)


def retention(found: Equity, fmt: Formats) -> Chart:
    """Return what the base is worth at other retentions."""
    title = message("What would a few more who stay be worth?")
    if not found.retained:
        why = message("Not enough data: retention from year to year needs orders of two years.")
        return too_little("retention", title, why)
    made = lines(
        fmt,
        "retention",
        title,
        [fmt.percent(each.share) for each in found.retained],
        [Line(fmt.language.worded("All years to come"), [e.value for e in found.retained])],
        unit="money",
        place_name=message("Share who buy again a year later"),
        value_name=message("Worth of the base, all years to come"),
    )
    return made.answering(
        message(
            "The next year as the models expect it, and of each year after it the share that "
            "stays, discounted."
        )
    )


def steps() -> list[Step]:
    """Return what makes sense next."""
    return [
        Step(message("See how wrong these forecasts were"), "/value/model"),
        Step(message("Change horizon and discount rate"), "/definitions"),
    ]


def how(built: Message | str) -> How:
    """Return how customer equity is computed."""
    return How(
        message(
            "The worth of the base is the sum of what each customer is expected to bring within "
            "the horizon, discounted. What retention is worth takes the simplest view: after the "
            "next year, which the models foretell, the same share r stays each year and brings as "
            "much, at a discount of i a year: worth of the next year × (1 + i) / (1 + i − r). Cost "
            "of acquisition is spend on a channel over the customers whose first purchase came "
            "through it, in months with spend, those that won nobody too. Who first bought in the "
            "month that the data begin in may have bought before: neither they nor what was spent "
            "by then counts as new."
        ),
        source=message("Gupta & Lehmann (2003); Rust, Zeithaml & Lemon (2000)"),
        inputs=("worth_base", "payback", "cohorts", "value_model"),
        built=built,
        note=message(
            "The interval of the base is that of a sum of customers who are independent if the "
            "model is right (normal curve). It is narrow where there are many; how far off the "
            "model was in sum on weeks held out is mostly more."
        ),
        links=((message("How the table was built"), "/builds/tables/worth_base"),),
    )
