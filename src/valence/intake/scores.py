"""Scores: which answers lie outside the scale that they were given on."""

from __future__ import annotations

from valence.lake.canonical import SCORE_RANGES
from valence.lake.workbench import literal

_SCALE = r"^\s*(-?[0-9]+(?:[.][0-9]+)?)\s*(?:-|–|to|bis|至|到|~|\.\.)\s*([0-9]+(?:[.][0-9]+)?)\s*$"


def off_scale_sql() -> str:
    """Return SQL over `score`, `scale` and `metric` that is true for a score beside its scale.

    The scale that a file names counts (`1-5`); without one, the widest on which such a question
    is asked.
    """
    named = f"regexp_extract(scale, {literal(_SCALE)}, ['low', 'high'])"
    low, high = (
        "CASE " + " ".join(
            f"WHEN lower(metric) = {literal(metric)} THEN {limits[end]}"
            for metric, limits in SCORE_RANGES.items()
        ) + " END"
        for end in (0, 1)
    )  # fmt: skip
    bounds = (
        f"coalesce(try_cast({named}.low AS DOUBLE), {low})",
        f"coalesce(try_cast({named}.high AS DOUBLE), {high})",
    )
    return f"coalesce(score < {bounds[0]} OR score > {bounds[1]}, false)"
