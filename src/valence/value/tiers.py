"""Value tiers: customers from the most valuable down, cut by shares of their number."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.lake.portable import ZERO, given, ratio, total
from valence.value.definitions import TiersDefinition

DEFAULT = TiersDefinition()
_MILLION = 1_000_000


def ranked(customers: ir.Table) -> ir.Table:
    """Return the customers with `value_rank` (int, 1 is the most valuable; ties by customer_id)."""
    customers = given(customers, "customer_id", "value_amount")
    if "value_rank" in customers.columns:
        return customers
    order = [customers.value_amount.desc(), customers.customer_id.asc()]
    rank = ibis.row_number().over(ibis.window(order_by=order)) + 1
    # Spark numbers rows in 32 bits whatever Ibis believes: a single cast would be left out.
    return customers.mutate(value_rank=rank.cast("int32").cast("int64"))


def value_tiers(
    customers: ir.Table, *, definition: TiersDefinition = DEFAULT, among: ir.Table | None = None
) -> ir.Table:
    """Return the customers with their `tier`.

    Of n customers the tiers down to one with cumulative share s hold the first ceil(s × n) by
    value, ties by customer_id, so the first tier is never empty. Who brought nothing or less
    stands in the last tier, whatever the rank: nobody without value is at the top.

    Parameters
    ----------
    customers
        One row per `customer_id` with `value_amount` (not null).
    definition
        Names and shares of the tiers, the most valuable first.
    among
        The same customers, where a cheaper table of them is at hand to find the borders in.

    Raises
    ------
    BadInputError
        If a column is missing.
    """
    customers = given(customers, "customer_id", "value_amount")
    narrow = customers if among is None else among
    last = _last_of_tiers(narrow.select("customer_id", "value_amount"), definition)
    # One row with the last customer of each tier but the last: ranks need no join back.
    t = customers.cross_join(last)
    cases = []
    for number, tier in enumerate(definition.tiers[:-1], start=1):
        value, name = t[f"last_value_{number}"], t[f"last_customer_{number}"]
        within = (t.value_amount > value) | ((t.value_amount == value) & (t.customer_id <= name))
        cases.append((within & (t.value_amount > ZERO), tier.name))
    t = t.mutate(tier=ibis.cases(*cases, else_=definition.tiers[-1].name))
    return t.drop(*last.columns)


def _last_of_tiers(narrow: ir.Table, definition: TiersDefinition) -> ir.Table:
    t = ranked(narrow)
    t = t.mutate(everyone=t.count().over(ibis.window()).cast("int64"))
    columns: dict[str, ir.Value] = {}
    for number, ppm in enumerate(definition.cumulative_ppm()[:-1], start=1):
        # The rank is ceil(share × n): whole numbers, no rounding.
        last = t.value_rank == (t.everyone * ppm + _MILLION - 1) // _MILLION
        columns[f"last_value_{number}"] = t.value_amount.max(where=last)
        columns[f"last_customer_{number}"] = t.customer_id.max(where=last)
    return t.agg(**columns)


def tier_summary(customers: ir.Table, *, definition: TiersDefinition = DEFAULT) -> ir.Table:
    """Return the size and value of each tier.

    Parameters
    ----------
    customers
        As in `value_tiers`, or with its `tier`.
    definition
        As in `value_tiers`.

    Returns
    -------
    Table
        One row per tier of the definition, empty ones too: `tier`, `tier_number` (1 first),
        `customers`, `customers_share`, `value_amount`, `value_share` (null where all customers
        together have no value above 0), `least_value_amount` and `most_value_amount` (of one
        customer; null where empty).
    """
    customers = given(customers)
    t = customers if "tier" in customers.columns else value_tiers(customers, definition=definition)
    found = t.group_by("tier").agg(
        customers=t.count().cast("int64"),
        value_amount=total(t.value_amount),
        least_value_amount=t.value_amount.min(),
        most_value_amount=t.value_amount.max(),
    )
    tiers = _named(definition)
    joined = tiers.left_join(found, "tier").drop("tier_right")
    joined = joined.mutate(
        customers=ibis.coalesce(joined.customers, 0).cast("int64"),
        value_amount=ibis.coalesce(joined.value_amount, ZERO),
    )
    everyone = joined.customers.sum().over(ibis.window())
    everything = joined.value_amount.sum().over(ibis.window())
    return joined.mutate(
        customers_share=ratio(joined.customers, everyone),
        value_share=(everything > ZERO).ifelse(
            ratio(joined.value_amount, everything), ibis.null("float64")
        ),
    )


def _named(definition: TiersDefinition) -> ir.Table:
    # Unnested rather than a table in memory, which a query's text could not carry along.
    numbers = ibis.range(1, len(definition.tiers) + 1).unnest().name("tier_number").as_table()
    t = numbers.mutate(tier_number=numbers.tier_number.cast("int64"))
    names = [(t.tier_number == n, tier.name) for n, tier in enumerate(definition.tiers, start=1)]
    return t.mutate(tier=ibis.cases(*names))
