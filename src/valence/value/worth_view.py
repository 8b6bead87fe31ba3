"""The page of worth in words and pictures: answer, figures, curve, tiers, grid, next steps."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from valence.core.messages import Message, message
from valence.kit.charts import MAIN, WORSE, Bar, Chart, DataTable, bars, too_little
from valence.kit.format import Formats
from valence.kit.grids import lorenz
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step, Words
from valence.value.against import MEANT, points, relative
from valence.value.answers import Worth
from valence.value.words import (
    BASIS,
    FORMULAS,
    customers_page,
    quoted,
    tier_title,
)


def answer(found: Worth, fmt: Formats) -> Answer:
    """Return who carries the value, in a sentence."""
    row = found.summary
    if row["top_value_share"] is None:
        core = message("The customers carry no value above zero, so nobody carries a share of it.")
        return Answer(core, rest=_without_value(found, fmt))
    core = message(
        "The best {share} of customers carry {part} of the value.",
        share=fmt.percent(row["top_share"]),
        part=fmt.percent(row["top_value_share"]),
    )
    inner = message(
        "{n} of {all} customers; {amount} of {whole}",
        n=fmt.integer(row["top_customers"]),
        all=fmt.integer(row["customers"]),
        amount=fmt.money_short(row["top_value_amount"]),
        whole=fmt.money_short(found.of_customers),
    )
    if row["top_value_share"] > 1:
        return Answer(core, inner, _negative(found, fmt))
    return Answer(core, inner, _silent(found, fmt) or _gini(found, fmt))


def _without_value(found: Worth, fmt: Formats) -> Message:
    return message(
        "{n} customers, {amount} in all.",
        n=fmt.integer(found.summary["customers"]),
        amount=fmt.money(found.of_customers),
    )


def _negative(found: Worth, fmt: Formats) -> Message:
    row = found.summary
    values = {
        "n": fmt.integer(row["negative_customers"]),
        "amount": fmt.money_short(row["negative_amount"]),
    }
    return by_number(
        row["negative_customers"],
        message("More than everything: 1 customer has a value below zero, {amount}.", **values),
        message("More than everything: {n} customers have a value below zero, {amount}.", **values),
    )


def _silent(found: Worth, fmt: Formats) -> Message | None:
    silent = found.silent
    if silent is None:
        return None
    return message(
        "{n} of them have been silent for more than twice their own rhythm; they brought {amount} "
        "in the last 12 months.",
        n=fmt.integer(silent.customers),
        amount=fmt.money_short(silent.value_12m),
    )


def _gini(found: Worth, fmt: Formats) -> Message | str:
    gini = found.summary["gini"]
    return "" if gini is None else message("Gini coefficient {gini}.", gini=fmt.number(gini, 2))


def _gini_note(found: Worth, fmt: Formats) -> Message | str:
    gini = found.summary["gini"]
    return "" if gini is None else message("Gini coefficient {gini}", gini=fmt.number(gini, 2))


def figures(found: Worth, fmt: Formats) -> list[Figure]:
    """Return the four figures: value, how concentrated, per customer, and what names nobody."""
    row, years = found.summary, found.years
    carried = row["top_value_share"]
    by_known = {
        "amount": fmt.money_short(years.named.now),
        "n": fmt.integer(row["customers_12m"]),
    }
    return [
        Figure(
            message("Value, last 12 months"),
            fmt.money_short(row["value_12m_amount"]),
            note=_orders(found, fmt),
            change=relative(years.value, fmt) if years.comparable else None,
        ),
        Figure(
            message("Carried by the best {share}", share=fmt.percent(row["top_share"])),
            None if carried is None else fmt.percent(carried),
            note=_gini_note(found, fmt),
            change=points(found.top_share, fmt, more_is_good=None, against=_OF_A_YEAR),
            href=_top_page(found),
        ),
        Figure(
            message("Value per customer, 12 months"),
            None if years.each is None else fmt.money_short(years.each.now),
            note=by_number(
                row["customers_12m"],
                message("{amount} by 1 known customer", **by_known),
                message("{amount} by {n} known customers", **by_known),
            ),
            change=relative(years.each, fmt) if years.comparable else None,
            href=customers_page("orders_12m > 0", "-value_12m_amount"),
        ),
        _nobody(found, fmt),
    ]


_OF_A_YEAR = message("of a year's value, vs the year before")


def _orders(found: Worth, fmt: Formats) -> Message:
    values = {
        "n": fmt.integer(found.years.orders),
        "amount": fmt.money_short(found.years.nobody),
    }
    if found.years.comparable:
        return message("{n} orders; {amount} of it without a known customer", **values)
    return message(
        "{n} orders; {amount} of it without a known customer; no full year before to compare: the "
        "data begin {first}",
        first=fmt.day(found.summary["first_order_on"]),
        **values,
    )


def _nobody(found: Worth, fmt: Formats) -> Figure:
    row = found.summary
    amount, whole = row["value_without_customer_amount"], row["value_amount"]
    note = by_number(
        row["orders_without_customer"],
        message("1 order, in no share here"),
        message("{n} orders, in no share here", n=fmt.integer(row["orders_without_customer"])),
    )
    if row["order_rows_without_customer"] and whole > 0:
        note = message(
            "{share} of all value; {orders}",
            share=fmt.percent(float(amount) / float(whole)),
            orders=note,
        )
    return Figure(message("Orders without a customer"), fmt.money_short(amount), note=note)


def _top_page(found: Worth) -> str:
    return customers_page(f"tier == {quoted(found.tiers[0]['tier'])}") if found.tiers else ""


def curve(found: Worth, fmt: Formats) -> Chart:
    """Return the Lorenz curve with a point where each tier ends."""
    title = message("How concentrated is the value?")
    if len(found.lorenz) < 2:
        why = message("Not enough data: no customer carries value above zero.")
        return too_little("lorenz", title, why)
    chart = lorenz(fmt, "lorenz", title, found.lorenz)
    option = dict(chart.option)
    top = max(y for _, y in found.lorenz)
    if top > 1.005:  # customers with negative value: the rest carries more than everything
        option["yAxis"] = {**option["yAxis"], "max": math.ceil(top * 2) / 2, "interval": 0.5}
    low = min(y for _, y in found.lorenz)
    if low < -0.005:
        option["yAxis"] = {**option["yAxis"], "min": math.floor(low * 2) / 2, "interval": 0.5}
    option["series"] = [*option["series"], _tier_points(found, fmt)]
    return replace(chart, option=option)


def _tier_points(found: Worth, fmt: Formats) -> dict[str, Any]:
    """Points where the tiers end; each opens the customers of its tier."""
    points, x, y = [], 0.0, 0.0
    held = [tier for tier in found.tiers[:-1] if tier["customers"]]
    for at, tier in enumerate(held):
        x += tier["customers_share"] or 0.0
        y += tier["value_share"] or 0.0
        says = message(
            "{share} of customers → {part} of the value",
            share=fmt.percent(x, 0 if x >= 0.01 else 1),
            part=fmt.percent(y, 0),
        )
        worded = fmt.language.worded(says)
        worded_short = f"{fmt.percent(x, 0)} → {fmt.percent(y, 0)}"
        points.append(
            {
                "value": [round(x, 6), round(y, 6)],
                "tip": f"{_said(fmt, tier_title(tier['tier']))}: {worded}",
                "href": customers_page(f"tier == {quoted(tier['tier'])}"),
                "itemStyle": {"color": WORSE if at == 0 else MAIN},
                # Only the first is said in full: a phone has no room beside the second.
                "label": {"formatter": worded if at == 0 else worded_short},
            }
        )
    return {
        "type": "scatter",
        "data": points,
        "symbolSize": 11,
        "z": 5,
        "label": {
            "show": True,
            "position": "right",
            "distance": 8,
            "color": "var(--v-ink)",
            "fontSize": 13,
        },
    }


def tier_bars(found: Worth, fmt: Formats) -> Chart:
    """Return how much each tier carries, with the table of the tiers."""
    title = message("What does each value tier carry?")
    if found.summary["top_value_share"] is None:
        why = message("Not enough data: no customer carries value above zero.")
        return too_little("tiers", title, why)
    rows = [
        Bar(
            f"{_said(fmt, tier_title(tier['tier']))} · {fmt.percent(tier['customers_share'], 0)}",
            tier["value_share"],
            main=number == 0,
            href=customers_page(f"tier == {quoted(tier['tier'])}"),
        )
        for number, tier in enumerate(found.tiers)
    ]
    chart = bars(
        fmt,
        "tiers",
        title,
        rows,
        unit="percent",
        name=message("Value tier"),
        value_name=message("Share of value"),
        sort=False,
    )
    return replace(chart, table=tier_table(found, fmt))


def tier_table(found: Worth, fmt: Formats) -> DataTable:
    """Return the table of the value tiers."""
    headers: tuple[tuple[Words, str], ...] = (
        (message("Value tier"), "text"),
        (message("Customers"), "int"),
        (message("Value"), "money"),
        (message("Share of value"), "percent"),
        (message("From, per customer"), "money"),
    )
    names = ("customers", "value_amount", "value_share", "least_value_amount")
    rows = [
        [_said(fmt, tier_title(tier["tier"])), *(tier[name] for name in names)]
        for tier in found.tiers
    ]
    links = [customers_page(f"tier == {quoted(tier['tier'])}") for tier in found.tiers]
    absent = message("nobody is in this tier")
    return DataTable("tiers-table", headers, rows, links=links, absent=absent)


def steps(found: Worth, fmt: Formats) -> list[Step]:
    """Return what makes sense next."""
    every = []
    if found.silent is not None:
        every.append(
            Step(
                message("Call the best who fell silent"),
                customers_page(found.silent.rule, "-value_12m_amount"),
                message("{n} customers", n=fmt.integer(found.silent.customers)),
            )
        )
    lost = [cell for cell in found.cells if cell["segment"] == "cannot_lose"]
    if lost:
        every.append(
            Step(
                message("Win back whom you cannot lose"),
                customers_page('segment == "cannot_lose"'),
                message(
                    "{n} customers, {amount}",
                    n=fmt.integer(sum(cell["customers"] for cell in lost)),
                    amount=fmt.money_short(sum(cell["value_amount"] for cell in lost)),
                ),
            )
        )
    return every or [Step(message("Look at the customers"), "/customers")]


def how(found: Worth, built: Message | str) -> How:
    """Return how the shares are computed."""
    row = found.summary
    return How(
        message(
            "Customers are ranked by value, the most valuable first. A tier holds a set share of "
            "them; who brought nothing is in the last tier. The curve shows which share of the "
            "value the best x percent carry."
        ),
        formula=FORMULAS.get(row["value_basis"], ""),
        source=message("Lorenz (1905); Gini coefficient as in Sen (1973), negative values as 0."),
        inputs=("value_summary", "value_tiers", "value_lorenz"),
        built=built,
        note=message(
            "Every order that was imported counts, so there is no interval. {n} customers have a "
            "value below zero. Orders that name nobody are in no share. {arrows}",
            n=row["negative_customers"],
            arrows=MEANT,
        ),
        links=((message("How the table of tiers was built"), "/builds/tables/value_tiers"),),
    )


def basis_chip(basis: str) -> Message:
    """Return what value is, as a chip at the head of the page."""
    return message("value: {basis}", basis=BASIS.get(basis, basis))


def _said(fmt: Formats, words: Words) -> str:
    return words if isinstance(words, str) else fmt.language.worded(words)
