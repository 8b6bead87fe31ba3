"""Scales of answers: where a score stands between the ends of the scale that it was given on."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

# Where an answer does not state its scale (`1-5`), that on which such a question is asked.
USUAL: dict[str, tuple[int, int]] = {
    "nps": (0, 10), "csat": (1, 5), "ces": (1, 7), "rating": (1, 5), "review": (1, 5),
    "share_of_wallet": (0, 100),
}  # fmt: skip
_OTHERS = (1, 5)


def on_scale(answers: ir.Table) -> ir.FloatingValue:
    """Return each score as a share of its scale, 0 to 1; missing where it lies beside it.

    Parameters
    ----------
    answers
        With `metric` (in small letters), `score` (float64) and `scale` (text, such as `1-5`).
    """
    low, high = scale_end(answers, 0), scale_end(answers, 1)
    share = (answers.score - low) / (high - low).nullif(0.0)
    return ((share >= 0.0) & (share <= 1.0)).ifelse(share, ibis.null("float64"))


def scale_end(answers: ir.Table, place: int) -> ir.FloatingValue:
    """Return the low (0) or high (1) end of an answer's scale: as stated, else the metric's own."""
    stated = answers.scale.re_extract(r"^\s*(\d+)\s*[-–]\s*(\d+)\s*$", place + 1).nullif("")
    own = answers.metric.cases(
        *((metric, float(ends[place])) for metric, ends in USUAL.items()),
        else_=float(_OTHERS[place]),
    )
    return ibis.coalesce(stated.cast("float64"), own)
