"""The reader: published tables and marts for pages, API and commands, always by DuckDB.

Ibis expressions over unbound tables are compiled to SQL and run on a cursor of the thread, so any
number of requests read at once. Marts that say `served` come from a native read-only copy.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from valence.lake.columns import IBIS
from valence.lake.lake import Snapshot
from valence.lake.workbench import (
    configure,
    literal,
    quoted,
    select_files,
    select_list,
    spill_folder,
)


class Reader:
    """One pinned snapshot, open for reading."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self._connection = duckdb.connect()
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")  # of every cursor
        configure(
            self._connection,
            spill_folder(snapshot.lake.path),
            memory=snapshot.lake.memory,
            threads=snapshot.lake.threads,
        )
        self._local = threading.local()
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._numbers = itertools.count()
        self._served: dict[str, frozenset[str]] = {}  # table → its columns
        if snapshot.head.serving:
            path = snapshot.lake.path / "serving" / snapshot.head.serving
            self._connection.execute(f"ATTACH {literal(str(path))} AS serving (READ_ONLY)")
            tables = self._connection.execute(
                "SELECT table_name, list(column_name) FROM duckdb_columns() "
                "WHERE database_name = 'serving' GROUP BY table_name"
            )
            self._served = {name: frozenset(held) for name, held in tables.fetchall()}

    def has(self, name: str) -> bool:
        """Whether the table or mart has been published."""
        return name in self.snapshot.head.tables

    def table(self, name: str) -> ir.Table:
        """An Ibis table of the declared columns; empty if nothing was published for it."""
        columns = self.snapshot.lake.columns(name)
        with self._lock:
            if name not in self._known:
                held = self._served.get(name)
                source = (
                    select_files(self.snapshot.files(name), columns)
                    if held is None
                    else f"SELECT {select_list(columns, held)} FROM serving.main.{quoted(name)}"
                )
                self._connection.execute(f"CREATE VIEW {quoted(name)} AS {source}")
                self._known.add(name)
        return ibis.table({c.name: IBIS[c.kind] for c in columns}, name=name)

    def arrow(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and return an Arrow table."""
        return self._run(expression).to_arrow_table()

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """Run an expression whose answer is small and return its rows."""
        cursor = self._run(expression)
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def one(self, expression: ir.Expr) -> dict[str, Any] | None:
        """Run an expression and return its first row, if it has one."""
        return next(iter(self.rows(expression)), None)

    @contextmanager
    def kept(self, expression: ir.Table) -> Iterator[ir.Table]:
        """Run an expression once, and give its rows as a table until the block is left.

        Only `rows`, `one` and `arrow` of the same thread know it.
        """
        name = f"kept_{next(self._numbers)}"
        self._cursor().execute(f"CREATE TEMP TABLE {name} AS {_sql(expression)}")
        try:
            yield ibis.table(expression.schema(), name=name)
        finally:
            self._cursor().execute(f"DROP TABLE {name}")

    def batches(self, expression: ir.Expr, size: int = 50_000) -> Iterator[pa.RecordBatch]:
        """Run an expression and yield its answer in batches: for exports of any size.

        It has a cursor of its own, so that other questions of the thread do not cut it short.
        """
        with self._connection.cursor() as cursor:
            yield from cursor.execute(_sql(expression)).to_arrow_reader(size)

    def close(self) -> None:
        """Close; threads still reading fail."""
        self._connection.close()

    def _run(self, expression: ir.Expr) -> duckdb.DuckDBPyConnection:
        return self._cursor().execute(_sql(expression))

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._connection.cursor()
        cursor: duckdb.DuckDBPyConnection = self._local.cursor
        return cursor


def _sql(expression: ir.Expr) -> str:
    return str(ibis.to_sql(expression, dialect="duckdb", pretty=False))
