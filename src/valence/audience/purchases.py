"""What one customer bought: their orders, the lines of these, and each product, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.audience.timeline import order_days
from valence.core.errors import NotFoundError
from valence.lake.reader import Reader

MOST = 5  # products that the customer's page shows


def orders_of(reader: Reader, customer_id: str) -> ir.Table:
    """Return the orders, returns and adjustments of a customer, as in `order_facts`.

    Raises
    ------
    NotFoundError
        Before the first build.
    """
    if not reader.has("order_facts"):
        raise NotFoundError(
            "No figures have been built yet. Import orders, then build the figures."
        )
    t = reader.table("order_facts")
    return t.filter(t.customer_id == customer_id)


def lines_of_customer(reader: Reader, customer_id: str) -> ir.Table:
    """Return the lines of a customer's orders.

    Returns
    -------
    Table
        One row per `namespace`, `order_id` and `line_key`: `customer_id`, `ordered_on`, `kind` (of
        the order), `product_id`, `product` (its name), `category`, `quantity`, `unit_price` (in
        `price_currency`), `net_amount` (as the source has it; below 0: given back),
        `discount_amount`, `returned_amount` (given back later), `kept_amount` (what remains).
    """
    own = orders_of(reader, customer_id).select("namespace", "order_id", "customer_id", "kind")
    lines, days = reader.table("order_lines"), order_days(reader, customer_id)
    if days:  # the files of all other days are passed over
        lines = lines.filter(lines.ordered_on.between(days[-1].on, days[0].on))
    t = lines.inner_join(own, ["namespace", "order_id"])
    names = reader.table("products").select(
        "namespace", "product_id", known_as="name", kind_of="category"
    )
    t = t.left_join(names, ["namespace", "product_id"])
    product = ibis.coalesce(t.description, t.known_as, t.product_id)
    net, returned = t.net_amount, ibis.coalesce(t.returned_amount, 0)
    return t.select(
        "namespace",
        "order_id",
        "line_key",
        "customer_id",
        "ordered_on",
        "kind",
        "product_id",
        "quantity",
        "unit_price",
        "net_amount",
        "discount_amount",
        "returned_amount",
        product=product,
        category=ibis.coalesce(t.category, t.kind_of),
        price_currency=t.currency,
        # An amount below 0 and what is said to be given back are the same money.
        kept_amount=(net < 0)
        .ifelse(ibis.least(net, -returned), net - returned)
        .cast("decimal(18, 4)"),
    )


def products_of(lines: ir.Table) -> ir.Table:
    """Return what `lines_of_customer` come to by product, without what was given back.

    Returns
    -------
    Table
        One row per `namespace` and `product_id` (the name, where a line has no id) that is part of
        a sale or a return: `product` (its newest name), `category`, `units` and `amount` (bought
        less given back), `orders` (purchases with it, int), `last_on` (the last of these).
    """
    t = lines.filter(lines.kind.isin(["sale", "return"]))
    t = t.mutate(product_id=ibis.coalesce(t.product_id, t["product"]))
    t = t.filter(t.product_id.notnull())
    bought = (t.kind == "sale") & (ibis.coalesce(t.quantity, 1.0) > 0)
    order = t.namespace.concat("|", t.order_id)
    return t.group_by("namespace", "product_id").agg(
        product=t["product"].argmax(t.ordered_on),
        category=t.category.argmax(t.ordered_on),
        units=t.quantity.sum(),
        amount=t.kept_amount.sum().cast("decimal(18, 4)"),
        orders=order.nunique(where=bought).cast("int64"),
        last_on=t.ordered_on.max(where=bought),
    )


@dataclass(frozen=True, slots=True)
class MostBought:
    """The first products of a customer by units and by amount, each a row of `products_of`."""

    by_units: Sequence[dict[str, Any]]
    by_amount: Sequence[dict[str, Any]]
    known: bool  # whether any product is


def most_bought(reader: Reader, lines: ir.Table, size: int = MOST) -> MostBought:
    """Return the products that a customer bought most; one that was all given back is none."""
    t = products_of(lines)
    units, spent = t.units.desc(nulls_first=False), t.amount.desc(nulls_first=False)
    t = t.mutate(
        unit_place=ibis.row_number().over(order_by=[units, spent, t.product_id]),
        amount_place=ibis.row_number().over(order_by=[spent, units, t.product_id]),
    )
    rows = reader.rows(t.filter((t.unit_place < size) | (t.amount_place < size)))

    def first(place: str, figure: str) -> list[dict[str, Any]]:
        kept = [row for row in rows if row[place] < size and (row[figure] or 0) > 0]
        return sorted(kept, key=lambda row: int(row[place]))

    return MostBought(first("unit_place", "units"), first("amount_place", "amount"), bool(rows))
