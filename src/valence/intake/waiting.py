"""Waiting rows: held back for want of their order or a rate, they land when it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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

UNKNOWN_ORDER, NO_RATE = "unknown order", "no rate"
_BLOCK = 20_000
_ROWS = quarantined_rows.c


@dataclass(frozen=True, slots=True)
class Brought:
    """What an import brought that rows may wait for: orders of these namespaces, rates."""

    namespaces: frozenset[str]
    rates: bool

    @classmethod
    def by(cls, files: Sequence[OpenFile]) -> Brought:
        """Return what these files bring."""
        kinds = {file.mapping.kind for file in files}
        told = [f for f in files if f.mapping.kind in {"orders", "order_lines"}]
        return cls(frozenset(f.mapping.namespace for f in told), "fx_rates" in kinds)


def arrivals(
    writer: Writer, store: Store, keyring: Keyring, brought: Brought, leaving: Sequence[int]
) -> Iterator[OpenFile]:
    """Yield files of the rows that may land now, one for each file that they came in.

    Parameters
    ----------
    writer
        Sees the orders of this import.
    store, keyring
        Where the rows wait, and what opens them.
    brought
        What this import brought that rows wait for.
    leaving
        Rows that leave the quarantine by this very import already.
    """
    with store.reading() as view:
        for (hashed, name, reason), rows in groupby(
            _known(writer, view, brought, set(leaving)), key=lambda row: row[2:]
        ):
            again = Again(name, "waited", reason)
            for row_id, line, *_ in rows:
                again.row_ids.append(row_id)
                again.lines.append(line)
            opened = quarantine.opened(view, keyring, again.row_ids)
            folder = writer.bench.folder / "waited"
            path = folder / f"{again.row_ids[0]}-{Path(name).stem}.jsonl"
            source = open_source(writer.bench, write_rows(path, (row.cells for row in opened)))
            mapping = quarantine.mapping_of(view, hashed)
            yield OpenFile(source, mapping, f"waited:{path.name}:{writer.batch_id}", again=again)


def _known(
    writer: Writer, view: View, brought: Brought, leaving: set[int]
) -> list[tuple[Any, ...]]:
    """Return number, line, mapping, file and reason of the rows that may land, file by file."""
    writer.table_of("orders")
    writer.bench.sql(
        "CREATE OR REPLACE TEMP TABLE _held_lines (row_id BIGINT, line BIGINT, mapping_hash "
        "VARCHAR, file VARCHAR, reason VARCHAR, namespace VARCHAR, order_id VARCHAR)"
    )
    for block in _blocks(view, brought):
        rows = [row for row in block if row["row_id"] not in leaving]
        if rows:
            writer.bench.register("_held_block", pa.Table.from_pylist(rows))
            writer.bench.sql("INSERT INTO _held_lines SELECT * FROM _held_block")
    # Whether a rate is known turns out when they are read.
    return writer.bench.rows(
        "SELECT row_id, line, mapping_hash, file, reason FROM _held_lines h WHERE reason = "
        f"'{NO_RATE}' OR EXISTS (SELECT 1 FROM orders o WHERE o.namespace = h.namespace AND "
        "o.order_id = h.order_id) ORDER BY mapping_hash, file, reason, row_id"
    )


def _blocks(view: View, brought: Brought) -> Iterator[list[dict[str, Any]]]:
    of_orders = sa.and_(
        _ROWS.reason == UNKNOWN_ORDER,
        _ROWS.order_id.is_not(None),
        _ROWS.namespace.in_(sorted(brought.namespaces)),
    )
    waits = sa.or_(of_orders, _ROWS.reason == NO_RATE) if brought.rates else of_orders
    asked = (
        sa.select(
            _ROWS.row_id, _ROWS.line, _ROWS.mapping_hash, _ROWS.file, _ROWS.reason,
            _ROWS.namespace, _ROWS.order_id,
        )
        .where(_ROWS.landed, waits)
        .order_by(_ROWS.row_id)
        .limit(_BLOCK)
    )  # fmt: skip
    after = 0
    while block := [dict(row) for row in view.rows(asked.where(_ROWS.row_id > after))]:
        yield block
        after = block[-1]["row_id"]
