"""The page of the value bridge in words and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.charts import Chart, DataTable, too_little
from valence.kit.format import Formats
from valence.kit.grids import waterfall
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.kit.tables import TableColumn, TableSpec
from valence.value.against import relative
from valence.value.bridge import GROWN, LOST, NEW, NOBODY, REACTIVATED, SHRUNK
from valence.value.bridge_answers import BARS, Bridge, rule_of
from valence.value.words import SEGMENT_TITLES, TIERS, sentences
from valence.value.years import Years

WENT = message("Where did value go since last year?")
MOVES: Mapping[str, Message] = {
    "new": message("New"),
    "grown": message("Grown"),
    "shrunk": message("Shrunk"),
    "reactivated": message("Back again"),
    "lost": message("Lost"),
    "unchanged": message("Unchanged"),
    "customers": message("All customers"),
    "nobody": message("Orders without a customer"),
    "all orders": message("All orders"),
}
DIMENSIONS: Mapping[str, Message] = {
    "tier": message("Value tier"),
    "segment": message("Segment"),
    "main_channel": message("Main channel"),
    "country": message("Country"),
}
_SHOWN = ("customer_id", "value_12m_amount", "value_prior_12m_amount", "orders_12m",
          "orders_prior_12m", "last_order_on", "tier", "segment")  # fmt: skip


def answer(found: Bridge, fmt: Formats) -> Answer:
    """Return where value went, in a sentence."""
    if found.empty:
        core = message(
            "The orders begin on {day}, so there is no year before to compare with.",
            day=fmt.day(found.first_order_on),
        )
        return Answer(core, rest=message("The bridge needs orders of more than twelve months."))
    if not found.whole:
        return _begun(found, fmt)
    moved = found.closing - found.opening
    values = {"closing": fmt.money_short(found.closing), "moved": fmt.money_short(abs(moved))}
    less = message("In the last 12 months customers brought {closing}, {moved} less.", **values)
    more = message("In the last 12 months customers brought {closing}, {moved} more.", **values)
    rest = message(
        "New customers and those who came back brought {won}, those who bought more {grown}; "
        "{shrunk} went with those who bought less, and {lost} with those who left.",
        won=fmt.money_short(found.change(NEW) + found.change(REACTIVATED)),
        grown=fmt.money_short(found.change(GROWN)),
        shrunk=fmt.money_short(-found.change(SHRUNK)),
        lost=fmt.money_short(-found.change(LOST)),
    )
    against = message("than {opening} in the 12 before", opening=fmt.money_short(found.opening))
    return Answer(less if moved < 0 else more, against, rest)


def _begun(found: Bridge, fmt: Formats) -> Answer:
    """The answer where the orders cover a part of the year before only."""
    core = message(
        "In the last 12 months customers brought {closing}; the year before is not whole.",
        closing=fmt.money_short(found.closing),
    )
    inner = message(
        "the orders begin on {day}, so {opening} is all that is known of it",
        day=fmt.day(found.first_order_on),
        opening=fmt.money_short(found.opening),
    )
    rest = message(
        "So some who count as new or grown here had bought before. A fair comparison takes orders "
        "of two years: there will be one from {day} on.",
        day=fmt.day(found.whole_on),
    )
    return Answer(core, inner, rest)


def figures(found: Bridge, years: Years | None, fmt: Formats) -> list[Figure]:
    """Return the four figures: closing value, what was won, what was lost, what stayed."""
    won = found.change(NEW) + found.change(REACTIVATED)
    new, back = (fmt.integer(found.moves[move]["customers"]) for move in (NEW, REACTIVATED))
    left, kept = found.moves[LOST]["customers"], found.kept if found.whole else None
    return [
        Figure(
            message("Value of customers, last 12 months"),
            fmt.money_short(found.closing),
            note=message("{amount} in the 12 before", amount=fmt.money_short(found.opening)),
            change=relative(years.named, fmt) if years and found.whole else None,
        ),
        Figure(
            message("Won: new and back again"),
            fmt.money_short(won),
            note=message("customers: {new} new, {back} back again", new=new, back=back),
            href=customers_of(NEW, found.since),
        ),
        Figure(
            message("Lost"),
            fmt.money_short(found.change(LOST)),
            note=_customers(left, fmt),
            href=customers_of(LOST, found.since),
        ),
        Figure(
            message("Of last year's value, stayed"),
            None if kept is None else fmt.percent(kept[1]),
            note=""
            if kept is None
            else message("{share} without what grew", share=fmt.percent(kept[0])),
            absent=message("no value in the year before")
            if found.whole
            else message("the year before is not whole"),
        ),
    ]


def _customers(n: int, fmt: Formats) -> Message:
    return by_number(n, message("1 customer"), message("{n} customers", n=fmt.integer(n)))


def chart(found: Bridge, fmt: Formats) -> Chart:
    """Return the bridge as a waterfall; each bar opens its customers."""
    if found.empty:
        why = message("Not enough data: no order lies in the twelve months before the last twelve.")
        return too_little("bridge", WENT, why)
    steps: list[tuple[Message | str, float, bool]] = [
        (fmt.day(found.since), float(found.opening), True),
        *((MOVES[move], float(found.change(move)), False) for move in BARS),
        (fmt.day(found.as_of), float(found.closing), True),
    ]
    name = message("Value of 12 months")
    made = waterfall(fmt, "bridge", WENT, steps, unit="money", value_name=name)
    links = ["", *(customers_of(move, found.since) for move in BARS), ""]
    base, bars = made.option["series"]
    marks = zip(bars["data"], links, strict=True)
    data = [{**bar, "href": link} if link else bar for bar, link in marks]
    # Stacked whatever the sign: a bridge may begin or end below zero.
    series = [{**base, "stackStrategy": "all"}, {**bars, "stackStrategy": "all", "data": data}]
    option = {**made.option, "series": series}
    return replace(
        made, option=option, table=lines(found, fmt), answer=_steepest(found, fmt), wide=True
    )


def _steepest(found: Bridge, fmt: Formats) -> str:
    """Which bar adds most, and which takes most."""
    up_most, down_most = max(BARS, key=found.change), min(BARS, key=found.change)
    said = []
    if (most := found.change(up_most)) > 0:
        up = {"move": MOVES[up_most], "amount": fmt.money_short(most)}
        said.append(message("The longest step up: {move}, {amount}.", **up))
    if (least := found.change(down_most)) < 0:
        down = {"move": MOVES[down_most], "amount": fmt.money_short(-least)}
        said.append(message("The longest step down: {move}, {amount}.", **down))
    return sentences(fmt, *said)


def lines(found: Bridge, fmt: Formats) -> DataTable:
    """Return the table of the bridge: it ties to the value of all orders."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("What customers did"), "text"),
        (message("Customers"), "int"),
        (message("Year before"), "money"),
        (message("Change"), "money"),
        (message("Last 12 months"), "money"),
    )
    amounts = ("opening_amount", "change_amount", "closing_amount")
    rows, links = [], []
    for line in found.lines():
        move = line["move"]
        many = None if move == NOBODY else line["customers"]
        rows.append([fmt.language.worded(MOVES[move]), many, *(line[name] for name in amounts)])
        links.append(customers_of(move, found.since) if move in BARS else "")
    absent = message("these orders name no customer")
    return DataTable("bridge-table", headers, rows, links=links, absent=absent)


