"""Retention: who comes back in later periods, by any event, by count or by what they bring."""

from __future__ import annotations

from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.errors import BadInputError, did_you_mean
from valence.lake.portable import ZERO, given, month_number, month_start, ratio, total, wilson

Period = Literal["day", "week", "month"]
Counted = Literal["first", "recurring"]
PERIODS: tuple[Period, ...] = ("day", "week", "month")
_MONDAY = date(1970, 1, 5)  # day 0 of weeks; days are counted from it too
CONFIDENCE = 0.95


def retention(
    began: ir.Table,
    came_back: ir.Table,
    *,
    as_of: date,
    period: Period = "month",
    counted: Counted = "first",
    amount: str = "",
    confidence: float = CONFIDENCE,
) -> ir.Table:
    """Return who of those who began in a period came back in each later one.

    Parameters
    ----------
    began, came_back
        Rows with `customer_id` and `on` (day): what begins, and what is coming back; the same
        table for the same event, such as steps of one touchpoint, or orders with their day as
        `on`. Rows of nobody are left out.
    as_of
        Later rows are left out.
    period
        `day`, `week` (from Monday) or `month`.
    counted
        `first`: a customer begins once, in the period of the first beginning; `recurring`: in each
        period with one.
    amount
        A column of `came_back` (money, such as revenue or margin) that is summed; empty: none is.
    confidence
        How sure the intervals are (Wilson 1927).

    Returns
    -------
    Table
        One row per period with a beginning and `periods_since` (int, 0 or more, up to the day):
        `period_on` (day, its first), `customers` (int, who began), `active` (int, who came back in
        that later period; in period 0 who did within it), `events` (int, how often they did),
        `amount` (money, what that brought; 0 without `amount`), `retention_share`,
        `retention_low`, `retention_high` (float, of the customers), `amount_per_customer` (float),
        `complete` (bool, whether the later period had ended by the day).

    Raises
    ------
    BadInputError
        If there is no such period, or a column is missing.
    """
    as_of = as_day(as_of)
    start = _in_periods(given(began, "customer_id", "on"), period, as_of)
    back = given(came_back, "customer_id", "on", *([amount] if amount else []))
    money = back[amount] if amount else ZERO
    back = _in_periods(back.mutate(_amount=money.cast("decimal(18, 4)")), period, as_of)
    start = start.group_by(_who="customer_id", _period="_period").agg()
    if counted == "first":
        start = start.group_by("_who").agg(_period=start._period.min())
    back = back.group_by("customer_id", _later="_period").agg(
        _events=back.count().cast("int64"), _money=total(back._amount)
    )
    t = start.left_join(back, [start._who == back.customer_id, start._period <= back._later])
    seen = t.filter(t._later.notnull())
    seen = seen.group_by(_of="_period", _since=seen._later - seen._period).agg(
        active=seen.count().cast("int64"),  # a customer is there once for two periods
        events=seen._events.sum().cast("int64"),
        amount=total(seen._money),
    )
    return _told(_grid(start, period, as_of), seen, period, as_of, confidence)


def of_touchpoint(steps: ir.Table, touchpoint: str) -> ir.Table:
    """Return the steps of a touchpoint: what begins, or what is coming back."""
    return steps if not touchpoint else steps.filter(steps.touchpoint == touchpoint)


def checked_period(period: str) -> Period:
    """Return a period that was typed.

    Raises
    ------
    BadInputError
        If there is none of that name.
    """
    for each in PERIODS:
        if each == period:
            return each
    raise BadInputError(
        "There is no period {period!r}. {fix}", period=period, fix=did_you_mean(period, PERIODS)
    )


def period_number(day: ir.DateValue, period: Period) -> ir.IntegerValue:
    """Return a day's period as a number that counts on."""
    if period == "month":
        return month_number(day)
    days = day.delta(ibis.date(_MONDAY), unit="day").cast("int64")
    return days if period == "day" else (days.cast("float64") / 7.0).floor().cast("int64")


def number_of(day: date, period: Period) -> int:
    """Return the same of a day that is known."""
    if period == "month":
        return day.year * 12 + day.month - 1
    days = (day - _MONDAY).days
    return days if period == "day" else days // 7


def period_start(number: ir.IntegerValue, period: Period) -> ir.DateValue:
    """Return the first day of a period by its number."""
    if period == "month":
        return month_start(number)
    days = number * (1 if period == "day" else 7)
    # A moment first: DuckDB makes one of a day and an interval, and Ibis believes it a day.
    return (ibis.timestamp(_MONDAY.isoformat()) + days.cast("int32").as_interval("D")).date()


def last_complete(as_of: date, period: Period) -> int:
    """Return the number of the last period that was over at the end of a day."""
    after = date.fromordinal(as_of.toordinal() + 1)
    return number_of(after, period) - 1


def _in_periods(rows: ir.Table, period: Period, as_of: date) -> ir.Table:
    t = rows.filter(rows.customer_id.notnull(), rows["on"] <= as_of)
    return t.mutate(_period=period_number(t["on"], checked_period(period)))


def _grid(start: ir.Table, period: Period, as_of: date) -> ir.Table:
    """Each period with its customers, once for each later period up to the day."""
    t = start.group_by("_period").agg(customers=start.count().cast("int64"))
    ages = ibis.range(0, number_of(as_of, period) - t._period + 1)
    return t.mutate(_age=ages.unnest().cast("int64"))


def _told(
    grid: ir.Table, seen: ir.Table, period: Period, as_of: date, confidence: float
) -> ir.Table:
    t = grid.left_join(seen, [grid._period == seen._of, grid._age == seen._since])
    nobody = ibis.literal(0, "int64")
    t = t.mutate(
        active=ibis.coalesce(t.active, nobody),
        events=ibis.coalesce(t.events, nobody),
        amount=ibis.coalesce(t.amount, ZERO),
    )
    t = t.mutate(_share=ratio(t.active, t.customers))
    low, high = wilson(t._share, t.customers, confidence=confidence)
    return t.select(
        "customers", "active", "events", "amount",
        period_on=period_start(t._period, period),
        periods_since=t._age,
        retention_share=t._share,
        retention_low=low,
        retention_high=high,
        amount_per_customer=ratio(t.amount, t.customers),
        complete=t._period + t._age <= last_complete(as_of, period),
    )  # fmt: skip
