"""Acquisition: what new customers of each channel cost, and after how long they have paid back."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.portable import (
    ZERO,
    bare,
    count_if,
    days_in,
    filled,
    given,
    month_number,
    month_start,
    ratio,
    total,
)
from valence.value.acquisition_definition import AcquisitionDefinition
from valence.value.facts import complete_before, customer_months

DEFAULT = AcquisitionDefinition()


def channel_cohorts(orders: ir.Table, facts: ir.Table, *, as_of: date) -> ir.Table:
    """Return what customers of each cohort and first channel bring, month by month.

    Parameters
    ----------
    orders
        Orders or order facts.
    facts
        Customer facts of the same orders, for `first_channel`.
    as_of
        Later orders are left out.

    Returns
    -------
    Table
        One row per `cohort_month`, `first_channel` (text, empty if unknown) and `months_since`
        with an order row: `customer_months` (int), `active` (int, customers with a purchase; in
        month 0 all of the cohort), `value_amount`. Returns booked before the first purchase count
        in month 0.
    """
    months = customer_months(orders, as_of=as_of)
    months = months.filter(months.cohort_month.notnull())
    known = facts.select("customer_id", first_channel=ibis.coalesce(facts.first_channel, ""))
    t = months.join(known, "customer_id")
    t = t.mutate(months_since=(t.months_since < 0).ifelse(0, t.months_since))
    return t.group_by("cohort_month", "first_channel", "months_since").agg(
        customer_months=t.count().cast("int64"),
        active=count_if(t.orders > 0),
        value_amount=total(t.value_amount),
    )


def acquisition_cost(
    spend: ir.Table, *, as_of: date, definition: AcquisitionDefinition = DEFAULT
) -> ir.Table:
    """Return what was spent each month to win customers of each channel.

    Returns
    -------
    Table
        One row per `month` and `channel` (as orders name it, lower case): `cost_amount`.
    """
    t = days_in(filled(given(spend, "channel", "cost_amount"), {"spent_on": "day"}), "spent_on")
    t = t.filter(t.spent_on <= as_day(as_of))
    named = bare(t.channel).lower()
    renamed = {name.strip().lower(): to.strip().lower() for name, to in definition.channels.items()}
    if renamed:
        named = named.cases(*renamed.items(), else_=named)
    t = t.mutate(channel=named, number=month_number(t.spent_on))
    sums = t.group_by("channel", "number").agg(cost_amount=total(t.cost_amount))
    return sums.select("channel", "cost_amount", month=month_start(sums.number))


def payback(
    cohorts: ir.Table,
    spend: ir.Table,
    *,
    as_of: date,
    definition: AcquisitionDefinition = DEFAULT,
) -> ir.Table:
    """Return how much of its cost a new customer of each channel has brought, month by month.

    The cost is all spend of the months that have ended, those that won nobody too. The month that
    customers begin in is left out, and so is spend up to it: who first bought in it may have
    bought before. Of the rest, cohorts of months with spend on their channel count, and in each
    month after the first purchase only those old enough to have lived through it; what these
    brought in it, a customer, adds up over the months.

    Parameters
    ----------
    cohorts
        `channel_cohorts` up to `as_of`.
    spend
        Canonical spend.
    as_of
        Later days are left out; the month of this day has not ended and is left out too, unless
        the day is its last.
    definition
        Which spend wins customers of which channel.

    Returns
    -------
    Table
        One row per `channel` with spend and `months_since`: `new_customers` and `cost_amount` (of
        all months with spend), `cost_per_customer` (float; null where nobody was won),
        `customers` (int, old enough), `value_amount` (brought in that month by these),
        `value_per_customer` (float, so far), `paid_back` (bool).
    """
    as_of = as_day(as_of)
    ended = month_number(ibis.literal(complete_before(as_of)))
    c = cohorts.mutate(
        channel=bare(cohorts.first_channel).lower(), number=month_number(cohorts.cohort_month)
    )
    begin = c.number.min().as_scalar()
    cost = acquisition_cost(spend, as_of=as_of, definition=definition)
    cost = cost.mutate(number=month_number(cost.month))
    cost = cost.filter(cost.number > begin, cost.number < ended)
    c = c.filter(c.number + c.months_since < ended)
    c = c.group_by("channel", "number", "months_since").agg(
        active=c.active.sum().cast("int64"), value_amount=total(c.value_amount)
    )
    won = _won(cost, c, ended)
    months = _months(won)
    alive = months.join(won.select("channel", "customers", "lived"), "channel")
    alive = alive.filter(alive.lived >= alive.months_since)
    alive = alive.group_by("channel", "months_since").agg(
        customers=alive.customers.sum().cast("int64")
    )
    brought = c.semi_join(won, ["channel", "number"])
    brought = brought.group_by("channel", "months_since").agg(
        value_amount=total(brought.value_amount)
    )
    t = months.join(alive, ["channel", "months_since"])
    t = t.left_join(brought, ["channel", "months_since"])
    return _so_far(t.mutate(value_amount=ibis.coalesce(t.value_amount, ZERO)))


def _won(cost: ir.Table, cohorts: ir.Table, ended: ir.IntegerValue) -> ir.Table:
    """Return the months with spend, the customers whom each won, and how long ago that is."""
    first = cohorts.filter(cohorts.months_since == 0)
    first = first.select("channel", "number", customers=first.active)
    t = cost.left_join(first, ["channel", "number"])
    return t.select(
        "channel",
        "number",
        "cost_amount",
        customers=ibis.coalesce(t.customers, 0).cast("int64"),
        lived=ended - 1 - t.number,
    )


def _months(won: ir.Table) -> ir.Table:
    """Return each channel's customers and cost, once for each month that some have lived."""
    whole = won.group_by("channel").agg(
        new_customers=won.customers.sum().cast("int64"),
        cost_amount=total(won.cost_amount),
        longest=ibis.coalesce(won.lived.max(where=won.customers > 0), 0),
    )
    months = whole.mutate(months_since=ibis.range(0, whole.longest + 1).unnest())
    return months.mutate(months_since=months.months_since.cast("int64"))


def _so_far(t: ir.Table) -> ir.Table:
    """Return what a customer has brought up to each month, beside what winning one cost."""
    each = ratio(t.value_amount, t.customers)
    upto = ibis.window(group_by=t.channel, order_by=t.months_since, preceding=None, following=0)
    t = t.mutate(
        value_per_customer=each.sum().over(upto),
        cost_per_customer=ratio(t.cost_amount, t.new_customers),
    )
    return t.select(
        "channel", "months_since", "new_customers", "cost_amount", "cost_per_customer",
        "customers", "value_amount", "value_per_customer",
        paid_back=ibis.coalesce(t.value_per_customer >= t.cost_per_customer, False),
    )  # fmt: skip
