"""Targets: what a file of each kind can say, with the type of each value and what is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from valence.lake.canonical import CANONICAL

Kind = Literal[
    "orders", "order_lines", "customers", "products", "events",
    "feedback", "contacts", "messages", "spend", "fx_rates", "lookup",
]  # fmt: skip
Type = Literal["text", "number", "int", "float", "bool", "date"]


@dataclass(frozen=True, slots=True)
class Target:
    """One value that a row of a source can give."""

    type: Type = "text"
    required: bool = False


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: the table it feeds and what its rows can say."""

    table: str
    targets: dict[str, Target]
    dated: str = ""  # the target that is the row's moment
    bounded: bool = True  # whether a date in 1900 or in the future is refused


def _table(name: str, dated: str = "", *required: str) -> FileKind:
    """Take the targets from the declaration of a canonical table."""
    types: dict[str, Type] = {
        "text": "text", "json": "text", "int": "int", "amount": "number",
        "float": "float", "bool": "bool", "instant": "date", "day": "date",
    }  # fmt: skip
    own = CANONICAL[name].own
    with_instant = {c.name.removesuffix("_at") for c in own if c.kind == "instant"}
    targets = {
        column.name: Target(types[column.kind], column.name in required)
        for column in own
        if not (column.kind == "day" and column.name.removesuffix("_on") in with_instant)
        and column.name not in {"namespace", "source", "link_key"}
    }
    return FileKind(name, targets, dated)


_NUMBER, _TEXT = Target("number"), Target()
_AMOUNTS = {
    "net_amount": _NUMBER, "gross_amount": _NUMBER, "tax_amount": _NUMBER,
    "discount_amount": _NUMBER, "cost_amount": _NUMBER, "returned_amount": _NUMBER,
    "currency": _TEXT,
}  # fmt: skip
_HEADER = {
    "order_id": Target(required=True), "ordered_at": Target("date"), "status": _TEXT,
    "channel": _TEXT, "store": _TEXT, "country": _TEXT, "coupon": _TEXT, "campaign": _TEXT,
    "account_id": _TEXT, "cancelled_at": Target("date"),
}  # fmt: skip

KINDS: dict[str, FileKind] = {
    "orders": FileKind(
        "orders",
        {**_HEADER, **_AMOUNTS, "ordered_at": Target("date", required=True),
         "units": Target("float")},
        "ordered_at",
    ),
    "order_lines": FileKind(
        "order_lines",
        {
            **_HEADER, **_AMOUNTS, "line_id": _TEXT, "product_id": _TEXT, "description": _TEXT,
            "category": _TEXT, "quantity": Target("float"), "unit_price": _NUMBER,
            "unit_cost": _NUMBER, "order_discount": _NUMBER, "order_returned": _NUMBER,
            "row_type": _TEXT,  # sale or return: both may stand under one order number
        },
        "ordered_at",
    ),
    "customers": FileKind("identifiers", {"account_id": _TEXT, "seen_at": Target("date")}),
    "products": _table("products", "", "product_id"),
    "events": _table("events", "occurred_at", "occurred_at", "name"),
    "feedback": _table("feedback", "answered_at", "answered_at"),
    "contacts": _table("contacts", "opened_at", "opened_at"),
    "messages": _table("messages", "sent_at", "sent_at"),
    "spend": _table("spend", "spent_on", "spent_on", "cost_amount"),
    "fx_rates": FileKind(
        "fx_rates",
        {"quoted_on": Target("date", required=True), "from_currency": Target(required=True),
         "to_currency": _TEXT, "rate": Target("float", required=True)},
        "quoted_on",
    ),
    "lookup": FileKind("", {"key": Target(required=True), "value": _TEXT}),
}  # fmt: skip
