"""Concentration: the Lorenz curve, the Gini coefficient, and what the first few carry."""

from __future__ import annotations

from decimal import Decimal

import ibis
import ibis.expr.types as ir

from valence.lake.portable import ZERO, count_if, given, ratio, total

_MILLION = 1_000_000


def lorenz(customers: ir.Table) -> ir.Table:
    """Return the Lorenz curve of value at each percentile of customers.

    Point p holds the floor(p × n / 100) customers of least value, so each point lies on the exact
    curve. Negative values count as they are: the curve then dips below 0 before it climbs to 1.

    Parameters
    ----------
    customers
        One row per `customer_id` with `value_amount`.

    Returns
    -------
    Table
        101 rows: `percent` (int, 0 to 100), `customers` (int, so many of least value),
        `customers_share`, `value_amount` (theirs together), `value_share` (null where the total is
        not above 0).
    """
    t = _by_value(customers)
    everyone = t.count().as_scalar().cast("int64")
    from_below = everyone - t.value_rank + 1
    # The first percent p with floor(p × n / 100) ≥ place is ceil(100 × place / n).
    t = t.mutate(percent=((from_below * 100 + everyone - 1) // everyone).cast("int64"))
    steps = t.group_by("percent").agg(own=t.count().cast("int64"), own_amount=total(t.value_amount))
    points = ibis.range(0, 101).unnest().name("percent").as_table()
    points = points.mutate(percent=points.percent.cast("int64"))
    joined = points.left_join(steps, "percent").drop("percent_right")
    joined = joined.mutate(
        own=ibis.coalesce(joined.own, 0), own_amount=ibis.coalesce(joined.own_amount, ZERO)
    )
    upto = ibis.window(order_by=joined.percent, preceding=None, following=0)
    joined = joined.mutate(
        customers=joined.own.sum().over(upto).cast("int64"),
        value_amount=joined.own_amount.sum().over(upto).cast("decimal(18, 4)"),
        everyone=joined.own.sum().over(ibis.window()).cast("int64"),
        everything=joined.own_amount.sum().over(ibis.window()).cast("decimal(18, 4)"),
    )
    return joined.select(
        "percent",
        "customers",
        "value_amount",
        customers_share=ratio(joined.customers, joined.everyone),
        value_share=_share(joined.value_amount, joined.everything),
    )


def concentration(customers: ir.Table, *, share: Decimal = Decimal("0.05")) -> ir.Table:
    """Return how concentrated value is, in one row.

    The Gini coefficient is `G = 2 Σ i·xᵢ / (n Σ xᵢ) − (n + 1) / n` over values sorted upwards, i
    from 1 to n (Sen 1973, "On Economic Inequality"; equal to the mean absolute difference over
    twice the mean, without the n/(n−1) correction): 0 when all are equal, (n − 1)/n when one has
    everything. A negative value would push it past 1 and rob it of meaning, so it counts as 0
    there, and `negative_customers` and `negative_amount` say how much that hides.

    Parameters
    ----------
    customers
        One row per `customer_id` with `value_amount`.
    share
        Which share of customers, from the top, `top_value_share` is about.

    Returns
    -------
    Table
        One row: `customers`, `value_amount`, `gini` (null where nobody has value above 0),
        `top_customers` (ceil(share × n)), `top_value_amount`, `top_value_share` (of the whole
        value; null where that is not above 0), `negative_customers`, `negative_amount`.
    """
    t = _by_value(customers)
    everyone = t.count().as_scalar().cast("int64")
    at_top = (t.value_rank - 1) * _MILLION < everyone * int(share * _MILLION)
    place = (everyone - t.value_rank + 1).cast("float64")
    positive = ibis.greatest(t.value_amount, ZERO).cast("float64")
    below = t.value_amount < ZERO
    t = t.mutate(place=place, positive=positive, at_top=at_top, below=below)
    sums = t.agg(
        customers=t.count().cast("int64"),
        value_amount=total(t.value_amount),
        top_customers=count_if(t.at_top),
        top_value_amount=total(t.value_amount, where=t.at_top),
        negative_customers=count_if(t.below),
        negative_amount=total(t.value_amount, where=t.below),
        weighted=(t.place * t.positive).sum(),
        positive=t.positive.sum(),
    )
    n = sums.customers.cast("float64")
    gini = 2.0 * sums.weighted / (n * sums.positive).nullif(0) - (n + 1.0) / n.nullif(0)
    return sums.mutate(
        # The last digits of a float may fall just below 0 when all are equal. Not `greatest`: it
        # would make 0 of a missing value.
        gini=(gini < 0.0).ifelse(0.0, gini),
        top_value_share=_share(sums.top_value_amount, sums.value_amount),
    ).drop("weighted", "positive")


def _by_value(customers: ir.Table) -> ir.Table:
    """Values with their rank, 1 the highest. Whatever the order of equals, sums stay the same."""
    values = given(customers, "customer_id", "value_amount")
    values = values.select("value_amount")
    rank = ibis.row_number().over(ibis.window(order_by=values.value_amount.desc())) + 1
    # Spark numbers rows in 32 bits whatever Ibis believes: a single cast would be left out.
    return values.mutate(value_rank=rank.cast("int32").cast("int64"))


def gini(customers: ir.Table) -> ir.FloatingScalar:
    """Return the Gini coefficient of `value_amount` as a scalar (see `concentration`)."""
    return concentration(customers).gini.as_scalar()


def _share(part: ir.DecimalValue, whole: ir.DecimalValue) -> ir.FloatingValue:
    return (whole > ZERO).ifelse(ratio(part, whole), ibis.null("float64"))
