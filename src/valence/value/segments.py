"""Named segments: a complete partition of the recency × frequency-and-monetary grid."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from valence.core.messages import Message, message
from valence.lake.portable import ratio, total

LEVELS = 5


@dataclass(frozen=True, slots=True)
class Segment:
    """One named segment: its code (what rules compare with), its name, and who is in it."""

    code: str
    title: Message
    meaning: Message


SEGMENTS: dict[str, Segment] = {
    segment.code: segment
    for segment in (
        Segment(
            "champions",
            message("Champions"),
            message("Bought lately, often and for much."),
        ),
        Segment(
            "loyal",
            message("Loyal"),
            message("Buy often and for much, and not long ago."),
        ),
        Segment(
            "potential_loyalist",
            message("Potential loyalist"),
            message("Bought lately, and more than once or for a fair amount."),
        ),
        Segment("new", message("New"), message("Bought very lately, little so far.")),
        Segment("promising", message("Promising"), message("Bought lately, little so far.")),
        Segment(
            "need_attention",
            message("Need attention"),
            message("In the middle in every respect, and neither coming nor going."),
        ),
        Segment(
            "about_to_sleep",
            message("About to sleep"),
            message("Bought little, and a while ago."),
        ),
        Segment(
            "at_risk",
            message("At risk"),
            message("Used to buy often or for much, but long ago."),
        ),
        Segment(
            "cannot_lose",
            message("Cannot lose them"),
            message("Were among the best, and have not come for long."),
        ),
        Segment("hibernating", message("Hibernating"), message("Bought little, and long ago.")),
        Segment("lost", message("Lost"), message("Bought little, and longest ago.")),
    )
}

# Rows: recency level 1 (longest ago) to 5 (latest). Columns: frequency-and-monetary level 1 to 5.
GRID: tuple[tuple[str, ...], ...] = (
    ("lost", "lost", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)


def level(score: ir.IntegerValue, *, bins: int) -> ir.IntegerValue:
    """Return the score of 1 to `bins` as a level of 1 to 5: where the middle of its bin falls."""
    if bins == LEVELS:
        return score
    return (((score * 2 - 1) * LEVELS) // (2 * bins) + 1).cast("int64")


def segmented(scores: ir.Table, *, bins: int = LEVELS) -> ir.Table:
    """Return the scores with `recency_level`, `fm_level` (1 to 5) and `segment`.

    The grid has the mean of the frequency and the monetary level, rounded down, across, so that a
    first small purchase is not lifted by its amount. A customer without scores has no segment.

    Parameters
    ----------
    scores
        A table with `recency_score`, `frequency_score`, `monetary_score`, from 1 to `bins`.
    bins
        The best score there is.
    """
    recency, frequency, monetary = (
        level(scores[name], bins=bins)
        for name in ("recency_score", "frequency_score", "monetary_score")
    )
    t = scores.mutate(
        recency_level=recency.cast("int64"),
        fm_level=((frequency + monetary) // 2).cast("int64"),
    )
    cells = [
        (((t.recency_level == r) & (t.fm_level == fm)), code)
        for r, row in enumerate(GRID, start=1)
        for fm, code in enumerate(row, start=1)
    ]
    return t.mutate(segment=ibis.cases(*cells, else_=ibis.null("string")))


def segment_summary(customers: ir.Table) -> ir.Table:
    """Return the size and value of each cell of the grid.

    Parameters
    ----------
    customers
        A table with `recency_level`, `fm_level`, `segment`, `value_amount`; rows without a
        segment are left out.

    Returns
    -------
    Table
        One row per cell with a customer: `recency_level`, `fm_level`, `segment`, `customers`,
        `customers_share`, `value_amount`, `value_share` (of all customers with a segment).
    """
    t = customers.filter(customers.segment.notnull())
    cells = t.group_by("recency_level", "fm_level", "segment").agg(
        customers=t.count().cast("int64"), value_amount=total(t.value_amount)
    )
    whole = ibis.window()
    everyone, everything = cells.customers.sum().over(whole), cells.value_amount.sum().over(whole)
    return cells.mutate(
        customers_share=ratio(cells.customers, everyone),
        value_share=ratio(cells.value_amount, everything),
    )
