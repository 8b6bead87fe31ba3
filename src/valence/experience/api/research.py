"""Kano, the value gap, drivers and perceived value by API."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.experience.api.router import api
from valence.experience.kano_answers import kano_found, kano_segments, segments_told
from valence.experience.perceived_answers import perceived
from valence.experience.research_answers import drivers_found, gaps_found, rivals_found
from valence.experience.traits import Trait
from valence.kit.ask import Ask, Asked


class KanoPlaced(BaseModel):
    """Where people place one feature."""

    item: str
    n: int = Field(description="People who answered both questions.")
    category: str | None = Field(description="Null, as all that follows, below 30 people.")
    clear: bool | None = Field(description="Whether Fong's test tells the category from the next.")
    better: float | None
    better_low: float | None
    better_high: float | None
    worse: float | None
    worse_low: float | None
    worse_high: float | None


class KanoRow(KanoPlaced):
    """One feature by Kano's table."""

    M: int = Field(description="Must-be.")
    O: int = Field(description="Performance.")  # noqa: E741 - the field's own name
    A: int = Field(description="Attractive.")
    I: int = Field(description="Indifferent.")  # noqa: E741
    R: int = Field(description="Reverse.")
    Q: int = Field(description="Questionable.")
    total_strength: float | None = Field(description="Null below 30 people, as all that follows.")
    category_strength: float | None
    lead: float | None = Field(description="People by whom the first category leads the second.")
    lead_needed: float | None = Field(description="What it must exceed by Fong's test (90 %).")
    before: str | None = Field(description="Category in the wave before.")
    n_before: int | None = Field(description="People who answered then.")
    better_change: float | None
    better_probability: float | None = Field(description="Of as large a change by chance.")
    worse_change: float | None
    worse_probability: float | None
    became_basic: bool | None = Field(description="What delighted is now expected.")


class GapRow(BaseModel):
    """One dimension of service."""

    item: str
    n: int = Field(description="People who told what they expected and what they felt.")
    expectation: float | None = Field(description="Null, as all that follows, below 30 people.")
    perception: float | None
    gap: float | None = Field(description="Above 0 where less is felt than expected.")
    low: float | None
    high: float | None
    importance: float | None = Field(
        description="Stated, on the scale asked; derived, a share of what is explained, 0 to 1."
    )
    importance_low: float | None = Field(description="Its 90 % interval, where derived.")
    importance_high: float | None
    quadrant: str | None
    at_stake: float | None


class FeltRow(BaseModel):
    """How one dimension is felt, here or at a competitor."""

    item: str
    subject: str
    n: int
    mean: float | None = Field(description="Null, as its interval, below 30 people.")
    low: float | None
    high: float | None


class GapModel(BaseModel):
    """The value gap, and how it feels at competitors."""

    importance: Literal["stated", "derived"] | None = Field(
        description="Where importance comes from; null: from nowhere."
    )
    why: str | None = Field(description="Why it is not the one that was asked for.")
    outcome: str | None = Field(description="What derived importance moves.")
    r_squared: float | None = Field(description="What perceptions explain of it, 0 to 1.")
    answered_both: int | None = Field(description="People who told both.")
    gaps: list[GapRow]
    felt: list[FeltRow]


class DriverRow(BaseModel):
    """One driver's part in what is explained."""

    name: str
    share: float
    low: float
    high: float
    correlation: float
    weight: float


class DriversModel(BaseModel):
    """What moves a score."""

    outcome: str
    n: int
    r_squared: float
    method: str
    drivers: list[DriverRow]
    left_out: list[str]


class PartRow(BaseModel):
    """One part of perceived value."""

    subject: str
    name: str
    n: int = Field(description="People who answered.")
    mean: float | None = Field(description="Null, as its interval, below 30 people.")
    low: float | None
    high: float | None


class NetRow(BaseModel):
    """What a group of people gets, gives and has left; without figures below 30 answers."""

    name: str | None = Field(description="The brand, the segment, or the third of customers.")
    n: int = Field(description="People who answered all five parts.")
    gets: float | None = Field(description="Functional + emotional + social.")
    gives: float | None = Field(description="Time cost + money cost.")
    net: float | None = Field(description="What they get less what they give.")
    low: float | None = Field(description="Its 90 % interval.")
    high: float | None
    worth: float | None = Field(description="Mean lifetime value of those who answered.")
    worth_low: float | None
    worth_high: float | None


class PerceivedModel(BaseModel):
    """What customers get and give: by part, by brand, by segment, and beside their worth."""

    by: str
    parts: list[PartRow]
    net: dict[str, float | None] = Field(description="What is left, by brand.")
    brands: list[NetRow]
    segments: list[NetRow]
    thirds: list[NetRow] = Field(description="Who perceives least, middling, most.")


class KanoSegmentRow(KanoPlaced):
    """One feature as one segment sees it."""

    segment: str


def day_of(ask: Asked) -> date:
    """Return the day that figures stand for."""
    if ask.as_of is None or not ask.reader.has("answers"):
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return ask.as_of


@api.get("/experience/kano", permission="experience:read", response_model=list[KanoRow])
def kano(ask: Ask, by: Trait | None = None, segment: str = "") -> list[dict[str, Any]]:
    """Give each feature's category by Kano's table: of all, or of one segment (`by`, `segment`)."""
    return kano_found(ask.reader, day_of(ask), by=by or "", segment=segment).told()


@api.get(
    "/experience/kano/segments", permission="experience:read", response_model=list[KanoSegmentRow]
)
def kano_by_segment(ask: Ask, by: Trait = "tier") -> list[dict[str, Any]]:
    """Give each feature's category in each segment of customers."""
    return segments_told(kano_segments(ask.reader, day_of(ask), by))


@api.get("/experience/gap", permission="experience:read", response_model=GapModel)
def gap(ask: Ask, importance: Literal["stated", "derived"] = "stated") -> dict[str, Any]:
    """Give expectation less perception, what to mend first on top."""
    found = gaps_found(ask.reader, day_of(ask), importance=importance)
    return {**found.told(), "felt": rivals_found(ask.reader, day_of(ask))}


@api.get("/experience/drivers", permission="experience:read", response_model=DriversModel)
def drivers(ask: Ask, outcome: Literal["nps", "csat", "ces"] = "nps") -> dict[str, Any]:
    """Give what moves a score: shares of what is explained, summing to R²."""
    found = drivers_found(ask.reader, day_of(ask), outcome=outcome)
    return {
        "outcome": outcome, "n": found.n, "r_squared": found.r_squared, "method": found.method,
        "drivers": [
            {"name": d.name, "share": d.share, "low": d.low, "high": d.high,
             "correlation": d.correlation, "weight": d.weight}
            for d in found.drivers
        ],
        "left_out": list(found.left_out),
    }  # fmt: skip


@api.get("/experience/perceived", permission="experience:read", response_model=PerceivedModel)
def perceived_value(ask: Ask, by: Trait = "tier") -> dict[str, Any]:
    """Give perceived value: by part, by brand, by segment, and beside lifetime value."""
    return perceived(ask.reader, day_of(ask), by=by).told()
