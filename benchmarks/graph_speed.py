"""The directly-follows graph of 10 M steps, against a hand-written query and other libraries; the
steps after one more day of events against all of them anew.

`python -m benchmarks.graph_speed 1000000` draws so many steps instead: a look in passing.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import ibis

from benchmarks import peers
from benchmarks.build_scale import peak_gb
from benchmarks.report import WORK, Row

STEPS, CUSTOMERS_PER_STEP = 10_000_000, 1 / 20
DAYS = 180
ROUNDS = 3
MEMORY = "1GB"  # of the engine; with Python and its libraries the process stays below 1.5 GB
TOUCHPOINTS = (
    "visit", "search", "product", "basket", "checkout", "payment", "order", "delivery", "app",
    "service contact", "benefit", "review",
)  # fmt: skip
# What one would write for counts and medians alone: no ties, no customers, no robots.
HAND = """
SELECT before, touchpoint, count(*) AS steps, median(seconds) AS median_seconds
FROM (
  SELECT touchpoint, lag(touchpoint) OVER w AS before,
    epoch_us("at") - lag(epoch_us("at")) OVER w AS seconds
  FROM steps WINDOW w AS (PARTITION BY customer_id ORDER BY "at")
) WHERE before IS NOT NULL GROUP BY ALL"""
_PM4PY = """
import json, sys, time
import pandas as pd, pm4py
frame = pd.read_parquet(sys.argv[1], columns=["customer_id", "touchpoint", "at"])
frame = frame.rename(columns={"customer_id": "case:concept:name", "touchpoint": "concept:name",
                              "at": "time:timestamp"})
started = time.perf_counter()
counts = pm4py.discover_dfg(frame)[0]
medians = pm4py.discover_performance_dfg(frame, perf_aggregation_key="median")[0]
print(json.dumps({"seconds": time.perf_counter() - started, "pairs": len(counts)}))
"""
_RETENTIONEERING = """
import json, os, sys, time
os.environ["RETE_TRACKING"] = "0"
import pandas as pd
from retentioneering.eventstream import Eventstream
frame = pd.read_parquet(sys.argv[1], columns=["customer_id", "touchpoint", "at"])
frame = frame.rename(columns={"customer_id": "user_id", "touchpoint": "event", "at": "timestamp"})
frame["timestamp"] = frame["timestamp"].dt.tz_localize(None)
started = time.perf_counter()
stream = Eventstream(frame)
made = stream.transition_matrix()
print(json.dumps({"seconds": time.perf_counter() - started, "pairs": int((made > 0).sum().sum())}))
"""


def data(steps: int = STEPS) -> Path:
    """Steps of that many rows, drawn once: hashes of row numbers, the same on every machine."""
    path = WORK / f"steps-{steps}.parquet"
    if not path.exists():
        WORK.mkdir(exist_ok=True)
        names = ", ".join(f"'{name}'" for name in TOUCHPOINTS)
        moment = f"hash(i * 7 + 1) % {DAYS * 86_400_000_000}"
        with _engine() as con:
            con.execute(f"""
            COPY (
              SELECT md5((hash(i * 3 + 11) % {round(steps * CUSTOMERS_PER_STEP)})::VARCHAR)
                  AS customer_id,
                TIMESTAMPTZ '2025-01-01' + to_microseconds(({moment})::BIGINT) AS "at",
                [{names}][1 + (hash(i * 13 + 5) % {len(TOUCHPOINTS)})::INT] AS touchpoint,
                'events' AS source, 'shop:' || i AS row_key
              FROM range({steps}) AS r(i)
            ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)""")
    return path


def _engine() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET threads = 2; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    con.execute("SET enable_progress_bar = false")
    con.execute(f"SET memory_limit = '{MEMORY}'; SET temp_directory = '{WORK / 'spill'}'")
    return con


def ours(*, brief: bool) -> str:
    """The query of the public function: for counts and medians, or for all that it tells."""
    from valence.journey.columns import STEPS as COLUMNS
    from valence.journey.paths.graph import directly_follows
    from valence.lake.columns import IBIS

    read = {c.name: IBIS[c.kind] for c in COLUMNS
            if c.name in ("customer_id", "at", "touchpoint", "source", "row_key")}  # fmt: skip
    return str(
        ibis.to_sql(directly_follows(ibis.table(read, name="steps"), brief=brief), dialect="duckdb")
    )


def timed(kind: str, path: Path) -> dict[str, float]:
    """Run one of the two queries in this process: its time, its pairs, the memory it took."""
    query = HAND if kind == "hand" else ours(brief=kind == "ours")
    with _engine() as con:
        con.execute(f"CREATE VIEW steps AS SELECT * FROM '{path}'")
        started = time.perf_counter()
        pairs = len(con.execute(query).fetchall())
        return {"seconds": time.perf_counter() - started, "pairs": pairs, "peak_gb": peak_gb()}


def _own_process(*words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.graph_speed", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"    {' '.join(words[:1])}: {found}", flush=True)
    return found


def check(steps: int = STEPS) -> Sequence[Row]:
    """Time the graph, each contestant's best of some rounds taken in turns, and one more day."""
    path, what = data(steps), f"graph of {steps / 1e6:g} M steps, counts and medians"
    found: dict[str, list[dict[str, Any]]] = {"hand": [], "ours": [], "full": []}
    for _ in range(ROUNDS):
        for kind, times in found.items():
            times.append(_own_process(kind, str(path)))
    hand, own, full = (min(t["seconds"] for t in times) for times in found.values())
    peak = max(t["peak_gb"] for kind in ("ours", "full") for t in found[kind])
    rows = [
        Row(f"{what}: ours / hand-written query", "at most 1.5 ×",
            f"{own:.2f} s / {hand:.2f} s = {own / hand:.2f} ×", own / hand <= 1.5),
        Row(f"{what}: with customers and 90th percentiles too", "",
            f"{full:.2f} s = {full / hand:.2f} × the hand-written query"),
        Row(f"{what}: peak memory", "under 1.5 GB", f"{peak:.2f} GB", peak < 1.5),
    ]  # fmt: skip
    for peer, script, least in (("pm4py", _PM4PY, 9), ("retentioneering", _RETENTIONEERING, 12)):
        rows.append(_against(peer, script, path, own, least, what))
    return [*rows, *_one_more_day(steps)]


