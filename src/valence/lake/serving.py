"""The serving copy: the marts that pages read most, as one native read-only DuckDB file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from valence.lake.head import TableState, sync_folder
from valence.lake.lake import Lake
from valence.lake.marts import Mart
from valence.lake.workbench import configure, disk_space, literal, quoted, select_files

_SLOW = "fsst,dict_fsst,alp,alprd,zstd,roaring"


def serve_copy(
    lake: Lake, marts: Sequence[Mart], tables: Mapping[str, TableState], run_id: str
) -> str:
    """Copy marts into a fresh DuckDB file and return its name; older readers keep theirs."""
    folder = lake.path / "serving"
    folder.mkdir(parents=True, exist_ok=True)
    current = lake.snapshot().head.serving
    for old in folder.glob("*.duckdb*"):
        if old.name != current:
            old.unlink()
    path = folder / f"{run_id}.duckdb"
    with disk_space(folder):
        _write(lake, path, marts, tables)
    sync_folder(folder)
    return path.name


def _write(lake: Lake, path: Path, marts: Sequence[Mart], tables: Mapping[str, TableState]) -> None:
    connection = duckdb.connect(str(path))
    try:
        configure(connection, lake.scratch, memory=lake.memory, threads=lake.threads)
        # Threads may interleave the row groups of a file: each is still of neighbouring customers,
        # and is compressed and written at once.
        connection.execute("SET preserve_insertion_order = false")
        # Trying these on every column takes a quarter of the copy's time and saves little of it.
        connection.execute(f"SET disabled_compression_methods = {literal(_SLOW)}")
        for mart in marts:
            files = [f.path for f in lake.table(mart.name).files(tables[mart.name].version)]
            source = select_files(files, mart.columns)
            connection.execute(f"CREATE TABLE {quoted(mart.name)} AS {source}")
        connection.execute("CHECKPOINT")
    finally:
        connection.close()
