"""Watching a chart: when an alert fires, when it clears, and what late data may not do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from valence.experience.alerts.chart import Point, Usual

Span = Literal["day", "week"]
Why = Literal["limit", "floor", "both"]
Kind = Literal["fired", "cleared"]


@dataclass(frozen=True, slots=True)
class Calm:
    """When an alert clears: back within tighter limits, for so many periods."""

    periods: int = 3
    share: float = 0.5  # of the reach of the limits


@dataclass(frozen=True, slots=True)
class Watched:
    """Where the watch of one rule at one entity stands."""

    judged: date | None = None  # the start of the last period that was judged
    out: bool = False  # outside, and not yet back
    calm: int = 0  # periods back within the tighter limits
    began: date | None = None  # the period in which it went out


@dataclass(frozen=True, slots=True)
class Happening:
    """What a period brought."""

    kind: Kind
    point: Point
    why: Why | None = None  # of one that fired


def last_closed(as_of: date, span: Span, grace_days: int) -> date:
    """Return the start of the last period that is closed: over, and some days for latecomers."""
    day = as_of - timedelta(days=grace_days)
    if span == "day":
        return day
    # The week is over with its Sunday.
    monday = day - timedelta(days=day.weekday())
    return monday if day.weekday() == 6 else monday - timedelta(days=7)


def step_of(span: Span) -> timedelta:
    """Return how long a period is."""
    return timedelta(days=7 if span == "week" else 1)


def why_of(point: Point) -> Why | None:
    """Return why a period calls; None where it does not."""
    if point.below:
        return "both" if point.floored else "limit"
    return "floor" if point.floored else None


def is_calm(point: Point, usual: Usual, share: float) -> bool:
    """Whether a period is back within the tighter limits, and not below the floor."""
    if point.score is None or point.floored:
        return False
    return point.smoothed >= usual.centre - share * (usual.centre - point.low)


def watch(
    before: Watched, points: Sequence[Point], usual: Usual, calm: Calm, *, closed: date
) -> tuple[Watched, list[Happening]]:
    """Return where the watch stands after the periods that were closed since.

    Only they are judged: what comes late for a period that was judged moves the chart, but fires
    nothing and clears nothing. A period with too few answers does neither.

    Parameters
    ----------
    before
        Where it stood.
    points
        The chart, in order.
    usual
        What is usual.
    calm
        When an alert clears.
    closed
        The start of the last period that is closed.

    Returns
    -------
    Watched
        Where it stands now.
    list of Happening
        What fired and what cleared, in order; by turns.
    """
    now, found = before, []
    for point in points:
        if point.start > closed or (now.judged is not None and point.start <= now.judged):
            continue
        now = replace(now, judged=point.start)
        if point.score is None:
            continue
        why = why_of(point)
        if not now.out and why is not None:
            now = replace(now, out=True, calm=0, began=point.start)
            found.append(Happening("fired", point, why))
        elif now.out:
            rest = now.calm + 1 if is_calm(point, usual, calm.share) else 0
            now = replace(now, calm=rest)
            if rest >= calm.periods:
                now = replace(now, out=False, calm=0, began=None)
                found.append(Happening("cleared", point))
    return now, found
