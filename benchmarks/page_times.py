"""Server time of page loads on a million customers, as the pages' own Server-Timing header says."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.build_scale import brand, step
from benchmarks.report import Row

ROUNDS = 12
RULES = (
    'tier == "top" and days_since_order > 60',
    "orders >= 5 and return_share > 0.1",
    'segment == "at_risk"',
)
SORTS = ("-value_amount", "days_since_order", "-orders", "customer_id")


def paths(customers: Sequence[str]) -> list[str]:
    """The pages that are loaded, filters, sorts and single customers included."""
    tables = [f"/customers?where={quote(rule)}&sort={sort}" for rule in RULES for sort in SORTS]
    people = [f"/customers/{customer}" for customer in customers]
    return ["/", "/value", "/cohorts", "/customers", "/builds", "/jobs", *tables, *people]


def check() -> Sequence[Row]:
    """Serve the large brand in a process of its own and load every page in turns."""
    folder = brand()
    step("build", "all", folder)
    server = subprocess.Popen(
        [sys.executable, "-c", _SERVE, str(folder)], stderr=subprocess.PIPE, text=True
    )
    try:
        assert server.stderr is not None
        said = server.stderr.readline()
        base = re.search(r"http://[^\s]+", said).group()  # type: ignore[union-attr]
        every = paths(_customers(folder))
        for path in every:  # the first load of each page opens files and compiles templates
            _load(base + path)
        times = {path: [_load(base + path) for _ in range(ROUNDS)] for path in every}
    finally:
        server.terminate()
        server.wait()
    loads = sorted(ms for found in times.values() for ms in found)
    p95 = loads[int(len(loads) * 0.95)]
    medians = {path: statistics.median(found) for path, found in times.items()}
    slowest = max(medians, key=lambda path: medians[path])
    return [
        Row(f"95 % of {len(loads)} page loads", "under 300 ms", f"{p95:.0f} ms", p95 < 300),
        Row("median page load", "–", f"{statistics.median(loads):.0f} ms"),
        Row(f"slowest page, median ({slowest})", "–", f"{medians[slowest]:.0f} ms"),
    ]


_SERVE = """
import sys
from pathlib import Path
from valence.app.house import WholeHouse
from valence.app.ports import listen
from valence.app.serve import serve
from valence.core.settings import load
listening = listen("127.0.0.1", 0, again="", asked=True)
serve(WholeHouse(load(Path(sys.argv[1]))), listening, with_worker=False)
"""


def _customers(folder: Path) -> list[str]:
    from valence.core.settings import load
    from valence.lake.lake import Lake

    reader = Lake.of(load(folder)).reader()
    table = reader.table("customers")
    chosen = table.order_by(table.value_amount.desc()).select("customer_id").limit(10)
    return [row["customer_id"] for row in reader.rows(chosen)]


def _load(url: str) -> float:
    """Milliseconds that the server took."""
    with urllib.request.urlopen(url) as answer:
        answer.read()
        timing = answer.headers["Server-Timing"]
    return float(re.search(r"dur=([\d.]+)", timing).group(1))  # type: ignore[union-attr]
