"""From one touchpoint to another: who came, who went on to it, and how soon."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.journey.paths.journeys import MOST_STEPS, ORDER, in_order, seconds_of
from valence.lake.portable import count_if


def between(
    steps: ir.Table,
    first: str,
    then: str,
    *,
    within_hours: float | None = None,
    directly: bool = False,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return who came to a touchpoint, and to another after it.

    Counts are customers, as a funnel of these two steps counts them: whoever came to `first` has
    entered, whoever has any step at `then` after any of these steps has gone on, if not later than
    `within_hours` after the nearest of them. Steps at one moment are one after the other in the
    order of `source` and `row_key`. After a step at the touchpoint itself only another step counts.

    Parameters
    ----------
    steps
        `journey_steps`.
    first, then
        Touchpoints.
    within_hours
        The longest time between the two; None: any.
    directly
        Whether no other step may stand between the two.
    most_steps
        Customers with more steps are left out.

    Returns
    -------
    Table
        One row per customer with a step at `first`: `customer_id`, `went_on` (bool), `seconds`
        (int, the shortest time from one to the other; null for those who did not go on).
    """
    if not first or not then:
        raise BadInputError("Name the two touchpoints that the way leads between.")
    t = in_order(steps, most_steps=most_steps)
    earlier = ibis.window(group_by="customer_id", order_by=list(ORDER), rows=(None, -1))
    came = (t.touchpoint == first).ifelse(t.seconds, ibis.null("int64"))
    t = t.mutate(last=came.max().over(earlier))
    arrived = (t.touchpoint == then) & t["last"].notnull()
    if directly:
        arrived = arrived & (t.before == first)
    took = t.seconds - t["last"]
    if within_hours is not None:
        arrived = arrived & (took <= seconds_of(within_hours))
    t = t.mutate(took=arrived.ifelse(took, ibis.null("int64")), came=t.touchpoint == first)
    t = t.group_by("customer_id").agg(
        entered=count_if(t.came), seconds=t.took.min(), arrivals=t.took.count()
    )
    t = t.filter(t.entered > 0)
    return t.select("customer_id", "seconds", went_on=t.arrivals > 0)
