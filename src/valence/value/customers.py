"""The customers table: all that is known of each customer's value on the day of the build."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.value.corrected import corrected_score
from valence.value.definitions import RfmDefinition, TiersDefinition
from valence.value.facts import customer_facts
from valence.value.orders import SALE, order_facts
from valence.value.portable import ZERO, count_if, mean_amount, months_before, total
from valence.value.rfm import DEFAULT as DEFAULT_RFM
from valence.value.rfm import with_rfm
from valence.value.tiers import DEFAULT as DEFAULT_TIERS
from valence.value.tiers import value_tiers


def customers(
    orders: ir.Table,
    *,
    as_of: date,
    facts: ir.Table | None = None,
    rfm: RfmDefinition = DEFAULT_RFM,
    tiers: TiersDefinition = DEFAULT_TIERS,
) -> ir.Table:
    """Return facts, RFM, corrected score, segment and tier of each customer.

    Parameters
    ----------
    orders
        Orders or order facts.
    as_of
        The day of the table; later orders are left out.
    facts
        `customer_facts` of the same orders up to `as_of`, where they are at hand.
    rfm, tiers
        What users set.

    Returns
    -------
    Table
        One row per customer with an order row: the facts, `days_since_order` (int), `tenure_days`
        (int, since the first purchase), `average_order_amount`, orders, revenue and value of the
        twelve months up to `as_of` (`_12m`) and of the twelve before (`_prior_12m`), the columns
        of `rfm` and `corrected_score` (null for customers without a purchase, or none in the
        window), `tier`.
    """
    seen = order_facts(orders, as_of=as_of)
    facts = customer_facts(seen) if facts is None else facts
    t = with_rfm(facts, seen, as_of=as_of, definition=rfm)
    t = corrected_score(t, definition=rfm, among=facts)
    t = value_tiers(t, definition=tiers, among=facts)
    t = t.left_join(trailing(seen, as_of=as_of), "customer_id").drop("customer_id_right")
    day = ibis.literal(as_of)
    return t.mutate(
        days_since_order=day.delta(t.last_order_on, unit="day").cast("int64"),
        tenure_days=day.delta(t.first_order_on, unit="day").cast("int64"),
        average_order_amount=(t.orders > 0).ifelse(
            mean_amount(t.gross_amount, t.orders.nullif(0)), ibis.null("decimal(18, 4)")
        ),
        **{name: ibis.coalesce(t[name], 0).cast("int64") for name in _COUNTS},
        **{name: ibis.coalesce(t[name], ZERO) for name in _AMOUNTS},
    )


_COUNTS = ("orders_12m", "orders_prior_12m")
_AMOUNTS = (
    "revenue_12m_amount", "revenue_prior_12m_amount", "value_12m_amount", "value_prior_12m_amount",
)  # fmt: skip


def trailing(orders: ir.Table, *, as_of: date) -> ir.Table:
    """Return orders, revenue and value of the last twelve months and of the twelve before.

    Returns
    -------
    Table
        One row per customer with an order row in these 24 months: `customer_id`, `orders_12m`,
        `revenue_12m_amount`, `value_12m_amount`, and the same with `prior_12m`.
    """
    start, prior = months_before(as_of, 12), months_before(as_of, 24)
    t = order_facts(orders, as_of=as_of)
    t = t.filter(t.customer_id.notnull() & (t.ordered_on > prior))
    late = t.ordered_on > start
    return t.group_by("customer_id").agg(
        orders_12m=count_if((t.kind == SALE) & late),
        orders_prior_12m=count_if((t.kind == SALE) & ~late),
        revenue_12m_amount=total(t.revenue_amount, where=late),
        revenue_prior_12m_amount=total(t.revenue_amount, where=~late),
        value_12m_amount=total(t.value_amount, where=late),
        value_prior_12m_amount=total(t.value_amount, where=~late),
    )
