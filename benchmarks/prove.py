"""`make prove`: long proofs, resumable; results in benchmarks/PROOF.md."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from benchmarks import (
    proof_intervals,
    proof_kills,
    proof_large,
    proof_pareto,
    proof_rules,
    proof_same,
    proof_stake,
    proof_tests,
    proof_truth,
)
from benchmarks.report import run

CHECKS = {
    "kills: import and build killed at random": proof_kills.check,
    "same: every mart equal on DuckDB and Spark": proof_same.check,
    "rules: equal on DuckDB, Spark and Python": proof_rules.check,
    "tests: other seeds, orders, engines": proof_tests.check,
    "intervals: worth covers what came, 20 seeds": proof_intervals.check,
    "truth: worth of the demo's customers, 20 seeds": proof_truth.check,
    "stake: value at stake against the truth, 100 seeds": proof_stake.check,
    "pareto: numbers at all extremes": proof_pareto.numbers,
    "pareto: fits of all kinds of data": proof_pareto.fits,
    "pareto: standard errors": proof_pareto.standard_errors,
    "large: a 5 GB CSV under 1 GB of memory": partial(proof_large.check, "csv"),
    "large: the same rows as Parquet": partial(proof_large.check, "parquet"),
}

if __name__ == "__main__":
    met = run(CHECKS, Path("benchmarks/PROOF.md"), "Proofs", sys.argv[1:], resume=True)
    sys.exit(0 if met else 1)
