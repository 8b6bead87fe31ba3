"""Every published mart, made by DuckDB and by Spark from the same import: equal, row by row."""

from __future__ import annotations

import math
import shutil
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from benchmarks.import_speed import csv_of_both_years
from benchmarks.report import WORK, Row
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.settings import load
from valence.intake.importing import import_files
from valence.lake.build import Ask

TOLERANCE = 1e-9


def check() -> Sequence[Row]:
    """Import both years of Online Retail II, build by each engine, compare all marts."""
    folder = WORK / "same"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder, name="same", currency="GBP", timezone="Europe/London")
    house = WholeHouse(load(folder))
    import_files(house.brand, [csv_of_both_years()], yes=True)
    made = {}
    for engine in ("duckdb", "spark"):
        house.build(Ask(engine=engine, whole=True))
        reader = house.lake.reader()
        made[engine] = {mart.name: reader.arrow(reader.table(mart.name)) for mart in house.marts}
        reader.close()
    rows = []
    for mart in house.marts:
        differing = differences(made["duckdb"][mart.name], made["spark"][mart.name], mart.grain)
        count = made["duckdb"][mart.name].num_rows
        rows.append(
            Row(
                f"{mart.name} ({count:,} rows)",
                "amounts exact, floats to 1e-9",
                differing or "equal",
                not differing,
            )
        )
    return rows


def differences(one: pa.Table, other: pa.Table, grain: Sequence[str]) -> str:
    """Say where two tables differ; empty if they are equal."""
    if one.schema != other.schema:
        return f"schemas differ: {one.schema} {other.schema}"
    if one.num_rows != other.num_rows:
        return f"{one.num_rows} rows against {other.num_rows}"
    order = [(name, "ascending") for name in grain]
    left, right = ((t.sort_by(order) if order else t).to_pylist() for t in (one, other))
    faults = [
        f"{name}: {a[name]!r} against {b[name]!r}"
        for a, b in zip(left, right, strict=True)
        for name in a
        if not same(a[name], b[name])
    ]
    return f"{len(faults)} cells differ, such as {faults[0]}" if faults else ""


def same(a: Any, b: Any) -> bool:
    """Whether two cells are equal: floats within the tolerance, everything else exactly."""
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    return bool(a == b)
