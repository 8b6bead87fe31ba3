"""From one touchpoint to another: who came, who went on to it, and how soon."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.journey.paths.journeys import ORDER, READ, micros_in, seconds_in, told
from valence.lake.moments import micros_of
from valence.lake.portable import count_if, given


def between(
    steps: ir.Table,
    first: str,
    then: str,
    *,
    within_hours: float | None = None,
    directly: bool = False,
) -> ir.Table:
    """Return who came to a touchpoint, and who went on to another after it.

    Counts are customers, as a funnel of these two steps counts them (strict where `directly`):
    whoever has a step at `first` has entered; whoever has any step at `then` after one of them,
    at most `within_hours` later, has gone on. Of steps at one moment those at `first` come first,
    then those at `then`, then all others, each by `source` and `row_key`. Nobody is left out for
    having many steps: each counts once.

    Parameters
    ----------
    steps
        `journey_steps`.
    first, then
        Touchpoints; the same: who came again.
    within_hours
        The longest time between the two; None: any.
    directly
        Whether no other step may stand between the two.

    Returns
    -------
    Table
        One row per customer with a step at `first`: `customer_id`, `went_on` (bool), `seconds`
        (float, the shortest time from one to the other; null for those who did not go on).

    Raises
    ------
    BadInputError
        If a touchpoint is not named, or the time is not above 0.
    """
    if not first or not then:
        raise BadInputError("Name the two touchpoints that the way leads between.")
    t = told(given(steps, *READ))
    here, there = t.touchpoint == first, t.touchpoint == then
    t = t.select(
        "customer_id",
        "source",
        "row_key",
        here=here,
        there=there,
        place=ibis.cases((here, 0), (there, 1), else_=2),
        micros=micros_of(t["at"]),
    )
    if not directly:
        t = t.filter(t.here | t.there)
    order = ("micros", "place", *ORDER[1:])
    along = {"group_by": "customer_id", "order_by": list(order)}
    came = t.here.ifelse(t.micros, ibis.null("int64"))
    if directly:
        last = came.lag().over(ibis.window(**along))
    else:
        last = came.max().over(ibis.window(**along, rows=(None, -1)))
    took = t.micros - last
    arrived = t.there & last.notnull()
    if within_hours is not None:
        arrived = arrived & (took <= micros_in(within_hours))
    t = t.mutate(took=arrived.ifelse(took, ibis.null("int64")))
    t = t.group_by("customer_id").agg(entered=count_if(t.here), shortest=t.took.min())
    t = t.filter(t.entered > 0)
    return t.select("customer_id", seconds=seconds_in(t.shortest), went_on=t.shortest.notnull())
