"""Purchase histories: what the engine reduces orders to before a model sees them."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.portable import count_if, total
from valence.value.lifetime.covariates import Encoding
from valence.value.orders import SALE, order_facts

_WEEK = 7  # days
_FIRST = ("first_channel", "first_product", "first_category")


def purchase_histories(
    facts: ir.Table, *, as_of: date, encoding: Encoding | None = None
) -> ir.Table:
    """Return the distinct purchase histories, each with how many customers have it.

    Two purchases on one day are one: models of buying know no hours. The first purchase makes a
    customer, and is not counted.

    Parameters
    ----------
    facts
        Customer facts up to `as_of`.
    as_of
        End of what was observed.
    encoding
        Histories are told apart by these levels too.

    Returns
    -------
    Table
        `frequency` (int, purchase days after the first), `recency_days` (int, from the first to
        the last), `age_days` (int, from the first to `as_of`), the columns of the encoding by its
        keys (int, 0 or 1), `customers` (int). Customers without a purchase are left out.
    """
    t = of_customers(facts, as_of=as_of, encoding=encoding)
    keys = () if encoding is None else encoding.keys
    return t.group_by("frequency", "recency_days", "age_days", *keys).agg(customers=t.count())


def of_customers(facts: ir.Table, *, as_of: date, encoding: Encoding | None = None) -> ir.Table:
    """Return the history of each customer with a purchase.

    Returns
    -------
    Table
        `customer_id`, `frequency`, `recency_days`, `age_days`, `value_amount` (all to date,
        returns taken off), what is known of the first purchase (`first_channel`, `first_product`,
        `first_category`), `first_season` (Q1 to Q4), and the columns of the encoding.
    """
    bought = facts.filter(facts.purchase_days > 0)
    t = bought.select(
        "customer_id",
        "value_amount",
        frequency=(bought.purchase_days - 1).cast("int64"),
        recency_days=bought.last_order_on.delta(bought.first_order_on, unit="day").cast("int64"),
        age_days=ibis.literal(as_day(as_of)).delta(bought.first_order_on, unit="day").cast("int64"),
        first_season=ibis.literal("Q").concat(bought.first_order_on.quarter().cast("string")),
        **{name: bought[name] for name in _FIRST if name in bought.columns},
    )
    return t if encoding is None else t.mutate(**encoding.values(t))


def customer_days(orders: ir.Table, *, as_of: date, among: ir.Table | None = None) -> ir.Table:
    """Return the days of each customer with an order row: `bought` (bool) and `value_amount`.

    Parameters
    ----------
    orders
        Orders or order facts.
    as_of
        Later orders are left out.
    among
        Customers to keep by `customer_id`, such as a panel; None for all.
    """
    t = order_facts(orders, as_of=as_of)
    t = t.filter(t.customer_id.notnull())
    if among is not None:
        t = t.semi_join(among, "customer_id")
    days = t.group_by("customer_id", "ordered_on").agg(
        sales=count_if(t.kind == SALE), value_amount=total(t.value_amount)
    )
    return days.mutate(bought=days.sales > 0)


def split_at(days: ir.Table, *, cut: date, as_of: date) -> ir.Table:
    """Return what a model may know at a cut, and what came after.

    Parameters
    ----------
    days
        `customer_days` up to `as_of`.
    cut
        Last day that a model sees.
    as_of
        Last day of what it is held against.

    Returns
    -------
    Table
        One row per customer who had bought by the cut: `frequency`, `recency_days`, `age_days`
        and `value_amount` at the cut; `later` (purchase days after it) and `later_value_amount`.
        For naive forecasts, with a window before the cut as long as the one after it:
        `window` and `window_value_amount` (purchase days and value within it), and how the
        customer stood where it began: `then_frequency` (null: no customer yet) and `then_silent`
        (days since the last purchase).
    """
    start = cut - (as_of - cut)
    day, bought = days.ordered_on, days.bought
    early, then = day <= cut, day <= start
    t = days.group_by("customer_id").agg(
        first=day.min(where=bought),
        last=day.max(where=bought & early),
        known=count_if(bought & early),
        value_amount=total(days.value_amount, where=early),
        later=count_if(bought & ~early),
        later_value_amount=total(days.value_amount, where=~early),
        window=count_if(bought & early & ~then),
        window_value_amount=total(days.value_amount, where=early & ~then),
        then_known=count_if(bought & then),
        then_last=day.max(where=bought & then),
    )
    t = t.filter(t["first"] <= cut)
    at_cut, at_start = ibis.literal(cut), ibis.literal(start)
    return t.select(
        "customer_id",
        "value_amount",
        "later",
        "later_value_amount",
        "window",
        "window_value_amount",
        frequency=(t.known - 1).cast("int64"),
        recency_days=t["last"].delta(t["first"], unit="day").cast("int64"),
        age_days=at_cut.delta(t["first"], unit="day").cast("int64"),
        then_frequency=(t.then_known - 1).nullif(-1).cast("int64"),
        then_silent=at_start.delta(t.then_last, unit="day").cast("int64"),
    )


def repeat_weeks(days: ir.Table, *, start: date, cut: date) -> ir.Table:
    """Return the repeat purchase days of each week, of customers who had bought by the cut.

    Returns
    -------
    Table
        `week` (int, weeks since `start`) and `purchases` (int), only weeks with any.
    """
    bought = days.filter(days.bought)
    first = bought.group_by("customer_id").agg(first=bought.ordered_on.min())
    t = bought.join(first.filter(first["first"] <= cut), "customer_id")
    t = t.filter(t.ordered_on > t["first"])
    since = t.ordered_on.delta(ibis.literal(start), unit="day").cast("int64")
    t = t.select(week=(since - since % _WEEK) // _WEEK)
    return t.group_by("week").agg(purchases=t.count())


def holdout_cut(first: date, as_of: date, *, weeks: int) -> date | None:
    """Return the last day a model may see when `weeks` are held out of it.

    None if less than twice as long would be left to learn from.
    """
    cut = as_of - timedelta(weeks=weeks)
    return cut if (cut - first).days >= 2 * _WEEK * weeks else None