def _against(peer: str, script: str, path: Path, own: float, least: int, what: str) -> Row:
    said, target = f"{what}: {peer} / ours", f"at least {least} ×"
    try:
        other = float(peers.answer(peer, script, path.absolute())["seconds"])
    except (RuntimeError, subprocess.CalledProcessError) as failed:
        return Row(said, target, f"{peer} did not run: {str(failed)[-200:]}")
    return Row(said, target, f"{other:.1f} s / {own:.2f} s = {other / own:.1f} ×",
               other / own >= least)  # fmt: skip


# -- one more day --------------------------------------------------------------------------------


def _brand(steps: int) -> Path:
    return WORK / f"steps-brand-{steps}"


def _load(steps: int, sign: str) -> None:
    """Merge the events before (`<`) or on (`=`) the last day into the brand's lake."""
    from valence.core.settings import load
    from valence.lake.lake import Lake

    path = data(steps)
    raw = (
        "SELECT 'shop' AS source, row_key AS event_id, \"at\" AS occurred_at, "
        "\"at\"::DATE AS occurred_on, touchpoint AS name, 'web' AS channel, "
        f"'user_id' AS id_type, customer_id AS id_key FROM '{path}'"
    )
    with Lake.of(load(_brand(steps))).writing("load") as writer:
        last = f"(SELECT max(\"at\"::DATE) FROM '{path}')"
        writer.merge("events", f"SELECT * FROM ({raw}) WHERE occurred_on {sign} {last}")
        if sign == "<":
            writer.merge(
                "identifier_map",
                "SELECT DISTINCT 'shop' AS source, 'user_id' AS id_type, customer_id AS id_key, "
                f"customer_id FROM '{path}'",
                stored=True,
            )
        writer.commit()


def build(steps: int, step: str) -> dict[str, Any]:
    """Build the marts of the journey in this process; what each took."""
    from valence.app.folder import make_folder
    from valence.app.house import WholeHouse
    from valence.core.settings import load
    from valence.journey.declaration import JOURNEY
    from valence.lake.build import Ask

    folder = _brand(steps)
    if step == "first":
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(folder, name="steps", currency="EUR", timezone="UTC")
        _load(steps, "<")
    elif step == "day":
        _load(steps, "=")
    settings = load(folder, {"VALENCE_LAKE_MEMORY": "2GB", "VALENCE_LAKE_THREADS": "2"})
    run = WholeHouse(settings, [JOURNEY]).build(Ask(whole=step == "whole"))
    made = {mart.mart: (mart.mode, mart.seconds) for mart in run.marts}
    return {"seconds": run.seconds, "steps": made["journey_steps"], "peak_gb": peak_gb()}


def _one_more_day(steps: int) -> Sequence[Row]:
    _own_process("first", str(steps))
    day = _own_process("day", str(steps))
    whole = _own_process("whole", str(steps))
    shutil.rmtree(_brand(steps))
    share = day["steps"][1] / whole["steps"][1]
    what = f"steps of {steps / 1e6:g} M events: one more day / all anew"
    return [
        Row(what, "at most a tenth",
            f"{day['steps'][1]:.2f} s / {whole['steps'][1]:.2f} s = {share:.3f}",
            share <= 0.1 and day["steps"][0] == "part"),
    ]  # fmt: skip


def main(words: Sequence[str]) -> None:
    """Run one measurement in this process, or all of a smaller size."""
    kinds: dict[str, Callable[[str], dict[str, Any]]] = {
        "hand": lambda path: timed("hand", Path(path)),
        "ours": lambda path: timed("ours", Path(path)),
        "full": lambda path: timed("full", Path(path)),
        "first": lambda n: build(int(n), "first"),
        "day": lambda n: build(int(n), "day"),
        "whole": lambda n: build(int(n), "whole"),
    }
    if words[0] in kinds:
        print(json.dumps(kinds[words[0]](words[1])))
        return
    for row in check(int(words[0])):
        print(f"{row.what} | {row.target} | {row.measured} | {row.met}")


if __name__ == "__main__":
    main(sys.argv[1:])
