"""Alerts by API: what is open, the charts, and who has seen it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.experience.alerts import answers, book, mailing
from valence.experience.api.router import api
from valence.kit.ask import Ask
from valence.kit.opened import OpenBrand


class AlertOut(BaseModel):
    """One alert, with the scores of the period that called: −100 to 100 for NPS, else 0 to 100."""

    alert_id: str
    rule: str
    entity: str = Field(description="Empty: all together.")
    metric: str
    by_column: str
    period: Literal["day", "week"]
    began_on: date = Field(description="Start of the period that called.")
    why: Literal["limit", "floor", "both"]
    score: float
    smoothed: float
    low: float = Field(description="The limit.")
    centre: float = Field(description="What was usual.")
    n: int
    fired_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None
    closed_by: str | None
    closed_why: str | None = Field(description="calm, hand, rule or gone.")
    note: str
    open: bool


class PointOut(BaseModel):
    """One period on a chart."""

    start: date
    n: int
    score: float | None = Field(description="Null: too few answers.")
    smoothed: float
    low: float
    high: float
    calls: str | None = Field(description="limit, floor or both; null: it does not.")
    closed: bool = Field(description="The period is over, and judged.")


class ChartOut(BaseModel):
    """The control chart of one rule at one entity."""

    rule: str
    metric: str
    by: str
    period: str
    entity: str
    usual: float | None
    usual_n: int | None = Field(description="Answers that tell what is usual.")
    floor: float | None
    enough: bool = Field(description="Whether there are periods enough to say what is usual.")
    alert_id: str | None = Field(description="The open alert.")
    points: list[PointOut]


class DigestOut(BaseModel):
    """What one day brought."""

    day: date
    fired: list[AlertOut]
    closed: list[AlertOut]
    acknowledged: list[AlertOut]
    open: int = Field(description="Open at its end.")
    to: list[str] = Field(description="Who gets it by mail, the day after.")


class AlertsOut(BaseModel):
    """What is open, what was closed last, and what the day brought."""

    open: list[AlertOut]
    closed: list[AlertOut]
    digest: DigestOut


class ChartsOut(BaseModel):
    """The charts of all that is watched."""

    items: list[ChartOut]


class DigestIn(BaseModel):
    """The day whose digest is mailed."""

    model_config = ConfigDict(extra="forbid")

    day: date


class MailedOut(BaseModel):
    """What became of the digest of a day."""

    day: date
    became: Literal["sent", "sent before", "sending", "nothing to say", "nobody to send to"] = (
        Field(description="sending: it began to go before, and whether it arrived is not known.")
    )
    to: list[str] = Field(description="Whom the mail server took it for.")


class SettleIn(BaseModel):
    """What somebody says of an alert."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field("", max_length=2000)


@api.get("/experience/alerts", permission="experience:read", response_model=AlertsOut)
def alerts(ask: Ask, day: date | None = None) -> dict[str, Any]:
    """Give the open alerts, those closed last, and what a day brought (by default today)."""
    return _found(ask, day).told()


@api.get("/experience/alerts/charts", permission="experience:read", response_model=ChartsOut)
def alert_charts(ask: Ask, rule: str = "", entity: str | None = None) -> dict[str, Any]:
    """Give the control charts of all that is watched, of one rule, or of one entity of it."""
    found = _found(ask)
    if rule:
        found.shown(rule, entity)  # says what is not watched
    items = [
        seen.told()
        for seen in found.watched
        if rule in ("", seen.rule.name) and entity in (None, seen.chart.entity)
    ]
    return {"items": items}


@api.post("/experience/alerts/digest", permission="experience:alert", response_model=MailedOut)
def mail_alerts_digest(ask: Ask, body: DigestIn) -> dict[str, Any]:
    """Mail the digest of a day that is over: once, and only if there is something to say."""
    return asdict(mailing.mail_digest(ask.service(OpenBrand), body.day))


@api.post(
    "/experience/alerts/{alert_id}/acknowledge",
    permission="experience:alert",
    response_model=AlertOut,
)
def acknowledge_alert(ask: Ask, alert_id: str, body: SettleIn) -> dict[str, Any]:
    """Say that somebody has seen an alert; it stays open."""
    return _settled(ask, alert_id, body.note, book.acknowledge)


@api.post(
    "/experience/alerts/{alert_id}/close", permission="experience:alert", response_model=AlertOut
)
def close_alert(ask: Ask, alert_id: str, body: SettleIn) -> dict[str, Any]:
    """Close an alert: it fires again only once the score was back and went out anew."""
    return _settled(ask, alert_id, body.note, book.close)


def _settled(ask: Ask, alert_id: str, note: str, act: Any) -> dict[str, Any]:
    found = answers.id_of(alert_id)
    one = ask.service(OpenBrand).store.transact(
        lambda unit: act(unit, found, actor=ask.actor.id, at=now(), note=note)
    )
    return answers.alert_told(one)


def _found(ask: Ask, day: date | None = None) -> answers.Alerts:
    if ask.as_of is None or not ask.reader.has("answers"):
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return answers.alerts_of(ask.service(OpenBrand), ask.reader, as_of=ask.as_of, day=day)
