"""Columns: the types of the lake, and what each is in Arrow (hence Delta), Ibis and the rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

Kind = Literal["text", "int", "amount", "float", "bool", "day", "instant", "json"]
Privacy = Literal["none", "pseudonym", "free text"]

ARROW: dict[Kind, pa.DataType] = {
    "text": pa.string(),
    "int": pa.int64(),
    "amount": pa.decimal128(18, 4),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "day": pa.date32(),
    "instant": pa.timestamp("us", "UTC"),
    "json": pa.string(),
}
IBIS: dict[Kind, str] = {
    "text": "string",
    "int": "int64",
    "amount": "decimal(18, 4)",
    "float": "float64",
    "bool": "boolean",
    "day": "date",
    "instant": "timestamp('UTC', 6)",
    "json": "string",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type, meaning in a sentence, and what privacy asks of it."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    check: str = ""  # a rule in the rule language that each row keeps
    privacy: Privacy = "none"
    purpose: str = ""  # what a personal column is for


def arrow_schema(columns: Iterable[Column]) -> pa.Schema:
    """Return the Arrow schema of the columns, in their order."""
    return pa.schema([pa.field(c.name, ARROW[c.kind]) for c in columns])


def declared_from(schema: pa.Schema) -> tuple[Column, ...]:
    """Return the columns that a written schema shows; their meaning is with their declaration."""
    kinds = {arrow: kind for kind, arrow in ARROW.items() if kind != "json"}  # written as text
    return tuple(Column(field.name, kinds[field.type], "") for field in schema)
