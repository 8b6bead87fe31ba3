"""Journeys: the steps of each customer in their order, cut where nothing happened for long."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.lake.moments import micros_of
from valence.lake.portable import count_if, given

# A shopper who does ten things a day, every day, needs three years for so many. Whoever has more
# is a robot, a test account or the till of a store: their rhythm would stand for everybody's.
MOST_STEPS = 10_000
ORDER = ("micros", "source", "row_key")  # of the steps of a customer: ties are decided, not drawn
READ = ("customer_id", "touchpoint", "at", "source", "row_key")
MICROS = 1_000_000


def come_from(
    steps: ir.Table, *, gap_hours: float | None = None, most_steps: int = MOST_STEPS
) -> ir.Table:
    """Return the steps of each customer beside the step before.

    Steps at one moment stand in the order of `source` and `row_key`. Of steps at the same
    touchpoint and moment that come one after the other, one is kept: a double-fired event is no
    visit more. Steps of nobody, without a time or without a touchpoint are left out, and all steps
    of customers with more than `most_steps` (see `left_out`).

    Parameters
    ----------
    steps
        `journey_steps`.
    gap_hours
        A journey ends where nothing happens for longer than this; None: each customer has one.
    most_steps
        The most steps that a customer may have.

    Returns
    -------
    Table
        One row per step kept: `customer_id`, `touchpoint` (text), `micros` (int, microseconds since
        1970), `source`, `row_key`, `before` (text: the touchpoint of the step before in the
        journey), `micros_since` (int, since then); both null where the journey begins.

    Raises
    ------
    BadInputError
        If `steps` lacks a column, `gap_hours` is not above 0 or `most_steps` below 1.
    """
    if most_steps < 1:
        raise BadInputError("A customer has 1 step or more, not {most}.", most=most_steps)
    t = told(given(steps, *READ))
    t = t.select("customer_id", "touchpoint", "source", "row_key", micros=micros_of(t["at"]))
    along = ibis.window(group_by="customer_id", order_by=list(ORDER))
    # All in one pass, since the order is what costs: neither filter below moves a neighbour. Who
    # has too many goes whole, and behind a double stand the same touchpoint and moment.
    t = t.mutate(
        before=t.touchpoint.lag().over(along),
        since=t.micros - t.micros.lag().over(along),
        n=t.count().over(along.copy(start=None, end=None, how="rows")),
    )
    t = t.filter(
        t.n <= most_steps,
        t.before.isnull() | (t.before != t.touchpoint) | (t.since > 0),
    )
    begins = t.before.isnull()
    if gap_hours is not None:
        begins = begins | (t.since > micros_in(gap_hours))
    return t.select(
        "customer_id",
        "touchpoint",
        *ORDER,
        before=begins.ifelse(ibis.null("string"), t.before),
        micros_since=begins.ifelse(ibis.null("int64"), t.since),
    )


def in_order(
    steps: ir.Table, *, gap_hours: float | None = None, most_steps: int = MOST_STEPS
) -> ir.Table:
    """Return the steps of each customer beside the step before and the step after.

    Returns
    -------
    Table
        As `come_from`, with `after` (text) and `micros_until` (int): the touchpoint of the step
        after in the journey, and the time to it; null where the journey ends.
    """
    t = come_from(steps, gap_hours=gap_hours, most_steps=most_steps)
    along = ibis.window(group_by="customer_id", order_by=list(ORDER))
    t = t.mutate(
        following=t.touchpoint.lead().over(along),
        joined=t.before.lead().over(along),
        micros_until=t.micros_since.lead().over(along),
    )
    # The next step's `before` is empty where a journey begins with it: then this one ends.
    ends = t.joined.isnull()
    return t.mutate(after=ends.ifelse(ibis.null("string"), t.following)).drop("following", "joined")


def told(steps: ir.Table) -> ir.Table:
    """Return the steps that tell who, when and where."""
    return steps.filter(
        steps.customer_id.notnull(), steps.touchpoint.notnull(), steps["at"].notnull()
    )


def journeys(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    collapse: bool = True,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return the steps of each journey with their place in it.

    Parameters
    ----------
    steps, gap_hours, most_steps
        As in `in_order`.
    collapse
        Whether steps at one touchpoint that follow each other count as one: the first of them.

    Returns
    -------
    Table
        One row per step: `customer_id`, `journey` (int, 1 is the customer's first), `position`
        (int, 1 is the journey's first), `touchpoint` (text), `micros`
        (int, microseconds since 1970).
    """
    t = come_from(steps, gap_hours=gap_hours, most_steps=most_steps)
    along = ibis.window(group_by="customer_id", order_by=list(ORDER))
    begins = t.before.isnull().ifelse(ibis.literal(1, "int64"), ibis.literal(0, "int64"))
    t = t.mutate(journey=begins.sum().over(along.copy(start=None, end=0, how="rows")).cast("int64"))
    if collapse:
        t = t.filter(t.before.isnull() | (t.before != t.touchpoint))
    within = ibis.window(group_by=["customer_id", "journey"], order_by=list(ORDER))
    return t.select(
        "customer_id",
        "journey",
        "touchpoint",
        "micros",
        position=(ibis.row_number().over(within) + 1).cast("int64"),
    )


def left_out(steps: ir.Table, *, most_steps: int = MOST_STEPS) -> ir.Table:
    """Return the customers whose steps are left out because they have too many.

    Returns
    -------
    Table
        One row per customer with more than `most_steps`: `customer_id`, `steps`, `days` (int, days
        with a step), `busiest` (int, steps a day with a step, on average, cut to whole ones).
    """
    t = given(steps, "customer_id", "touchpoint", "at", "on")
    t = told(t)
    t = t.group_by("customer_id").agg(
        steps=t.count().cast("int64"), days=t["on"].nunique().cast("int64")
    )
    t = t.filter(t.steps > most_steps)
    return t.mutate(busiest=(t.steps // t.days).cast("int64"))


def people(steps: ir.Table) -> ir.Table:
    """Return the steps without those of customers who have too many to be a person's.

    Who is left out is told by all they ever did, so that nobody comes back in a shorter time.
    """
    return steps.anti_join(left_out(steps), "customer_id")


def walked(steps: ir.Table, *, most_steps: int = MOST_STEPS) -> ir.Table:
    """Return how many steps and customers there are, and how many of them are left out.

    Returns
    -------
    Table
        One row: `steps`, `customers`, `steps_left_out`, `customers_left_out` (int).
    """
    t = told(given(steps, "customer_id", "touchpoint", "at"))
    t = t.group_by("customer_id").agg(n=t.count().cast("int64"))
    many = t.n > most_steps
    none = ibis.literal(0, "int64")
    return t.aggregate(
        steps=ibis.coalesce(t.n.sum(), none).cast("int64"),
        customers=t.count().cast("int64"),
        steps_left_out=ibis.coalesce(t.n.sum(where=many), none).cast("int64"),
        customers_left_out=count_if(many),
    )


def micros_in(hours: float) -> int:
    """Return hours as whole microseconds.

    Raises
    ------
    BadInputError
        If they are not above 0.
    """
    if not hours > 0:
        raise BadInputError("A length of time is above 0 hours, not {hours}.", hours=hours)
    return round(hours * 3600 * MICROS)


def seconds_in(micros: ir.NumericValue) -> ir.FloatingValue:
    """Return microseconds as seconds."""
    return micros.cast("float64") / float(MICROS)
