"""Called-off lines: they stay known, with the price of a unit, and add nothing to their order."""

from __future__ import annotations

from collections.abc import Iterable

from valence.intake.amounts import cancelled_sql
from valence.intake.mapping import FileMapping
from valence.intake.precedence import Teller
from valence.lake.workbench import literal
from valence.lake.writer import Writer

_STAGED = (
    "quantity", "_net", "discount_amount", "tax_amount", "cost_amount", "unit_cost",
    "returned_amount",
)  # fmt: skip
_STORED = (
    "quantity", "original_amount", "net_amount", "discount_amount", "tax_amount", "cost_amount",
    "returned_amount",
)  # fmt: skip


def said_of_lines(mapping: FileMapping) -> bool:
    """Whether each row speaks for its own line: a status on the first only is said of the order."""
    return "status" not in mapping.fill_down


def without_called_off(mapping: FileMapping, rows: str) -> str:
    """Return SQL of rows of lines in which nothing is left of those that were called off.

    Whatever became of the rest of their order: a later file may tell otherwise of it.
    """
    if not said_of_lines(mapping) or cancelled_sql(mapping) == "false":
        return rows
    return f"SELECT * REPLACE ({_nothing(_STAGED, '_cancelled')}) FROM ({rows})"


def remember_called_off(writer: Writer, mapping: FileMapping, teller: Teller) -> None:
    """Make `_once_off`: orders at hand that are called off, as the source of their lines said."""
    writer.table_of("order_statements")
    writer.table_of("orders")
    ours = (
        f"namespace = {literal(mapping.namespace)} AND source = {literal(teller.source)} "
        f"AND grain = {literal(teller.grain)}"
    )
    said = "cancelled" if said_of_lines(mapping) else "false"
    writer.bench.sql(
        "CREATE OR REPLACE TEMP TABLE _once_off AS SELECT namespace, order_id, source FROM "
        f"(FROM order_statements WHERE {ours} AND {said}) SEMI JOIN _heads USING (namespace, "
        "order_id) SEMI JOIN (FROM orders WHERE kind = 'cancelled') USING (namespace, order_id)"
    )


def mark_called_off(writer: Writer) -> None:
    """Take the amounts of lines that were called off with their whole order (`_once_off`).

    Before lines had a word of their own they were stored in full, as their order counted nowhere;
    now that single lines of it are told, it may count again.
    """
    bench = writer.bench
    if not bench.rows("SELECT 1 FROM _once_off LIMIT 1"):
        return
    writer.table_of("order_lines")
    old = (
        "order_lines l SEMI JOIN _once_off USING (namespace, order_id, source) "
        "WHERE l.cancelled IS NULL"
    )
    if bench.rows(f"SELECT 1 FROM {old} LIMIT 1"):
        writer.merge(
            "order_lines",
            "SELECT l.* EXCLUDE (batch_id, loaded_at, row_hash) REPLACE (true AS cancelled, "
            f"{_nothing(_STORED, 'true')}) FROM {old}",
        )


def _nothing(names: Iterable[str], off: str) -> str:
    """SQL of columns that are 0 where a row was called off; what is not known stays so."""
    return ", ".join(
        f"CASE WHEN {off} AND {name} IS NOT NULL THEN 0 ELSE {name} END AS {name}" for name in names
    )
