"""Customer facts: what is known of each customer that no passing day changes.

Nothing here is measured from the day of the build, so only customers with new rows need computing
again; what ages by itself (recency, the last twelve months, scores) is in `customers`.
"""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, month_days
from valence.lake.columns import Kind
from valence.lake.portable import (
    count_if,
    days_in,
    filled,
    given,
    month_number,
    month_start,
    ratio,
    total,
)
from valence.value.orders import CANCELLED, MIXED, SALE, kept_lines, one_basis, order_facts

# Whole numbers from here to ten times this have as many digits, so text sorts them: `1999…7web`
# (3 uses) comes before `1999…8app` (2). `mode` and argmax would leave ties to the engine.
_RANKED = 10**12
_SUMS = (
    "gross_amount", "returned_amount", "discount_amount", "revenue_amount", "cost_amount",
    "value_amount",
)  # fmt: skip
_OF_LINES: dict[str, Kind] = {
    "namespace": "text", "product_id": "text", "category": "text", "quantity": "float",
    "ordered_on": "day",
}  # fmt: skip
CATEGORIES, PRODUCTS = "categories", "products"  # what `breadth` counts
_COUNTS = ("purchase_days", "active_months", "channels")
_DIMENSIONS = ("channel", "country", "store")


def customer_months(orders: ir.Table, *, as_of: date | None = None) -> ir.Table:
    """Return what each customer did in each month with an order row.

    Parameters
    ----------
    orders
        Orders or order facts (see `order_facts`); those without a customer are left out, and
        those that were cancelled.
    as_of
        Orders after this day are left out.

    Returns
    -------
    Table
        One row per `customer_id` and `month` (its first day): `orders` (purchases, int),
        `value_amount`, `cohort_month` (month of the first purchase, null without one),
        `months_since` (int, from the cohort month to this month; below 0 for a return booked
        before the first known purchase), `bought_months` (int, months with a purchase so far).
    """
    facts = order_facts(orders, as_of=as_of)
    facts = facts.filter(facts.customer_id.notnull(), facts.kind != CANCELLED)
    months = facts.group_by("customer_id", number=month_number(facts.ordered_on)).agg(
        orders=count_if(facts.kind == SALE), value_amount=total(facts.value_amount)
    )
    bought = months.orders > 0
    each = ibis.window(group_by=months.customer_id)
    sooner = ibis.window(
        group_by=months.customer_id, order_by=months.number, preceding=None, following=0
    )
    # Windows over one partition share one pass; a join back would take another.
    t = months.mutate(
        cohort=bought.ifelse(months.number, ibis.null("int64")).min().over(each),
        bought_months=bought.ifelse(1, ibis.null("int64")).count().over(sooner),
    )
    return t.select(
        "customer_id",
        "orders",
        "value_amount",
        "bought_months",
        month=month_start(t.number),
        cohort_month=month_start(t.cohort),
        months_since=(t.number - t.cohort).cast("int64"),
    )


def complete_before(as_of: date) -> date:
    """Return the first day not in a whole month; the month of `as_of` is one on its last day."""
    this_month, next_month = month_days(as_of)
    return next_month if (next_month - as_of).days == 1 else this_month


def customer_facts(
    orders: ir.Table,
    *,
    lines: ir.Table | None = None,
    products: ir.Table | None = None,
    contacts: ir.Table | None = None,
    as_of: date | None = None,
    before: date | None = None,
) -> ir.Table:
    """Return the facts of each customer: who bought, gave back, or had a correction.

    Whose orders were all cancelled bought nothing, and is no customer.

    Parameters
    ----------
    orders
        Orders or order facts.
    lines, products
        Canonical order lines with `customer_id`, and products: for `breadth`.
    contacts
        Canonical service contacts with `customer_id`: for `contacts` and `complaints`.
    as_of
        Rows after this day are left out.
    before
        An earlier day: adds `breadth_prior`, the breadth up to then.

    Returns
    -------
    Table
        One row per `customer_id`. `gap_days` (float) is the customer's own rhythm, the mean
        number of days between days with a purchase, null below two; `return_share` (float) is
        value returned / gross sales, null without sales, and may pass 1; `breadth` (int) is the
        number of distinct categories bought, null where no line is known, and `breadth_of` says
        what it counts (see `breadth`); `country`, `store` and `main_channel` are the most used
        over purchases, the first by alphabet among equals.
    """
    as_of = None if as_of is None else as_day(as_of)
    facts = order_facts(orders, as_of=as_of)
    named = facts.customer_id.notnull()
    # Two separate reads, the second narrow: a shared one would be kept in memory at full width.
    sales = facts.filter(named, facts.kind == SALE)
    sales = sales.select("customer_id", "ordered_on", "ordered_at", *_DIMENSIONS)
    out = _with_habits(_totals(facts.filter(named, facts.kind != CANCELLED)), sales)
    out = _beside(out, _rhythm(sales))
    bought = _not_cancelled(lines, facts)
    if (wide := breadth(bought, products, as_of=as_of, before=before)) is not None:
        out = _beside(out, wide)
    if (voiced := _voiced(contacts, as_of)) is not None:
        out = _beside(out, voiced)
    kinds: dict[str, Kind] = {
        "breadth": "int", "breadth_of": "text", "contacts": "int", "complaints": "int",
    }  # fmt: skip
    out = filled(out, kinds if before is None else {**kinds, "breadth_prior": "int"})
    return out.mutate(
        contacts=ibis.coalesce(out.contacts, 0).cast("int64"),
        complaints=ibis.coalesce(out.complaints, 0).cast("int64"),
        **{name: ibis.coalesce(out[name], 0).cast("int64") for name in _COUNTS},
    )


