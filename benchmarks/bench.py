"""`make bench`: speeds as ratios to peers and to the bare engine, in the same run."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import (
    build_scale,
    funnel_speed,
    graph_speed,
    import_speed,
    page_times,
    text_speed,
    value_fit,
    value_scale,
)
from benchmarks.report import run

CHECKS = {
    "import: both years of Online Retail II as CSV": import_speed.check,
    "value: 10 M order lines, 1 M customers": value_scale.check,
    "value: models of buying, 1 M customers": value_fit.check,
    "build: 10 M order lines, 1 M customers": build_scale.check,
    "journey: paths of 10 M steps": graph_speed.check,
    "journey: funnel of 10 M steps, 500,000 customers": funnel_speed.check,
    "pages: 1 M customers": page_times.check,
    "experience: sentiment of texts": text_speed.check,
}

if __name__ == "__main__":
    met = run(CHECKS, Path("benchmarks/RESULTS.md"), "Speeds", sys.argv[1:], resume=False)
    sys.exit(0 if met else 1)
