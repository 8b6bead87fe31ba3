"""A funnel of 10 M steps of 500,000 customers: ours, hand-written SQL, and ClickHouse's function.

All read the same Parquet file with two threads and tell how many customers came how far: four steps
in order within seven days. Ours tells the median and the mean time to each step and the intervals,
too. The bare engine's query is the usual one: a running maximum of the chain's start per step.
ClickHouse runs embedded (chdb) in an environment of its own, best of the same number of rounds.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.peers import answer
from benchmarks.report import WORK, Row

ROUNDS = 3
CUSTOMERS, STEPS = 500_000, 10_000_000
_STEPS = ("visit", "product", "basket", "order")
_DAY = date(2026, 1, 1)
_WINDOW = 7 * 86_400_000_000  # microseconds

# Shares of touchpoints as a shop has them; the order of ids and of times have nothing to do with
# each other. Ids are long, as the house's are.
_MAKE = f"""
COPY (
  WITH r AS (
    SELECT i, md5((hash(i * 7 + 1) % {CUSTOMERS})::VARCHAR) AS who,
      (hash(i * 13 + 5) % 1000000) / 1e6 AS p,
      make_timestamptz(1750000000000000 + (hash(i * 17 + 3) % 7776000000000)::BIGINT) AS moment
    FROM range({STEPS}) t(i)
  )
  SELECT substr(who, 1, 8) || '-' || substr(who, 9, 4) || '-7' || substr(who, 13, 3) || '-'
      || substr(who, 16, 4) || '-' || substr(who, 20, 12) AS customer_id,
    moment AS "at", moment::DATE AS "on",
    CASE WHEN p < .30 THEN 'visit' WHEN p < .40 THEN 'search' WHEN p < .62 THEN 'product'
      WHEN p < .75 THEN 'basket' WHEN p < .83 THEN 'checkout' WHEN p < .86 THEN 'payment'
      WHEN p < .91 THEN 'order' WHEN p < .95 THEN 'app' ELSE 'service contact' END AS touchpoint,
    CASE WHEN p < .30 THEN 'aware' WHEN p < .62 THEN 'consider' WHEN p < .91 THEN 'buy'
      ELSE 'use' END AS stage,
    CASE i % 3 WHEN 0 THEN 'web' WHEN 1 THEN 'app' ELSE 'store' END AS channel,
    'events' AS source, 'site:' || i AS row_key, NULL::BOOLEAN AS standard_kept
  FROM r ORDER BY moment
) TO '{{path}}' (FORMAT parquet, COMPRESSION zstd)
"""
_NTH = "CASE touchpoint " + " ".join(f"WHEN '{s}' THEN {n}" for n, s in enumerate(_STEPS, 1))
_BEFORE = (
    'OVER (PARTITION BY customer_id ORDER BY "at", step '
    "ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)
HAND = f"""
WITH m AS (
  SELECT customer_id, epoch_us("at") AS "at", {_NTH} END AS step
  FROM '{{path}}' WHERE touchpoint IN {_STEPS}
), a AS (SELECT *, max(CASE WHEN step = 1 THEN "at" END) {_BEFORE} AS s1 FROM m
), b AS (SELECT *, max(CASE WHEN step = 2 AND "at" - s1 <= {_WINDOW} THEN s1 END) {_BEFORE} AS s2 FROM a
), c AS (SELECT *, max(CASE WHEN step = 3 AND "at" - s2 <= {_WINDOW} THEN s2 END) {_BEFORE} AS s3 FROM b
), d AS (
  SELECT customer_id, max(CASE WHEN step = 4 AND "at" - s3 <= {_WINDOW} THEN 4
    WHEN step = 3 AND "at" - s2 <= {_WINDOW} THEN 3 WHEN step = 2 AND "at" - s1 <= {_WINDOW} THEN 2
    WHEN step = 1 THEN 1 END) AS reached
  FROM c GROUP BY customer_id
)
SELECT reached, count(*) FROM d WHERE reached IS NOT NULL GROUP BY reached ORDER BY reached
"""  # noqa: E501 - one step a line
_OURS = """
import json, resource, sys, time
from datetime import date
import ibis
from valence.journey.funnel import FunnelDefinition
from valence.journey.funnel.rates import funnel
path, steps, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
con = ibis.duckdb.connect()
con.raw_sql("SET threads = 2; SET memory_limit = '1200MB'; SET TimeZone = 'UTC'")
con.raw_sql("SET preserve_insertion_order = false; SET enable_progress_bar = false")
asked = FunnelDefinition(name="four", steps=[{"touchpoint": s} for s in steps], window_hours=168)
told = funnel(con.read_parquet(path), definition=asked, as_of=date(2026, 1, 1)).order_by("step")
best = [1e9, 1e9]
for _ in range(rounds):
    began = time.perf_counter(), time.process_time()
    rows = con.to_pyarrow(told).to_pylist()
    spent = time.perf_counter() - began[0], time.process_time() - began[1]
    best = [min(a, b) for a, b in zip(best, spent)]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([*best, peak, [row["customers"] for row in rows]]))
