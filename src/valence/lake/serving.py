"""The serving copy: the marts that pages read most, as one native read-only DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import duckdb

from valence.lake.head import TableState, sync_folder
from valence.lake.lake import Lake
from valence.lake.marts import Mart
from valence.lake.workbench import configure, disk_space, literal, quoted, select_files

_SLOW = "fsst,dict_fsst,alp,alprd,zstd,roaring"


class ServingCopy:
    """A copy in the making, mart by mart, in a thread of its own beside what the build does."""

    def __init__(self, lake: Lake, path: Path, thread: ThreadPoolExecutor) -> None:
        self._lake = lake
        self._path = path
        self._thread = thread
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._copies: dict[str, tuple[TableState, Future[None]]] = {}

    def take(self, mart: Mart, state: TableState) -> None:
        """Copy this version of a mart when those before it are copied."""
        if mart.name not in self._copies or self._copies[mart.name][0] != state:
            self._copies[mart.name] = state, self._thread.submit(self._copy, mart, state)

    def finished(self) -> str:
        """Wait for the copies and return the file's name.

        Raises
        ------
        OutOfSpaceError
            If the disk or the memory did not suffice.
        """
        for _, copy in self._copies.values():
            copy.result()
        if self._connection is not None:
            with disk_space(self._path.parent):
                self._connection.execute("CHECKPOINT")
        self.close()
        sync_folder(self._path.parent)
        return self._path.name

    def close(self) -> None:
        """Close the file, whatever is in it."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _copy(self, mart: Mart, state: TableState) -> None:
        files = [file.path for file in self._lake.table(mart.name).files(state.version)]
        source = select_files(files, mart.columns)
        with disk_space(self._path.parent):
            self._connection = self._connection or self._open()
            self._connection.execute(f"CREATE OR REPLACE TABLE {quoted(mart.name)} AS {source}")

    def _open(self) -> duckdb.DuckDBPyConnection:
        lake = self._lake
        connection = duckdb.connect(str(self._path))
        spill = lake.scratch / self._path.stem
        configure(connection, spill, memory=lake.memory, threads=lake.threads)
        # The build goes on beside it and has the whole of what is allowed.
        held, unit = connection.execute(
            "SELECT split(current_setting('memory_limit'), ' ')"
        ).fetchall()[0][0]
        connection.execute(f"SET memory_limit = '{float(held) / 4}{unit}'")
        # Threads may interleave the row groups of a file: each is still of neighbouring customers,
        # and is compressed and written at once.
        connection.execute("SET preserve_insertion_order = false")
        # Trying these on every column takes a quarter of the copy's time and saves little of it.
        connection.execute(f"SET disabled_compression_methods = {literal(_SLOW)}")
        return connection


@contextmanager
def serving_copy(lake: Lake, run_id: str) -> Iterator[ServingCopy]:
    """Begin a fresh copy; older readers keep theirs."""
    folder = lake.path / "serving"
    folder.mkdir(parents=True, exist_ok=True)
    current = lake.snapshot().head.serving
    for old in folder.glob("*.duckdb*"):
        if old.name != current:
            old.unlink()
    thread = ThreadPoolExecutor(1)
    copy = ServingCopy(lake, folder / f"{run_id}.duckdb", thread)
    try:
        yield copy
    finally:
        thread.shutdown(cancel_futures=True)
        copy.close()
