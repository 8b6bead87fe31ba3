"""RFM: recency, frequency and monetary value of each customer, scored against the others."""

from __future__ import annotations

from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.portable import count_if, given, mean_amount, total
from valence.value.definitions import RfmDefinition
from valence.value.orders import SALE, order_facts
from valence.value.scores import Ties, cut_score, rank_scores
from valence.value.segments import segmented

DEFAULT = RfmDefinition()
_MEASURES = {
    "recency": "recency_days",
    "frequency": "frequency",
    "monetary": "monetary_amount",
}
_TIES: dict[str, Ties] = {"recency": "middle", "frequency": "lowest", "monetary": "middle"}


def rfm(orders: ir.Table, *, as_of: date, definition: RfmDefinition = DEFAULT) -> ir.Table:
    """Return recency, frequency and monetary value with scores and segment.

    Parameters
    ----------
    orders
        Orders (`customer_id`, `ordered_on`, `net_amount`, and what else canonical orders have) or
        order facts. Customers without a purchase up to `as_of`, or in the window, have no row.
    as_of
        The day from which recency counts; later orders are left out.
    definition
        Number of bins, own cuts, window, total or mean, weights.

    Returns
    -------
    Table
        One row per `customer_id`: `recency_days` (int, 0 or more), `frequency` (int, purchases, 1
        or more), `monetary_amount` (decimal), `recency_score`, `frequency_score`,
        `monetary_score` (1 to bins, higher is better), `rfm` (the three digits, such as `543`),
        `recency_level`, `fm_level` (1 to 5), `segment`, `rfm_score` (float, 0 to 100).

    Raises
    ------
    BadInputError
        If a column that it needs is missing.

    Notes
    -----
    After Hughes, "Strategic Database Marketing" (1994). Scores are ranks cut into equal parts, see
    `rank_scores`: ties take the middle of their places in recency and money, and the lowest in
    frequency, so that buying once, the least there is, scores 1.
    """
    as_of = as_day(as_of)
    facts = order_facts(orders, as_of=as_of)
    t = scored(_measured(facts, as_of=as_of, definition=definition), definition=definition)
    return t.select(
        "customer_id", "recency_days", "frequency", "monetary_amount", "recency_score",
        "frequency_score", "monetary_score", "rfm", "recency_level", "fm_level", "segment",
        "rfm_score",
    )  # fmt: skip


def with_rfm(
    facts: ir.Table, orders: ir.Table, *, as_of: date, definition: RfmDefinition = DEFAULT
) -> ir.Table:
    """Return customer facts with the columns of `rfm`, null for customers it has no row for.

    The orders are read only where the definition has a window; else the facts say it all.
    """
    if definition.window_months is not None:
        scores = rfm(orders, as_of=as_of, definition=definition)
        return facts.left_join(scores, "customer_id").drop("customer_id_right")
    bought = facts.orders > 0
    frequency = bought.ifelse(facts.orders, ibis.null("int64"))
    measured = facts.mutate(
        recency_days=_days_since(facts.last_order_on, as_of),
        frequency=frequency,
        monetary_amount=bought.ifelse(
            _monetary(facts.value_amount, facts.orders.nullif(0), definition),
            ibis.null("decimal(18, 4)"),
        ),
    )
    return scored(measured, definition=definition)


def _measured(facts: ir.Table, *, as_of: date, definition: RfmDefinition) -> ir.Table:
    seen = facts.filter(facts.customer_id.notnull())
    if definition.window_months is not None:
        seen = seen.filter(seen.ordered_on > months_before(as_of, definition.window_months))
    bought = seen.kind == SALE
    t = seen.group_by("customer_id").agg(
        last=seen.ordered_on.max(where=bought),
        frequency=count_if(bought),
        value=total(seen.value_amount),
    )
    t = t.filter(t.frequency > 0)
    return t.select(
        "customer_id",
        "frequency",
        recency_days=_days_since(t["last"], as_of),
        monetary_amount=_monetary(t.value, t.frequency, definition),
    )


def _days_since(day: ir.DateValue, as_of: date) -> ir.IntegerValue:
    return ibis.literal(as_of).delta(day, unit="day").cast("int64")


def _monetary(
    value: ir.DecimalValue, orders: ir.IntegerValue, definition: RfmDefinition
) -> ir.DecimalValue:
    return value if definition.monetary == "total" else mean_amount(value, orders)


def scored(measured: ir.Table, *, definition: RfmDefinition = DEFAULT) -> ir.Table:
    """Return the table with the scores, segment and index of its three measures.

    Parameters
    ----------
    measured
        One row per customer with `recency_days`, `frequency`, `monetary_amount`; a customer for
        whom they are null gets null scores.
    definition
        As in `rfm`.
    """
    t = measured = given(measured, "recency_days", "frequency", "monetary_amount")
    for name, column in _MEASURES.items():
        best: Literal["high", "low"] = "low" if name == "recency" else "high"
        cuts = getattr(definition, f"{name}_cuts")
        if cuts is not None:
            t = t.mutate(**{f"{name}_score": cut_score(t[column], cuts, best=best)})
            continue
        # From the table as it came: each score then costs one narrow pass, not a chain of joins.
        ranks = rank_scores(
            measured, column, bins=definition.bins, best=best, ties=_TIES[name]
        ).select("scored_value", **{f"{name}_score": "score"})
        t = t.left_join(ranks, t[column] == ranks.scored_value).drop("scored_value")
    digits = [t[f"{name}_score"].cast("string") for name in _MEASURES]
    # `+` keeps null null; concat would make an empty text of it on one engine.
    t = segmented(t.mutate(rfm=digits[0] + digits[1] + digits[2]), bins=definition.bins)
    return t.mutate(rfm_score=_index(t, definition))


def parts(t: ir.Table, definition: RfmDefinition) -> dict[str, ir.FloatingValue]:
    """Return the three scores on the scale from 0 (worst) to 1 (best)."""
    top = float(definition.bins - 1)
    return {name: (t[f"{name}_score"] - 1).cast("float64") / top for name in _MEASURES}


def _index(t: ir.Table, definition: RfmDefinition) -> ir.FloatingValue:
    """Weighted mean of the three parts, 0 to 100."""
    weights = {name: float(getattr(definition.weights, name)) for name in _MEASURES}
    whole = sum(weights.values())
    scale = {name: 100.0 * weight / whole for name, weight in weights.items()}
    return sum(
        (part * scale[name] for name, part in parts(t, definition).items()),
        start=ibis.literal(0.0),
    )