def _totals(facts: ir.Table) -> ir.Table:
    """Counts and money, and the two ends by alphabet of each dimension over purchases."""
    bought = facts.kind == SALE
    t = facts.group_by("customer_id").agg(
        orders=count_if(bought),
        return_orders=count_if(facts.kind == "return"),
        units=ibis.coalesce(facts.units.sum(), 0.0),
        value_basis=one_basis(facts.value_basis),
        cost_known=facts.cost_amount.count() == facts.count(),
        **{name: total(facts[name]) for name in _SUMS},
        **{f"{name}_low": facts[name].min(where=bought) for name in _DIMENSIONS},
        **{f"{name}_high": facts[name].max(where=bought) for name in _DIMENSIONS},
    )
    return t.mutate(return_share=ratio(t.returned_amount, t.gross_amount))


def _rhythm(sales: ir.Table) -> ir.Table:
    """Purchase days, active months and the mean gap. Grouping thrice beats counting distinct."""
    days = sales.group_by("customer_id", "ordered_on").agg()
    months = days.group_by("customer_id", month=month_number(days.ordered_on)).agg(
        purchase_days=days.count(), first=days.ordered_on.min(), last=days.ordered_on.max()
    )
    t = months.group_by("customer_id").agg(
        first_order_on=months["first"].min(),
        last_order_on=months["last"].max(),
        purchase_days=months.purchase_days.sum().cast("int64"),
        active_months=months.count().cast("int64"),
    )
    span = t.last_order_on.delta(t.first_order_on, unit="day")
    return t.mutate(
        cohort_month=t.first_order_on.truncate("M"),
        gap_days=ratio(span, t.purchase_days - 1),
    )


def _with_habits(t: ir.Table, sales: ir.Table) -> ir.Table:
    """Add first channel, channels used, and the most used channel, country and store.

    Most customers have one of each, which the two ends tell; only the others' uses are counted.
    """
    ends = t  # as it came: a table with the habits joined would be made anew for each of them
    for name in _DIMENSIONS:
        t = _beside(t, _mixed_use(sales, ends, name))
    most = {
        name: ibis.coalesce(t[f"{name}_most"].substr(len(str(_RANKED))), t[f"{name}_low"])
        for name in _DIMENSIONS
    }
    one = t.channel_low.notnull().cast("int64")
    t = t.mutate(
        first_channel=ibis.coalesce(t.channel_first.substr(len(str(_RANKED))), t.channel_low),
        channels=ibis.coalesce(t.channel_number, one).cast("int64"),
        main_channel=most["channel"],
        country=most["country"],
        store=most["store"],
    )
    gone = ("low", "high", "number", "most", "first")
    return t.drop(*(f"{name}_{each}" for name in _DIMENSIONS for each in gone))


def _mixed_use(sales: ir.Table, ends: ir.Table, name: str) -> ir.Table:
    """Number, most used and first used of one dimension, of customers who used more than one."""
    mixed = ends.filter(ends[f"{name}_low"] != ends[f"{name}_high"])
    uses = sales.semi_join(mixed, "customer_id")
    uses = uses.filter(uses[name].notnull())
    uses = uses.group_by("customer_id", name).agg(n=uses.count(), at=_moment(uses).min())
    most = (ibis.literal(_RANKED * 2, "int64") - uses.n).cast("string").concat(uses[name])
    # Of the first moment only: cutting the moment of every order costs more than counting them.
    second = uses["at"].truncate("s").epoch_seconds().cast("int64")
    first = (ibis.literal(_RANKED, "int64") + second).cast("string").concat(uses[name])
    return uses.group_by("customer_id").agg(
        **{f"{name}_number": uses.count(), f"{name}_most": most.min(), f"{name}_first": first.min()}
    )


