"""What one customer bought: their orders, the lines of these, and each product, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.audience.timeline import order_days
from valence.core.errors import NotFoundError
from valence.kit.bought import lines_bought, products_bought
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
    """Return the lines of a customer's orders, as in `lines_bought`."""
    own, lines = orders_of(reader, customer_id), reader.table("order_lines")
    if days := order_days(reader, customer_id):  # the files of all other days are passed over
        lines = lines.filter(lines.ordered_on.between(days[-1].on, days[0].on))
    return lines_bought(own, lines, reader.table("products"))


@dataclass(frozen=True, slots=True)
class MostBought:
    """The first products of a customer by units and by amount, each a row of `products_bought`."""

    by_units: Sequence[dict[str, Any]]
    by_amount: Sequence[dict[str, Any]]
    known: bool  # whether any product is


def most_bought(reader: Reader, lines: ir.Table, size: int = MOST) -> MostBought:
    """Return the products that a customer bought most; one that was all given back is none."""
    t = products_bought(lines)
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
