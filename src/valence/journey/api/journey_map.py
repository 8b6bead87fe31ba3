"""The journey map by API."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, Field

from valence.journey.api.router import api
from valence.journey.columns import CLAIMS, UNRECOGNISED
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.map_reading import map_built
from valence.kit.ask import Ask
from valence.kit.built import defined
from valence.kit.schemas import made_model, row_model

_UNKNOWN: Any = row_model("UnrecognisedEvent", "Events that no touchpoint takes.", UNRECOGNISED)

_CLAIM: Any = row_model("TouchpointClaim", "What a touchpoint's rule takes.", CLAIMS)


class ShareModel(BaseModel):
    """A part of a whole with its 90 % interval; no share below the minimum."""

    share: float | None = Field(description="0 to 1.")
    low: float | None
    high: float | None
    hits: int
    n: int


class FeltModel(BaseModel):
    """One question at one place."""

    metric: str = Field(description="nps, csat or ces.")
    n: int = Field(description="Answers.")
    score: float | None = Field(description="NPS from −100 to 100; else good answers in %.")
    low: float | None
    high: float | None
    moved: float | None = Field(description="Points since the period before, if not by chance.")


class SilentModel(BaseModel):
    """Of customers expected to have left after their last step here, who said nothing."""

    share: float | None = Field(description="0 to 1; no share below 30 leavers.")
    low: float | None
    high: float | None
    leavers: float | None = Field(description="How many sure leavers it is told from.")


class FeltByChannel(BaseModel):
    """One question at one place through one channel."""

    channel: str
    metric: str = Field(description="nps, csat or ces.")
    n: int = Field(description="Answers.")
    score: float | None
    low: float | None
    high: float | None


class StakeModel(BaseModel):
    """What bad experience of one kind is expected to cost within twelve months."""

    kind: str
    affected: int
    amount: float | None
    low: float | None
    high: float | None
    verdict: str | None = Field(description="costs: lost by more than chance; else why not said.")


class MeasuresModel(BaseModel):
    """What is known of a touchpoint or a stage."""

    stage: str
    touchpoint: str | None = None
    owner: str | None = None
    backstage: str | None = None
    standard: str | None = None
    asks: str | None = Field(None, description="What customers give there.")
    designed: str | None = Field(None, description="peak or end, where it was designed as one.")
    moment_of_truth: bool = False
    steps: int
    customers: int
    customers_before: int
    onward: ShareModel = Field(description="Go on to a later stage within `onward_days`.")
    onward_days: float | None = Field(description="Median days until then.")
    lost: ShareModel = Field(description="It was their last step of all.")
    repeats: ShareModel = Field(description="Steps followed by another there within days.")
    standard_kept: ShareModel
    designed_delivered: ShareModel
    felt: list[FeltModel]
    felt_by_channel: list[FeltByChannel]
    sentiment: float | None = Field(description="Mean of words, −1 to 1.")
    sentiment_n: int
    left_silent: SilentModel
    complaints: int
    complaints_per_1000: float | None = Field(description="For each 1,000 customers.")
    came_again: ShareModel = Field(description="Contacts that came again about the same.")
    asked_twice: ShareModel = Field(
        description="Of contacts, and of times that a touchpoint asked for something: told, or "
        "asked for the same, again through another channel."
    )
    solved_at_first_contact: ShareModel
    stakes: list[StakeModel]
    weeks: list[int] = Field(description="Steps of the last weeks, the oldest first.")


class UnknownAnswers(BaseModel):
    """What answers are about and no touchpoint is called."""

    touchpoint: str
    answers: int


MapModel = made_model(
    "JourneyMap",
    "The journey map: stages and touchpoints with all measures.",
    since=(date, Field(description="Begin of the months shown.")),
    until=(date, Field(description="Day that it stands for.")),
    stages=(list[MeasuresModel], Field(description="The stages in their order.")),
    touchpoints=(list[MeasuresModel], Field(description="Each touchpoint.")),
    fix_first=(list[str], Field(description="Touchpoints, what costs or hurts most first.")),
    peak=(str | None, Field(description="Touchpoint where it feels best.")),
    low=(str | None, Field(description="Touchpoint where it feels worst.")),
    end=(str | None, Field(description="Touchpoint where most took their last step.")),
    claims=(list[_CLAIM], Field(description="Rows that each rule holds for, and those it took.")),
    unrecognised=(list[_UNKNOWN], Field(description="Events that no touchpoint takes.")),
    unknown_answers=(list[UnknownAnswers], Field(description="Answers about unknown places.")),
)


@api.get("/journey/map", permission="journey:read", response_model=MapModel)
def journey_map(ask: Ask) -> dict[str, Any]:
    """Give the journey map: what each touchpoint and stage shows."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    return map_built(ask.reader, definition, ask.as_of).told()
