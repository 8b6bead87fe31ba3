"""Order facts: one row an order, with what it earned and how often it counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.columns import Kind
from valence.lake.portable import ZERO, amount, days_in, filled, given

SALE, RETURN, CANCELLED = "sale", "return", "cancelled"
MARGIN, MARGIN_RATE, NET_REVENUE, MIXED = "margin", "margin_rate", "net_revenue", "mixed"

_OPTIONAL: dict[str, Kind] = {
    "namespace": "text", "order_id": "text", "ordered_at": "instant", "kind": "text",
    "channel": "text", "store": "text", "country": "text", "units": "float", "incomplete": "bool",
    "discount_amount": "amount", "cost_amount": "amount", "returned_amount": "amount",
    "known_cost_amount": "amount", "uncosted_amount": "amount",
}  # fmt: skip

_COSTS = ("cost_amount", "known_cost_amount", "uncosted_amount")


def order_facts(
    orders: ir.Table, *, as_of: date | None = None, margin_rate: Decimal | None = None
) -> ir.Table:
    """Return what each order says about value.

    A row with a negative net amount is itself a return (a `C…` invoice, a refund row); on other
    rows `returned_amount` is what was given back of the order later, and is taken off. Where both
    stand in one row they are the same money and count once. An adjustment changes revenue only. A
    cancelled order keeps its row and has no figures: nothing was bought.

    Where the cost of some lines is known and that of others is not (`known_cost_amount`,
    `uncosted_amount`), the order has no cost, and its value is that of its lines: the margin rate
    counts for what the others brought, and the basis is `mixed`.

    Parameters
    ----------
    orders
        Canonical orders with `customer_id`; at least `customer_id`, `ordered_on`, `net_amount`.
        A table of order facts is returned as it is.
    as_of
        Orders after this day are left out.
    margin_rate
        Contribution margin as a share of net revenue, where cost is unknown.

    Returns
    -------
    Table
        One row per order: `customer_id` (null where the order names nobody), `ordered_on`, `kind`
        (`sale`, `return`, `adjustment`, `cancelled`), `gross_amount`, `returned_amount`,
        `revenue_amount` (gross − returned + adjustments), `cost_amount`, `value_amount` and its
        `value_basis`.

    Raises
    ------
    BadInputError
        If one of the three columns is missing.
    """
    as_of = None if as_of is None else as_day(as_of)
    orders = given(orders)
    if "value_basis" in orders.columns:
        return orders if as_of is None else orders.filter(orders.ordered_on <= as_of)
    t = given(orders, "customer_id", "ordered_on", "net_amount")
    t = days_in(filled(t, _OPTIONAL), "ordered_on")
    if as_of is not None:
        t = t.filter(t.ordered_on <= as_of)
    t = _without_cancelled(t)
    net = ibis.coalesce(amount(t.net_amount), ZERO)
    kind = ibis.coalesce(t.kind, (net < ZERO).ifelse(RETURN, SALE))
    t = t.mutate(
        kind=kind,
        net_amount=net,
        returned_amount=_returned(net, ibis.coalesce(amount(t.returned_amount), ZERO), kind),
        discount_amount=ibis.coalesce(amount(t.discount_amount), ZERO),
        **{name: amount(t[name]) for name in _COSTS},
    )
    gives_back = (t.kind != "adjustment") & (t.net_amount < ZERO)
    t = t.mutate(
        revenue_amount=gives_back.ifelse(
            amount(ZERO - t.returned_amount), amount(t.net_amount - t.returned_amount)
        ),
        gross_amount=((t.kind == "adjustment") | (t.net_amount < ZERO)).ifelse(ZERO, t.net_amount),
    )
    value, basis = _value(t, margin_rate)
    t = t.mutate(
        value_amount=value,
        value_basis=(t.kind == CANCELLED).ifelse(ibis.null("string"), basis),
    )
    return t.select(
        "customer_id", "namespace", "order_id", "ordered_on", "ordered_at", "kind", "channel",
        "store", "country", "units", "incomplete", "gross_amount", "returned_amount",
        "discount_amount", "revenue_amount", "cost_amount", "value_amount", "value_basis",
    )  # fmt: skip


def _without_cancelled(t: ir.Table) -> ir.Table:
    """Take the figures out of cancelled orders; their cost is known: there was none."""
    off = ibis.coalesce(t.kind == CANCELLED, ibis.literal(value=False))
    names = ("net_amount", "returned_amount", "discount_amount", "cost_amount")
    return t.mutate(
        units=off.ifelse(0.0, t.units), **{n: off.ifelse(ZERO, amount(t[n])) for n in names}
    )


def _returned(
    net: ir.DecimalValue, returned: ir.DecimalValue, kind: ir.StringValue
) -> ir.DecimalValue:
    """Value given back by the row: its own negative amount and `returned` are the same money."""
    own = (net < ZERO).ifelse(ibis.greatest(amount(ZERO - net), returned), returned)
    return (kind == "adjustment").ifelse(ZERO, amount(own))


def _value(t: ir.Table, margin_rate: Decimal | None) -> tuple[ir.DecimalValue, ir.StringValue]:
    """Value of each order and its basis, by its cost, by that of some of its lines, or without."""
    known = t.cost_amount.notnull()
    some = t.known_cost_amount.notnull() & t.uncosted_amount.notnull()
    costed = amount(t.revenue_amount - t.uncosted_amount - t.known_cost_amount)
    value = ibis.cases(
        (known, amount(t.revenue_amount - t.cost_amount)),
        (some, amount(costed + _at_rate(t.uncosted_amount, margin_rate))),
        else_=_at_rate(t.revenue_amount, margin_rate),
    )
    without = NET_REVENUE if margin_rate is None else MARGIN_RATE
    return value, ibis.cases((known, MARGIN), (some, MIXED), else_=without)


def _at_rate(revenue: ir.DecimalValue, margin_rate: Decimal | None) -> ir.DecimalValue:
    if margin_rate is None:
        return revenue
    revenue = revenue.cast("decimal(19, 6)")  # see `mean_amount` on the 19 digits
    return amount(revenue * ibis.literal(margin_rate, "decimal(18, 6)"))


def one_basis(basis: ir.StringColumn) -> ir.StringScalar:
    """Return the word that all rows share, `mixed` if they differ, null without rows."""
    return (basis.min() != basis.max()).ifelse(MIXED, basis.min())


def kept_lines(lines: ir.Table) -> ir.Table:
    """Return order lines without those that were called off by themselves."""
    if "cancelled" not in lines.columns:
        return lines
    return lines.filter(~ibis.coalesce(lines.cancelled, ibis.literal(value=False)))
