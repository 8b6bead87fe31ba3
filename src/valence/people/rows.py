"""Many rows at once into and out of the store: columns in, Arrow tables out."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
import pyarrow as pa
import sqlalchemy as sa

from valence.core.ids import own_millisecond
from valence.store import Unit, View

Query: TypeAlias = "sa.Select[*tuple[Any, ...]]"
CHUNK = 5_000  # values of one IN list: below the 32,766 that SQLite takes
_INSERTS = 50_000
_FETCHED = 50_000


def insert(unit: Unit, table: sa.Table, columns: Mapping[str, Iterable[Any]]) -> None:
    """Insert columns of plain values; a customer id is given as 32 hexadecimal digits.

    Past SQLAlchemy's types on purpose: a million rows take 2 s this way and 8 s through them.
    """
    names = ", ".join(columns)
    rows = zip(*columns.values(), strict=True)
    if unit.dialect == "postgresql":
        driver: Any = unit.connection.connection.driver_connection
        with (
            driver.cursor() as cursor,
            cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as to,
        ):
            for row in rows:
                to.write_row(row)
        return
    places = ", ".join("?" * len(columns))
    # Indexes are filled in random order: with the usual 2 MB, pages would go out and come back.
    unit.connection.exec_driver_sql("PRAGMA cache_size=-32768")
    while chunk := list(islice(rows, _INSERTS)):
        unit.connection.exec_driver_sql(
            f"INSERT INTO {table.name} ({names}) VALUES ({places})", chunk
        )


def fetch(view: View, statement: Query, schema: pa.Schema) -> pa.Table:
    """Run a query and return its rows as an Arrow table of that schema."""
    return pa.Table.from_batches(batches(view, statement, schema), schema)


def batches(view: View, statement: Query, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Run a query and yield its rows as Arrow, so many at a time that they never fill the memory.

    Other statements may be run between two batches.
    """
    for rows in _some_at_a_time(view, statement):
        columns = zip(*rows, strict=True)
        arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
        yield pa.record_batch(arrays, schema=schema)


def _some_at_a_time(view: View, statement: Query) -> Iterator[Sequence[Any]]:
    if view.dialect == "postgresql":
        # Its driver would else take in all rows before it gives the first one.
        yield from view.execute(statement.execution_options(yield_per=_FETCHED)).partitions()
        return
    result = view.execute(statement)
    # The driver's own cursor: texts and numbers need none of SQLAlchemy's work on each row.
    cursor: Any = result.cursor
    while rows := cursor.fetchmany(_FETCHED):
        yield rows
    result.close()


def fetch_where(
    view: View,
    statement: Query,
    column: sa.ColumnElement[Any],
    values: Sequence[Any],
    schema: pa.Schema,
) -> pa.Table:
    """Run a query for the rows whose column has one of many values."""
    found = [
        fetch(view, statement.where(among(view, column, chunk)), schema)
        for chunk in chunks(values, CHUNK)
    ]
    return pa.concat_tables(found) if found else schema.empty_table()


def few(view: View, table: sa.Table, asked: int) -> bool:
    """Return whether to read all of a table is cheaper than to ask for so many of its rows by name.

    No more rows than that are counted: to count millions for every block takes longer than a block.
    """
    some = sa.select(sa.literal(1)).select_from(table).limit(asked * 2).subquery()
    return bool(view.scalar(sa.select(sa.func.count()).select_from(some)) < asked * 2)


def among(
    view: View, column: sa.ColumnElement[Any], values: Sequence[Any]
) -> sa.ColumnElement[bool]:
    """Return the condition that a column has one of many values: texts or ids."""
    if view.dialect != "sqlite":
        return column.in_(values)
    # Bound as one text: to name thousands of bound values takes longer than to look them up.
    told = json.dumps([one.hex if isinstance(one, UUID) else one for one in values])
    return column.in_(sa.select(sa.func.json_each(told).table_valued("value").c.value))


def chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Yield consecutive parts of `size` values, the last one maybe smaller."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def hex_of(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return an id column as 32 hexadecimal digits on both databases."""
    return sa.func.replace(sa.cast(column, sa.Text), "-", "")


def ids_of(hexes: Iterable[str]) -> list[UUID]:
    """Return ids of their 32 hexadecimal digits."""
    return [UUID(hex=digits) for digits in hexes]


def asked(view: View, hexes: Iterable[str]) -> Sequence[str | UUID]:
    """Return ids in the form in which the database compares them.

    As objects they would take longer than what is looked up by them.
    """
    return list(hexes) if view.dialect == "sqlite" else ids_of(hexes)


def new_ids(count: int) -> list[str]:
    """Return UUIDv7 as 32 hexadecimal digits, ascending; ten times faster than one by one.

    All have one millisecond that no other id of this process has, and ascending random bits
    (RFC 9562, 6.2, method 2).
    """
    milliseconds = own_millisecond()
    random = np.sort(np.frombuffer(os.urandom(8 * count), ">u8").astype(np.uint64))
    low = np.frombuffer(os.urandom(8 * count), ">u8").astype(np.uint64)
    # The upper 60 ascending bits: 12 beside the version, 48 behind the variant.
    ascending = random >> np.uint64(4)
    high = np.uint64(milliseconds << 16) | np.uint64(0x7000) | (ascending >> np.uint64(48))
    rest = (ascending & np.uint64(2**48 - 1)) << np.uint64(14)
    low = np.uint64(1 << 63) | rest | (low & np.uint64(2**14 - 1))
    digits = np.column_stack([high, low]).astype(">u8").tobytes().hex()
    return [digits[i : i + 32] for i in range(0, len(digits), 32)]
