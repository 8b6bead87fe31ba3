"""What users set for alerts: which measure is watched, by what, and when it calls."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Self

from pydantic import Field, model_validator

from valence.definitions.documents import Document
from valence.experience.alerts.chart import USUAL_LEAST, Limits
from valence.experience.alerts.kinds import BY_OF, SOLVED_DAYS, By, Metric
from valence.experience.alerts.watch import Calm, Span

ALERTS_KIND = "alerts"


Address = Annotated[str, Field(pattern=r"^[^@\s,<>]+@[^@\s,<>]+$", max_length=254)]


class AlertRule(Document):
    """One measure that is watched, of all together or of each entity."""

    name: Annotated[str, Field(min_length=1, max_length=80)] = Field(
        description="What it is called."
    )
    metric: Metric = Field(
        "nps",
        description="What is watched: a score (nps, csat, ces, rating, review); sentiment, the "
        "share of texts that praise; no_complaint, the share of contacts that are none; solved, "
        "the share of contacts solved within 48 hours; standard, the share of steps that kept it.",
    )
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
            AlertRule(name="Praise by touchpoint", metric="sentiment"),
            AlertRule(name="Service standard by touchpoint", metric="standard"),
            AlertRule(name="Contacts solved by channel", metric="solved", by="channel"),
        ),
        max_length=50,
        description="The rules; each entity of each has at most one open alert.",
    )
    digest_to: tuple[Address, ...] = Field(
        (), max_length=50, description="Who gets the digest of the day by mail; empty: nobody."
    )
    digest_hour: int = Field(
        8, ge=0, le=23, description="Hour in the brand's zone from which yesterday's is mailed."
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        names = [rule.name for rule in self.rules]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"each rule needs a name of its own; twice: {twice}")
        for rule in self.rules:
            if rule.by not in BY_OF[rule.metric]:
                raise ValueError(
                    f"{rule.name}: {rule.metric} is not known by {rule.by}, but by "
                    f"{', '.join(sorted(BY_OF[rule.metric]))}"
                )
            if rule.metric == "solved" and rule.grace_days < SOLVED_DAYS:
                raise ValueError(
                    f"{rule.name}: whether a contact was solved within 48 hours is known after "
                    f"{SOLVED_DAYS} days; set grace_days to {SOLVED_DAYS} or more"
                )
            if rule.floor is not None and not rule.net and rule.floor < 0:
                raise ValueError(f"{rule.name}: the floor of a share is 0 to 100")
        return self
