"""What the page, routes and command of alerts tell: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from valence.core.clock import now
from valence.core.errors import NotFoundError, did_you_mean
from valence.core.ids import id_of as known_id
from valence.core.messages import message
from valence.experience.alerts import book
from valence.experience.alerts.book import Alert, Digest
from valence.experience.alerts.definition import AlertRule
from valence.experience.alerts.judging import Charted, charts, definition_in_force
from valence.experience.alerts.watch import why_of
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables


@dataclass(frozen=True, slots=True)
class Seen:
    """One rule at one entity: its chart, and the alert that is open."""

    rule: AlertRule
    chart: Charted
    alert: Alert | None

    @property
    def answers(self) -> int:
        """How many answers its chart rests on."""
        chart = self.chart
        return sum(p.n for p in chart.points) + sum(p.n for p in chart.told_by)

    def told(self) -> dict[str, Any]:
        """Return it as plain values: the scores in points, −100 to 100 or 0 to 100."""
        chart = self.chart
        points = [
            {
                "start": point.start,
                "n": point.n,
                "score": None if point.score is None else 100 * point.score,
                "smoothed": 100 * point.smoothed,
                "low": 100 * point.low,
                "high": 100 * point.high,
                "calls": why_of(point),
                "closed": point.start <= chart.closed,
            }
            for point in chart.points
        ]
        return {
            "rule": self.rule.name,
            "metric": self.rule.metric,
            "by": self.rule.by,
            "period": self.rule.period,
            "entity": chart.entity,
            "usual": None if chart.usual is None else 100 * chart.usual.centre,
            "usual_n": None if chart.usual is None else int(chart.usual.n),
            "floor": self.rule.floor,
            "enough": chart.usual is not None,
            "alert_id": None if self.alert is None else str(self.alert.alert_id),
            "points": points,
        }


@dataclass(frozen=True, slots=True)
class Alerts:
    """All that is watched, what is open, and what was closed last."""

    open: Sequence[Alert]
    closed: Sequence[Alert]
    watched: Sequence[Seen]
    digest: Digest
    digest_to: Sequence[str]  # who gets it by mail

    @property
    def unseen(self) -> int:
        """How many open alerts nobody has acknowledged."""
        return sum(one.acknowledged_at is None for one in self.open)

    def told(self) -> dict[str, Any]:
        """Return what is open, what was closed last and the digest as plain values."""
        day = self.digest
        return {
            "open": [alert_told(one) for one in self.open],
            "closed": [alert_told(one) for one in self.closed],
            "digest": {
                "day": day.day,
                "fired": [alert_told(one) for one in day.fired],
                "closed": [alert_told(one) for one in day.closed],
                "acknowledged": [alert_told(one) for one in day.acknowledged],
                "open": len(day.open),
                "to": list(self.digest_to),
            },
        }

    def shown(self, rule: str, entity: str | None) -> Seen | None:
        """Return the chart to show: the one asked for, else that of the newest alert, or the most.

        Raises
        ------
        NotFoundError
            If the one asked for is not watched.
        """
        if rule:
            return self._asked(rule, entity)
        fitting = [seen for seen in self.watched if seen.alert is not None]
        if fitting:
            newest = self.open[0].alert_id
            first = [s for s in fitting if s.alert is not None and s.alert.alert_id == newest]
            return (first or fitting)[0]
        known = [seen for seen in self.watched if seen.chart.usual is not None]
        return max(known, key=lambda seen: seen.answers, default=None)

    def _asked(self, rule: str, entity: str | None) -> Seen:
        of_rule = [seen for seen in self.watched if seen.rule.name == rule]
        if not of_rule:
            known = list(dict.fromkeys(seen.rule.name for seen in self.watched))
            raise NotFoundError(
                "Nothing is watched by {rule!r}. {fix}", rule=rule, fix=did_you_mean(rule, known)
            )
        for seen in of_rule:
            if entity is None or seen.chart.entity == entity:
                return seen
        known = [seen.chart.entity for seen in of_rule]
        raise NotFoundError(
            "{rule} does not watch {entity!r}. {fix}",
            rule=rule,
            entity=entity,
            fix=did_you_mean(entity or "", known),
        )


def alerts_of(house: OpenBrand, tables: Tables, *, as_of: date, day: date | None = None) -> Alerts:
    """Return all that is watched and what it brought; `day` is that of the digest, else today."""
    zone = house.brand.settings.zone
    today = day or now().astimezone(zone).date()
    with house.store.reading() as view:
        definition, _ = definition_in_force(view)
        still = book.open_alerts(view)
        over = book.closed_alerts(view)
        digest = book.digest(view, today, zone)
    of = {(one.rule, one.entity): one for one in still}
    watched = [
        Seen(rule, chart, of.get((rule.name, chart.entity)))
        for rule in definition.rules
        for chart in charts(tables, rule, as_of=as_of)
    ]
    return Alerts(still, over, watched, digest, definition.digest_to)


def alert_told(one: Alert) -> dict[str, Any]:
    """Return an alert as plain values, its scores in points."""
    scores = {name: 100 * getattr(one, name) for name in ("score", "smoothed", "low", "centre")}
    return {**asdict(one), "alert_id": str(one.alert_id), **scores, "open": one.is_open}


def id_of(text: str) -> UUID:
    """Return the id of a text, or say that there is no such alert."""
    return known_id(text, message("There is no alert {id!r}.", id=text))
