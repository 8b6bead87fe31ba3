"""The findings that matter most: sentences from the published marts, each with its figure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from valence.app.desk.numbers import Numbers, numbers
from valence.core.intervals import MINIMUM
from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.lake.reader import Reader
from valence.value.bridge import GROWN, LOST, NEW, REACTIVATED, SHRUNK
from valence.value.bridge_answers import rule_of
from valence.value.staying_view import active_months, longest
from valence.value.words import customers_page, quoted

MOST = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a sentence, its figure, how many it is about, and what to do next."""

    key: str
    said: Message
    figure: str  # `value`, formatted
    value: float
    unit: Literal["share", "money", "customers", "months"]
    n: int
    next: Message
    where: str  # the rule that finds the customers to look at
    sort: str = "-value_amount"
    of: Literal["customers", "orders"] = "customers"  # what `n` counts
    amount: float | None = None  # money behind it: the most comes first
    good: bool | None = None
    note: Message | str = ""  # what to mind

    @property
    def href(self) -> str:
        """The page that lists them."""
        return customers_page(self.where, self.sort)

    @property
    def command(self) -> str:
        """The command that lists them, to be run in the brand's folder."""
        return f"valence value customers --where {shlex.quote(self.where)} --sort={self.sort}"


def findings(reader: Reader, fmt: Formats) -> list[Finding]:
    """Return the findings of what is published, those with most money behind them first.

    At most five; fewer where the data cannot say, none before the first build. The formats give
    the language and the currency.
    """
    found = numbers(reader)
    return [] if found is None else told(found, fmt)


def told(found: Numbers, fmt: Formats) -> list[Finding]:
    """Return the findings of numbers that were read."""
    every = [*_carried(found, fmt), *_moved(found, fmt), *_overdue(found, fmt)]
    every += [*_returned(found, fmt), *_stayed(found, fmt)]
    if len(every) < MOST:
        every += _repeated(found, fmt)
    return sorted(every, key=lambda one: -(one.amount or 0))[:MOST]


def as_rows(found: list[Finding], fmt: Formats) -> list[dict[str, str]]:
    """Return the findings as rows of a terminal table: finding, figure, n, what next."""
    said = fmt.language.worded
    return [
        {
            "finding": " ".join(part for part in (said(one.said), _noted(one, fmt)) if part),
            "figure": one.figure,
            "n": fmt.integer(one.n),
            "what next": said(one.next),
        }
        for one in found
    ]


def as_values(found: list[Finding], fmt: Formats) -> list[dict[str, Any]]:
    """Return the findings for programs: each figure as a number with its unit, and in words.

    A `unit` is a share (0 to 1), money (in `currency`), customers or months.
    """
    said = fmt.language.worded
    return [
        {
            "key": one.key,
            "finding": said(one.said),
            "note": _noted(one, fmt),
            "figure": one.figure,
            "value": one.value,
            "unit": one.unit,
            "n": one.n,
            "n_of": one.of,
            "amount": one.amount,
            "currency": fmt.currency,
            "next": said(one.next),
            "where": one.where,
            "sort": one.sort,
            "page": one.href,
            "command": one.command,
        }
        for one in found
    ]


def _noted(one: Finding, fmt: Formats) -> str:
    return fmt.language.worded(one.note) if one.note else ""


