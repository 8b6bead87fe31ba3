"""Payback of acquisition in a picture and its table."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.kit.charts import Chart, DataTable, Line, lines, too_little
from valence.kit.format import Formats
from valence.kit.page import Words
from valence.value.equity_answers import Equity

_TITLE = message("When has a new customer paid for itself?")


def payback(found: Equity, fmt: Formats) -> Chart:
    """Return how much of its cost a new customer of each channel has brought."""
    winners = [name for name, row, _ in found.channels if row["new_customers"]]
    nobody = [name for name, row, _ in found.channels if not row["new_customers"]]
    if not found.payback:
        why = message(
            "No spend is known of a whole month after the first one of the data. Import spend by "
            "day and channel."
        )
        return too_little("payback", _TITLE, why)
    if not winners:
        return too_little("payback", _TITLE, _won_nobody(nobody, fmt))
    longest = max(row["months_since"] for row in found.payback)
    made = lines(
        fmt,
        "payback",
        _TITLE,
        list(range(longest + 1)),
        [Line(name, _brought(found, name, longest)) for name in winners],
        unit="percent",
        place_name=message("Months after the first purchase"),
        value_name=message("Share of its cost brought"),
    )
    said = message("At 100 % a new customer has brought what winning one costs.")
    if nobody:
        said = message("{whole} {nobody}", whole=said, nobody=_won_nobody(nobody, fmt))
    return Chart(made.id, _TITLE, made.option, _table(found), size=made.size).answering(said)


def _won_nobody(channels: list[str], fmt: Formats) -> Message:
    """Say on what money was spent without a customer: mostly it has another name there."""
    return message(
        "Nobody is known to have come through {channels}, on which money was spent. Where orders "
        "have another name for it, say so under Definitions, Acquisition.",
        channels=fmt.listed(channels),
    )


def _brought(found: Equity, channel: str, longest: int) -> list[float | None]:
    """The share of its cost that a customer has brought up to each month."""
    own = {row["months_since"]: row for row in found.payback if row["channel"] == channel}
    return [
        own[month]["value_per_customer"] / own[month]["cost_per_customer"]
        if month in own and own[month]["cost_per_customer"]
        else None
        for month in range(longest + 1)
    ]


def _table(found: Equity) -> DataTable:
    headers: tuple[tuple[Words, str], ...] = (
        (message("Channel"), "text"),
        (message("New customers"), "int"),
        (message("Spent"), "money"),
        (message("Cost of a customer"), "money"),
        (message("Brought so far"), "money"),
        (message("Paid back after, months"), "int"),
    )
    told = ("new_customers", "cost_amount", "cost_per_customer", "value_per_customer")
    rows = [[name, *(row[each] for each in told), paid] for name, row, paid in found.channels]
    return DataTable("payback-table", headers, rows, absent=message("not yet"))
