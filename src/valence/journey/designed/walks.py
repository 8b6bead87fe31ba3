"""How customers walk the designed journey: from each of its steps, where they go next."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.journey.definition import JourneyDefinition
from valence.journey.paths.journeys import READ, seconds_in, told
from valence.journey.steps import DEFAULT
from valence.lake.columns import IBIS, Column
from valence.lake.moments import DAY, micros_of, moment_of
from valence.lake.portable import count_if, given

WALKS = (
    Column("customer_id", "text", "Customer, as resolved."),
    Column("step", "int", "Step of the designed journey, from 1, that the customer came to."),
    Column("first_at", "instant", "When they first came there within the months of the map."),
    Column("went_to", "text", "Touchpoint that came next within `onward_days`; empty: none."),
    Column(
        "seconds", "float", "From there to the next designed step; empty: not within `onward_days`."
    ),
)
DESIGNED = (
    Column("step", "int", "Step of the designed journey, from 1, that customers came to."),
    Column("touchpoint", "text", "Its touchpoint."),
    Column("onto", "text", "Touchpoint of the designed step after it."),
    Column("went_to", "text", "Touchpoint that came next within `onward_days`; empty: none."),
    Column("customers", "int", "Customers who went there, of those followed long enough."),
    Column("came", "int", "Of these, those who came to the designed step within `onward_days`."),
    Column("in_time", "int", "Of these, those who took no longer than designed; 0: no target."),
    Column("median_seconds", "float", "Median time of all who came from the step to the next."),
)


def designed_walks(
    steps: ir.Table, *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return where each customer went from each step of the designed journey.

    Parameters
    ----------
    steps
        `journey_steps`.
    as_of
        Later steps are left out.
    definition
        The designed journey, the months that are looked at, and the days to go on within.

    Returns
    -------
    Table
        One row per customer and designed step but the last that the customer came to, with the
        columns `WALKS`.

    Notes
    -----
    A customer goes on from the first step at a touchpoint within the months, as on the map:
    `went_to` is the next step at another touchpoint, `seconds` the time to the first step at the
    designed one, whatever lies between; both within `onward_days`. Whose first step is younger
    than that is not yet followed. Steps of one moment count as done in the order designed, then by
    `source` and `row_key`; so do those of a funnel.
    """
    as_of, way = as_day(as_of), [step.touchpoint for step in definition.designed]
    if not way:
        return _nothing(steps, WALKS)
    t = _turns(steps, way, as_of, definition)
    again = ibis.window(group_by=["customer_id", "touchpoint"], order_by="nth")
    t = t.mutate(visit=ibis.row_number().over(again))
    first = t.filter(
        t.visit == 0,
        t.touchpoint.isin(way[:-1]),
        t.on <= as_of - timedelta(days=definition.onward_days),
    )
    following = dict(itertools.pairwise(way))
    first = first.mutate(
        step=(first.place + 1).cast("int64"),
        onto=first.touchpoint.cases(*following.items(), else_=ibis.null("string")),
    )
    came = _came(first, t.filter(t.touchpoint.isin(way[1:])))
    first = first.left_join(came, ["customer_id", "step"])
    within = definition.onward_days * DAY
    soon = ibis.coalesce(first.next_micros - first.micros <= within, False)
    took = first.came_micros - first.micros
    return first.select(
        "customer_id",
        "step",
        first_at=moment_of(first.micros),
        went_to=soon.ifelse(first.next_touchpoint, ""),
        seconds=(took <= within).ifelse(seconds_in(took), ibis.null("float64")),
    )


def designed_journey(
    steps: ir.Table, *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return how many customers went where from each step of the designed journey.

    Parameters
    ----------
    steps, as_of, definition
        As in `designed_walks`.

    Returns
    -------
    Table
        One row per designed step but the last and touchpoint that came next, with the columns
        `DESIGNED`; none where nothing is designed.
    """
    if not definition.designed:
        return _nothing(steps, DESIGNED)
    t = designed_walks(steps, as_of=as_of, definition=definition)
    hours = [
        (number, ibis.literal(float(step.onward_hours)))
        for number, step in enumerate(definition.designed, 1)
        if step.onward_hours is not None
    ]
    never = ibis.null("float64")
    target = t.step.cases(*hours, else_=never) if hours else never
    t = t.mutate(in_time=ibis.coalesce(t.seconds <= target * 3600.0, False))
    counts = t.group_by("step", "went_to").agg(
        customers=t.count().cast("int64"),
        came=count_if(t.seconds.notnull()),
        in_time=count_if(t.in_time),
    )
    times = t.group_by("step").agg(median_seconds=t.seconds.median())
    counts = counts.left_join(times, "step").drop("step_right")
    names = [step.touchpoint for step in definition.designed]
    return counts.mutate(
        touchpoint=counts.step.cases(*enumerate(names[:-1], 1), else_=""),
        onto=counts.step.cases(*enumerate(names[1:], 1), else_=""),
    ).select(*(c.name for c in DESIGNED))


def _nothing(steps: ir.Table, columns: tuple[Column, ...]) -> ir.Table:
    """No rows with these columns: of a table, since a mart is a query over its inputs."""
    none = steps.filter(ibis.literal(value=False))
    return none.select(**{column.name: ibis.null(IBIS[column.kind]) for column in columns})


def _turns(steps: ir.Table, way: list[str], as_of: date, definition: JourneyDefinition) -> ir.Table:
    """The steps of the months at another touchpoint than the step before, beside the next such."""
    t = told(given(steps, *READ, "on"))
    t = t.filter(t.on > months_before(as_of, definition.months), t.on <= as_of)
    places = [(name, place) for place, name in enumerate(way)]
    t = t.mutate(micros=micros_of(t["at"]), place=t.touchpoint.cases(*places, else_=len(way)))
    along = ibis.window(group_by="customer_id", order_by=["micros", "place", "source", "row_key"])
    t = t.mutate(before=t.touchpoint.lag().over(along), nth=ibis.row_number().over(along))
    t = t.filter(t.before.isnull() | (t.before != t.touchpoint))
    on = ibis.window(group_by="customer_id", order_by="nth")
    return t.mutate(
        next_touchpoint=t.touchpoint.lead().over(on), next_micros=t.micros.lead().over(on)
    )


def _came(first: ir.Table, later: ir.Table) -> ir.Table:
    """When each came from a designed step to the one after it first."""
    later = later.select(
        later_customer=later.customer_id, later_touchpoint=later.touchpoint,
        later_micros=later.micros, later_nth=later.nth,
    )  # fmt: skip
    both = first.join(
        later,
        [
            first.customer_id == later.later_customer,
            first.onto == later.later_touchpoint,
            first.nth < later.later_nth,
        ],
    )
    return both.group_by("customer_id", "step").agg(came_micros=both.later_micros.min())