def _moment(sales: ir.Table) -> ir.TimestampValue:
    """When an order was placed; the start of its day where no time is known."""
    return ibis.coalesce(sales.ordered_at, sales.ordered_on.cast("timestamp('UTC', 6)"))


def breadth(
    lines: ir.Table | None,
    products: ir.Table | None = None,
    *,
    as_of: date | None = None,
    before: date | None = None,
) -> ir.Table | None:
    """Return over how many categories each customer bought.

    The category of a line is its own, else that of its product, else the product itself counts
    as one. Lines that give back (`quantity` below 0) do not count.

    Returns
    -------
    Table or None
        One row per `customer_id` with a known line: `breadth` (int, 1 or more), `breadth_of`
        (what it counts: `categories`, `products` where no category is known, or `mixed`), and
        with `before` also `breadth_prior` (int, as of that day). None without lines.
    """
    if lines is None:
        return None
    t = filled(given(lines, "customer_id"), _OF_LINES)
    t = days_in(t, "ordered_on")
    t = t.filter(t.customer_id.notnull() & (ibis.coalesce(t.quantity, 1.0) >= 0))
    if as_of is not None:
        t = t.filter(ibis.coalesce(t.ordered_on, as_of) <= as_of)
    kind = t.category
    if products is not None:
        p = filled(given(products, "product_id"), {"namespace": "text", "category": "text"})
        known = p.filter(p.category.notnull()).select(
            of_namespace=ibis.coalesce(p.namespace, ""),
            of_product=p.product_id,
            of_category=p.category,
        )
        t = t.mutate(namespace=ibis.coalesce(t.namespace, ""))
        t = t.left_join(
            known, [t.product_id == known.of_product, t.namespace == known.of_namespace]
        )
        kind = ibis.coalesce(t.category, t.of_category)
    product = ibis.coalesce(t.namespace, "").concat("|", t.product_id)
    items = t.select(
        "customer_id",
        item=ibis.coalesce(kind, product),
        alone=kind.isnull(),  # a product that stands for itself
        day=t.ordered_on,
    )
    items = items.filter(items.item.notnull())
    items = items.group_by("customer_id", "item", "alone").agg(first=items.day.min())
    prior = {} if before is None else {"breadth_prior": count_if(items["first"] <= before)}
    t = items.group_by("customer_id").agg(
        breadth=items.count().cast("int64"),
        any_alone=items.alone.any(),
        all_alone=items.alone.all(),
        **prior,
    )
    of = ibis.cases((t.all_alone, PRODUCTS), (t.any_alone, MIXED), else_=CATEGORIES)
    return t.mutate(breadth_of=of).drop("any_alone", "all_alone")


def _not_cancelled(lines: ir.Table | None, facts: ir.Table) -> ir.Table | None:
    """Leave out the lines of cancelled orders, and cancelled lines of others."""
    if lines is None:
        return None
    lines = kept_lines(lines)
    if not {"namespace", "order_id"} <= set(lines.columns):
        return lines
    off = facts.filter(facts.kind == CANCELLED).select("namespace", "order_id")
    return lines.anti_join(off, ["namespace", "order_id"])


def _voiced(contacts: ir.Table | None, as_of: date | None) -> ir.Table | None:
    """Contacts and complaints per customer; a contact is a complaint if it or its category says."""
    if contacts is None:
        return None
    t = filled(given(contacts), {"complaint": "bool", "category": "text", "opened_on": "day"})
    t = days_in(t, "opened_on")
    t = t.filter(t.customer_id.notnull())
    if as_of is not None:
        t = t.filter(ibis.coalesce(t.opened_on, as_of) <= as_of)
    says_so = ibis.coalesce(t.complaint, t.category.lower().contains("complaint"), False)
    return t.group_by("customer_id").agg(
        contacts=t.count().cast("int64"), complaints=count_if(says_so)
    )


def _beside(left: ir.Table, right: ir.Table) -> ir.Table:
    return left.left_join(right, "customer_id").drop("customer_id_right")
