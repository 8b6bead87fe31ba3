"""Judging after a build: each entity's closed periods against its chart, and what comes of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from valence.core.clock import now
from valence.core.days import as_day, months_before
from valence.definitions import Version
from valence.definitions.documents import content_hash
from valence.definitions.reading import in_force
from valence.experience.alerts import book
from valence.experience.alerts.chart import Period, Point, Usual, charted, usual_of
from valence.experience.alerts.definition import ALERTS_KIND, AlertRule, AlertsDefinition
from valence.experience.alerts.kinds import SOLVED_DAYS
from valence.experience.alerts.measures import measured
from valence.experience.alerts.periods import by_entity, period_counts
from valence.experience.alerts.watch import Happening, Watched, last_closed, step_of, watch
from valence.experience.marking import marked, set_mark
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables
from valence.store import Unit, View

MARK = "alerts"
MONTHS = 24  # that a chart looks back on

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Charted:
    """The chart of one rule at one entity."""

    entity: str
    usual: Usual | None  # None: too few periods to say
    told_by: Sequence[Period]  # the periods that tell what is usual
    points: Sequence[Point]
    closed: date  # the start of the last period that is closed
    last: date  # the start of the last period in which anything was counted


def judge(opened: OpenBrand) -> int:
    """Judge what was published last; return how many alerts fired.

    It costs one small question where nothing new was published, and a period is judged once, so
    that a worker may call it as often as it likes.
    """
    reader = opened.readers()
    with opened.store.reading() as view:
        definition, version = definition_in_force(view)
        mark = f"{reader.snapshot.head.revision}:{version.content_hash if version else ''}"
        if marked(view, MARK) == mark:
            return 0
    as_of = reader.snapshot.as_of
    if as_of is None or not reader.has("answers"):
        return 0
    found = [(rule, charts(reader, rule, as_of=as_of)) for rule in definition.rules]

    def work(unit: Unit) -> int:
        unit.lock("experience:alerts")
        fired = sum(_settled(unit, rule, each) for rule, each in found)
        book.close_forgotten(unit, [rule.name for rule in definition.rules], at=now())
        set_mark(unit, MARK, mark)
        return fired

    fired = opened.store.transact(work)
    if fired:
        _log.info("%d alerts fired.", fired)
    return fired


def definition_in_force(view: View) -> tuple[AlertsDefinition, Version | None]:
    """Return what is watched now; the defaults where nothing is set."""
    return in_force(view, ALERTS_KIND, AlertsDefinition, now())


def charts(tables: Tables, rule: AlertRule, *, as_of: date) -> list[Charted]:
    """Return the chart of each entity of a rule, as of a day."""
    since = rule.since or months_before(as_of, MONTHS)
    if rule.period == "week":
        since -= timedelta(days=since.weekday())
    found = measured(tables, rule.metric, rule.by)
    if found is None:
        return []
    if rule.metric == "solved":  # of younger contacts nobody knows yet
        found = found.filter(found.on <= as_day(as_of - timedelta(days=SOLVED_DAYS)))
    counts = period_counts(found, span=rule.period, since=since)
    closed = last_closed(as_of, rule.period, rule.grace_days)
    entities = by_entity(tables.rows(counts), rule.period)
    return [chart_of(name, periods, rule, closed) for name, periods in entities.items()]


def chart_of(entity: str, periods: Sequence[Period], rule: AlertRule, closed: date) -> Charted:
    """Return the chart of one entity: its first periods tell what is usual, the others are drawn.

    Parameters
    ----------
    entity
        Its name.
    periods
        All of its periods, in order.
    rule
        How it is drawn.
    closed
        The start of the last period that is closed: later ones are drawn, but not judged.
    """
    last = periods[-1].start
    telling = [p for p in periods if p.n >= rule.least and p.start <= closed]
    telling = telling[: rule.usual_periods]
    if len(telling) < rule.usual_periods:
        return Charted(entity, None, telling, (), closed, last)
    usual = usual_of(telling, net=rule.net)
    if usual is None:
        return Charted(entity, None, telling, (), closed, last)
    later = [period for period in periods if period.start > telling[-1].start]
    points = charted(later, usual, rule.limits, net=rule.net)
    return Charted(entity, usual, telling, points, closed, last)


def _settled(unit: Unit, rule: AlertRule, found: Sequence[Charted]) -> int:
    """Carry all charts of a rule into the book; return how many alerts fired.

    An entity of which nothing is counted any more, such as a touchpoint that was given up, can get
    neither better nor worse: its alert is closed.
    """
    calm = rule.calm_periods * step_of(rule.period)
    here = [chart for chart in found if chart.last > chart.closed - calm]
    if found:
        book.close_gone(unit, rule.name, [chart.entity for chart in here], at=now())
    return sum(_settle(unit, rule, chart) for chart in here)


def _settle(unit: Unit, rule: AlertRule, chart: Charted) -> int:
    """Carry what a chart tells into the book; return how many alerts fired."""
    if chart.usual is None:
        return 0
    rule_hash = content_hash(rule.model_dump(mode="json"))
    before = book.judged(unit, rule.name, chart.entity, rule_hash)
    after, happened = watch(
        before or Watched(), chart.points, chart.usual, rule.calm, closed=chart.closed
    )
    if before is None:
        # Nobody watched before: what came and went in all the years before is no news.
        happened = happened[-1:] if after.out else []
        if not after.out:
            book.close_open(unit, rule.name, chart.entity, at=now(), why="rule")
    fired = [_carry(unit, rule, chart, each) for each in happened]
    book.keep(unit, rule.name, chart.entity, rule_hash, after)
    return sum(fired)


def _carry(unit: Unit, rule: AlertRule, chart: Charted, happened: Happening) -> bool:
    if happened.kind == "cleared" or happened.why is None or chart.usual is None:
        book.close_open(unit, rule.name, chart.entity, at=now(), why="calm")
        return False
    facts: Mapping[str, object] = {
        "rule": rule.name,
        "entity": chart.entity,
        "metric": rule.metric,
        "by_column": rule.by,
        "period": rule.period,
        "began_on": happened.point.start,
        "why": happened.why,
        "score": happened.point.score,
        "smoothed": happened.point.smoothed,
        "low": happened.point.low,
        "centre": chart.usual.centre,
        "n": happened.point.n,
    }
    return book.fire(unit, facts, at=now())
