"""Value at stake, held against simulated brands whose truth is known, 100 seeds.

Per seed the moments of one year are drawn, at which a delivery may come late or a contact stay
unsolved, by what is known of customers before; the true effect on the affected is known from twins
of the same futures. Then the same with a confounder that no column shows. The estimator with true
models knows each moment's chance, and the expected outcome as learned from ten times as many
customers of other seeds.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from benchmarks.report import WORK, Row, commit
from valence.app.stake_proof import CUSTOMERS, drawn
from valence.journey.stake.verify import SEEDS, Seen, claims, seen_of

_KEPT = WORK / "stake.json"


def check() -> Sequence[Row]:
    """Coverage, width, the plain difference and the placebo, for both experiences."""
    kept = _kept()
    rows = []
    for experience, customers in CUSTOMERS.items():
        plain = _all_seeds(kept, experience, hidden=False)
        hidden = _all_seeds(kept, experience, hidden=True)
        what = f"{experience}, {customers:,} customers, {SEEDS} seeds"
        rows += [
            Row(f"{what}: {claim.what}", "–" if claim.met is None else claim.wanted,
                claim.found, claim.met)
            for claim in claims(plain, hidden)
        ]  # fmt: skip
    return rows


def _kept() -> dict[str, Any]:
    """What this commit has done already; a seed that it has done is not done again."""
    at = commit()
    kept: dict[str, Any] = json.loads(_KEPT.read_text()) if _KEPT.exists() else {}
    return kept if kept.get("commit") == at and "+" not in at else {"commit": at, "seeds": {}}


def _all_seeds(kept: dict[str, Any], experience: str, *, hidden: bool) -> list[Seen]:
    seen = []
    for seed in range(1, SEEDS + 1):
        name = f"{experience}, {'hidden' if hidden else 'plain'}, {seed}"
        if name not in kept["seeds"]:
            one = seen_of(drawn, seed, experience, hidden=hidden)
            kept["seeds"][name] = asdict(one)
            _KEPT.parent.mkdir(parents=True, exist_ok=True)
            _KEPT.write_text(json.dumps(kept))
            print(f"  {name}: {one}", flush=True)
        seen.append(Seen(**kept["seeds"][name]))
    return seen
