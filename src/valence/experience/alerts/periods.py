"""Measures counted by entity and period: what an engine makes of them for a chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.experience.alerts.chart import Period
from valence.experience.alerts.watch import Span, step_of

_MONDAY = date(1970, 1, 5)


def period_counts(measured: ir.Table, *, span: Span, since: date) -> ir.Table:
    """Return the counts of each entity in each period.

    Parameters
    ----------
    measured
        Rows as `measures.measured` gives them.
    span
        day or week (from Monday).
    since
        What is older is left out.

    Returns
    -------
    Table
        `entity` (text; empty for all together), `start` (day), `n`, `good`, `bad` (int); no row for
        a period with nothing.
    """
    t = measured.filter(measured.on >= as_day(since))
    start = t.on
    if span == "week":
        # Days into the week, counted from a Monday: engines number week days each in their way.
        days = t.on.delta(ibis.literal(_MONDAY), unit="day").cast("int64")
        into = ((days % 7) + 7) % 7
        start = t.on - into.as_interval("D")
    t = t.mutate(start=start.cast("date"))
    return t.group_by("entity", "start").agg(
        **{name: t[name].sum().cast("int64") for name in ("n", "good", "bad")}
    )


def by_entity(rows: Iterable[Mapping[str, Any]], span: Span) -> dict[str, list[Period]]:
    """Return the periods of each entity in order, with those that nobody answered in."""
    found: dict[str, dict[date, Period]] = defaultdict(dict)
    for row in rows:
        start = as_day(row["start"])
        found[row["entity"]][start] = Period(start, row["n"], row["good"], row["bad"])
    return {entity: _filled(known, step_of(span)) for entity, known in sorted(found.items())}


def _filled(known: Mapping[date, Period], step: timedelta) -> list[Period]:
    at, last = min(known), max(known)
    made = []
    while at <= last:
        made.append(known.get(at, Period(at, 0, 0, 0)))
        at += step
    return made
