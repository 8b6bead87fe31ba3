"""One customer in words: answer, figures, facts against everybody, why these scores, what next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from valence.audience.profile import COMPARED, Profile
from valence.audience.timeline import OrderDay, place_before
from valence.audience.words import (
    BASIS,
    BREADTH,
    ID_TYPES,
    MEANINGS,
    customers_page,
    quoted,
    worded,
)
from valence.core.messages import Message, message
from valence.kit.charts import Chart, too_little
from valence.kit.codes import SEGMENTS, TIERS
from valence.kit.columns import columns
from valence.kit.format import ABSENT, Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Change, Figure, How, Step, Words
from valence.people.decisions import Decision

TWO_YEARS = 723  # days, less a week: a shorter history leaves no full year to compare with
SILENT = 2  # silent for more than so many times the own rhythm
AGAINST = message("vs the 12 months before")

FACTS: Mapping[str, tuple[Message, str]] = {
    "value_amount": (message("Value"), "money"),
    "value_12m_amount": (message("Value, 12 months"), "money"),
    "orders": (message("Orders"), "int"),
    "average_order_amount": (message("Average order"), "money"),
    "days_since_order": (message("Days since the last order"), "int"),
    "gap_days": (message("Own rhythm, days"), "days"),
    "return_share": (message("Share given back"), "percent"),
    "breadth": (message("Categories or products bought"), "int"),
}


PURCHASES: Mapping[str, tuple[Message, Message]] = {
    "orders": (message("Orders of {name}"), message("What did they order, and when?")),
    "products": (message("Products of {name}"), message("What do they buy most?")),
    "lines": (message("Lines of the orders of {name}"), message("What was in each order?")),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the customer beside the middle of all."""

    title: Message
    value: str
    middle: str
    less: str  # share of the others who have less


@dataclass(frozen=True, slots=True)
class Score:
    """One of the three scores, and why it is what it is."""

    title: Message
    score: int
    why: Message


def answer(found: Profile, fmt: Formats) -> Answer:
    """Return what the customer is worth and how they buy, in a sentence."""
    row = found.row
    if row is None:
        return Answer(
            message("Nothing bought so far."),
            rest=message("The customer is known by an identifier, and no order names it."),
        )
    core = message("Brought {value} so far.", value=fmt.money(row["value_amount"]))
    below = found.below.get("value_amount")
    if below == 1:
        core = message(
            "Brought {value} so far, more than every other customer.",
            value=fmt.money(row["value_amount"]),
        )
    elif below == 0:
        core = message(
            "Brought {value} so far, less than every other customer.",
            value=fmt.money(row["value_amount"]),
        )
    elif below is not None:
        core = message(
            "Brought {value} so far, more than {share} of customers.",
            value=fmt.money(row["value_amount"]),
            share=_below(below, fmt),
        )
    return Answer(core, rest=_rhythm(row, fmt))


def _below(share: float, fmt: Formats) -> str:
    # 99.98 % is not 100 %: nobody brought more than everybody.
    shown = min(share, 0.999) if share < 1 else share
    return fmt.percent(shown, 1 if 0.99 < shown < 1 else 0)


def _rhythm(row: Mapping[str, Any], fmt: Formats) -> Message | str:
    if not row["orders"]:
        return message("There are returns, and no purchase that they belong to.")
    if row["orders"] == 1:
        return message("Bought once.")
    if row["gap_days"] is None:
        return message("All orders came on one day.")
    gap, since = row["gap_days"], row["days_since_order"]
    values = {"gap": fmt.number(gap, 1 if gap < 10 else 0), "since": fmt.integer(since)}
    if since > SILENT * gap:
        return message("Bought every {gap} days; silent for {since} days now.", **values)
    return message("Buys every {gap} days.", **values)


def overview(found: Profile, fmt: Formats) -> list[tuple[Message, str]]:
    """Return the customer in a line, each with its title: orders, value, since when, last."""
    row = found.row
    if row is None:
        return []
    facts = (
        (message("Orders"), fmt.integer(row["orders"])),
        (message("Value"), fmt.money(row["value_amount"])),
        (message("Customer since"), fmt.day(row["first_order_on"])),
        (message("Last order"), fmt.day(row["last_order_on"])),
    )
    return [(title, said) for title, said in facts if said != ABSENT]