"""
_CLICKHOUSE = """
import json, sys, time
import chdb
path, steps, rounds = sys.argv[1], json.loads(sys.argv[2]), int(sys.argv[3])
asked = ", ".join(f"touchpoint = '{s}'" for s in steps)
query = f'''
SELECT level, count() FROM (
  SELECT customer_id,
    windowFunnel(604800000000)(toUInt64(toUnixTimestamp64Micro(at)), {asked}) AS level
  FROM file('{path}') WHERE touchpoint IN {tuple(steps)} GROUP BY customer_id
) WHERE level > 0 GROUP BY level ORDER BY level SETTINGS max_threads = 2'''
best = [1e9, 1e9]
for _ in range(rounds):
    began = time.perf_counter(), time.process_time()
    told = str(chdb.query(query, "CSV"))
    spent = time.perf_counter() - began[0], time.process_time() - began[1]
    best = [min(a, b) for a, b in zip(best, spent)]
print(json.dumps([*best, [list(map(int, line.split(","))) for line in told.split()]]))
"""


def check() -> Sequence[Row]:
    """Time the three; ratios are of the time on the clock, those of the processor stand beside."""
    path = data()
    theirs = answer("chdb", _CLICKHOUSE, path, json.dumps(_STEPS), ROUNDS)
    hand = _by_hand(path)
    done = subprocess.run(
        [sys.executable, "-c", _OURS, str(path), json.dumps(_STEPS), str(ROUNDS)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    own, own_cpu, peak, came = json.loads(done.stdout.strip().splitlines()[-1])
    for told in (theirs[2], hand[2]):
        reached = dict(told)
        counts = [sum(reached.get(n, 0) for n in range(step, 5)) for step in (1, 2, 3, 4)]
        if counts != came:
            raise AssertionError(f"the contestants disagree: {counts}, {came}")
    return [
        Row(
            "four-step funnel against windowFunnel in embedded ClickHouse", "at most 2 ×",
            f"{own / theirs[0]:.2f} × ({own:.2f} s, {theirs[0]:.2f} s; of the processor "
            f"{own_cpu / theirs[1]:.2f} ×)",
            own <= 2 * theirs[0],
        ),
        Row(
            "the same against hand-written SQL on the bare engine", "at most 1.2 ×",
            f"{own / hand[0]:.2f} × ({hand[0]:.2f} s; of the processor {own_cpu / hand[1]:.2f} ×)",
            own <= 1.2 * hand[0],
        ),
        Row("memory of ours", "under 1.5 GB", f"{peak / 1024:.2f} GB", peak < 1536),
    ]  # fmt: skip


def data() -> Path:
    """The file of steps, made if it is not there."""
    path = (WORK / "funnel_steps.parquet").absolute()
    if not path.exists():
        with duckdb.connect() as con:
            con.execute("SET threads = 2; SET memory_limit = '2GB'; SET TimeZone = 'UTC'")
            con.execute(f"SET temp_directory = '{WORK / 'spill'}'")
            con.execute(_MAKE.format(path=path))
    return path


def _by_hand(path: Path) -> tuple[float, float, list[tuple[int, int]]]:
    best = [1e9, 1e9]
    told: list[tuple[int, int]] = []
    with duckdb.connect() as con:
        con.execute("SET threads = 2; SET memory_limit = '1200MB'; SET TimeZone = 'UTC'")
        con.execute(f"SET temp_directory = '{WORK / 'spill'}'")
        con.execute("SET preserve_insertion_order = false")
        for _ in range(ROUNDS):
            began = time.perf_counter(), time.process_time()
            told = con.execute(HAND.format(path=path)).fetchall()
            spent = time.perf_counter() - began[0], time.process_time() - began[1]
            best = [min(a, b) for a, b in zip(best, spent, strict=True)]
    return best[0], best[1], told
