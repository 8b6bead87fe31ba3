"""First purchases: what made up most of the day on which a customer began."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Inputs, Mart
from valence.lake.portable import given
from valence.value.definitions import ENTRY_KIND, EntryDefinition
from valence.value.lifetime.definition import LIFETIME_KIND, LifetimeDefinition
from valence.value.orders import order_facts
from valence.value.products.entry import categorised, first_lines
from valence.value.products.lines import line_facts

COLUMNS = (
    Column(
        "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
    ),
    Column("first_product", "text", "Product that made up most of the first day's purchases."),
    Column("first_category", "text", "Its category; empty where not known."),
)


def first_purchases(
    lines: ir.Table,
    facts: ir.Table,
    *,
    orders: ir.Table | None = None,
    products: ir.Table | None = None,
    leave_out: tuple[str, ...] = (),
) -> ir.Table:
    """Return what made up most of each customer's first day; of equals the first by alphabet.

    Parameters
    ----------
    lines
        Canonical order lines with `customer_id`, or `line_facts`.
    facts
        Customer facts.
    orders
        Orders or order facts: lines of cancelled orders and of corrections are left out.
    products
        Canonical products, for categories; else those of the lines.
    leave_out
        Ids of products that are no goods.

    Returns
    -------
    Table
        One row per customer with a known line on the first day: `customer_id`, `first_product`,
        `first_category` (null where not known).
    """
    known = None if orders is None else order_facts(orders)
    began = given(facts, "customer_id", "first_order_on")
    began = began.select(customer=began.customer_id, first_on=began.first_order_on)
    t = first_lines(line_facts(lines, orders=known, leave_out=leave_out), began)
    t = categorised(t, products)
    return t.select("customer_id", first_product=t.product_id, first_category=t.category)


def _first_purchases(inputs: Inputs, context: BuildContext) -> ir.Table:
    definition = published(context.definitions, LIFETIME_KIND, LifetimeDefinition)
    if not definition.of_lines:  # nobody asks: lines are many
        nobody = inputs["customer_facts"].limit(0)
        unknown = ibis.null("string")
        return nobody.select("customer_id", first_product=unknown, first_category=unknown)
    entry = published(context.definitions, ENTRY_KIND, EntryDefinition)
    return first_purchases(
        inputs["order_lines"],
        inputs["customer_facts"],
        orders=inputs["order_facts"],
        products=inputs["products"],
        leave_out=entry.leave_out,
    )


FIRST_MART = Mart(
    name="first_purchases",
    owner="value",
    title=message("First purchases, for covariates of worth"),
    grain=("customer_id",),
    rebuild="whole",
    inputs=("order_lines", "order_facts", "customer_facts", "products"),
    columns=COLUMNS,
    compute=_first_purchases,
    order_by=("customer_id",),
    definitions=(LIFETIME_KIND, ENTRY_KIND),
)