def figures(found: Profile, fmt: Formats) -> list[Figure]:
    """Return the four figures of a customer, each with the year before or with everybody."""
    row = found.row
    if row is None:
        return []
    old = row["tenure_days"] is not None and row["tenure_days"] >= TWO_YEARS
    return [
        Figure(
            message("Value, last 12 months"),
            fmt.money_short(row["value_12m_amount"]),
            note=_standing(found, "value_12m_amount", fmt) or "",
            change=_change(row["value_12m_amount"], row["value_prior_12m_amount"], fmt, old=old),
            spark=[value for _, value in found.months[-12:]],
        ),
        Figure(
            message("Orders, last 12 months"),
            fmt.integer(row["orders_12m"]),
            note=message("{n} in all", n=fmt.integer(row["orders"])),
            change=_change(row["orders_12m"], row["orders_prior_12m"], fmt, old=old),
        ),
        Figure(
            message("Days since the last order"),
            None if row["days_since_order"] is None else fmt.integer(row["days_since_order"]),
            note=_own_rhythm(row, fmt),
            absent=message("no purchase"),
        ),
        Figure(
            message("Average order"),
            None
            if row["average_order_amount"] is None
            else fmt.money_short(row["average_order_amount"]),
            note=_standing(found, "average_order_amount", fmt) or "",
            absent=message("no purchase"),
        ),
    ]


def _own_rhythm(row: Mapping[str, Any], fmt: Formats) -> Message:
    gap = row["gap_days"]
    if gap is None:
        return message("bought on one day only")
    return message("own rhythm {gap} days", gap=fmt.number(gap, 1 if gap < 10 else 0))


def _change(late: Any, before: Any, fmt: Formats, *, old: bool) -> Change | None:
    if not old or not before or before <= 0:
        return None
    value = float(late) / float(before) - 1
    rose = None if abs(value) < 0.0005 else value > 0
    return Change(fmt.change(value, 0), rose, rose, AGAINST)


def _standing(found: Profile, name: str, fmt: Formats) -> Message | None:
    share = found.below.get(name)
    if share is None:
        return None
    if share == 1:
        return message("above every other customer")
    if share == 0:
        return message("nobody has less")
    return message("above {share} of customers", share=_below(share, fmt))


def facts(found: Profile, fmt: Formats) -> list[Fact]:
    """Return the figures that are known, each beside the middle of all customers."""
    row = found.row
    if row is None:
        return []
    middle = found.base.medians if found.base else {}
    unlike = {"breadth"} if found.base and found.base.breadth_of != row["breadth_of"] else set()
    return [
        Fact(
            _fact_title(name, row),
            _said(row[name], kind, fmt),
            _said(None if name in unlike else middle.get(name), kind, fmt),
            _below(found.below[name], fmt) if name in found.below and name not in unlike else "",
        )
        for name, (_, kind) in FACTS.items()
        if name in COMPARED and row[name] is not None
    ]


def _fact_title(name: str, row: Mapping[str, Any]) -> Message:
    if name == "breadth" and row["breadth_of"] in BREADTH:
        return BREADTH[row["breadth_of"]]
    return FACTS[name][0]


def _said(value: Any, kind: str, fmt: Formats) -> str:
    if kind == "days":
        return fmt.number(value, 1)
    if kind == "int":
        return fmt.number(value, 0 if value is None or value == int(value) else 1)
    return fmt.cell(value, kind)


def scores(found: Profile, fmt: Formats) -> list[Score]:
    """Return the three scores, each with what it rests on."""
    row = found.row
    if row is None or row["recency_score"] is None:
        return []
    orders = message("{n} orders", n=fmt.integer(row["orders"]))
    return [
        Score(
            message("Recency"),
            row["recency_score"],
            message("last order {n} days ago", n=fmt.integer(row["days_since_order"])),
        ),
        Score(
            message("Frequency"),
            row["frequency_score"],
            by_number(row["orders"], message("1 order"), orders),
        ),
        Score(
            message("Monetary"),
            row["monetary_score"],
            message("{value} brought", value=fmt.money(row["monetary_amount"])),
        ),
    ]


def place(found: Profile, fmt: Formats) -> list[tuple[Message, Words, str, Words]]:
    """Return tier, segment and cohort: title, name, where its customers are, what it means."""
    row = found.row
    if row is None:
        return []
    where: list[tuple[Message, Words, str, Words]] = [
        (
            message("Value tier"),
            worded(TIERS, row["tier"]),
            customers_page(f"tier == {quoted(row['tier'])}"),
            "",
        )
    ]
    if row["segment"] is not None:
        where.append(
            (
                message("Segment"),
                worded(SEGMENTS, row["segment"]),
                customers_page(f"segment == {quoted(row['segment'])}"),
                MEANINGS.get(row["segment"], ""),
            )
        )
    if row["cohort_month"] is not None:
        where.append(
            (
                message("Cohort"),
                fmt.month(row["cohort_month"]),
                customers_page(f'cohort_month == day("{row["cohort_month"]}")'),
                message("month of the first order"),
            )
        )
    return where


