"""Tables that a test holds in its hands, read as pages read what was published."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import ibis
import pyarrow as pa

from valence.experience.answers import ANSWERS
from valence.experience.scores import BAD, GOOD
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column, arrow_schema

DAY = date(2025, 3, 1)
WHO = (Column("id_key", "text", "Key."), Column("customer_id", "text", "Customer."))


class Held:
    """Published tables of literal rows: columns that a row leaves out are empty."""

    def __init__(self, con: Any, **tables: Any) -> None:
        self.con, self.tables = con, tables

    def has(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str) -> Any:
        return self.tables[name]

    def rows(self, expression: Any) -> list[dict[str, Any]]:
        return self.con.to_pyarrow(expression).to_pylist()

    def one(self, expression: Any) -> dict[str, Any] | None:
        return next(iter(self.rows(expression)), None)


def table(columns: Any, rows: list[Mapping[str, Any]]) -> Any:
    """Return literal rows as a table with all of the columns."""
    return ibis.memtable(pa.Table.from_pylist(rows, schema=arrow_schema(columns)))


def answer(number: int, metric: str, share: float, **more: Any) -> dict[str, Any]:
    """Return one row of `answers`, about the brand itself."""
    on = more.get("on", DAY)
    limit = metric if metric in GOOD else None
    return {
        "source": "survey", "feedback_id": f"f{number}", "customer_id": f"c{number}",
        "on": on, "at": datetime(on.year, on.month, on.day, 12, tzinfo=UTC), "metric": metric,
        "subject": "own", "share": share, "score": 10 * share,
        "good": None if limit is None else share >= GOOD[limit] - 1e-9,
        "bad": None if limit is None else share <= BAD[limit] + 1e-9, **more,
    }  # fmt: skip


def answers(*rows: Mapping[str, Any]) -> Any:
    """Return rows of the mart `answers`."""
    return table(ANSWERS, list(rows))


def customers(*rows: tuple[str, str | None, str | None]) -> Any:
    """Return customers with their tier and main channel."""
    schema = pa.schema({name: pa.string() for name in ("customer_id", "tier", "main_channel")})
    named = [dict(zip(schema.names, row, strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(named, schema=schema))


def contacts(*rows: Mapping[str, Any]) -> Any:
    """Return canonical contacts."""
    return table(CANONICAL["contacts"].columns, list(rows))
