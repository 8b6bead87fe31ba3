"""Tables that the house itself keeps in the lake, beside the canonical ones."""

from __future__ import annotations

from dataclasses import replace

from valence.lake.canonical import ORDERS, CanonicalTable
from valence.lake.columns import Column

IDENTIFIER_MAP = CanonicalTable(
    "identifier_map",
    "One identifier and the customer it belongs to; published by people, pinned by each build.",
    ("id_key",),
    (
        Column("id_key", "text", "Keyed hash of the normalised identifier.", required=True),
        Column("customer_id", "text", "The customer (UUIDv7); empty for a shared identifier."),
        Column("id_type", "text", "Kind of identifier."),
        Column("source", "text", "System that it was first seen in."),
    ),
    customer=False,
)
TOUCHED = CanonicalTable(
    "touched",
    "Customers and days whose canonical rows changed, until every mart has taken them up.",
    (),
    (
        Column("sequence", "int", "The import that changed them.", required=True),
        Column("table_name", "text", "Table that changed.", required=True),
        Column("id_key", "text", "Identifier of a changed row."),
        Column("customer_id", "text", "Customer of a changed mapping."),
        Column("day", "day", "Business day of a changed row."),
    ),
    customer=False,
)
FX_RATES = CanonicalTable(
    "fx_rates",
    "One day's rate from one currency to another.",
    ("quoted_on", "from_currency", "to_currency"),
    (
        Column("quoted_on", "day", "Day of the rate.", required=True),
        Column("from_currency", "text", "Original currency, ISO 4217.", required=True),
        Column("to_currency", "text", "Reporting currency, ISO 4217.", required=True),
        Column("rate", "float", "Units of `to` for one unit of `from`.", required=True),
    ),
    customer=False,
)
IMPORTS = CanonicalTable(
    "imports",
    "One file that landed, with what it changed.",
    ("import_id",),
    (
        Column("import_id", "text", "The import.", required=True),
        Column("file_name", "text", "Name of the file.", required=True),
        Column("file_hash", "text", "Hash of its bytes and its mapping."),
        Column("kind", "text", "What it held: orders, customers…"),
        Column("imported_at", "instant", "When it landed.", required=True),
        Column("summary", "json", "Rows read, new, updated, unchanged, quarantined, totals."),
    ),
    customer=False,
)


def _of_orders(*names: str) -> tuple[Column, ...]:
    """Columns of orders that a statement may leave empty."""
    return tuple(replace(ORDERS.column(name), required=False) for name in names)


ORDER_STATEMENTS = CanonicalTable(
    "order_statements",
    "What one source says of one order, at one grain; orders are made from all that is said.",
    ("namespace", "order_id", "source", "grain"),
    (
        ORDERS.column("namespace"),
        ORDERS.column("order_id"),
        Column("source", "text", "System that says it.", required=True),
        Column("grain", "text", "order (a row for each order) or lines.", required=True),
        *_of_orders("ordered_at", "ordered_on", "status", "channel", "store", "country", "coupon"),
        *_of_orders("campaign", "account_id"),
        Column("returned", "bool", "Whether it is a return; empty where the source cannot tell."),
        Column("adjusted", "bool", "Whether it is no sale; empty where the source cannot tell."),
        Column("cancelled", "bool", "Whether it was called off; empty where nobody can tell."),
        Column("refunded", "bool", "Whether all of it was given back; empty if not known."),
        *_of_orders("currency", "original_amount", "net_amount", "discount_amount", "tax_amount"),
        *_of_orders("cost_amount", "returned_amount", "units", "id_type", "id_key"),
        Column("off_original", "amount", "What goes off the sum of its lines, original currency."),
        Column("off_amount", "amount", "What goes off the sum of its lines, reporting currency."),
    ),
    customer=False,
)
ORDER_PRECEDENCE = CanonicalTable(
    "order_precedence",
    "Which source of a namespace is trusted most, field by field.",
    ("namespace",),
    (
        Column("namespace", "text", "As in orders.", required=True),
        Column(
            "fields",
            "json",
            "Field of an order (all: those not named) → sources, the most trusted first.",
            required=True,
        ),
    ),
    customer=False,
)

INTERNAL: dict[str, CanonicalTable] = {
    table.name: table
    for table in (IDENTIFIER_MAP, TOUCHED, FX_RATES, IMPORTS, ORDER_STATEMENTS, ORDER_PRECEDENCE)
}
