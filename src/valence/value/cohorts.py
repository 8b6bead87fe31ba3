"""Cohorts: customers by the month of their first purchase, and how they stay."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.intervals import normal_quantile
from valence.lake.portable import (
    AMOUNT,
    ZERO,
    count_if,
    given,
    month_number,
    month_start,
    ratio,
    total,
    wilson,
)
from valence.value.definitions import CohortsDefinition
from valence.value.facts import complete_before, customer_months

DEFAULT = CohortsDefinition()


def cohorts(orders: ir.Table, *, as_of: date, definition: CohortsDefinition = DEFAULT) -> ir.Table:
    """Return retention and value of each cohort, month by month.

    Parameters
    ----------
    orders
        Orders, order facts, `customer_months` or `cohort_sums`; customers without a purchase are
        in no cohort.
    as_of
        The last day that counts.
    definition
        Confidence of the interval.

    Returns
    -------
    Table
        One row per `cohort_month` and `months_since` (int, from 0 up to the month of `as_of`,
        months without a purchase too): `customers` (n of the cohort), `active` (with a purchase in
        the month), `retention_share` (active / customers), `retention_low`, `retention_high`
        (Wilson interval), `orders`, `value_amount` (of the month), `cumulative_value_amount`,
        `cumulative_value_per_customer` (float), `active_squares` (int, sum over customers of the
        squared number of later months with a purchase so far, which `staying` needs for its
        interval), `complete` (the month had ended by `as_of`).

    Notes
    -----
    Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22.
    Returns booked before the first known purchase count in month 0, so that the cumulative values
    of all cohorts sum to the value of all their customers.
    """
    as_of = as_day(as_of)
    seen = cohort_sums(orders, as_of=as_of)
    t = _grid(seen, as_of).left_join(seen, ["cohort_month", "months_since"])
    t = t.drop("cohort_month_right", "months_since_right")
    t = t.mutate(
        active=ibis.coalesce(t.active, 0).cast("int64"),
        orders=ibis.coalesce(t.orders, 0).cast("int64"),
        value_amount=ibis.coalesce(t.value_amount, ZERO),
        odds=ibis.coalesce(t.odds, 0).cast("int64"),
    )
    return _with_rates(t, as_of, definition.confidence)


def cohort_sums(orders: ir.Table, *, as_of: date) -> ir.Table:
    """Return what `cohorts` needs: sums over customers, to which each adds by itself.

    Parameters
    ----------
    orders, as_of
        As in `cohorts`.

    Returns
    -------
    Table
        One row per `cohort_month` and `months_since` (int, 0 or more) with an order row:
        `customer_months` (int, rows of `customer_months` in it), `active`, `orders`,
        `value_amount`, `odds` (int, see `active_squares` of `cohorts`).
    """
    orders, as_of = given(orders), as_day(as_of)
    if "odds" in orders.columns:
        return orders
    months = _months(orders, as_of)
    months = months.filter(months.cohort_month.notnull())
    months = months.mutate(months_since=(months.months_since < 0).ifelse(0, months.months_since))
    return months.group_by("cohort_month", "months_since").agg(
        customer_months=months.count().cast("int64"),
        # A customer has one row a month with a purchase; those folded into month 0 have none.
        active=count_if(months.orders > 0),
        orders=months.orders.sum().cast("int64"),
        value_amount=total(months.value_amount),
        odds=_odd(months).sum(),
    )


def _months(orders: ir.Table, as_of: date) -> ir.Table:
    return orders if "months_since" in orders.columns else customer_months(orders, as_of=as_of)


def _odd(months: ir.Table) -> ir.IntegerValue:
    """2j − 1 in the j-th month with a purchase after the first month, else 0.

    The first m odd numbers sum to m², so these sum to the square of how many months each customer
    was active: the spread of the mean, from sums over a cohort's months alone.
    """
    later = (months.orders > 0) & (months.months_since > 0)
    return later.ifelse((months.bought_months - 1) * 2 - 1, 0).cast("int64")


def _grid(seen: ir.Table, as_of: date) -> ir.Table:
    """Every cohort with every month up to the day, so that a month without purchases shows."""
    first = seen.filter(seen.months_since == 0).select("cohort_month", customers=seen.active)
    last = as_of.year * 12 + as_of.month - 1
    span = ibis.literal(last, "int64") - month_number(first.cohort_month)
    t = first.mutate(months_since=ibis.range(0, (span + 1).cast("int32")).unnest())
    return t.mutate(months_since=t.months_since.cast("int64"))


def _with_rates(t: ir.Table, as_of: date, confidence: float) -> ir.Table:
    upto = ibis.window(
        group_by=t.cohort_month, order_by=t.months_since, preceding=None, following=0
    )
    t = t.mutate(
        retention_share=ratio(t.active, t.customers),
        cumulative_value_amount=t.value_amount.sum().over(upto).cast(AMOUNT),
        active_squares=t.odds.sum().over(upto).cast("int64"),
        month=month_start(month_number(t.cohort_month) + t.months_since),
    )
    low, high = wilson(t.retention_share, t.customers, confidence=confidence)
    return t.select(
        "cohort_month", "months_since", "customers", "active", "retention_share",
        "orders", "value_amount", "cumulative_value_amount", "active_squares",
        retention_low=low,
        retention_high=high,
        cumulative_value_per_customer=ratio(t.cumulative_value_amount, t.customers),
        complete=t.month < ibis.literal(complete_before(as_of)),
    )  # fmt: skip


def staying(table: ir.Table, *, definition: CohortsDefinition = DEFAULT) -> ir.Table:
    """Return how long each cohort stayed, the longest first: "which cohort stayed longest".

    The criterion is the mean number of months with a purchase among the `horizon_months` after
    the first month: each customer counts 0 to `horizon_months`. Only cohorts whose horizon had
    ended by `as_of` and which have `minimum_customers` are compared, so that an old cohort has no
    longer time to show itself than a young one. It is the sum of the retention shares of these
    months (a restricted mean).

    Parameters
    ----------
    table
        As `cohorts` returns it.
    definition
        Horizon, minimum number of customers, confidence.

    Returns
    -------
    Table
        One row per `cohort_month`: `customers`, `horizon_months` (int), `observed_months` (int,
        complete months after the first), `compared` (bool), `not_compared` (`too young`, `too few
        customers`, or null), and for those compared `active_months` (float) with its interval
        `active_months_low`, `active_months_high` (normal approximation of the mean over
        customers; `confidence` says how sure it is), and `place` (int, 1 stayed longest; equal
        means share a place). Ordered by place, then month.
    """
    horizon = definition.horizon_months
    later = table.months_since.between(1, horizon)
    t = table.group_by("cohort_month").agg(
        customers=table.customers.max(),
        observed_months=count_if(table.complete & (table.months_since > 0)),
        active=ibis.coalesce(table.active.sum(where=later), 0).cast("int64"),
        squares=table.active_squares.max(where=table.months_since == horizon),
    )
    reason = ibis.cases(
        (t.observed_months < horizon, "too young"),
        (t.customers < definition.minimum_customers, "too few customers"),
        else_=ibis.null("string"),
    )
    t = t.mutate(horizon_months=ibis.literal(horizon, "int64"), not_compared=reason)
    return _placed(t.mutate(compared=t.not_compared.isnull()), definition)


def _placed(t: ir.Table, definition: CohortsDefinition) -> ir.Table:
    z = normal_quantile(definition.confidence)
    n = t.customers
    mean = ratio(t.active, n)
    # Whole numbers first: n Σx² − (Σx)² loses nothing, and is 0 or more.
    spread = (n * t.squares - t.active * t.active).cast("float64")
    variance = spread / (n * (n - 1)).cast("float64").nullif(0)
    half = z * (variance / n.cast("float64")).sqrt()
    nothing = ibis.null("float64")
    low = mean - half
    t = t.mutate(
        active_months=t.compared.ifelse(mean, nothing),
        active_months_low=t.compared.ifelse((low < 0).ifelse(0.0, low), nothing),
        active_months_high=t.compared.ifelse(mean + half, nothing),
    )
    order = [t.compared.desc(), t.active_months.desc(nulls_first=False)]
    rank = (ibis.rank().over(ibis.window(order_by=order)) + 1).cast("int64")
    t = t.mutate(
        place=t.compared.ifelse(rank, ibis.null("int64")),
        confidence=ibis.literal(definition.confidence, "float64"),
    )
    t = t.select(
        "cohort_month", "customers", "horizon_months", "observed_months", "compared",
        "not_compared", "active_months", "active_months_low", "active_months_high", "confidence",
        "place",
    )  # fmt: skip
    return t.order_by(t.place.asc(nulls_first=False), t.cohort_month)
