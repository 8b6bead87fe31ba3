"""The pages of firms in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.kit.languages import by_number
from valence.kit.page import Answer, Change, Empty, Figure, How, Step
from valence.value.accounts_answers import HANGS, ONE_PERSON, SILENT, Firms

Row = Mapping[str, Any]
FIRMS = message("What does each firm bring, and on whom does it hang?")


def no_firms() -> Empty:
    """Say how firms are brought in."""
    return Empty(
        message("What each firm brings, how many people it has, and how much hangs on one."),
        message(
            "No customer belongs to a firm. When you import customers or orders, say which column "
            "holds the firm: its field is called account_id."
        ),
        Step(message("Import customers"), "/imports"),
    )


def firms_answer(found: Firms, fmt: Formats) -> Answer:
    """Return what firms bring, in a sentence."""
    core = message(
        "{firms} firms brought {amount} in the last 12 months.",
        firms=fmt.integer(found.firms),
        amount=fmt.money_short(found.value_12m),
    )
    inner = message(
        "{share} of all customers' value; {n} people",
        share=fmt.percent(found.share),
        n=fmt.integer(found.customers),
    )
    if not found.hanging:
        return Answer(core, inner, message("None of several people hangs on one of them."))
    rest = by_number(
        found.hanging,
        message("1 of them hangs on one of its people: {amount}.", amount=_hanging(found, fmt)),
        message(
            "{n} of them hang on one of their people: {amount}.",
            n=fmt.integer(found.hanging),
            amount=_hanging(found, fmt),
        ),
    )
    return Answer(core, inner, rest)


def _hanging(found: Firms, fmt: Formats) -> str:
    return fmt.money_short(found.hanging_value)


def firms_figures(found: Firms, fmt: Formats) -> list[Figure]:
    """Return the four figures of all firms."""
    before, change = found.value_prior_12m, None
    if before > 0:
        value = float(found.value_12m / before) - 1
        rose = None if abs(value) < 0.0005 else value > 0
        change = Change(fmt.change(value), rose, rose)
    each = found.value_12m / found.firms if found.firms else None
    return [
        Figure(
            message("Value of firms, 12 months"),
            fmt.money_short(found.value_12m),
            note=message("{amount} in the 12 before", amount=fmt.money_short(before)),
            change=change,
        ),
        Figure(
            message("Per firm"),
            None if each is None else fmt.money_short(each),
            note=message("{n} people", n=fmt.integer(found.customers)),
        ),
        Figure(
            message("Hang on one person"),
            fmt.integer(found.hanging),
            note=message("more than {share} of the firm's value", share=fmt.percent(ONE_PERSON)),
            href=f"/value/groups/accounts?{urlencode({'where': HANGS})}",
        ),
        Figure(
            message("Fell silent"),
            fmt.integer(found.silent),
            note=message("{amount} in the year before", amount=fmt.money_short(found.silent_value)),
            href=f"/value/groups/accounts?{urlencode({'where': SILENT})}",
        ),
    ]


def firms_how(built: Message | str) -> How:
    """Return how the value of firms is computed."""
    return How(
        message(
            "A customer belongs to the firm (account_id) that the latest import says; where the "
            "customers' files say none, to that of the latest order which names one. A firm's "
            "value is the sum of its people's."
        ),
        inputs=("accounts", "customer_accounts", "customers"),
        built=built,
        note=message("A firm hangs on one of several people who brings more than 80 % of it."),
        links=((message("How the table was built"), "/builds/tables/accounts"),),
    )


def firm_answer(row: Row, fmt: Formats) -> Answer:
    """Return what a firm brings and on whom it hangs, in a sentence."""
    values = {
        "n": fmt.integer(row["customers"]),
        "amount": fmt.money_short(row["value_12m_amount"]),
    }
    core = by_number(
        row["customers"],
        message("The one person of this firm brought {amount} in the last 12 months.", **values),
        message("The {n} people of this firm brought {amount} in the last 12 months.", **values),
    )
    last = row["last_order_on"]
    return Answer(core, rest=message("The last order is of {day}.", day=fmt.day(last)))


def firm_figures(row: Row, fmt: Formats) -> list[Figure]:
    """Return the four figures of one firm."""
    share = row["change_share"]
    rose = None if share is None or abs(share) < 0.0005 else share > 0
    return [
        Figure(
            message("Value, last 12 months"),
            fmt.money_short(row["value_12m_amount"]),
            note=message(
                "{amount} in the 12 before", amount=fmt.money_short(row["value_prior_12m_amount"])
            ),
            change=None if share is None else Change(fmt.change(share), rose, rose),
        ),
        Figure(
            message("Value in all"),
            fmt.money_short(row["value_amount"]),
            note=message("{n} orders", n=fmt.integer(row["orders"])),
        ),
        Figure(
            message("People"),
            fmt.integer(row["customers"]),
            note=message("{n} bought in 12 months", n=fmt.integer(row["customers_12m"])),
        ),
        Figure(
            message("By one person"),
            None if row["top_customer_share"] is None else fmt.percent(row["top_customer_share"]),
            note=message("of the firm's value"),
            absent=message("no value above 0"),
        ),
    ]
