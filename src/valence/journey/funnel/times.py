"""Times: how long converting takes, and how conversion moves from week to week."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.intervals import normal_quantile
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.rates import CONFIDENCE
from valence.lake.portable import count_if, ratio, wilson

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Ends of the bins, in seconds: times to convert spread over minutes and weeks alike.
EDGES = (
    _MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 3 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY,
    5 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY, 60 * _DAY, 90 * _DAY, 180 * _DAY, 365 * _DAY,
)  # fmt: skip
LONGEST = 36_500.0 * _DAY  # longer than any brand remembers


def edges_of(definition: FunnelDefinition) -> list[float]:
    """Return the ends of the bins, in seconds, up to the end of the window.

    From the first look it may take longer than the window, which runs from the start that converts.
    """
    if definition.timed == "first":
        return [*map(float, EDGES), LONGEST]
    window = definition.window_hours * _HOUR
    return [*(float(edge) for edge in EDGES if edge < window), window]


def distribution(found: ir.Table, *, definition: FunnelDefinition) -> ir.Table:
    """Return how the times to convert are spread.

    Parameters
    ----------
    found
        The chains of customers, as `chains` gives them.
    definition
        The funnel that they went through.

    Returns
    -------
    Table
        One row per bin that somebody falls in: `until_seconds` (float, its end, which belongs to
        it), `customers` (int).
    """
    last = len(definition.steps)
    seconds = found[f"seconds_{last}"]
    edges = edges_of(definition)
    cases = [(seconds <= edge, ibis.literal(edge)) for edge in edges[:-1]]
    until = ibis.cases(*cases, else_=ibis.literal(edges[-1])) if cases else ibis.literal(edges[-1])
    t = found.mutate(until_seconds=until).filter(seconds.notnull())
    return t.group_by("until_seconds").agg(customers=t.count().cast("int64"))


def trend(
    found: ir.Table,
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    confidence: float = CONFIDENCE,
) -> ir.Table:
    """Return conversion by the week in which the furthest chain of a customer began.

    Parameters
    ----------
    found
        The chains of customers, as `chains` gives them.
    steps
        Rows of `journey_steps`, which know the business day of a moment.
    definition
        The funnel that they went through.
    as_of
        The day that the chains stand for.
    confidence
        How sure the intervals are (Wilson 1927).

    Returns
    -------
    Table
        One row per week with an entry: `week_on` (day, its Monday), `entered`, `converted`
        (int), `share`, `share_low`, `share_high` (float), `median_seconds`, `median_low`,
        `median_high` (float, seconds: the interval by order statistics, missing where so few
        converted that it has no end), `complete` (bool, whether the window of all of the week is
        over by the day).
    """
    seconds = f"seconds_{len(definition.steps)}"
    rows = steps.select(_who=steps.customer_id, _at=steps["at"], _on=steps["on"])
    t = found.inner_join(rows, [found.customer_id == rows._who, found.started_at == rows._at])
    t = t.group_by("customer_id").agg(_on=t._on.min(), _seconds=t[seconds].max())
    t = t.mutate(week_on=t._on.truncate("W"))
    ends = _median_ends(t, confidence)
    t = t.group_by("week_on").agg(
        entered=t.count().cast("int64"),
        converted=count_if(t._seconds.notnull()),
        median_seconds=t._seconds.median(),
    )
    t = t.left_join(ends, "week_on").drop("week_on_right")
    t = t.mutate(share=ratio(t.converted, t.entered))
    low, high = wilson(t.share, t.entered, confidence=confidence)
    newest = as_day(as_of) - timedelta(days=6 + definition.window_days)
    return t.select(
        "week_on", "entered", "converted", "share",
        share_low=low,
        share_high=high,
        median_seconds=t.median_seconds,
        median_low=t.median_low,
        median_high=t.median_high,
        complete=t.week_on <= newest,
    )  # fmt: skip


def _median_ends(t: ir.Table, confidence: float) -> ir.Table:
    """The times between which a week's median lies, of those who converted.

    Whichever the distribution, the number of times below the median is binomial: by its normal
    curve (Conover 1999), the interval lies between the order statistics (n ∓ z√n) / 2.
    """
    t = t.filter(t._seconds.notnull())
    t = t.mutate(
        _n=t.count().over(group_by="week_on").cast("float64"),
        _nth=ibis.row_number().over(group_by="week_on", order_by="_seconds").cast("float64") + 1.0,
    )
    half = normal_quantile(confidence) * t._n.sqrt() / 2.0
    return t.group_by("week_on").agg(
        median_low=t._seconds.max(where=t._nth <= t._n / 2.0 - half),
        median_high=t._seconds.min(where=t._nth >= t._n / 2.0 + half + 1.0),
    )
