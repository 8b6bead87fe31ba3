"""What users set for alerts: which score is watched, by what, and when it calls."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document
from valence.experience.alerts.chart import USUAL_LEAST, Limits
from valence.experience.alerts.watch import Calm, Span

ALERTS_KIND = "alerts"
Metric = Literal["nps", "csat", "ces", "rating", "review"]
By = Literal["all", "touchpoint", "stage", "channel", "store", "agent", "source", "language"]


class AlertRule(Document):
    """One score that is watched, of all answers or of each entity."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="What it is called."
    )
    metric: Metric = Field("nps", description="The score: nps, csat, ces, rating or review.")
    by: By = Field("touchpoint", description="Each of which is watched alone; all: all together.")
    period: Span = Field("week", description="How long answers are gathered: day or week.")
    floor: float | None = Field(
        None, ge=-100, le=100, description="It calls below that score, whatever is usual."
    )
    weight: float = Field(
        0.2, gt=0, le=1, description="What the newest period counts for (λ); 1: nothing before it."
    )
    reach: float = Field(
        2.7, gt=0, le=6, description="Standard errors between the usual score and the limit (L)."
    )
    least: int = Field(20, ge=5, description="Answers that a period needs to be judged.")
    usual_periods: int = Field(
        12, ge=USUAL_LEAST, le=104, description="First periods, which tell what is usual."
    )
    since: date | None = Field(
        None, description="From which day on; else the last two years. Set it after a change."
    )
    grace_days: int = Field(
        2, ge=0, le=60, description="Days after its end that a period waits for late answers."
    )
    calm_periods: int = Field(
        3, ge=1, le=26, description="Periods back within the tighter limits that clear an alert."
    )
    calm_share: float = Field(
        0.5, gt=0, le=1, description="The tighter limits, as a share of the others."
    )

    @property
    def net(self) -> bool:
        """Whether the score is good less bad."""
        return self.metric == "nps"

    @property
    def limits(self) -> Limits:
        """Return how the chart is drawn."""
        floor = None if self.floor is None else self.floor / 100
        return Limits(self.weight, self.reach, floor, self.least)

    @property
    def calm(self) -> Calm:
        """Return when an alert clears."""
        return Calm(self.calm_periods, self.calm_share)


class AlertsDefinition(Document):
    """What is watched."""

    rules: tuple[AlertRule, ...] = Field(
        (
            AlertRule(name="NPS", by="all"),
            AlertRule(name="NPS by touchpoint"),
            AlertRule(name="Satisfaction by touchpoint", metric="csat"),
            AlertRule(name="Effort by touchpoint", metric="ces"),
            AlertRule(name="Ratings", metric="rating", by="all"),
        ),
        max_length=50,
        description="The rules; each entity of each has at most one open alert.",
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each rule needs a name of its own; twice: {twice}")
        for rule in self.rules:
            if rule.floor is not None and not rule.net and rule.floor < 0:
                raise ValueError(f"{rule.name}: the floor of a share is 0 to 100")
        return self