def chart(found: Profile, fmt: Formats) -> Chart:
    """Return the customer's value by month."""
    title = message("What did they bring, month by month?")
    if len(found.months) < 2:
        why = message("Not enough data: the first order is in the month of the figures.")
        return too_little("customer-value", title, why)
    return columns(
        fmt,
        "customer-value",
        title,
        [month for month, _ in found.months],
        [value for _, value in found.months],
        unit="money",
        place_name=message("Month"),
        value_name=message("Value"),
        months=True,
    )


def steps(found: Profile, as_of: date | None) -> list[Step]:
    """Return what makes sense next for this customer."""
    row = found.row
    if row is None or not row["orders"]:
        return [Step(message("Look at other customers"), "/customers")]
    every = []
    if row["segment"] is not None:
        every.append(
            Step(
                message("See others like this one"),
                customers_page(
                    f"segment == {quoted(row['segment'])} and tier == {quoted(row['tier'])}"
                ),
                message("same segment and value tier"),
            )
        )
    gap, since = row["gap_days"], row["days_since_order"]
    if gap is not None and as_of is not None and since > SILENT * gap:
        every.insert(
            0,
            Step(
                message("See who else fell silent"),
                customers_page(
                    f"tier == {quoted(row['tier'])} and days_since_order > {SILENT} * gap_days"
                ),
                message("the next order was due long ago, by this customer's own rhythm"),
            ),
        )
    return every or [Step(message("Look at other customers"), "/customers")]


def due_on(row: Mapping[str, Any] | None) -> date | None:
    """Return the day when the next order is due by the customer's own rhythm."""
    if row is None or row["gap_days"] is None or row["last_order_on"] is None:
        return None
    due: date = row["last_order_on"] + timedelta(days=round(row["gap_days"]))
    return due


def history(decisions: Sequence[Decision], fmt: Formats) -> list[Message]:
    """Return what was merged and split, newest first."""
    said = {
        "merge": message("{day}: {n} more customers recognised as this one ({why})"),
        "link": message("{day}: {n} more customers joined by hand ({why})"),
        "split": message("{day}: {n} customers taken out again ({why})"),
    }
    return [
        Message(
            said[one.kind].text,
            {"day": fmt.instant(one.at), "n": len(one.losers), "why": Message(one.rule)},
        )
        for one in reversed(decisions)
    ]


def how_all(built: Words) -> How:
    """Return how the columns of all customers are computed."""
    return How(
        message(
            "One row for each customer who bought or gave back, after all identifiers of a person "
            "were brought together. Value is all that the customer's orders brought, returns taken "
            "off; tier and segment compare the customer with all others."
        ),
        source=message("Hughes, Strategic Database Marketing (1994)."),
        inputs=("customers", "order_facts"),
        built=built,
        note=message("The title of each column tells what it means; a rule may name every column."),
        links=((message("What each column means"), "/builds/tables/customers"),),
    )


def how(found: Profile, built: Words) -> How:
    """Return how worth and scores of a customer are computed."""
    basis = found.row["value_basis"] if found.row else ""
    return How(
        message(
            "Value is all that the customer's orders brought, returns taken off. Scores from 1 to "
            "5 compare the customer with all others; the middle is the median of all customers."
        ),
        formula=message("value: {basis}", basis=BASIS.get(basis, basis)) if basis else "",
        source=message("Hughes, Strategic Database Marketing (1994)."),
        inputs=("customers", "order_facts"),
        built=built,
    )


def counted(counts: Mapping[str, int], fmt: Formats) -> list[Message]:
    """Return how many orders, returns and adjustments there are, in words."""
    said = {
        "sale": (message("1 order"), message("{n} orders")),
        "return": (message("1 return"), message("{n} returns")),
        "adjustment": (message("1 adjustment"), message("{n} adjustments")),
        "cancelled": (message("1 cancelled order"), message("{n} cancelled orders")),
    }
    return [
        Message(by_number(counts[kind], one, many).text, {"n": fmt.integer(counts[kind])})
        for kind, (one, many) in said.items()
        if counts.get(kind)
    ]


def found_by(way: str) -> Message | str:
    """Return how a customer was found whose id the address did not name; nothing if unknown."""
    if way == "merged":
        return message("The address named a customer who was merged into this one.")
    if way in ID_TYPES:
        return message("Found by {kind}.", kind=ID_TYPES[way])
    return ""


def years(days: Sequence[OrderDay], zone: tzinfo) -> list[tuple[int, int, str]]:
    """Return each year with orders, newest first: how many entries, the cursor where it begins."""
    counts: dict[int, int] = {}
    for day in days:
        counts[day.on.year] = counts.get(day.on.year, 0) + day.orders
    return [
        (year, n, place_before(datetime(year + 1, 1, 1, tzinfo=zone)))
        for year, n in sorted(counts.items(), reverse=True)
    ]
