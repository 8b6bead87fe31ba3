"""Reach: who passed each touchpoint, who went on, who came back, who was lost there."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day, months_before
from valence.journey.asked import occasions
from valence.journey.definition import JourneyDefinition
from valence.journey.paths.journeys import people
from valence.journey.steps import DEFAULT
from valence.lake.columns import Column
from valence.lake.moments import DAY, micros_of
from valence.lake.portable import count_if, last_rows

REACH = (
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("stage", "text", "Stage that it belongs to."),
    Column("steps", "int", "Steps there within the months that the map looks back on."),
    Column("customers", "int", "Customers who passed it then."),
    Column("steps_before", "int", "Steps within as many months before."),
    Column("customers_before", "int", "Customers who passed it then."),
    Column("followed", "int", "Customers who have been followed long enough to go on."),
    Column("onward", "int", "Of these, those who came to a later stage within `onward_days`."),
    Column("onward_days", "float", "Median days until they did."),
    Column("could_leave", "int", "Customers who passed it long enough ago to be silent since."),
    Column("lost", "int", "Of these, those whose last step of all it was, silent since."),
    Column("could_repeat", "int", "Steps old enough to see another of the customer there."),
    Column("repeats", "int", "Of these, those followed by another there within days."),
    Column("promised", "int", "Steps with a service standard that can be judged."),
    Column("kept", "int", "Of these, those that kept it."),
    Column("designed", "int", "Steps with a designed moment that can be judged."),
    Column("delivered", "int", "Of these, those where it was delivered."),
    Column("asked", "int", "Times that customers were asked for something, old enough to judge."),
    Column("asked_again", "int", "Of these, asked for the same again through another channel."),
)


def touchpoint_reach(
    steps: ir.Table, *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return who passed each touchpoint in the months before a day, and what came of it.

    Parameters
    ----------
    steps
        `journey_steps`.
    as_of
        Later steps are left out.
    definition
        Its stages in their order, and the lengths of time.

    Returns
    -------
    Table
        One row per touchpoint that anybody passed in either period, with the columns `REACH`.

    Notes
    -----
    Whoever has too many steps to be a person is left out, as in paths: one robot would be most of
    the steps that can be repeated. A customer goes on from the first step there within the months:
    to any later stage, within `onward_days`. Whose first step is younger than that is not yet
    followed. What is lost is counted over all touchpoints: a customer whose very last step lies
    here, `silent_days` ago or more, of those who passed here that long ago. Steps at one moment
    stand in the order of `source` and `row_key`.
    """
    as_of = as_day(as_of)
    since = months_before(as_of, definition.months)
    earlier = months_before(as_of, 2 * definition.months)
    t = people(steps.filter(steps.on <= as_of))
    t = t.filter(t.on > earlier)
    t = t.mutate(number=_number(t, definition), now=t.on > since)
    counts = t.group_by("touchpoint").agg(
        stage=t.stage.max(),
        steps=count_if(t.now),
        customers=t.customer_id.nunique(where=t.now).cast("int64"),
        steps_before=count_if(~t.now),
        customers_before=t.customer_id.nunique(where=~t.now).cast("int64"),
        promised=count_if(t.now & t.standard_kept.notnull()),
        kept=count_if(t.now & t.standard_kept),
        designed=count_if(t.now & t.delivered.notnull()),
        delivered=count_if(t.now & t.delivered),
    )
    w = t.filter(t.now)
    parts = (
        _onward(w, as_of, definition),
        _lost(w, as_of, definition),
        _repeats(w, as_of, definition),
        _asked(w, as_of, definition),
    )
    for part in parts:
        counts = counts.left_join(part, "touchpoint").drop("touchpoint_right")
    zero = {
        name: ibis.coalesce(counts[name], 0).cast("int64")
        for name in ("followed", "onward", "could_leave", "lost", "could_repeat", "repeats",
                     "asked", "asked_again")
    }  # fmt: skip
    return counts.mutate(**zero).select(*(c.name for c in REACH))


def _number(t: ir.Table, definition: JourneyDefinition) -> ir.IntegerValue:
    places = [(stage, place) for place, stage in enumerate(definition.stages)]
    return t.stage.cases(*places, else_=-1).cast("int64")


def _onward(w: ir.Table, as_of: date, definition: JourneyDefinition) -> ir.Table:
    """Who came from their first step at a touchpoint to a later stage, and when."""
    long_enough = as_of - timedelta(days=definition.onward_days)
    first = w.group_by("customer_id", "touchpoint").agg(
        number=w.number.max(), first_at=w["at"].min(), first_on=w.on.min()
    )
    first = first.filter(first.first_on <= long_enough)
    later = w.filter(w.number > 0).select(
        later_customer=w.customer_id, later_number=w.number, later_at=w["at"]
    )
    reached = first.join(
        later,
        [
            first.customer_id == later.later_customer,
            later.later_number > first.number,
            later.later_at >= first.first_at,
        ],
    )
    reached = reached.group_by("customer_id", "touchpoint").agg(
        first_at=reached.first_at.min(), later_at=reached.later_at.min()
    )
    days = (micros_of(reached.later_at) - micros_of(reached.first_at)).cast("float64") / DAY
    reached = reached.mutate(days=days)
    reached = reached.filter(reached.days <= float(definition.onward_days))
    followed = first.group_by("touchpoint").agg(followed=first.count().cast("int64"))
    onward = reached.group_by("touchpoint").agg(
        onward=reached.count().cast("int64"), onward_days=reached.days.median()
    )
    return followed.left_join(onward, "touchpoint").drop("touchpoint_right")


def last_steps(steps: ir.Table) -> ir.Table:
    """Return the last step of each customer: `customer_id`, `touchpoint`, `on`."""
    return last_rows(steps, "customer_id", "at", "touchpoint", "on", ties=("source", "row_key"))


def _lost(w: ir.Table, as_of: date, definition: JourneyDefinition) -> ir.Table:
    """Customers whose very last step lies at a touchpoint, of those who passed it so long ago."""
    silent = as_of - timedelta(days=definition.silent_days)
    old = w.filter(w.on <= silent)
    passed = old.group_by("touchpoint").agg(could_leave=old.customer_id.nunique().cast("int64"))
    last = last_steps(w)
    last = last.filter(last.on <= silent)
    lost = last.group_by("touchpoint").agg(lost=last.count().cast("int64"))
    return passed.left_join(lost, "touchpoint").drop("touchpoint_right")


def _asked(w: ir.Table, as_of: date, definition: JourneyDefinition) -> ir.Table:
    """Times that customers were asked for something, and again through another channel."""
    t = occasions(w, within_days=definition.repeat_days, as_of=as_of)
    return t.group_by("touchpoint").agg(
        asked=t.count().cast("int64"), asked_again=count_if(t.elsewhere)
    )


def _repeats(w: ir.Table, as_of: date, definition: JourneyDefinition) -> ir.Table:
    """Steps that the customer took again at the same touchpoint within days."""
    order = ibis.window(
        group_by=("customer_id", "touchpoint"), order_by=("at", "source", "row_key")
    )
    t = w.mutate(again_at=w["at"].lead().over(order))
    t = t.filter(t.on <= as_of - timedelta(days=definition.repeat_days))
    gap = micros_of(t.again_at) - micros_of(t["at"])
    return t.group_by("touchpoint").agg(
        could_repeat=t.count().cast("int64"),
        repeats=count_if(gap <= definition.repeat_days * DAY),
    )
