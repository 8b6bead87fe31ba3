"""Importing 1.07 M order lines from CSV, against the bare engine's typed load of the same file."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.report import WORK, Row
from valence.app.folder import make_folder

SHARED = Path("../shared/data/online_retail_ii")
ROUNDS = 3
COLUMNS = (
    "{'Invoice': 'VARCHAR', 'StockCode': 'VARCHAR', 'Description': 'VARCHAR', "
    "'Quantity': 'INTEGER', 'InvoiceDate': 'TIMESTAMP', 'Price': 'DECIMAL(18,4)', "
    "'Customer ID': 'VARCHAR', 'Country': 'VARCHAR'}"
)


def csv_of_both_years() -> Path:
    """The two years as one CSV file, lines of both overlapping weeks included."""
    path = WORK / "online_retail_both.csv"
    if not path.exists():
        WORK.mkdir(exist_ok=True)
        files = [str(SHARED / f"year_{year}.parquet") for year in ("2009_2010", "2010_2011")]
        duckdb.sql(f"COPY (SELECT * FROM read_parquet({files})) TO '{path}' (HEADER)")
    return path


def bare_load(path: Path) -> float:
    """Seconds of the engine's own typed load into a table on disk."""
    database = WORK / "bare.duckdb"
    database.unlink(missing_ok=True)
    started = time.perf_counter()
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"CREATE TABLE t AS FROM read_csv('{path}', header = true, columns = {COLUMNS})"
        )
    return time.perf_counter() - started


def our_import(path: Path) -> float:
    """Seconds of an import into a fresh brand folder, in this process."""
    from valence.intake.importing import import_files

    folder = WORK / "import-bench"
    shutil.rmtree(folder, ignore_errors=True)
    brand = make_folder(folder, name="bench", currency="GBP", timezone="Europe/London")
    started = time.perf_counter()
    import_files(brand, [path], yes=True)
    return time.perf_counter() - started


def check() -> Sequence[Row]:
    """Best of some rounds each, taken in turns."""
    path = csv_of_both_years()
    bare, ours = [], []
    for _ in range(ROUNDS):
        bare.append(bare_load(path))
        ours.append(our_import(path))
    ratio = min(ours) / min(bare)
    return [
        Row("bare typed CSV load", "–", f"{min(bare):.2f} s"),
        Row("import", "–", f"{min(ours):.2f} s"),
        Row("import / bare load", "at most 4 ×", f"{ratio:.2f} ×", ratio <= 4),
    ]
