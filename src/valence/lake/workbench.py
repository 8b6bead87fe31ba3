"""The workbench: a DuckDB on disk, of bounded memory, where rows are prepared to land."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from valence.core import ids
from valence.core.errors import OutOfSpaceError
from valence.lake.columns import Column

SQL_TYPE = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "amount": "DECIMAL(18,4)",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "day": "DATE",
    "instant": "TIMESTAMPTZ",
    "json": "VARCHAR",
}
_ASKED_EVERY = 0.2  # seconds
_SPILL = "spill-"
_DISK_FULL = ("No space left", "Disk quota", "out of disk", "File too large")


class Workbench:
    """One DuckDB in a scratch folder that is removed when it is closed."""

    def __init__(self, scratch: Path, *, memory: str = "", threads: int = 0) -> None:
        self.folder = scratch / str(ids.new_id())
        self.folder.mkdir(parents=True)
        with disk_space(self.folder):
            self.connection = duckdb.connect(str(self.folder / "bench.duckdb"))
            configure(self.connection, self.folder, memory=memory, threads=threads)

    def sql(self, text: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> None:
        """Run a statement."""
        with disk_space(self.folder):
            self.connection.execute(text, parameters)

    def rows(
        self, text: str, parameters: Sequence[object] | Mapping[str, object] = ()
    ) -> list[tuple[Any, ...]]:
        """Run a query whose answer is small and return its rows."""
        with disk_space(self.folder):
            return self.connection.execute(text, parameters).fetchall()

    def arrow(self, text: str, parameters: Sequence[object] = ()) -> pa.Table:
        """Run a query and return its answer as one Arrow table."""
        with disk_space(self.folder):
            return self.connection.execute(text, parameters).to_arrow_table()

    def batches(self, text: str, size: int = 100_000) -> Iterator[pa.RecordBatch]:
        """Run a query and yield its answer in batches of `size` rows."""
        with disk_space(self.folder):
            yield from self.connection.execute(text).to_arrow_reader(size)

    @contextmanager
    def watched(self, tell: Callable[[float], None]) -> Iterator[None]:
        """Tell the share (0 to 1) of the statement at work, a few times a second.

        If `tell` raises, the statement is broken off and the error comes out of this block.
        """
        self.sql("SET enable_progress_bar = true")
        self.sql("SET enable_progress_bar_print = false")
        watch = _Watch(self.connection, tell)
        watch.start()
        try:
            yield
        except Exception as broken_off:
            if watch.wrong is not None:
                raise watch.wrong from broken_off
            raise
        finally:
            watch.stop()
            self.sql("SET enable_progress_bar = false")
        if watch.wrong is not None:
            raise watch.wrong

    def register(self, name: str, data: pa.Table | pa.RecordBatchReader) -> None:
        """Make Arrow data readable as relation `name`, without copying it."""
        self.connection.register(name, data)

    def view(self, name: str, files: Sequence[str], columns: Sequence[Column]) -> None:
        """Make view `name` over Parquet files; typed and empty if there are none."""
        self.sql(f"CREATE OR REPLACE VIEW {quoted(name)} AS {select_files(files, columns)}")

    def close(self) -> None:
        """Close and remove the scratch folder."""
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class _Watch(threading.Thread):
    """Asks an engine at work how far it is."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, tell: Callable[[float], None]
    ) -> None:
        super().__init__(name="progress of a statement", daemon=True)
        self._connection, self._tell = connection, tell
        self._over = threading.Event()
        self.wrong: BaseException | None = None

    def run(self) -> None:
        """Ask until told to stop."""
        while not self._over.wait(_ASKED_EVERY):
            if self.wrong is not None:
                self._connection.interrupt()  # whatever statement came next
            elif (far := self._connection.query_progress()) > 0:  # -1: nothing is known
                self._ask_on(min(far, 100.0) / 100)

    def _ask_on(self, share: float) -> None:
        try:
            self._tell(share)
        except BaseException as wrong:  # noqa: BLE001 - whatever it is, the caller gets it
            self.wrong = wrong
            self._connection.interrupt()

    def stop(self) -> None:
        """Ask no more."""
        self._over.set()
        self.join()


class disk_space:  # noqa: N801 - reads as a statement: with disk_space(folder)
    """Turn a full disk into one clear sentence."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, wrong: BaseException | None, trace: object) -> None:
        if isinstance(wrong, duckdb.OutOfMemoryException) and "temp_directory" not in str(wrong):
            raise OutOfSpaceError(
                "This takes more memory than it may have. Nothing was changed; allow more by "
                '`memory = "2GB"` under [lake] in valence.toml, and run the same command again.'
            ) from wrong
        if isinstance(wrong, duckdb.Error | OSError) and any(w in str(wrong) for w in _DISK_FULL):
            raise OutOfSpaceError(
                "The disk that holds {folder} is full. Nothing was changed; free some space and "
                "run the same command again.",
                folder=self.folder,
            ) from wrong


def configure(
    connection: duckdb.DuckDBPyConnection, scratch: Path, *, memory: str, threads: int
) -> None:
    """Bound a connection: memory, threads, where it spills; no downloads; time in UTC."""
    connection.execute("SET TimeZone = 'UTC'")
    # Written out: binding a parameter makes DuckDB import pandas, where it is installed.
    connection.execute(f"SET temp_directory = {literal(str(scratch))}")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET enable_progress_bar = false")  # ours is drawn where somebody waits
    if memory:
        connection.execute(f"SET memory_limit = {literal(memory)}")
    if threads:
        connection.execute(f"SET threads = {threads}")


def spill_folder(lake: Path) -> Path:
    """Return where a reader may spill: a folder of its own, which the engine makes and removes.

    Two engines in one folder write the same files. Those of processes that died are swept away.
    """
    for old in lake.glob(f"{_SPILL}*"):
        if not _lives(int(old.name.removeprefix(_SPILL).partition("-")[0])):
            shutil.rmtree(old, ignore_errors=True)
    return lake / f"{_SPILL}{os.getpid()}-{ids.new_id()}"


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True


def quoted(name: str) -> str:
    """Return a name quoted for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def select_files(files: Sequence[str], columns: Sequence[Column]) -> str:
    """Return a SELECT of the declared columns from Parquet files, or of no rows at all.

    A column that was declared after a file was written is NULL in its rows.
    """
    if not files:
        return f"SELECT {select_list(columns, ())} WHERE false"
    declared = frozenset(c.name for c in columns)
    # By what each file has, and not `union_by_name`: that opens every file at every query.
    return " UNION ALL ".join(
        f"SELECT {select_list(columns, held)} FROM read_parquet([{', '.join(map(literal, some))}])"
        for held, some in groupby(files, key=lambda file: declared & footer(file).names)
    )


def select_list(columns: Sequence[Column], held: Container[str]) -> str:
    """Return the columns for a SELECT, those that are not among `held` as NULL of their type."""
    return ", ".join(
        quoted(c.name) if c.name in held else f"NULL::{SQL_TYPE[c.kind]} AS {quoted(c.name)}"
        for c in columns
    )


class Footer(NamedTuple):
    """What a Parquet file says of itself."""

    rows: int
    names: frozenset[str]


@lru_cache(maxsize=20_000)  # a file of the lake is never written again
def footer(file: str) -> Footer:
    """Return the rows of a Parquet file and the names of its columns."""
    with pa.OSFile(file) as source:  # PyArrow's look for a file system costs more than the footer
        held = pq.read_metadata(source)
    return Footer(held.num_rows, frozenset(held.schema.names))
