"""Accounts: the firms that customers belong to, and what each firm brings."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.portable import ZERO, count_if, days_in, given, ratio, total
from valence.value.groups import compared

_LONG_AGO = ibis.timestamp("1970-01-01T00:00:00+00:00").cast("timestamp('UTC', 6)")
_OF_ORDER, _OF_CUSTOMER = 1, 2  # which of two sayings counts more
_READ = (
    "customer_id", "first_order_on", "last_order_on", "orders", "orders_12m", "value_amount",
    "value_12m_amount", "value_prior_12m_amount",
)  # fmt: skip


def customer_accounts(
    identifiers: ir.Table | None = None,
    orders: ir.Table | None = None,
    *,
    as_of: date | None = None,
) -> ir.Table:
    """Return the account of each customer who belongs to one.

    What is said of the customer counts before what an order says, and of several the latest; among
    equals the first by alphabet.

    Parameters
    ----------
    identifiers
        Canonical identifiers with `customer_id`, `account_id` and `loaded_at`.
    orders
        Canonical orders with `customer_id`, `account_id` and `ordered_at`.
    as_of
        Later orders are left out.

    Returns
    -------
    Table
        One row per `customer_id` with an account: `account_id`, `accounts` (int, distinct accounts
        that are said of the customer).
    """
    told = [t for t in (_of_identifiers(identifiers), _of_orders(orders, as_of)) if t is not None]
    if not told:
        raise ValueError("give identifiers, orders, or both")
    t = ibis.union(*told) if len(told) > 1 else told[0]
    named = t.group_by("customer_id", "account_id").agg(weight=t.weight.max(), at=t.at.max())
    order = [named.weight.desc(), named["at"].desc(), named.account_id.asc()]
    each = ibis.window(group_by=named.customer_id)
    place = ibis.row_number().over(ibis.window(group_by=named.customer_id, order_by=order))
    ranked = named.mutate(place=place, accounts=named.count().over(each).cast("int64"))
    return ranked.filter(ranked.place == 0).select("customer_id", "account_id", "accounts")


def accounts(customers: ir.Table, belongs: ir.Table) -> ir.Table:
    """Return what each account brings, and how much of it hangs on one person.

    Parameters
    ----------
    customers
        `customers` of a day.
    belongs
        `customer_accounts`.

    Returns
    -------
    Table
        One row per `account_id` with a customer: `customers` (people), `customers_12m` (of them,
        who bought in the last twelve months), `orders`, `orders_12m`, `first_order_on`,
        `last_order_on`, `value_amount`, `value_share` (of all accounts), `value_12m_amount`,
        `value_12m_share`, `value_prior_12m_amount`, `change_amount`, `change_share`,
        `top_customer_share` (of the account's value, by the most valuable person; null where the
        account has no value above 0).
    """
    t = given(customers, *_READ).select(*_READ)
    t = t.inner_join(belongs.select("customer_id", "account_id"), "customer_id")
    sums = t.group_by("account_id").agg(
        customers=t.count().cast("int64"),
        customers_12m=count_if(t.orders_12m > 0),
        orders=t.orders.sum().cast("int64"),
        orders_12m=t.orders_12m.sum().cast("int64"),
        first_order_on=t.first_order_on.min(),
        last_order_on=t.last_order_on.max(),
        value_amount=total(t.value_amount),
        value_12m_amount=total(t.value_12m_amount),
        value_prior_12m_amount=total(t.value_prior_12m_amount),
        most=t.value_amount.max(),
    )
    share = ratio(sums.most, sums.value_amount)
    top = (sums.value_amount > ZERO).ifelse(share, ibis.null("float64"))
    return compared(sums.mutate(top_customer_share=top)).drop("most")


def _of_identifiers(identifiers: ir.Table | None) -> ir.Table | None:
    if identifiers is None:
        return None
    t = given(identifiers, "customer_id", "account_id", "loaded_at")
    t = t.filter(t.account_id.notnull(), t.customer_id.notnull())
    return t.select(
        "customer_id", "account_id", weight=ibis.literal(2, "int64"), at=_at(t.loaded_at)
    )


def _of_orders(orders: ir.Table | None, as_of: date | None) -> ir.Table | None:
    if orders is None:
        return None
    t = days_in(
        given(orders, "customer_id", "account_id", "ordered_on", "ordered_at"), "ordered_on"
    )
    t = t.filter(t.account_id.notnull(), t.customer_id.notnull())
    if as_of is not None:
        t = t.filter(t.ordered_on <= as_day(as_of))
    said = ibis.literal(_OF_ORDER, "int64")
    return t.select("customer_id", "account_id", weight=said, at=_at(t.ordered_at))


def _at(moment: ir.TimestampValue) -> ir.TimestampValue:
    return ibis.coalesce(moment, _LONG_AGO)
