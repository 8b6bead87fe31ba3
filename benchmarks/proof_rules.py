"""The rule language on DuckDB, Spark and Python: many random rules on random rows, all equal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from benchmarks.report import Row

RULES = {"duckdb": 40_000, "spark": 6_000}
SEED = 20261123


def check() -> Sequence[Row]:
    """Run the comparison of the tests with many more rules."""
    rows = []
    for engine, count in RULES.items():
        command = [sys.executable, "-m", "tests.core.rules.compare", "--engine", engine]
        command += ["--rules", str(count), "--seed", str(SEED)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
        what = f"{count:,} random rules, {engine} against Python, seed {SEED}"
        rows.append(Row(what, "no difference", said, done.returncode == 0))
    return rows
