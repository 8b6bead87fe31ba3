"""The page of customer equity in words and pictures."""

from __future__ import annotations

from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.charts import Bar, Chart, DataTable, Line, bars, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.equity_answers import Equity
from valence.value.words import tier_title

ASKED = message("What are our customers worth from now on, and what would change it?")


def answer(found: Equity, fmt: Formats) -> Answer:
    """Return what the base is worth, beside what it brought."""
    worth, last = found.of("worth_amount"), found.yearly
    core = message(
        "Today's customers are expected to bring {worth} in the next 12 months; in the last 12 "
        "customers brought {last}.",
        worth=fmt.money_short(worth),
        last=fmt.money_short(last),
    )
    more = next((r for r in found.retained if r.change > 0), None)
    if more is None:
        return Answer(core)
    rest = message(
        "A point more retention would add {share} to what they are worth in all years to come.",
        share=fmt.percent(more.change),
    )
    return Answer(core, rest=rest)


def figures(found: Equity, fmt: Formats) -> list[Figure]:
    """Return worth of the base, who still buys, new customers, retention."""
    retention = found.card.setting("retention") if found.card else None
    each = None if found.new_value is None else fmt.money_short(found.new_value)
    return [
        Figure(
            message("Worth of the base, next 12 months"),
            fmt.money_short(found.of("worth_amount")) if found.of("worth_amount") else None,
            href="/customers?sort=-worth_amount",
        ),
        Figure(
            message("Still buy, expected"),
            fmt.short(found.of("alive")) if found.of("alive") else None,
            note=message("of {n} who bought", n=fmt.integer(found.of("customers"))),
        ),
        Figure(
            message("Won in the last 12 months"),
            fmt.integer(found.new_customers),
            note="" if each is None else message("{each} each in the first 12 months", each=each),
        ),
        Figure(
            message("Bought again within a year"),
            None if retention is None else fmt.percent(retention),
            note=message("of those who bought the year before"),
        ),
    ]


def tiers(found: Equity, fmt: Formats) -> Chart:
    """Return the worth of each tier, three ways."""
    title = message("Whose worth is it?")
    shown, rows, links = [], [], []
    for row in found.tiers:
        words = tier_title(row["tier"])
        name = fmt.language.worded(words) if isinstance(words, Message) else words
        asked = {"where": f'tier == "{row["tier"]}"', "sort": "-worth_amount"}
        links.append(f"/customers?{urlencode(asked)}")
        shown.append(Bar(name, float(row["worth_amount"] or 0), href=links[-1]))
        rows.append(
            [
                name, row["customers"], row["alive"], row["worth_amount"],
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
        value_name=message("Worth, next 12 months"),
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Value tier"), "text"),
        (message("Customers"), "int"),
        (message("Still buy, expected"), "float"),
        (message("Worth, next 12 months"), "money"),
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
        value_name=message("Worth of the base"),
    )
    return made.answering(
        message(
            "If each year that share stayed and brought what they brought: value × r / (1 + i − r)."
        )
    )


def payback(found: Equity, fmt: Formats) -> Chart:
    """Return how much of its cost a new customer of each channel has brought."""
    title = message("When has a new customer paid for itself?")
    if not found.payback:
        return too_little(
            "payback",
            title,
            message(
                "No spend is known of a channel that customers came through. Import spend by day "
                "and channel; where its channels have other names than those of orders, say so "
                "under Definitions, Acquisition."
            ),
        )
    longest = max(row["months_since"] for row in found.payback)
    made = lines(
        fmt,
        "payback",
        title,
        list(range(longest + 1)),
        [
            Line(
                name,
                [
                    next(
                        (
                            r["value_per_customer"] / r["cost_per_customer"]
                            for r in found.payback
                            if r["channel"] == name
                            and r["months_since"] == month
                            and r["cost_per_customer"]
                        ),
                        None,
                    )
                    for month in range(longest + 1)
                ],
            )
            for name, _, _ in found.channels
        ],
        unit="percent",
        place_name=message("Months after the first purchase"),
        value_name=message("Share of its cost brought"),
    )
    headers: tuple[tuple[Words, str], ...] = (
        (message("Channel"), "text"),
        (message("New customers"), "int"),
        (message("Spent"), "money"),
        (message("Cost of a customer"), "money"),
        (message("Brought so far"), "money"),
        (message("Paid back after, months"), "int"),
    )
    rows = [
        [
            name, row["new_customers"], row["cost_amount"], row["cost_per_customer"],
            row["value_per_customer"], paid,
        ]
        for name, row, paid in found.channels
    ]  # fmt: skip
    table = DataTable("payback-table", headers, rows, absent=message("not yet"))
    return Chart(made.id, title, made.option, table, size=made.size).answering(
        message("At 100 % a new customer has brought what winning one costs.")
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
            "the horizon, discounted. What retention is worth takes the simplest view: each year "
            "the same share stays and brings what it brought. Cost of acquisition is spend on a "
            "channel over the customers whose first purchase came through it, in months with spend."
        ),
        source=message("Gupta & Lehmann (2003); Rust, Zeithaml & Lemon (2000)"),
        inputs=("worth_base", "payback", "cohorts", "value_model"),
        built=built,
        links=((message("How the table was built"), "/builds/tables/worth_base"),),
    )
