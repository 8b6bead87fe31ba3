"""Trailing months: what each customer did in the last twelve months, and in the twelve before."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.portable import ZERO, count_if, total
from valence.value.orders import SALE, order_facts

WINDOWS = (12, 24)  # months before the day, where the two windows begin
_COUNTS = ("orders_12m", "orders_prior_12m")
_AMOUNTS = (
    "gross_12m_amount", "revenue_12m_amount", "revenue_prior_12m_amount", "value_12m_amount",
    "value_prior_12m_amount",
)  # fmt: skip


def trailing(orders: ir.Table, *, as_of: date) -> ir.Table:
    """Return orders, revenue and value of the last twelve months and of the twelve before.

    Returns
    -------
    Table
        One row per customer with an order row in these 24 months: `customer_id`, `orders_12m`,
        `revenue_12m_amount`, `value_12m_amount`, and the same with `prior_12m`; and
        `gross_12m_amount` (before returns).
    """
    as_of = as_day(as_of)
    late, prior = (months_before(as_of, months) for months in WINDOWS)
    t = order_facts(orders, as_of=as_of)
    t = t.filter(t.customer_id.notnull() & (t.ordered_on > prior))
    recent = t.ordered_on > late
    return t.group_by("customer_id").agg(
        orders_12m=count_if((t.kind == SALE) & recent),
        orders_prior_12m=count_if((t.kind == SALE) & ~recent),
        gross_12m_amount=total(t.gross_amount, where=recent),
        revenue_12m_amount=total(t.revenue_amount, where=recent),
        revenue_prior_12m_amount=total(t.revenue_amount, where=~recent),
        value_12m_amount=total(t.value_amount, where=recent),
        value_prior_12m_amount=total(t.value_amount, where=~recent),
    )


def with_trailing(facts: ir.Table, orders: ir.Table, *, as_of: date) -> ir.Table:
    """Return customer facts with the columns of `trailing`, 0 where there was no order row."""
    if "orders_12m" in facts.columns:
        return facts
    t = facts.left_join(trailing(orders, as_of=as_of), "customer_id").drop("customer_id_right")
    return t.mutate(
        **{name: ibis.coalesce(t[name], 0).cast("int64") for name in _COUNTS},
        **{name: ibis.coalesce(t[name], ZERO) for name in _AMOUNTS},
    )
