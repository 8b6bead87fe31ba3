"""What orders brought by line and by product: one rule for pages, commands and the API."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.lake.portable import amount


def lines_bought(orders: ir.Table, lines: ir.Table, products: ir.Table | None = None) -> ir.Table:
    """Return the lines of some orders, each with the name of its product and what was kept of it.

    Parameters
    ----------
    orders
        The orders, with `namespace`, `order_id`, `customer_id` and `kind`.
    lines
        Canonical order lines.
    products
        Canonical products, which name what a line does not.

    Returns
    -------
    Table
        One row per `namespace`, `order_id` and `line_key`: `customer_id`, `ordered_on`, `kind` (of
        the order), `product_id`, `product` (its name), `category`, `quantity`, `unit_price` (in
        `price_currency`), `net_amount` (as the source has it; below 0: given back),
        `discount_amount`, `returned_amount` (given back later), `kept_amount` (what remains).
    """
    own = orders.select("namespace", "order_id", "customer_id", "kind")
    t = lines.inner_join(own, ["namespace", "order_id"])
    if products is None:
        t = t.mutate(known_as=ibis.null("string"), kind_of=ibis.null("string"))
    else:
        named = products.select("namespace", "product_id", known_as="name", kind_of="category")
        t = t.left_join(named, ["namespace", "product_id"])
    net, returned = t.net_amount, ibis.coalesce(t.returned_amount, 0)
    # An amount below 0 and what is said to be given back are the same money.
    kept = (net < 0).ifelse(ibis.least(net, -returned), net - returned)
    return t.select(
        "namespace", "order_id", "line_key", "customer_id", "ordered_on", "kind", "product_id",
        "quantity", "unit_price", "net_amount", "discount_amount", "returned_amount",
        product=ibis.coalesce(t.description, t.known_as, t.product_id),
        category=ibis.coalesce(t.category, t.kind_of),
        price_currency=t.currency,
        kept_amount=amount(kept),
    )  # fmt: skip


def products_bought(lines: ir.Table) -> ir.Table:
    """Return what `lines_bought` come to by product, without what was given back.

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
        amount=amount(t.kept_amount.sum()),
        orders=order.nunique(where=bought).cast("int64"),
        last_on=t.ordered_on.max(where=bought),
    )