def _carried(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    row = found.summary
    if row["top_value_share"] is None or not row["top_customers"] or row["buyers"] < MINIMUM:
        return
    amount = float(row["top_value_amount"])
    yield Finding(
        "carried",
        message(
            "The best {share} of customers carry {amount}, {part} of what all customers brought.",
            share=fmt.percent(row["top_share"]),
            part=fmt.percent(row["top_value_share"]),
            amount=fmt.money_short(amount),
        ),
        fmt.percent(row["top_value_share"]),
        row["top_value_share"],
        "share",
        row["top_customers"],
        message("See who they are, so that they stay"),
        f"tier == {quoted(found.top_tier)}",
        amount=amount,
    )


_MOVED = {
    NEW: (
        message("New customers brought {amount} in the last 12 months."),
        message("See which of them could stay"),
    ),
    REACTIVATED: (
        message("Customers who came back after a year away brought {amount}."),
        message("See what brought them back"),
    ),
    GROWN: (
        message("Customers who bought in both years brought {amount} more than the year before."),
        message("See who grew"),
    ),
    SHRUNK: (
        message("Customers who bought in both years brought {amount} less than the year before."),
        message("See who shrank, and ask why"),
    ),
    LOST: (
        message("Customers who have not bought for 12 months took {amount} a year with them."),
        message("Win back the best of them"),
    ),
}


def _moved(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    bridge = found.bridge
    if bridge is None:
        return
    move = max(_MOVED, key=lambda name: abs(bridge.change(name)))
    amount = float(bridge.change(move))
    if not amount:
        return
    said, next_ = _MOVED[move]
    size = fmt.money_short(abs(amount))
    before = move in (LOST, SHRUNK)
    yield Finding(
        "moved",
        Message(said.text, {"amount": size}),
        f"+{size}" if amount > 0 else f"\N{MINUS SIGN}{size}",
        amount,
        "money",
        bridge.moves[move]["customers"],
        next_,
        rule_of(move, bridge.since),
        "-value_prior_12m_amount" if before else "-value_12m_amount",
        amount=abs(amount),
        good=amount > 0,
    )


def _overdue(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    late = found.overdue
    if late is None:
        return
    yield Finding(
        "overdue",
        message(
            "{n} of the {of} most valuable customers who bought more than once have been silent "
            "for more than twice their own rhythm; they brought {amount} in the last 12 months.",
            n=fmt.integer(late.customers),
            of=fmt.integer(late.of),
            amount=fmt.money_short(late.value_12m),
        ),
        fmt.integer(late.customers),
        late.customers,
        "customers",
        late.customers,
        message("Call them before others do"),
        late.rule,
        amount=late.value_12m,
        good=False,
    )


def _returned(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    years, moved = found.years, found.years.given_back
    if moved is None or not moved.now or years.orders < MINIMUM:
        return
    values = {"share": fmt.percent(moved.now), "amount": fmt.money_short(years.returned)}
    said, good = message("{share} of sales are given back: {amount} in 12 months.", **values), None
    if years.comparable and not moved.sure:
        said = message(
            "{share} of sales are given back: {amount} in 12 months, about the same share as in "
            "the 12 before.",
            **values,
        )
    elif years.comparable:
        good = moved.change < 0
        said = message(
            "{share} of sales are given back: {amount} in 12 months, {change} against the 12 "
            "before.",
            change=fmt.points(moved.change),
            **values,
        )
    yield Finding(
        "returned",
        said,
        fmt.percent(moved.now),
        moved.now,
        "share",
        years.orders,
        message("See who gives back most"),
        "return_share > 0.3 and orders >= 3",
        "-returned_amount",
        "orders",
        years.returned,
        good,
    )


def _stayed(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    cohorts = found.cohorts
    if cohorts is None or len(cohorts.compared) < 2:
        return
    best, said = cohorts.compared[0], longest(cohorts, fmt)
    yield Finding(
        "stayed",
        message("{answer} ({interval})", answer=said.core, interval=said.interval),
        fmt.language.worded(
            "{active} of {horizon} months",
            active=active_months(best, fmt),
            horizon=best["horizon_months"],
        ),
        best["active_months"],
        "months",
        best["customers"],
        message("See who stayed longest"),
        f'cohort_month == day("{best["cohort_month"]}")',
        note=said.rest,
    )


def _repeated(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    row = found.summary
    if row["repeat_share"] in (None, 1) or row["buyers"] < MINIMUM:
        return
    yield Finding(
        "repeated",
        message("{share} of buyers came a second time.", share=fmt.percent(row["repeat_share"])),
        fmt.percent(row["repeat_share"]),
        row["repeat_share"],
        "share",
        row["buyers"],
        message("Ask the others for a second order"),
        "orders == 1",
        "days_since_order",
    )
