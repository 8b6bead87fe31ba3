"""Early stars: new customers whose first weeks look like those of past high-value ones."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.portable import count_if, ratio, total
from valence.value.orders import SALE, order_facts

WEEKS_DAYS = 28  # days after the first purchase that are looked at
YEAR_DAYS = 365  # days after it in which a customer proves to be of high value, or not


def first_weeks(orders: ir.Table, facts: ir.Table, *, as_of: date) -> ir.Table:
    """Return what each customer did in the first weeks, and brought in the first year.

    Parameters
    ----------
    orders
        Orders or order facts.
    facts
        Customer facts of the same orders, for the day and the channel of the first purchase.
    as_of
        Later orders are left out.

    Returns
    -------
    Table
        One row per customer with a purchase: `first_order_on`, `first_channel`, and of the first
        28 days `first_amount` (sold on the first day), `weeks_days` (int, purchase days after the
        first), `weeks_amount` (value), `weeks_returned_share`, `weeks_discount_share` (float, of
        what was sold), `weeks_channels` (int); and `year_amount`: value of the first 365 days, as
        far as they have passed.
    """
    as_of = as_day(as_of)
    t = order_facts(orders, as_of=as_of)
    known = facts.filter(facts.purchase_days > 0)
    known = known.select("customer_id", "first_order_on", "first_channel")
    t = t.filter(t.customer_id.notnull()).join(known, "customer_id")
    since = t.ordered_on.delta(t.first_order_on, unit="day").cast("int64")
    t = t.mutate(since=since).filter(since <= YEAR_DAYS)
    sale, weeks, at_first = t.kind == SALE, t.since <= WEEKS_DAYS, t.since <= 0
    day = (sale & weeks & (t.since > 0)).ifelse(t.ordered_on, ibis.null("date"))
    sums = (
        t.mutate(day=day)
        .group_by("customer_id", "first_order_on", "first_channel")
        .agg(
            first_amount=total(t.gross_amount, where=at_first),
            weeks_days=day.nunique().cast("int64"),
            weeks_amount=total(t.value_amount, where=weeks),
            gross=total(t.gross_amount, where=weeks),
            back=total(t.returned_amount, where=weeks),
            off=total(t.discount_amount, where=weeks),
            weeks_channels=t.channel.nunique(where=sale & weeks).cast("int64"),
            year_amount=total(t.value_amount),
            rows=count_if(sale),
        )
    )
    return sums.select(
        "customer_id", "first_order_on", "first_channel", "first_amount", "weeks_days",
        "weeks_amount", "weeks_channels", "year_amount",
        weeks_returned_share=ibis.coalesce(ratio(sums.back, sums.gross), 0.0),
        weeks_discount_share=ibis.coalesce(ratio(sums.off, sums.gross + sums.off), 0.0),
    )  # fmt: skip
