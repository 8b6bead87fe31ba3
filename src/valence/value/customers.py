"""The customers table: all that is known of each customer's value on the day of the build."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.portable import mean_amount
from valence.value.corrected import corrected_score
from valence.value.definitions import RfmDefinition, TiersDefinition
from valence.value.facts import customer_facts
from valence.value.orders import order_facts
from valence.value.rfm import DEFAULT as DEFAULT_RFM
from valence.value.rfm import with_rfm
from valence.value.tiers import DEFAULT as DEFAULT_TIERS
from valence.value.tiers import value_tiers
from valence.value.trailing import with_trailing


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
        `customer_facts` of the same orders up to `as_of`, where they are at hand; with the
        columns of `trailing` the orders are read only for an RFM window.
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
    as_of = as_day(as_of)
    seen = order_facts(orders, as_of=as_of)
    facts = with_trailing(customer_facts(seen) if facts is None else facts, seen, as_of=as_of)
    t = with_rfm(facts, seen, as_of=as_of, definition=rfm)
    t = corrected_score(t, definition=rfm, among=facts)
    t = value_tiers(t, definition=tiers, among=facts)
    day = ibis.literal(as_of)
    return t.mutate(
        days_since_order=day.delta(t.last_order_on, unit="day").cast("int64"),
        tenure_days=day.delta(t.first_order_on, unit="day").cast("int64"),
        average_order_amount=(t.orders > 0).ifelse(
            mean_amount(t.gross_amount, t.orders.nullif(0)), ibis.null("decimal(18, 4)")
        ),
    )
