"""What one customer bought and when: orders with their lines, newest first."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from valence.kit.bought import lines_bought, products_bought
from valence.lake.reading import Tables
from valence.value.orders import RETURN, SALE

_FACTS = (
    "namespace", "order_id", "ordered_on", "ordered_at", "kind", "channel", "store", "country",
    "units", "gross_amount", "returned_amount", "discount_amount", "revenue_amount",
    "value_amount",
)  # fmt: skip
_LINES = (
    "namespace", "order_id", "product_id", "description", "quantity", "unit_price", "net_amount",
)  # fmt: skip


def purchases(
    tables: Tables, customer_id: str, *, limit: int | None = None, lines: bool = True
) -> list[dict[str, Any]]:
    """Return the orders and returns of a customer, newest first, each with its `lines`.

    Parameters
    ----------
    tables
        Where they are read from.
    customer_id
        Whose.
    limit
        Most orders; None: all.
    lines
        Whether the lines are read too.
    """
    if not tables.has("order_facts"):
        return []
    t = tables.table("order_facts")
    t = t.filter(t.customer_id == customer_id).select(*_FACTS)
    t = t.order_by(t.ordered_at.desc(), t.order_id.desc())
    orders = tables.rows(t if limit is None else t.limit(limit))
    if not lines or not orders:
        return orders
    found = _lines(tables, [order["order_id"] for order in orders], _days(orders))
    return [
        {**order, "lines": found.get((order["namespace"], order["order_id"]), [])}
        for order in orders
    ]


def _days(orders: list[dict[str, Any]]) -> tuple[date, date]:
    days = [order["ordered_on"] for order in orders]
    return min(days), max(days)


def _lines(
    tables: Tables, order_ids: list[str], days: tuple[date, date]
) -> dict[tuple[str, str], list[dict[str, Any]]]:
    if not tables.has("order_lines"):
        return {}
    t = tables.table("order_lines")
    # The days let an engine pass over the files of all others.
    t = t.filter(t.ordered_on.between(*days), t.order_id.isin(order_ids))
    found = defaultdict(list)
    for row in tables.rows(t.select(*_LINES, "line_key").order_by("product_id", "line_key")):
        key = row.pop("namespace"), row.pop("order_id")
        row.pop("line_key")
        found[key].append(row)
    return dict(found)


def most_bought(tables: Tables, customer_id: str, *, limit: int = 5) -> list[dict[str, Any]]:
    """Return the products that a customer bought for most, without what was given back.

    Parameters
    ----------
    tables
        Where they are read from.
    customer_id
        Whose.
    limit
        Most products.

    Returns
    -------
    list
        One row a product of a sale or return whose `amount` is above 0: `product_id`, `product`
        (its newest name), `orders` (purchases with it), `units`, `amount`, `last_on`.
    """
    if not tables.has("order_facts") or not tables.has("order_lines"):
        return []
    own = tables.table("order_facts")
    own = own.filter(own.customer_id == customer_id, own.kind.isin([SALE, RETURN]))
    ends = tables.one(own.agg(first=own.ordered_on.min(), last=own.ordered_on.max()))
    if ends is None or ends["first"] is None:
        return []
    lines = tables.table("order_lines")
    lines = lines.filter(lines.ordered_on.between(ends["first"], ends["last"]))
    named = tables.table("products") if tables.has("products") else None
    t = products_bought(lines_bought(own, lines, named))
    t = t.filter(t["amount"] > 0).order_by(t["amount"].desc(), t.product_id).limit(limit)
    return tables.rows(t.drop("namespace", "category"))
