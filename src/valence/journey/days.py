"""Days of touchpoints: what happened at each, day by day and channel by channel."""

from __future__ import annotations

from datetime import date

import ibis.expr.types as ir

from valence.core.days import as_day
from valence.lake.columns import Column
from valence.lake.portable import count_if

DAYS = (
    Column("on", "day", "Business day."),
    Column("touchpoint", "text", "Touchpoint of the journey."),
    Column("channel", "text", "Channel that the steps came through."),
    Column("steps", "int", "Steps."),
    Column("customers", "int", "Customers who passed it that day."),
    Column("promised", "int", "Steps with a service standard that can be judged."),
    Column("kept", "int", "Of these, those that kept it."),
)


def touchpoint_days(steps: ir.Table, *, as_of: date) -> ir.Table:
    """Return the steps of each day at each touchpoint through each channel.

    Parameters
    ----------
    steps
        `journey_steps`.
    as_of
        Later steps are left out.

    Returns
    -------
    Table
        One row per day, touchpoint and channel, with the columns `DAYS`.
    """
    t = steps.filter(steps.on <= as_day(as_of))
    t = t.mutate(channel=t.channel.fill_null(""))
    return t.group_by("on", "touchpoint", "channel").agg(
        steps=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        promised=count_if(t.standard_kept.notnull()),
        kept=count_if(t.standard_kept),
    )
