"""What customers bought before and after days of theirs: in one pass over each customer's days."""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from valence.lake.portable import count_if

YEAR = 365
_UNITS = 10_000.0  # money as whole ten-thousandths: sums over windows are exact on every engine


def bought_around(
    days: ir.Table,
    orders: ir.Table,
    *,
    values: Sequence[int],
    counts: Sequence[int],
    marks: Sequence[str] = (),
    following: int = YEAR,
) -> ir.Table:
    """Return days of customers with what was known before each, and what came after.

    Parameters
    ----------
    days
        `customer_id` and `on`, each pair once, and the columns of `marks`.
    orders
        `order_facts`; those of nobody are left out.
    values, counts
        Days before over which value, and sales, are summed.
    marks
        Columns of `days` (int, 0 or 1) to be summed over the year before.
    following
        Days after that count.

    Returns
    -------
    Table
        One row per day: `value_N`, `value_before` (of all before), `orders_N`, `orders_before`,
        `MARK_365`, `recency_days` and `tenure_days` (since the last and the first sale before; −1
        without), `later` (value of the days after) and `later_orders`: all float. The day itself
        counts neither before nor after.
    """
    o = orders.filter(orders.customer_id.notnull()).semi_join(days, "customer_id")
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    bought = o.group_by("customer_id", on=o.ordered_on).agg(
        value=(o.value_amount.cast("float64") * _UNITS).round().cast("int64").sum().cast("int64"),
        orders=count_if(o.kind == "sale"),
    )
    none = dict.fromkeys(("asked", *marks), zero)
    own = days.select(
        "customer_id", "on", value=zero, orders=zero, asked=one,
        **{name: days[name].cast("int64") for name in marks},
    )  # fmt: skip
    line = own.union(bought.select("customer_id", "on", "value", "orders", **none))
    line = line.group_by("customer_id", "on").agg(
        **{n: line[n].sum().cast("int64") for n in ("value", "orders", *none)}
    )
    line = line.mutate(day=line["on"].delta(ibis.date(1970, 1, 1), unit="day").cast("int64"))
    line = line.mutate(order_day=(line.orders > 0).ifelse(line.day, ibis.null("int64")))

    def before(days: int | None) -> ibis.expr.builders.LegacyWindowBuilder:
        return ibis.range_window(group_by=line.customer_id, order_by=line.day, preceding=(days, 1))

    ever = before(None)
    after = ibis.range_window(
        group_by=line.customer_id, order_by=line.day, following=(1, following)
    )

    def summed(name: str, window: ibis.expr.builders.LegacyWindowBuilder) -> ir.FloatingValue:
        return ibis.coalesce(line[name].sum().over(window), 0).cast("float64")

    def since(end: ir.IntegerValue) -> ir.FloatingValue:
        return ibis.coalesce(line.day - end, -1).cast("float64")

    t = line.mutate(
        **{f"value_{days}": summed("value", before(days)) / _UNITS for days in values},
        **{f"orders_{days}": summed("orders", before(days)) for days in counts},
        **{f"{name}_{YEAR}": summed(name, before(YEAR)) for name in marks},
        value_before=summed("value", ever) / _UNITS,
        orders_before=summed("orders", ever),
        recency_days=since(line.order_day.max().over(ever)),
        tenure_days=since(line.order_day.min().over(ever)),
        later=summed("value", after) / _UNITS,
        later_orders=summed("orders", after),
    )
    return t.filter(t.asked > 0).drop("value", "orders", "day", "order_day", *none)
