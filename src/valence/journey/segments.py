"""Segments at touchpoints: who passed each, by the segment that they are in now."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.journey.paths.journeys import people
from valence.lake.columns import Column

SEGMENTS = (
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("segment", "text", "Segment that its customers are in now."),
    Column("customers", "int", "Customers who passed it within the months of the map."),
    Column("steps", "int", "Their steps there."),
)


def touchpoint_segments(
    steps: ir.Table, customers: ir.Table, *, as_of: date, months: int = 12
) -> ir.Table:
    """Return which people passed each touchpoint, by the segment that they are in now.

    Parameters
    ----------
    steps
        `journey_steps`.
    customers
        `customers`, with `segment`; who is not among them is in none.
    as_of
        Later steps are left out.
    months
        How many months before the day count.

    Returns
    -------
    Table
        One row per touchpoint and segment, with the columns `SEGMENTS`.
    """
    day = as_day(as_of)
    t = people(steps.filter(steps.on <= day))
    t = t.filter(t.on > months_before(day, months))
    t = t.group_by("touchpoint", "customer_id").agg(steps=t.count().cast("int64"))
    known = customers.select("customer_id", "segment")
    t = t.left_join(known, "customer_id").drop("customer_id_right")
    t = t.mutate(segment=t.segment.fill_null(""))
    return t.group_by("touchpoint", "segment").agg(
        customers=t.count().cast("int64"), steps=t.steps.sum().cast("int64")
    )
