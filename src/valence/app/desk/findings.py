"""The findings that matter most: sentences from the published marts, each with its figure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from valence.app.desk.numbers import Month, Moved, Numbers, numbers
from valence.core.messages import Message, message
from valence.kit.format import Formats
from valence.lake.reader import Reader

MOST = 5
ENOUGH = 30  # customers or orders below which a share says more about chance than the brand


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: a sentence, its figure, how many customers it is about, and what to do next."""

    key: str
    said: Message
    figure: str
    n: int
    next: Message
    href: str
    amount: float | None = None  # money behind it: the most comes first
    good: bool | None = None


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
    """Return the findings as rows of a terminal table: finding, figure, n, next."""
    said = fmt.language.worded
    return [
        {
            "finding": said(one.said),
            "figure": one.figure,
            "n": fmt.integer(one.n),
            "what next": f"{said(one.next)} ({one.href.partition('?')[0]})",
        }
        for one in found
    ]


def customers_page(where: str, sort: str = "-value_amount") -> str:
    """Return the address of the customers that a rule finds."""
    return f"/customers?{urlencode({'where': where, 'sort': sort})}"


def _carried(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    row = found.summary
    if row["top_value_share"] is None or not row["top_customers"] or row["buyers"] < ENOUGH:
        return
    amount = float(row["top_value_amount"])
    yield Finding(
        "carried",
        message(
            "The best {share} of customers carry {part} of what all customers brought: {amount}.",
            share=fmt.percent(row["top_share"]),
            part=fmt.percent(row["top_value_share"]),
            amount=fmt.money_short(amount),
        ),
        fmt.percent(row["top_value_share"]),
        row["top_customers"],
        message("See who they are, and keep them"),
        customers_page(f'tier == "{found.top_tier}"'),
        amount,
    )


_MOVED = {
    "new": (
        message("New customers brought {amount} in the last 12 months."),
        message("See which of them could stay"),
        "first_order_on > today - 365",
    ),
    "back": (
        message("Customers who came back after a year away brought {amount}."),
        message("See what brought them back"),
        "orders_12m > 0 and orders_prior_12m == 0 and first_order_on <= today - 365",
    ),
    "more": (
        message("Customers who bought in both years brought {amount} more than the year before."),
        message("See who grew"),
        "orders_prior_12m > 0 and value_12m_amount > value_prior_12m_amount",
    ),
    "less": (
        message("Customers who bought in both years brought {amount} less than the year before."),
        message("See who shrank, and ask why"),
        "orders_12m > 0 and value_12m_amount < value_prior_12m_amount",
    ),
    "gone": (
        message("Customers who have not bought for 12 months took {amount} a year with them."),
        message("Win back the best of them"),
        "orders_12m == 0 and orders_prior_12m > 0",
    ),
}


def _moved(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    most = max(found.moved, key=lambda one: abs(one.amount), default=None)
    if most is None or not most.amount:
        return
    yield _movement(most, fmt)


def _movement(most: Moved, fmt: Formats) -> Finding:
    said, next_, rule = _MOVED[most.group]
    size = fmt.money_short(abs(most.amount))
    return Finding(
        "moved",
        Message(said.text, {"amount": size}),
        f"+{size}" if most.amount > 0 else f"\N{MINUS SIGN}{size}",
        most.customers,
        next_,
        customers_page(rule, _MOVED_SORT.get(most.group, "-value_12m_amount")),
        abs(most.amount),
        most.amount > 0,
    )


_MOVED_SORT = {"gone": "-value_prior_12m_amount", "less": "-value_prior_12m_amount"}


def _overdue(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    late = found.overdue
    if late is None or not late.customers:
        return
    yield Finding(
        "overdue",
        message(
            "{n} of the {of} most valuable customers have been silent for more than twice their "
            "own rhythm; they brought {amount} in the last 24 months.",
            n=fmt.integer(late.customers),
            of=fmt.integer(late.of),
            amount=fmt.money_short(late.amount),
        ),
        fmt.integer(late.customers),
        late.customers,
        message("Call them before others do"),
        customers_page(late.rule),
        late.amount,
        good=False,
    )


def _returned(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    late = _part(found.months[12:])
    if late is None or late[0] == 0 or late[2] < ENOUGH:
        return
    share, amount, orders = late
    before = _part(found.earlier) if found.two_years else None
    said = message(
        "{share} of sales are given back: {amount} in 12 months.",
        share=fmt.percent(share),
        amount=fmt.money_short(amount),
    )
    if before is not None and before[0]:
        said = message(
            "{share} of sales are given back: {amount} in 12 months, {change} against the 12 "
            "before.",
            share=fmt.percent(share),
            amount=fmt.money_short(amount),
            change=fmt.points(share - before[0]),
        )
    good = None if before is None else share <= before[0]
    yield Finding(
        "returned",
        said,
        fmt.percent(share),
        orders,
        message("See who gives back most"),
        customers_page("return_share > 0.3 and orders >= 3", "-returned_amount"),
        amount,
        good,
    )


def _part(months: Sequence[Month]) -> tuple[float, float, int] | None:
    """Share and amount given back, and orders, of some months."""
    gross = sum(month.gross for month in months)
    returned = sum(month.returned for month in months)
    return (returned / gross, returned, sum(month.orders for month in months)) if gross else None


def _stayed(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    best = found.cohort
    if best is None:
        return
    yield Finding(
        "stayed",
        message(
            "Of {compared} cohorts, the customers won in {month} stayed longest: they bought in "
            "{active} of the {horizon} months that followed ({interval}).",
            compared=best.compared,
            month=fmt.month(best.month),
            active=fmt.number(best.active_months, 2),
            horizon=best.horizon,
            interval=_interval(best.low, best.high, fmt),
        ),
        fmt.language.worded(
            "{active} of {horizon} months",
            active=fmt.number(best.active_months, 2),
            horizon=best.horizon,
        ),
        best.customers,
        message("See what won them"),
        "/cohorts",
    )


def _interval(low: float | None, high: float | None, fmt: Formats) -> Message | str:
    if low is None or high is None:
        return message("not enough data for an interval")
    return message("interval {ends}", ends=fmt.interval(low, high, "number"))


def _repeated(found: Numbers, fmt: Formats) -> Iterator[Finding]:
    row = found.summary
    if row["repeat_share"] in (None, 1) or row["buyers"] < ENOUGH:
        return
    yield Finding(
        "repeated",
        message("{share} of buyers came a second time.", share=fmt.percent(row["repeat_share"])),
        fmt.percent(row["repeat_share"]),
        row["buyers"],
        message("Ask the others for a second order"),
        customers_page("orders == 1", "days_since_order"),
    )
