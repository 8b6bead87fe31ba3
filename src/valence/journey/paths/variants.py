"""Variants: journeys that take the same way, with how many of all they cover."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.journey.paths.journeys import MOST_STEPS, journeys, seconds_in
from valence.lake.portable import ratio

LONGEST = 30  # steps of a variant that are told apart: a longer way is nobody else's


def variants(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    collapse: bool = True,
    longest: int = LONGEST,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return the ways that journeys take, and how many of all journeys each covers.

    Parameters
    ----------
    steps, gap_hours, collapse, most_steps
        As in `journeys`.
    longest
        Journeys that agree in so many steps and go on are one variant.

    Returns
    -------
    Table
        One row per way: `path` (list of touchpoints), `cut` (bool, whether its journeys go on
        after it), `journeys`, `customers` (int), `median_seconds` (float, from the first step to
        the last), `rank` (int, 1 is the most frequent; ties in the order of the touchpoints),
        `share` (float, of all journeys), `covered` (float, of all journeys by this and those
        before it).
    """
    t = journeys(steps, gap_hours=gap_hours, collapse=collapse, most_steps=most_steps)
    near = t.position <= longest
    place = ibis.struct({"position": t.position, "touchpoint": t.touchpoint})
    t = t.group_by("customer_id", "journey").agg(
        places=place.collect(where=near),
        steps=t.count().cast("int64"),
        took=t.micros.max() - t.micros.min(),
    )
    t = t.mutate(path=t.places.sort().map(lambda one: one["touchpoint"]), cut=t.steps > longest)
    ways = t.group_by("path", "cut").agg(
        journeys=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        median_seconds=seconds_in(t.took.quantile(0.5)),
    )
    order = [ways.journeys.desc(), ways.path, ways.cut]
    ranked, up_to = ibis.window(order_by=order), ibis.window(order_by=order, rows=(None, 0))
    whole = ways.journeys.sum().over(ibis.window())
    return ways.mutate(
        rank=(ibis.row_number().over(ranked) + 1).cast("int64"),
        share=ratio(ways.journeys, whole),
        covered=ratio(ways.journeys.sum().over(up_to), whole),
    )
