"""What the commands of customers print: a list of them by rule, and one with what they bought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.kit.filters import filtered
from valence.kit.format import Formats
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.people.lookup import find_customer
from valence.people.vault import Vault
from valence.value.bond_words import BONDS
from valence.value.ladder_view import rung_title
from valence.value.purchases import most_bought, purchases
from valence.value.reports import named, segment_name, summary

Row = Mapping[str, Any]
Rows = list[dict[str, Any]]
_LISTED = ("customer_id", "value_amount", "value_12m_amount", "value_prior_12m_amount", "orders",
           "last_order_on", "tier", "segment")  # fmt: skip
_KINDS = {"sale": "", "return": "returned", "cancelled": "cancelled", "adjustment": "adjusted"}


def customers(
    house: OpenBrand, tables: Tables, where: str, sort: str, limit: int, as_of: date | None
) -> dict[str, Any]:
    """Return the customers that fit a rule, sorted by a column (`-column`: the largest first).

    Raises
    ------
    RuleError
        If the rule cannot be used.
    BadInputError
        If there is no such column.
    """
    summary(tables)
    t = filtered(tables.table("customers"), where, today=as_of)
    column = sort.removeprefix("-")
    if column not in t.columns:
        raise BadInputError(
            "Customers cannot be sorted by {column!r}. {fix}",
            column=column,
            fix=did_you_mean(column, t.columns),
        )
    by = t[column].desc(nulls_first=False) if sort.startswith("-") else t[column].asc()
    names = list(dict.fromkeys((*_LISTED, column)))
    found = tables.rows(t.order_by(by, t.customer_id).select(*names).limit(limit))
    total = tables.one(t.agg(rows=t.count()))
    return {"total": total["rows"] if total else 0, "customers": named(house, found)}


def customer_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return customers in words."""
    return [
        {
            "customer": row["name"],
            f"value ({fmt.currency})": row["value_amount"],
            "12 months": row["value_12m_amount"],
            "12 before": row["value_prior_12m_amount"],
            "orders": row["orders"],
            "last order": str(row["last_order_on"] or "–"),
            "tier": row["tier"],
            "segment": segment_name(row["segment"]),
        }
        for row in found
    ]


def customer(house: OpenBrand, tables: Tables, who: str, limit: int) -> dict[str, Any]:
    """Return one customer: the facts, what was bought most, and the newest orders with lines.

    Raises
    ------
    NotFoundError
        If nobody is meant, or the customer has no order up to the day.
    BadInputError
        If several are meant.
    """
    summary(tables)
    t = tables.table("customers")
    try:
        customer_id = str(find_customer(house.store, house.keyring, who))
    except NotFoundError:
        # A lake that was filled without the map of who is who has ids of its own.
        if tables.one(t.filter(t.customer_id == who)) is None:
            raise
        customer_id = who
    facts = tables.one(t.filter(t.customer_id == customer_id))
    if facts is None:
        raise NotFoundError(
            "That customer is known and has no order up to the day of the figures. After an "
            "import, run `valence build`."
        )
    orders = tables.table("order_facts")
    own = orders.filter(orders.customer_id == customer_id)
    rows = tables.one(own.agg(n=own.count()))
    return {
        "customer_id": customer_id,
        "name": str(Vault(house.store, house.keyring).labels([customer_id])[customer_id]),
        "facts": facts,
        "most_bought": most_bought(tables, customer_id, limit=limit),
        "order_rows": rows["n"] if rows else 0,
        "orders": purchases(tables, customer_id, limit=limit),
    }


def fact_rows(row: Row, fmt: Formats) -> Rows:
    """Return the facts of a customer in words."""
    gap = "–" if row["gap_days"] is None else f"every {row['gap_days']:.1f} days"
    facts = (
        ("value", fmt.money(row["value_amount"])),
        ("value, 12 months", fmt.money(row["value_12m_amount"])),
        ("worth from now on", _worth(row, fmt)),
        ("tier", row["tier"]),
        ("rung", str(rung_title(row["rung"]))),
        ("bond", str(BONDS[row["bond"]]) if row["bond"] else "–"),
        ("segment", segment_name(row["segment"])),
        ("RFM", row["rfm"] or "–"),
        ("orders", f"{fmt.integer(row['orders'])}, {gap}"),
        ("returns", fmt.integer(row["return_orders"])),
        ("first order", str(row["first_order_on"] or "–")),
        ("last order", str(row["last_order_on"] or "–")),
        ("average order", fmt.money(row["average_order_amount"])),
        ("given back", fmt.percent(row["return_share"])),
        ("country", row["country"] or "–"),
    )
    return [{"fact": name, "is": said} for name, said in facts]


def _worth(row: Row, fmt: Formats) -> str:
    """Worth with its interval, and what it rests on."""
    if row["worth_amount"] is None:
        return "–"
    low, high = row["worth_low_amount"], row["worth_high_amount"]
    return (
        f"{fmt.money(row['worth_amount'])} ({fmt.money(low)} to {fmt.money(high)}), still buys: "
        f"{fmt.percent(row['alive_probability'])}, purchases expected: "
        f"{fmt.number(row['expected_purchases'], digits=1)}"
    )


def product_rows(found: Sequence[Row], fmt: Formats) -> Rows:
    """Return the products that a customer bought most, in words."""
    return [
        {
            "product": row["product"],
            "orders": row["orders"],
            "quantity": _units(row["units"]),
            f"amount ({fmt.currency})": row["amount"],
            "last": str(row["last_on"] or "–"),
        }
        for row in found
    ]


def order_rows(orders: Sequence[Row], fmt: Formats) -> Rows:
    """Return a row for each order; `what` names its largest line."""
    return [
        {
            "day": str(order["ordered_on"]),
            "order": order["order_id"],
            "what": _what(order),
            "quantity": _units(order["units"]),
            f"amount ({fmt.currency})": order["revenue_amount"],
        }
        for order in orders
    ]


def _what(order: Row) -> str:
    kind = _KINDS.get(order["kind"], order["kind"])
    lines = sorted(order["lines"], key=lambda line: -abs(line["net_amount"] or 0))
    if not lines:
        return str(kind)
    first = lines[0]["description"] or lines[0]["product_id"] or "1 line"
    said = first if len(lines) == 1 else f"{first} and {len(lines) - 1:,} more"
    return f"{kind}: {said}" if kind else str(said)


def line_rows(orders: Sequence[Row], fmt: Formats) -> Rows:
    """Return a row for each line of each order, and one for the order's total."""
    rows: Rows = []
    amount = f"amount ({fmt.currency})"
    for order in orders:
        for line in order["lines"]:
            name = line["description"] or line["product_id"] or ""
            rows.append(
                {"what": name, "quantity": _units(line["quantity"]), amount: line["net_amount"]}
            )
        total = _KINDS.get(order["kind"]) or "total"
        rows.append({"what": total, amount: order["revenue_amount"]})
        head = {"day": str(order["ordered_on"]), "order": order["order_id"]}
        first = len(rows) - len(order["lines"]) - 1
        rows[first] = {**head, **rows[first]}
    columns = ("day", "order", "what", "quantity", amount)
    return [{name: row.get(name, "") for name in columns} for row in rows]


def _units(quantity: float | None) -> float | int | str:
    if quantity is None:
        return ""
    return int(quantity) if quantity == int(quantity) else quantity
