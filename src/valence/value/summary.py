"""The summary: the whole customer base in one row."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.portable import count_if, filled, ratio, total
from valence.value.concentration import concentration
from valence.value.customers import customers
from valence.value.days import order_days
from valence.value.definitions import TiersDefinition
from valence.value.orders import MIXED, one_basis
from valence.value.tiers import DEFAULT as DEFAULT_TIERS


def summary(
    orders: ir.Table,
    *,
    as_of: date,
    table: ir.Table | None = None,
    tiers: TiersDefinition = DEFAULT_TIERS,
) -> ir.Table:
    """Return who the customers are and what they bring, in one row.

    Parameters
    ----------
    orders
        Orders or order facts; `order_days` of them is enough where `table` is given.
    as_of
        The last day that counts.
    table
        `customers` of the same orders and day, where it is at hand.
    tiers
        The share of its first tier is what `top_value_share` is about.

    Returns
    -------
    Table
        One row, also without any order: counts and money of all orders, of those without a
        customer, of the last twelve months and the twelve before; `repeat_share` (customers with
        two or more purchases among those with one), `gini`, `top_value_share`, `value_basis`,
        `breadth_of` (what the breadth of customers counts). The first and the last day are those
        with an order that was not cancelled.
        Value per customer of a year is `named_value_12m_amount` / `customers_12m`: on both sides
        only customers who are known.
    """
    as_of = as_day(as_of)
    table = customers(orders, as_of=as_of, tiers=tiers) if table is None else table
    share = tiers.tiers[0].share
    t = _of_days(order_days(orders, as_of=as_of), as_of).cross_join(_of_customers(table))
    t = t.cross_join(concentration(table, share=share).drop("customers", "value_amount"))
    reached = ibis.coalesce(ratio(t.top_customers, t.customers), 0.0)
    return t.mutate(
        as_of=ibis.literal(as_of),
        # Of 4 customers the best one is no 5 %: where rounding up to whole customers shows, the
        # share is what it came to.
        top_share=(reached > 1.05 * float(share)).ifelse(reached, float(share)),
        repeat_share=ratio(t.repeat_customers, t.buyers),
        return_share=ratio(t.returned_amount, t.gross_amount),
    )


def _of_days(days: ir.Table, as_of: date) -> ir.Table:
    start, prior = months_before(as_of, 12), months_before(as_of, 24)
    late = days.ordered_on > start
    before = (days.ordered_on > prior) & ~late

    def rows(name: str, where: ir.BooleanValue | None = None) -> ir.IntegerScalar:
        return ibis.coalesce(days[name].sum(where=where), 0).cast("int64")

    real = days.order_rows > 0  # not a day on which all was cancelled
    lowest, highest = days.first_basis.min(), days.last_basis.max()
    return days.agg(
        order_rows=rows("order_rows"),
        orders=rows("orders"),
        return_orders=rows("return_orders"),
        orders_without_customer=rows("orders", ~days.named),
        order_rows_without_customer=rows("order_rows", ~days.named),
        first_order_on=days.ordered_on.min(where=real),
        last_order_on=days.ordered_on.max(where=real),
        gross_amount=total(days.gross_amount),
        returned_amount=total(days.returned_amount),
        revenue_amount=total(days.revenue_amount),
        revenue_without_customer_amount=total(days.revenue_amount, where=~days.named),
        value_amount=total(days.value_amount),
        value_without_customer_amount=total(days.value_amount, where=~days.named),
        value_basis=(lowest != highest).ifelse(MIXED, lowest),
        orders_12m=rows("orders", late),
        orders_prior_12m=rows("orders", before),
        revenue_12m_amount=total(days.revenue_amount, where=late),
        revenue_prior_12m_amount=total(days.revenue_amount, where=before),
        value_12m_amount=total(days.value_amount, where=late),
        value_prior_12m_amount=total(days.value_amount, where=before),
        named_value_12m_amount=total(days.value_amount, where=late & days.named),
        named_value_prior_12m_amount=total(days.value_amount, where=before & days.named),
    )


def _of_customers(table: ir.Table) -> ir.Table:
    table = filled(table, {"breadth_of": "text"})
    return table.agg(
        customers=table.count().cast("int64"),
        buyers=count_if(table.orders > 0),
        repeat_customers=count_if(table.orders > 1),
        breadth_of=one_basis(table.breadth_of),
        customers_12m=count_if(table.orders_12m > 0),
        customers_prior_12m=count_if(table.orders_prior_12m > 0),
    )
