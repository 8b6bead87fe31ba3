"""Sold lines: what each order line brought, on the same footing as orders."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from valence.lake.columns import Kind
from valence.lake.portable import ZERO, amount, days_in, filled, given
from valence.value.orders import CANCELLED, kept_lines

_OPTIONAL: dict[str, Kind] = {
    "namespace": "text", "order_id": "text", "description": "text", "category": "text",
    "quantity": "float", "cost_amount": "amount", "returned_amount": "amount",
}  # fmt: skip
_NO_SALE = (CANCELLED, "adjustment")


def line_facts(
    lines: ir.Table,
    *,
    orders: ir.Table | None = None,
    since: date | None = None,
    as_of: date | None = None,
    margin_rate: Decimal | None = None,
    leave_out: tuple[str, ...] = (),
) -> ir.Table:
    """Return what each line brought: revenue, and value as `order_facts` has it.

    Parameters
    ----------
    lines
        Canonical order lines with `customer_id`; at least `customer_id`, `ordered_on`,
        `product_id` and `net_amount`. Lines without a product are left out. A table of line
        facts is returned as it is, of the days asked for.
    orders
        Order facts: lines of cancelled orders and of corrections are left out.
    since, as_of
        Only lines after the one day, and up to the other.
    margin_rate
        Contribution margin as a share of net revenue, for lines whose cost is unknown.
    leave_out
        Products that are no goods, such as postage.

    Returns
    -------
    Table
        `customer_id` (null where nobody is named), `namespace`, `order_id`, `product_id`,
        `description`, `category`, `ordered_on`, `sold` (bool; false for what came back), `units`,
        `sold_amount` (0 for what came back), `revenue_amount`, `value_amount`.
    """
    t = days_in(given(lines, "customer_id", "ordered_on", "product_id"), "ordered_on")
    t = t.filter(t.product_id.notnull())
    if since is not None:
        t = t.filter(t.ordered_on > since)
    if as_of is not None:
        t = t.filter(t.ordered_on <= as_of)
    if leave_out:
        t = t.filter(~t.product_id.isin(leave_out))
    if "sold_amount" in t.columns:
        return t
    t = kept_lines(filled(given(t, "net_amount"), _OPTIONAL))
    if orders is not None:
        t = without_no_sales(t, orders)
    net = ibis.coalesce(amount(t.net_amount), ZERO)
    back = ibis.coalesce(amount(t.returned_amount), ZERO)
    sold = (net >= ZERO) & (ibis.coalesce(t.quantity, 1.0) >= 0.0)
    # As of orders: a negative line and what is said to have come back are the same money.
    given_back = (net < ZERO).ifelse(ibis.greatest(amount(ZERO - net), back), back)
    revenue = (net < ZERO).ifelse(amount(ZERO - given_back), amount(net - back))
    value = revenue
    if margin_rate is not None:
        rate = ibis.literal(margin_rate, "decimal(18, 6)")
        value = amount(revenue.cast("decimal(19, 6)") * rate)
    cost = amount(t.cost_amount)
    return t.select(
        "customer_id",
        "order_id",
        "product_id",
        "description",
        "category",
        "ordered_on",
        namespace=ibis.coalesce(t.namespace, ""),
        sold=sold,
        units=ibis.coalesce(t.quantity, sold.ifelse(1.0, -1.0)),
        sold_amount=sold.ifelse(net, ZERO),
        revenue_amount=revenue,
        value_amount=cost.notnull().ifelse(amount(revenue - cost), value),
    )


def without_no_sales(lines: ir.Table, orders: ir.Table) -> ir.Table:
    """Return the lines without those of cancelled orders and of corrections."""
    off = orders.filter(orders.kind.isin(_NO_SALE)).select("namespace", "order_id")
    return lines.anti_join(off, ["namespace", "order_id"])
