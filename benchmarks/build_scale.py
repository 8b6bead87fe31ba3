"""Builds of all marts from 10 M order lines of 1 M customers: whole, and after one more day."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import WORK, Row

LINES, CUSTOMERS = 10_000_000, 1_000_000
# The first measures of value; models, ladder, bond, bridge, equity and products came after them.
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


def main(step: str) -> None:
    """Run one step in this process, so that its memory is its own; print what it took."""
    from valence.app.house import WholeHouse
    from valence.core.settings import load
    from valence.lake.build import Ask

    folder = brand()
    if step == "day":
        _load(folder, "=")
    settings = load(folder, {"VALENCE_LAKE_MEMORY": MEMORY, "VALENCE_LAKE_THREADS": "2"})
    run = WholeHouse(settings).build(Ask(whole=step == "whole"))
    peak = peak_gb()
    owners = {mart.name: mart.owner for mart in WholeHouse(settings).marts}
    marts = {mart.mart: (mart.mode, mart.seconds, owners[mart.mart]) for mart in run.marts}
    print(json.dumps({"seconds": run.seconds, "peak_gb": peak, "marts": marts}))


def peak_gb() -> float:
    """The most memory this process has held; `getrusage` would count the parent's before exec."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 2**20


def step(name: str) -> dict[str, Any]:
    """Run a step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.build_scale", name]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"    {name}: {found}", flush=True)
    return found


def check() -> Sequence[Row]:
    """Build everything, then one more day, then everything again on what is then there."""
    brand()
    first = step("whole")
    day = step("day")
    again = step("whole")
    peak = max(float(s["peak_gb"]) for s in (first, day, again))
    shutil.rmtree(WORK / "scale-brand")
    rows = [Row("peak memory of a build", "within 4 GB", f"{peak:.2f} GB", peak <= 4)]
    every, one_more = min(first["seconds"], again["seconds"]), day["seconds"]
    said = f"{every:.1f} s, one more day {one_more:.1f} s"
    rows += [Row("full build: all marts of all capabilities", "–", said)]
    for what, seconds, limit, part, said in (
        ("all marts of value", all_seconds, 90, 1 / 3, "a third"),
        ("the first measures, plan and publishing", ground_seconds, 40, 1 / 4, "a quarter"),
    ):
        whole, one = min(seconds(first), seconds(again)), seconds(day)
        share = one / whole
        rows += [
            Row(f"full build: {what}", f"within {limit} s", f"{whole:.1f} s", whole <= limit),
            Row(f"one more day: {what}", f"at most {said}", f"{one:.1f} s, {share:.2f}",
                share <= part),
        ]  # fmt: skip
    return rows


def all_seconds(found: Mapping[str, Any]) -> float:
    """How long a build took without the marts of capabilities that came after value."""
    later = (took for _, took, owner in found["marts"].values() if owner != "value")
    return float(found["seconds"]) - sum(later)


def ground_seconds(found: Mapping[str, Any]) -> float:
    """How long it took without the marts that came after the first measures."""
    later = (took for mart, (_, took, _) in found["marts"].items() if mart not in GROUND)
    return float(found["seconds"]) - sum(later)


if __name__ == "__main__":
    main(sys.argv[1])
