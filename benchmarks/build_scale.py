"""Builds of all marts from 10 M order lines of 1 M customers: whole, and after one more day."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import WORK, Row

LINES, CUSTOMERS = 10_000_000, 1_000_000
# The first measures of value; models, ladder, bond, bridge, equity and products came after them.
# Each scope is built by itself: what came later would be copied for the pages beside it.
GROUND = (
    "order_facts", "order_days", "customer_facts", "customers", "segments", "value_tiers",
    "value_lorenz", "cohort_sums", "cohorts", "cohort_staying", "value_summary",
)  # fmt: skip
MEMORY = "3GB"  # of the engine; with Python and its libraries the process stays below 4 GB


def data() -> Path:
    """Canonical Parquet files of that size, drawn once."""
    folder = WORK / "scale"
    if not (folder / "identifier_map.parquet").exists():
        from valence.demo.scale import orders_at_scale

        orders_at_scale(folder, lines=LINES, customers=CUSTOMERS)
    return folder


def brand() -> Path:
    """A brand folder whose lake holds all but the last day."""
    folder = WORK / "scale-brand"
    if not (folder / "valence.toml").exists() or not (folder / "data/lake/head.json").exists():
        from valence.app.folder import make_folder

        shutil.rmtree(folder, ignore_errors=True)
        make_folder(folder, name="scale", currency="EUR", timezone="UTC")
        _load(folder, "<")
    return folder


def _load(folder: Path, sign: str) -> None:
    """Merge the rows before (`<`) or on (`=`) the last day."""
    from valence.core.settings import load
    from valence.lake.lake import Lake

    files = data()
    with Lake.of(load(folder)).writing("load") as writer:
        last = f"(SELECT max(ordered_on) FROM '{files}/orders.parquet')"
        for table in ("orders", "order_lines"):
            writer.merge(
                table,
                f"SELECT * EXCLUDE (batch_id, loaded_at) FROM '{files}/{table}.parquet' "
                f"WHERE ordered_on {sign} {last}",
                stored=True,
            )
        if sign == "<":
            select = f"SELECT * EXCLUDE (batch_id, loaded_at) FROM '{files}/identifier_map.parquet'"
            writer.merge("identifier_map", select, stored=True)
        writer.commit()


def main(step: str, scope: str, folder: str) -> None:
    """Run one step in this process, so that its memory is its own; print what it took."""
    from valence.app.house import WholeHouse
    from valence.core.settings import load
    from valence.lake.build import Ask, build

    if step == "day":
        _load(Path(folder), "=")
    house = WholeHouse(
        load(Path(folder), {"VALENCE_LAKE_MEMORY": MEMORY, "VALENCE_LAKE_THREADS": "2"})
    )
    marts = [mart for mart in house.marts if _within(mart, scope)]
    run = build(house.lake, marts, house.context, ask=Ask(whole=step == "whole"))
    took = {mart.mart: (mart.mode, mart.seconds) for mart in run.marts}
    print(json.dumps({"seconds": run.seconds, "peak_gb": peak_gb(), "marts": took}))


def _within(mart: Any, scope: str) -> bool:
    """Whether a mart was there when the numbers of a scope were set."""
    if scope == "value":
        return bool(mart.owner == "value")
    return scope == "all" or mart.name in GROUND


def peak_gb() -> float:
    """The most memory this process has held; `getrusage` would count the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20


def step(name: str, scope: str, folder: Path) -> dict[str, Any]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.build_scale", name, scope, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"    {scope}, {name}: {found}", flush=True)
    return found


def check() -> Sequence[Row]:
    """Build everything, then one more day, then everything again on what is then there."""
    rows, peaks = [], []
    for scope, what, limit, part, said in (
        ("ground", "the first measures", 40, 1 / 4, "a quarter"),
        ("value", "all marts of value", 90, 1 / 3, "a third"),
        ("all", "all marts of all capabilities", None, None, ""),
    ):
        folder = WORK / f"scale-{scope}"
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(brand(), folder)
        first, day, again = (step(name, scope, folder) for name in ("whole", "day", "whole"))
        shutil.rmtree(folder)
        peaks += [float(each["peak_gb"]) for each in (first, day, again)]
        whole, one = min(first["seconds"], again["seconds"]), day["seconds"]
        share = one / whole
        rows += [
            Row(f"full build: {what}", f"within {limit} s" if limit else "–", f"{whole:.1f} s",
                whole <= limit if limit else None),
            Row(f"one more day: {what}", f"at most {said}" if part else "–",
                f"{one:.1f} s, {share:.2f}", share <= part if part else None),
        ]  # fmt: skip
    shutil.rmtree(brand())
    peak = max(peaks)
    return [Row("peak memory of a build", "within 4 GB", f"{peak:.2f} GB", peak <= 4), *rows]


if __name__ == "__main__":
    main(*sys.argv[1:])
