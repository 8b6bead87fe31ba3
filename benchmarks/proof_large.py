"""A 5 GB CSV and a Parquet file of the same rows, imported by a process below 1 GB of memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.report import WORK, Row

BYTES = 5 * 2**30
_IMPORT = """
import json, sys, time
from pathlib import Path
from valence.core.settings import load
from valence.intake.importing import import_files
started = time.perf_counter()
summary = import_files(load(Path(sys.argv[1])), [Path(sys.argv[2])], yes=True)
print(json.dumps({
    "peak_mb": int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024,
    "seconds": time.perf_counter() - started,
    "read": summary.read, "new": summary.new, "quarantined": summary.quarantined,
}))
"""


def large(path: Path) -> int:
    """Write the file, if it is not there, and return its rows: Online Retail many times over."""
    lines = BYTES // 92  # bytes of a line as written below
    select = (
        "SELECT (500000 + i // 20)::VARCHAR AS Invoice, (10000 + hash(i) % 4000)::VARCHAR AS "
        "StockCode, 'WHITE HANGING HEART T-LIGHT HOLDER NO ' || hash(i) % 4000 AS Description, "
        "1 + hash(i + 1) % 12 AS Quantity, TIMESTAMP '2009-12-01 08:00:00' + INTERVAL (i // 20) "
        "SECOND AS InvoiceDate, (1 + hash(i + 2) % 2000) / 100 AS Price, "
        "12000 + (hash(i // 20) % 200000) AS \"Customer ID\", 'United Kingdom' AS Country "
        f"FROM range({lines}) t(i)"
    )
    if not path.exists():
        options = "(HEADER)" if path.suffix == ".csv" else "(FORMAT parquet)"
        duckdb.sql(f"COPY ({select}) TO '{path}' {options}")
    return lines


def check(suffix: str) -> Sequence[Row]:
    """Import the file of that kind in a process of its own."""
    from valence.app.folder import make_folder

    path = WORK / f"large.{suffix}"
    lines = large(path)
    folder = WORK / f"large-{suffix}"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder, name="large", currency="GBP", timezone="Europe/London")
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(folder), str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    size = path.stat().st_size / 2**30
    what = f"{suffix.upper()} of {size:.1f} GB, {lines:,} lines"
    if done.returncode:
        # The sentence alone: the lines before it tell where this machine keeps its files.
        return [Row(what, "lands", (done.stderr.splitlines() or [""])[-1][-300:], met=False)]
    found = json.loads(done.stdout.splitlines()[-1])
    landed = found["new"] + found["quarantined"] >= lines
    path.unlink()
    shutil.rmtree(folder)
    return [
        Row(f"{what}: rows read", f"{lines:,}", f"{found['read']:,}", found["read"] == lines),
        Row(f"{what}: peak memory", "under 1 GB", f"{found['peak_mb']:.0f} MB",
            found["peak_mb"] < 1024),
        Row(f"{what}: time", "–", f"{found['seconds']:.0f} s", landed or None),
    ]  # fmt: skip
