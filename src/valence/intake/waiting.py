"""Waiting lines: rows held back for want of their order, whose order has come since."""

from __future__ import annotations

import pyarrow as pa
import sqlalchemy as sa

from valence.core.messages import Message, message
from valence.intake.tables import quarantined_rows
from valence.lake.writer import Writer
from valence.store import Store

_MOST = 200_000  # rows looked at; beyond, the sentence says fewer than there are


def arrived(writer: Writer, store: Store) -> tuple[Message, ...]:
    """Return what to do about lines whose orders are in the lake now; nothing if there are none."""
    rows = quarantined_rows.c
    asked = (
        sa.select(rows.namespace, rows.order_id)
        .where(rows.landed, rows.reason == "unknown order", rows.order_id.is_not(None))
        .limit(_MOST)
    )
    with store.reading() as view:
        waiting = [dict(row) for row in view.rows(asked)]
    if not waiting:
        return ()
    writer.table_of("orders")
    writer.bench.register("_held_lines", pa.Table.from_pylist(waiting))
    count = writer.bench.rows(
        "SELECT count(*) FROM _held_lines SEMI JOIN orders USING (namespace, order_id)"
    )[0][0]
    if not count:
        return ()
    return (
        message(
            "{count} rows in quarantine waited for orders that are known now. Land them with "
            '`valence quarantine replay --reason "unknown order"`.',
            count=count,
        ),
    )
