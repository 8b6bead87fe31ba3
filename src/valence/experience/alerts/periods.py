"""Answers counted by entity and period: what an engine makes of them for a chart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.experience.alerts.chart import Period
from valence.experience.alerts.watch import Span
from valence.lake.portable import count_if, given

ALL = ""  # the entity that is all of them together
_MONDAY = date(1970, 1, 5)


def period_counts(
    answers: ir.Table, *, metric: str, by: str, span: Span, since: date, subject: str = "own"
) -> ir.Table:
    """Return the answers of each entity in each period.

    Parameters
    ----------
    answers
        The mart `answers`, with the column that `by` names.
    metric
        The question.
    by
        Column that tells entities apart; `all` for all together.
    span
        day or week (from Monday).
    since
        Answers before that day are left out.
    subject
        `own`, or a competitor.

    Returns
    -------
    Table
        `entity` (text; empty for all together), `start` (day), `n`, `good`, `bad` (int). Answers
        off their scale and of no named entity are left out; so are periods without an answer.
    """
    t = given(answers, "metric", "on", "good", "bad", "subject")
    t = t.filter(t.metric == metric, t.subject == subject, t.on >= as_day(since), t.good.notnull())
    entity = ibis.literal(ALL)
    if by != "all":
        t = t.filter(ibis.coalesce(given(t, by)[by], "") != "")
        entity = t[by]
    start = t.on
    if span == "week":
        # Days into the week, counted from a Monday: engines number week days each in their way.
        days = t.on.delta(ibis.literal(_MONDAY), unit="day").cast("int64")
        into = ((days % 7) + 7) % 7
        start = t.on - into.as_interval("D")
    t = t.mutate(entity=entity, start=start.cast("date"))
    return t.group_by("entity", "start").agg(
        n=t.count().cast("int64"), good=count_if(t.good), bad=count_if(t.bad)
    )


def by_entity(rows: Iterable[Mapping[str, Any]], span: Span) -> dict[str, list[Period]]:
    """Return the periods of each entity in order, with those that nobody answered in."""
    found: dict[str, dict[date, Period]] = defaultdict(dict)
    for row in rows:
        start = _day(row["start"])
        found[row["entity"]][start] = Period(start, row["n"], row["good"], row["bad"])
    step = timedelta(days=7 if span == "week" else 1)
    return {entity: _filled(known, step) for entity, known in sorted(found.items())}


def _filled(known: Mapping[date, Period], step: timedelta) -> list[Period]:
    at, last = min(known), max(known)
    made = []
    while at <= last:
        made.append(known.get(at, Period(at, 0, 0, 0)))
        at += step
    return made


def _day(value: date | datetime) -> date:
    return value.date() if isinstance(value, datetime) else value
