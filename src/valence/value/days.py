"""Order days: what each business day brought, with and without a known customer."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from valence.lake.portable import count_if, given, total
from valence.value.orders import CANCELLED, SALE, order_facts

_AMOUNTS = ("gross_amount", "returned_amount", "revenue_amount", "value_amount")


def order_days(orders: ir.Table, *, as_of: date | None = None) -> ir.Table:
    """Return what the orders of each business day come to.

    Parameters
    ----------
    orders
        Orders or order facts; a table of order days is returned as it is.
    as_of
        Later days are left out.

    Returns
    -------
    Table
        One row per `ordered_on` and `named` (bool, whether the customer is known) with an order:
        `order_rows`, `orders` (purchases), `return_orders` (int), `gross_amount`,
        `returned_amount`, `revenue_amount`, `value_amount`, and the value bases met, the first
        and the last by alphabet (`first_basis`, `last_basis`).
    """
    orders = given(orders)
    if "first_basis" in orders.columns:
        return orders if as_of is None else orders.filter(orders.ordered_on <= as_of)
    t = order_facts(orders, as_of=as_of)
    return t.group_by("ordered_on", named=t.customer_id.notnull()).agg(
        order_rows=count_if(t.kind != CANCELLED),
        orders=count_if(t.kind == SALE),
        return_orders=count_if(t.kind == "return"),
        first_basis=t.value_basis.min(),
        last_basis=t.value_basis.max(),
        **{name: total(t[name]) for name in _AMOUNTS},
    )
