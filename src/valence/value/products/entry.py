"""Entries: what each customer began with, what the first purchase was, and what came later."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.lake.columns import Kind
from valence.lake.portable import ZERO, amount, count_if, filled, given, total
from valence.value.definitions import EntryDefinition
from valence.value.orders import SALE, order_facts
from valence.value.products.lines import line_facts

DEFAULT = EntryDefinition()
# As in `facts`: numbers of as many digits are sorted by their text, so that the smallest text is
# the largest amount, and among equals the first product by alphabet.
_RANKED = 10**16
_APART = "\x1f"


def observed_days(definition: EntryDefinition) -> int:
    """Return for how many days after the first one customers are observed: 365 in 12 months."""
    return definition.observe_months * 365 // 12


def observed(as_of: date, definition: EntryDefinition = DEFAULT) -> tuple[date, date]:
    """Return after which day and up to which day customers were won who are compared."""
    last = as_of - timedelta(days=observed_days(definition))
    return months_before(last, definition.cohort_months), last


def entries(
    lines: ir.Table,
    orders: ir.Table,
    facts: ir.Table,
    *,
    as_of: date,
    products: ir.Table | None = None,
    definition: EntryDefinition = DEFAULT,
) -> ir.Table:
    """Return what each customer began with, and what each brought in the months after.

    The entry product is the one that made up most of the day of the first purchase; of equals the
    first by alphabet.

    Parameters
    ----------
    lines
        Canonical order lines with `customer_id`, or `line_facts`.
    orders
        Orders or order facts.
    facts
        `customer_facts` up to `as_of`.
    as_of
        The day of the figures; later rows are left out.
    products
        Canonical products, for categories; else those of the lines.
    definition
        For how long customers are observed, and of how many months they are.

    Returns
    -------
    Table
        One row per customer won in the window with a known line on the first day: `customer_id`,
        `namespace`, `product_id`, `category` (null where not known), `cohort_month`, `channel`,
        `country` (of the first purchases), `first_amount` (sold on that day), `beside_amount` (of
        it, beside the entry product), `later_amount` (value after that day, of as many months as
        each was observed), `came_back` (bool, a purchase in these months).
    """
    as_of = as_day(as_of)
    since, last = observed(as_of, definition)
    won = given(facts, "customer_id", "first_order_on", "cohort_month", "first_channel")
    won = won.filter(won.first_order_on > since, won.first_order_on <= last)
    began = won.select(customer=won.customer_id, first_on=won.first_order_on)
    bought = first_lines(
        line_facts(lines, since=since, as_of=last, leave_out=definition.leave_out), began
    )
    later = _later(order_facts(orders, as_of=as_of), began, since, definition)
    won = won.select("customer_id", "cohort_month", channel=won.first_channel)
    t = won.inner_join(bought, "customer_id").inner_join(later, "customer_id")
    beside = amount(ibis.greatest(t.first_amount - t.sold, ZERO))
    return categorised(t.mutate(beside_amount=beside).drop("sold"), products)


def first_lines(t: ir.Table, began: ir.Table) -> ir.Table:
    """The product that made up most of each customer's first day."""
    t = t.filter(t.sold)
    t = t.inner_join(began, [t.customer_id == began.customer, t.ordered_on == began.first_on])
    sums = t.group_by("customer_id", "namespace", "product_id").agg(
        sold=total(t.sold_amount), category=t.category.max()
    )
    small = (sums.sold.cast("float64") * 10_000.0).round().cast("int64")
    ranked = (ibis.literal(_RANKED * 2, "int64") - small).cast("string")
    said = ranked.concat(
        sums.namespace, _APART, sums.product_id, _APART, ibis.coalesce(sums.category, "")
    )
    most = sums.mutate(said=said).group_by("customer_id").agg(said=ibis._.said.min())
    digits = len(str(_RANKED))
    parts = most.said.substr(digits).split(_APART)
    small = ibis.literal(_RANKED * 2, "int64") - most.said.substr(0, digits).cast("int64")
    return most.select(
        "customer_id",
        namespace=parts[0],
        product_id=parts[1],
        said=parts[2].nullif(""),
        sold=amount(small.cast("float64") / 10_000.0),
    )


def _later(t: ir.Table, began: ir.Table, since: date, definition: EntryDefinition) -> ir.Table:
    """The size and place of the first day, and what came in as long a time after it."""
    t = t.filter(t.ordered_on > since)
    t = t.inner_join(began, t.customer_id == began.customer)
    after = t.ordered_on.delta(t.first_on, unit="day")
    t = t.mutate(first=after == 0, within=(after > 0) & (after <= observed_days(definition)))
    sale = t.kind == SALE
    sums = t.group_by("customer_id").agg(
        country=t.country.min(where=t["first"] & sale),
        first_amount=total(t.gross_amount, where=t["first"] & sale),
        later_amount=total(t.value_amount, where=t.within),
        again=count_if(t.within & sale),
    )
    return sums.mutate(came_back=sums.again > 0).drop("again")


def categorised(t: ir.Table, products: ir.Table | None) -> ir.Table:
    """Return first lines with `category`: of the products, else what the lines `said`."""
    if products is None:
        return t.rename(category="said")
    kinds: dict[str, Kind] = {"namespace": "text", "category": "text"}
    p = filled(given(products, "product_id"), kinds)
    p = p.filter(p.category.notnull())
    known = p.select(
        of_namespace=ibis.coalesce(p.namespace, ""),
        of_product=p.product_id,
        of_category=p.category,
    )
    t = t.left_join(known, [t.product_id == known.of_product, t.namespace == known.of_namespace])
    t = t.mutate(category=ibis.coalesce(t.of_category, t.said))
    return t.drop("of_namespace", "of_product", "of_category", "said")
