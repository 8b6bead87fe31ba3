"""Import and build killed at random moments, 50 times: nothing lost, nothing doubled."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

from benchmarks.report import WORK, Row
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.settings import load

SHARED = Path("../shared/data/online_retail_ii")
KILLS, PIECES, SEED = 50, 40, 20261123
_LOOP = """
import sys
from pathlib import Path
from valence.app.house import WholeHouse
from valence.core.settings import load
from valence.intake.importing import import_files

house = WholeHouse(load(Path(sys.argv[1])))
print("ready", flush=True)
for path in sys.argv[2:]:
    import_files(house.brand, [Path(path)], yes=True)
    house.build()
print("done", flush=True)
"""


def pieces(folder: Path) -> list[Path]:
    """The second year as many CSV files of whole invoices, in order of time."""
    if not folder.exists():
        folder.mkdir(parents=True)
        source = SHARED / "year_2010_2011.parquet"
        duckdb.sql(
            f"""CREATE TABLE all_lines AS SELECT l.*, piece FROM '{source}' l JOIN (
                SELECT "Invoice",
                    ntile({PIECES}) OVER (ORDER BY min("InvoiceDate"), "Invoice") AS piece
                FROM '{source}' GROUP BY "Invoice") USING ("Invoice")"""
        )
        for number in range(1, PIECES + 1):
            duckdb.sql(
                f"COPY (SELECT * EXCLUDE (piece) FROM all_lines WHERE piece = {number}) "
                f"TO '{folder}/piece_{number:03d}.csv' (HEADER)"
            )
    return sorted(folder.glob("*.csv"))


def check() -> Sequence[Row]:
    """Kill, look, go on; at the end compare with one undisturbed import of everything."""
    files = pieces(WORK / "pieces")
    folder = WORK / "kills"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder, name="kills", currency="GBP", timezone="Europe/London")
    draw = random.Random(SEED)
    lines = {path.name: _lines(path) for path in files}
    kills = wrong = 0
    done = False
    while not done or kills < KILLS:
        if done:  # all landed before the kills were used up: begin again on a new folder
            shutil.rmtree(folder)
            make_folder(folder, name="kills", currency="GBP", timezone="Europe/London")
        left = [path for path in files if path.name not in _landed(folder)]
        done, killed = _run(folder, left, draw.uniform(0.1, 6.0) if kills < KILLS else None)
        kills += killed
        wrong += not _sound(folder, lines)
    at_end = _figures(folder)
    whole = WORK / "kills-oracle"
    shutil.rmtree(whole, ignore_errors=True)
    make_folder(whole, name="oracle", currency="GBP", timezone="Europe/London")
    _run(whole, files, None)
    return [
        Row("kills at random moments of import and build", str(KILLS), str(kills), kills >= KILLS),
        Row("times a row was lost, doubled, or marts disagreed", "0", str(wrong), wrong == 0),
        Row(
            "figures at the end equal those without kills",
            "equal",
            "equal" if at_end == _figures(whole) else "not equal",
            at_end == _figures(whole),
        ),
    ]


def _run(folder: Path, files: list[Path], kill_after: float | None) -> tuple[bool, bool]:
    """Import and build file by file; return whether it ended, and whether it was killed."""
    command = [sys.executable, "-c", _LOOP, str(folder), *map(str, files)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        if kill_after is None:
            ended = process.stdout.readline().strip() == "done"
            return ended, False
        time.sleep(kill_after)
        alive = process.poll() is None
        if alive:
            os.kill(process.pid, signal.SIGKILL)
        return not alive and process.wait() == 0, alive


def _landed(folder: Path) -> set[str]:
    reader = WholeHouse(load(folder)).lake.reader()
    return {row["file_name"] for row in reader.rows(reader.table("imports").select("file_name"))}


def _lines(path: Path) -> int:
    return int(
        duckdb.sql(f"SELECT count(*) FROM read_csv('{path}', all_varchar = true)").fetchone()[0]
    )


def _sound(folder: Path, lines: dict[str, int]) -> bool:
    """Whether the lines are exactly those of the landed files, and the marts agree."""
    reader = WholeHouse(load(folder)).lake.reader()
    expected = sum(lines[name] for name in _landed(folder))
    present = reader.snapshot.rows("order_lines")
    keys = reader.table("order_lines").select("order_id", "line_key").distinct().count()
    distinct = reader.rows(keys.as_table())[0].popitem()[1]
    if not present == expected == distinct:
        print(f"    lines: {present} present, {distinct} distinct, {expected} expected")
        return False
    if not reader.has("customers"):
        return True
    facts = reader.table("order_facts")
    known = facts.filter(facts.customer_id.notnull())
    customers = reader.table("customers")
    one = reader.rows(known.agg(v=known.revenue_amount.sum(), n=known.customer_id.nunique()))[0]
    two = reader.rows(customers.agg(v=customers.revenue_amount.sum(), n=customers.count()))[0]
    if one != two:
        print(f"    marts disagree: {json.dumps([one, two], default=str)}")
    return one == two


def _figures(folder: Path) -> dict[str, object]:
    """The summary; floats to 9 digits, because threads add them in any order."""
    reader = WholeHouse(load(folder)).lake.reader()
    row = reader.one(reader.table("value_summary")) or {}
    return {k: round(v, 9) if isinstance(v, float) else v for k, v in row.items()}
