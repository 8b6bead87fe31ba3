"""The step matrix: where journeys stand at their first step, their second, and so on."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.journey.paths.journeys import MOST_STEPS, journeys, seconds_in
from valence.lake.moments import moment_of
from valence.lake.portable import ratio

POSITIONS = 8
SIDES = ("after", "before")


def step_matrix(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    positions: int = POSITIONS,
    collapse: bool = True,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return which share of journeys is at which touchpoint at each of their first steps.

    Returns
    -------
    Table
        One row per `position` (int, 1 to `positions`) and `touchpoint`: `journeys`, `customers`
        (int), `share` (float, of all journeys: what lacks to 1 at a position has ended before).
    """
    t = journeys(steps, gap_hours=gap_hours, collapse=collapse, most_steps=most_steps)
    t = t.filter(t.position <= positions)
    cells = t.group_by("position", "touchpoint").agg(
        journeys=t.count().cast("int64"), customers=t.customer_id.nunique().cast("int64")
    )
    every = cells.journeys.sum(where=cells.position == 1).over(ibis.window())
    return cells.mutate(share=ratio(cells.journeys, every))


def flows(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    anchor: str = "",
    side: str = "after",
    positions: int = POSITIONS,
    collapse: bool = True,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return how journeys go on from step to step: what a Sankey shows.

    Parameters
    ----------
    steps, gap_hours, collapse, most_steps
        As in `journeys`.
    anchor
        The touchpoint that the ways are told from (`side="after"`: the first time that a journey
        comes to it) or to (`side="before"`: likewise); empty: from the first step.
    positions
        How many steps are told, the anchor counted.

    Returns
    -------
    Table
        One row per `position` (int; 0 is the anchor or the first step, 1 the step after it, −1 the
        one before it), `from_touchpoint` (at that position) and `to_touchpoint` (at the next;
        null: it ends there): `journeys`, `customers` (int), `median_seconds` (float). Ways to an
        anchor have only steps that lead to it: at `position` −1 each `to_touchpoint` is the anchor.
        A `from_touchpoint` of null begins there (`side="before"`).
    """
    t = flow_rows(
        steps, gap_hours=gap_hours, anchor=anchor, side=side, positions=positions,
        collapse=collapse, most_steps=most_steps,
    )  # fmt: skip
    return t.group_by("position", "from_touchpoint", "to_touchpoint").agg(
        journeys=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        median_seconds=seconds_in(t.until.quantile(0.5)),
    )


def flow_customers(flowed: ir.Table, position: int, start: str | None, end: str | None) -> ir.Table:
    """Return the customers behind one flow.

    Parameters
    ----------
    flowed
        As `flow_rows` has them.
    position, start, end
        The flow: its place, and its touchpoints (None: it begins, or ends, there).

    Returns
    -------
    Table
        One row per customer: `customer_id`, `times` (int, journeys), `first_at`, `last_at`
        (instant, when they were at `start`; at `end` where it begins).
    """
    t = flowed.filter(
        flowed.position == position,
        flowed.from_touchpoint.isnull() if start is None else flowed.from_touchpoint == start,
        flowed.to_touchpoint.isnull() if end is None else flowed.to_touchpoint == end,
    )
    t = t.group_by("customer_id").agg(
        times=t.count().cast("int64"), first=t.micros.min(), last=t.micros.max()
    )
    return t.select(
        "customer_id", "times", first_at=moment_of(t["first"]), last_at=moment_of(t["last"])
    )


def flow_rows(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    anchor: str = "",
    side: str = "after",
    positions: int = POSITIONS,
    collapse: bool = True,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return what `flows` counts: a row per journey and step.

    Returns
    -------
    Table
        `customer_id`, `micros` (int, microseconds since 1970: at `from_touchpoint`, or where it is
        null at the first step), `until` (int, microseconds to the next), `position`,
        `from_touchpoint`, `to_touchpoint`, as in `flows`.
    """
    if side not in SIDES:
        raise BadInputError("Ways lead after or before a touchpoint, not {side!r}.", side=side)
    t = journeys(steps, gap_hours=gap_hours, collapse=collapse, most_steps=most_steps)
    each = ibis.window(group_by=["customer_id", "journey"])
    if anchor:
        here = (t.touchpoint == anchor).ifelse(t.position, ibis.null("int64"))
        t = t.mutate(anchored=here.min().over(each))
        t = t.filter(t.anchored.notnull())
        t = t.mutate(offset=(t.position - t.anchored).cast("int64"))
    else:
        t = t.mutate(offset=(t.position - 1).cast("int64"))
    along = ibis.window(group_by=["customer_id", "journey"], order_by="position")
    t = t.mutate(
        next=t.touchpoint.lead().over(along),
        until=t.micros.lead().over(along) - t.micros,
        first=t.position == 1,
    )
    if side == "after":
        return _flow(t.filter(t.offset >= 0, t.offset < positions - 1))
    led = t.filter(t.offset < 0, t.offset > -positions)
    begun = t.filter(t["first"], t.offset <= 0, t.offset > 1 - positions)
    begun = begun.mutate(
        next=begun.touchpoint,
        touchpoint=ibis.null("string"),
        offset=begun.offset - 1,
        until=ibis.null("int64"),
    )
    return _flow(led.union(begun.select(*led.columns)))


def _flow(t: ir.Table) -> ir.Table:
    return t.select(
        "customer_id",
        "micros",
        "until",
        position=t.offset,
        from_touchpoint=t.touchpoint,
        to_touchpoint=t.next,
    )
