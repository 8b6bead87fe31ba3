"""The designed journey beside the walked one, by API."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.journey.api.journey_map import ShareModel
from valence.journey.api.router import api
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.designed.answers import MART, Verdict, designed_of
from valence.kit.ask import Ask
from valence.kit.built import defined


class DesignedFelt(BaseModel):
    """What was felt at a designed step."""

    metric: str = Field(description="nps, csat or ces.")
    n: int = Field(description="Answers.")
    score: float | None = Field(description="NPS from −100 to 100; else good answers in %.")
    low: float | None
    high: float | None


class DesignedDetour(BaseModel):
    """A touchpoint that customers went to first instead of the designed one."""

    touchpoint: str | None = Field(description="None: nowhere else within `onward_days`.")
    customers: int
    came_all_the_same: int = Field(
        description="Of these, who came to the designed one within `onward_days`."
    )


class DesignedOnward(BaseModel):
    """How customers go from a designed step to the next."""

    customers: int = Field(description="Who came to the step, and have been followed.")
    came: ShareModel = Field(description="Came to the next designed step within `onward_days`.")
    straight: int = Field(description="Came with no other touchpoint between.")
    by_detour: int
    elsewhere: int = Field(description="Met other touchpoints, and did not come.")
    nowhere: int = Field(description="Met no other touchpoint.")
    median_hours: float | None
    in_time: ShareModel | None = Field(
        description="Of those who came, within `onward_hours`; none without a target."
    )
    instead: list[DesignedDetour] = Field(description="The most frequent first.")


class DesignedStepRow(BaseModel):
    """One designed step as it is walked."""

    step: int
    touchpoint: str
    stage: str
    moment: Literal["peak", "end"] | None = Field(description="Designed as the peak, or the end.")
    moment_delivered: ShareModel
    customers: int = Field(description="Who came there within the months of the map.")
    felt: DesignedFelt | None
    designed_metric: str | None
    designed_score: float | None
    designed_share: float | None
    designed_hours: float | None
    onward: DesignedOnward | None = Field(description="None: the last step.")
    verdicts: dict[str, Verdict] = Field(description="share, time, feeling: those with a target.")


class Undesigned(BaseModel):
    """A touchpoint that is walked and not designed."""

    touchpoint: str
    stage: str
    customers: int


class LargestDeparture(BaseModel):
    """Where the walked way leaves the designed one most."""

    kind: Literal["share", "time", "feeling", "detour"]
    step: int
    touchpoint: str
    customers: int = Field(description="Fewer than designed; of a detour, who took it.")
    went_to: str | None


class DesignedModel(BaseModel):
    """The designed journey beside the walked one."""

    as_of: date
    steps: list[DesignedStepRow]
    undesigned: list[Undesigned] = Field(description="The most walked first.")
    largest: LargestDeparture | None


@api.get("/journey/designed", permission="journey:read", response_model=DesignedModel)
def designed(ask: Ask) -> dict[str, Any]:
    """Give the designed journey beside the walked one: share, time, feeling, detours."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, MART)
    found = designed_of(ask.reader, definition, ask.as_of)
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return {"as_of": found.as_of, **found.told()}