def by_spec(dimension: str) -> TableSpec:
    """Return the table of the bridge by a dimension."""
    words = {"tier": TIERS, "segment": SEGMENT_TITLES}.get(dimension, {})
    page = f"/customers?where={dimension}+%3D%3D+%22{{name}}%22&sort=-value_12m_amount"
    return TableSpec(
        f"bridge-{dimension}",
        message("Whose value moved?"),
        (
            TableColumn("name", DIMENSIONS[dimension], words=words, link=page),
            TableColumn("customers", message("Customers"), "int"),
            TableColumn("opening_amount", message("Year before"), "money"),
            *(TableColumn(f"{move}_amount", MOVES[move], "money") for move in BARS),
            TableColumn("closing_amount", message("Last 12 months"), "money"),
            TableColumn("change_amount", message("Change"), "money"),
            TableColumn("change_share", message("Relative change"), "percent", shown=False),
        ),
        key=("name",),
        sort="-closing_amount",
        examples=((message("where more left than came"), "change_amount < 0"),),
    )


def customers_of(move: str, since: date) -> str:
    """Return the address of a bar's customers, with what they brought in both years."""
    gone = move in (LOST, SHRUNK)
    sort = "-value_prior_12m_amount" if gone else "-value_12m_amount"
    asked = {"where": rule_of(move, since), "sort": sort, "show": _SHOWN}
    return f"/customers?{urlencode(asked, doseq=True)}"


def steps(found: Bridge, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    every = []
    for move, label in (
        (LOST, message("Win back who left, the most valuable first")),
        (SHRUNK, message("Ask those who buy less what has changed")),
    ):
        row = found.moves[move]
        if row["customers"]:
            said = {"amount": fmt.money_short(abs(row["change_amount"]))}
            n = fmt.integer(row["customers"])
            one = message("1 customer, {amount}", **said)
            why = by_number(row["customers"], one, message("{n} customers, {amount}", n=n, **said))
            every.append(Step(label, customers_of(move, found.since), why))
    return every or [Step(message("See who carries the value"), "/value")]


def how(found: Bridge, built: Message | str, fmt: Formats) -> How:
    """Return how the bridge is computed."""
    both = found.moves[GROWN], found.moves[SHRUNK]
    return How(
        message(
            "What each customer brought in the twelve months up to two days, a year apart. New: "
            "the first purchase lies between the days. Lost: bought in the first year only. Back "
            "again: bought earlier, not in the first year, and in the second. Of all others, "
            "grown and shrunk go by value. Every customer stands in one bar."
        ),
        formula=message(
            "opening + new + grown + shrunk + back again + lost = closing, to the last digit"
        ),
        inputs=("value_bridge", "customers", "order_days"),
        built=built,
        note=message(
            "Both years are made from the orders as they are known now. Customers who bought in "
            "neither year and only gave back ({n}, {amount}) are among grown and shrunk. Value "
            "tier and segment are those of the closing day.",
            n=fmt.integer(sum(row["only_returns"] for row in both)),
            amount=fmt.money(sum(row["only_returns_amount"] for row in both)),
        ),
        links=((message("How the table was built"), "/builds/tables/value_bridge"),),
    )
