"""Records as the resolver takes them, from columns of keys side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from valence.people.normalise import ID_TYPES

SCHEMA = pa.schema(
    {"id_key": pa.string(), "link_key": pa.string(), "id_type": pa.string(), "source": pa.string()}
)


@dataclass(frozen=True, slots=True)
class KeyColumn:
    """One column of `id_key`s, as long as the file: null where a row has no such identifier."""

    id_type: str
    source: str  # the namespace that the keys were made with, else the system
    keys: pa.Array | pa.ChunkedArray


def records_of(columns: Sequence[KeyColumn]) -> pa.Table:
    """Return each row's identifiers, linked to the row's first one: its user id, if it has one.

    Parameters
    ----------
    columns
        Of one length.

    Returns
    -------
    Table
        `id_key`, `link_key`, `id_type`, `source`: one row for each distinct pair of keys.
    """
    ordered = sorted(columns, key=lambda column: list(ID_TYPES).index(column.id_type))
    if not ordered:
        return SCHEMA.empty_table()
    first = pc.coalesce(*(column.keys for column in ordered))
    parts = []
    for column in ordered:
        pairs = pa.table({"id_key": column.keys, "link_key": first})
        pairs = pairs.filter(pc.is_valid(pairs["id_key"]))
        pairs = pairs.group_by(["id_key", "link_key"], use_threads=False).aggregate([])
        rows = pairs.num_rows
        kind, source = pa.repeat(column.id_type, rows), pa.repeat(column.source, rows)
        parts.append(pairs.append_column("id_type", kind).append_column("source", source))
    return pa.concat_tables([part.cast(SCHEMA) for part in parts])
