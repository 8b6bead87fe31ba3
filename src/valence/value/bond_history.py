"""Bonds of the past: as they stood on earlier days, by what is known today.

All days are told at once: each customer stands there once for a day, with what happened up to it
moved forward so that every copy ends on the day of the build.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.lake.portable import count_if, total
from valence.value.bond import DEFAULT, with_bond
from valence.value.bond_definition import BondDefinition
from valence.value.facts import customer_facts
from valence.value.orders import SALE, order_facts
from valence.value.standing import with_voice
from valence.value.trailing import with_trailing
from valence.value.voice import customer_voice

MONTHS_BACK = (12, 9, 6, 3, 0)
_DAYS = {
    "orders": "ordered_on", "order_lines": "ordered_on", "contacts": "opened_on",
    "feedback": "answered_on", "events": "occurred_on",
}  # fmt: skip
_KEY = 3  # characters that tell the copies of a customer apart, such as `09|`


def bonds_before(
    tables: Mapping[str, ir.Table],
    *,
    as_of: date,
    definition: BondDefinition = DEFAULT,
    among: ir.Table | None = None,
) -> ir.Table:
    """Return the bond of each customer on the day and 3, 6, 9 and 12 months before it.

    Parameters
    ----------
    tables
        By name: `orders` (order facts) and `products`; where they are, `order_lines`, `contacts`,
        `feedback` and `events`, each with `customer_id`.
    as_of
        The last of the days.
    definition
        Weights and limits, the same for all days.
    among
        The customers by whom it is told what the brand keeps records of: these, unless given.

    Returns
    -------
    Table
        One row per `customer_id` and `months_back` who had bought by then: `bond`, `bond_index`,
        and, of the orders up to then, `days_since_order`, `orders` (int) and `value_amount`.

    Notes
    -----
    Windows of months are moved by whole days, so that their edges may lie a day or two off.
    """
    moved = {
        name: _copies(tables[name].filter(tables[name].customer_id.notnull()), day, as_of)
        for name, day in _DAYS.items()
        if name in tables
    }
    orders = moved["orders"]
    facts = customer_facts(
        orders,
        lines=moved.get("order_lines"),
        products=tables.get("products"),
        contacts=moved.get("contacts"),
        as_of=as_of,
    )
    t = with_trailing(facts, orders, as_of=as_of)
    t = t.mutate(
        days_since_order=ibis.literal(as_of).delta(t.last_order_on, unit="day").cast("int64")
    )
    if "feedback" in moved:
        said = customer_voice(moved["feedback"], as_of=as_of, events=moved.get("events"))
        t = with_voice(t, said)
    t = with_bond(t, definition=definition, among=among)
    t = t.filter(t.bond.notnull())
    return t.select(
        "bond",
        "bond_index",
        "days_since_order",
        "orders",
        "value_amount",
        customer_id=t.customer_id.substr(_KEY),
        months_back=t.customer_id.substr(0, _KEY - 1).cast("int64"),
    )


def later(orders: ir.Table, *, since: date, as_of: date) -> ir.Table:
    """Return what each customer did after a day: `later_orders` (int), `later_value_amount`."""
    t = order_facts(orders, as_of=as_of)
    t = t.filter(t.customer_id.notnull() & (t.ordered_on > since))
    return t.group_by("customer_id").agg(
        later_orders=count_if(t.kind == SALE), later_value_amount=total(t.value_amount)
    )


def _copies(table: ir.Table, day: str, as_of: date) -> ir.Table:
    """Return the rows once for each day back, up to it, with their days moved to end at `as_of`."""
    copies = []
    for months in MONTHS_BACK:
        until = months_before(as_of, months)
        t = table.filter(table[day] <= until)
        forward = ibis.interval(days=(as_of - until).days)
        copies.append(
            t.mutate(
                **{day: (t[day] + forward).cast("date")},
                customer_id=ibis.literal(f"{months:02d}|").concat(t.customer_id),
            )
        )
    return ibis.union(*copies)
