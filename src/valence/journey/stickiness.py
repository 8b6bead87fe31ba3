"""Stickiness: on how many days of a period customers are there."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.errors import BadInputError
from valence.journey.retention import (
    Period,
    checked_period,
    last_complete,
    period_number,
    period_start,
)
from valence.lake.portable import given, ratio


def stickiness(rows: ir.Table, *, as_of: date, period: Period = "week") -> ir.Table:
    """Return how many customers were there on how many days of each period.

    Parameters
    ----------
    rows
        Rows with `customer_id` and `on` (day), such as steps. Rows of nobody are left out.
    as_of
        Later rows are left out.
    period
        `week` (from Monday) or `month`.

    Returns
    -------
    Table
        One row per period with a row and `active_days` (int, 1 or more) that a customer has in it:
        `period_on` (day, its first), `customers` (int), `active` (int, customers of the whole
        period), `share` (float, of these), `complete` (bool, whether it had ended by the day).

    Raises
    ------
    BadInputError
        If the period is a day: on one day everybody is there on one day.
    """
    as_of = as_day(as_of)
    t = _days(rows, as_of, _longer(period))
    days = t.group_by("customer_id", "_period").agg(active_days=t.count().cast("int64"))
    told = days.group_by("_period", "active_days").agg(customers=days.count().cast("int64"))
    whole = days.group_by(_of="_period").agg(active=days.count().cast("int64"))
    told = told.inner_join(whole, told._period == whole._of)
    return told.select(
        "active_days", "customers", "active",
        period_on=period_start(told._period, period),
        share=ratio(told.customers, told.active),
        complete=told._period <= last_complete(as_of, period),
    )  # fmt: skip


def regularity(rows: ir.Table, *, as_of: date, period: Period = "month") -> ir.Table:
    """Return how many of a period's customers are there on an average day (DAU / MAU, or / WAU).

    Parameters
    ----------
    rows, as_of, period
        As of `stickiness`.

    Returns
    -------
    Table
        One row per period with a row: `period_on` (day, its first), `active` (int, customers of
        the period), `customer_days` (int), `days` (int, of the period up to the day),
        `daily_active` (float, customers of a mean day), `share` (float, of the period's
        customers), `complete` (bool).
    """
    as_of = as_day(as_of)
    t = _days(rows, as_of, _longer(period))
    t = t.group_by("_period").agg(
        active=t.customer_id.nunique().cast("int64"), customer_days=t.count().cast("int64")
    )
    start, after = period_start(t._period, period), period_start(t._period + 1, period)
    until = (after > as_of).ifelse(date.fromordinal(as_of.toordinal() + 1), after)
    t = t.mutate(_days=until.delta(start, unit="day").cast("int64"), _start=start)
    daily = ratio(t.customer_days, t._days)
    return t.select(
        "active", "customer_days",
        period_on=t._start,
        days=t._days,
        daily_active=daily,
        share=daily / t.active.cast("float64"),
        complete=t._period <= last_complete(as_of, period),
    )  # fmt: skip


def _days(rows: ir.Table, as_of: date, period: Period) -> ir.Table:
    """One row per customer and day, with the day's period."""
    t = given(rows, "customer_id", "on")
    t = t.filter(t.customer_id.notnull(), t["on"] <= as_of)
    t = t.group_by("customer_id", _on="on").agg()
    return t.mutate(_period=period_number(t._on, period))


def _longer(period: str) -> Period:
    checked = checked_period(period)
    if checked == "day":
        raise BadInputError("On how many days of a day is no question. Ask by week or month.")
    return checked
