"""Waiting lines: rows held back for want of their order land in the import that brings it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from valence.intake import quarantine
from valence.intake.opening import OpenFile
from valence.intake.reading import open_source
from valence.intake.rereading import Again, write_rows
from valence.intake.tables import quarantined_rows
from valence.lake.writer import Writer
from valence.people.keys import Keyring
from valence.store import Store, View

_BLOCK = 20_000
_ROWS = quarantined_rows.c


def arrivals(
    writer: Writer, store: Store, keyring: Keyring, namespaces: set[str], leaving: Sequence[int]
) -> Iterator[OpenFile]:
    """Yield files of the rows whose orders are known now, one for each file that they came in.

    Parameters
    ----------
    writer
        Sees the orders of this import.
    store, keyring
        Where the rows wait, and what opens them.
    namespaces
        Those in which this import told of orders.
    leaving
        Rows that leave the quarantine by this very import already.
    """
    with store.reading() as view:
        known = _known(writer, view, namespaces, set(leaving))
        for (hashed, name), rows in groupby(known, key=lambda row: (row[1], row[2])):
            again = Again(name, "waited")
            for row_id, _, _, line in rows:
                again.row_ids.append(row_id)
                again.lines.append(line)
            opened = quarantine.opened(view, keyring, again.row_ids)
            folder = writer.bench.folder / "waited"
            path = folder / f"{again.row_ids[0]}-{Path(name).stem}.jsonl"
            source = open_source(writer.bench, write_rows(path, (row.cells for row in opened)))
            mapping = quarantine.mapping_of(view, hashed)
            yield OpenFile(source, mapping, f"waited:{path.name}:{writer.batch_id}", again=again)


def _known(
    writer: Writer, view: View, namespaces: set[str], leaving: set[int]
) -> list[tuple[Any, ...]]:
    """Return number, mapping, file and line of the rows whose orders are known, file by file."""
    writer.table_of("orders")
    writer.bench.sql(
        "CREATE OR REPLACE TEMP TABLE _held_lines (row_id BIGINT, namespace VARCHAR, order_id "
        "VARCHAR, mapping_hash VARCHAR, file VARCHAR, line BIGINT)"
    )
    for block in _blocks(view, namespaces):
        rows = [row for row in block if row["row_id"] not in leaving]
        if rows:
            writer.bench.register("_held_block", pa.Table.from_pylist(rows))
            writer.bench.sql("INSERT INTO _held_lines SELECT * FROM _held_block")
    return writer.bench.rows(
        "SELECT row_id, mapping_hash, file, line FROM _held_lines SEMI JOIN orders "
        "USING (namespace, order_id) ORDER BY mapping_hash, file, row_id"
    )


def _blocks(view: View, namespaces: set[str]) -> Iterator[list[dict[str, Any]]]:
    asked = (
        sa.select(
            _ROWS.row_id, _ROWS.namespace, _ROWS.order_id, _ROWS.mapping_hash, _ROWS.file,
            _ROWS.line,
        )
        .where(
            _ROWS.landed,
            _ROWS.reason == "unknown order",
            _ROWS.order_id.is_not(None),
            _ROWS.namespace.in_(sorted(namespaces)),
        )
        .order_by(_ROWS.row_id)
        .limit(_BLOCK)
    )  # fmt: skip
    after = 0
    while block := [dict(row) for row in view.rows(asked.where(_ROWS.row_id > after))]:
        yield block
        after = block[-1]["row_id"]
