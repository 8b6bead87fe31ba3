"""Value by group: what segments, tiers, channels, countries and stores bring, and what moved."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from valence.lake.portable import ZERO, count_if, given, mean_amount, ratio, total

DIMENSIONS = ("segment", "tier", "main_channel", "country", "store")
READ = (
    "value_amount", "value_12m_amount", "value_prior_12m_amount", "orders_12m",
    "orders_prior_12m",
)  # fmt: skip


def value_groups(customers: ir.Table, *, by: Sequence[str] = DIMENSIONS) -> ir.Table:
    """Return what the customers of each group bring: in all, in twelve months, and per customer.

    Everybody stands in the group of the day of the table, also with what they brought before: who
    is a champion today counts there with last year's value too.

    Parameters
    ----------
    customers
        `customers` of a day.
    by
        Columns that groups are made by.

    Returns
    -------
    Table
        One row per `dimension` (one of `by`) and `name` (its value, null where it is not known):
        `customers`, `customers_12m` and `customers_prior_12m` (of them, with a purchase in the
        last twelve months and in the twelve before), `value_amount`, `value_share`,
        `value_12m_amount`, `value_12m_share`, `value_prior_12m_amount`, `change_amount`,
        `change_share` (change / prior), `value_per_customer_amount` (of all time, per customer),
        `value_12m_per_customer_amount` (per customer with a purchase in these months). Shares are
        of all customers; null where the whole, or the prior value, is not above 0.
    """
    t = given(customers, "customer_id", *READ, *by)
    return ibis.union(*(_of(t, dimension) for dimension in by))


def _of(customers: ir.Table, dimension: str) -> ir.Table:
    t = customers.select(*READ, name=customers[dimension].cast("string"))
    t = t.group_by("name").agg(
        customers=t.count().cast("int64"),
        customers_12m=count_if(t.orders_12m > 0),
        customers_prior_12m=count_if(t.orders_prior_12m > 0),
        value_amount=total(t.value_amount),
        value_12m_amount=total(t.value_12m_amount),
        value_prior_12m_amount=total(t.value_prior_12m_amount),
    )
    return compared(t).mutate(
        dimension=ibis.literal(dimension),
        value_per_customer_amount=mean_amount(t.value_amount, t.customers),
        value_12m_per_customer_amount=(t.customers_12m > 0).ifelse(
            mean_amount(t.value_12m_amount, t.customers_12m.nullif(0)),
            ibis.null("decimal(18, 4)"),
        ),
    )


def compared(sums: ir.Table) -> ir.Table:
    """Return sums of value with their shares of the whole and their change within a year.

    Adds `value_share`, `value_12m_share`, `change_amount` and `change_share`.
    """
    everything = sums.value_amount.sum().over(ibis.window())
    this_year = sums.value_12m_amount.sum().over(ibis.window())
    change = (sums.value_12m_amount - sums.value_prior_12m_amount).cast("decimal(18, 4)")
    return sums.mutate(
        value_share=_share(sums.value_amount, everything),
        value_12m_share=_share(sums.value_12m_amount, this_year),
        change_amount=change,
        change_share=_share(change, sums.value_prior_12m_amount),
    )


def _share(part: ir.DecimalValue, whole: ir.DecimalValue) -> ir.FloatingValue:
    return (whole > ZERO).ifelse(ratio(part, whole), ibis.null("float64"))
