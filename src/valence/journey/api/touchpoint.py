"""One touchpoint by API: its measures, what is complained of there, its words, its customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from valence.journey.api.journey_map import MeasuresModel
from valence.journey.api.router import api
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.heat import heat_by
from valence.journey.map_reading import map_built, place_of
from valence.journey.visitors import VISITORS, pains, verbatims, visitors
from valence.kit.ask import Ask
from valence.kit.built import defined
from valence.kit.customers import FIELDS
from valence.kit.schemas import PAGE, made_model, typed
from valence.kit.tables import TableParams, table_api
from valence.lake.columns import Column


class PainModel(BaseModel):
    """One thing that words about a touchpoint are about."""

    aspect: str
    n: int = Field(description="Texts about it.")
    complaints: int = Field(description="Of these, those that complain.")


class VerbatimModel(BaseModel):
    """What one person said."""

    at: datetime
    customer_id: str | None
    metric: str
    score: float | None
    scale: str
    good: bool | None
    bad: bool | None
    text: str
    language: str | None


class TouchpointModel(BaseModel):
    """One touchpoint of the map."""

    measures: MeasuresModel
    pains: list[PainModel] = Field(description="What words there complain of, the most first.")
    words: list[VerbatimModel] = Field(description="The newest words about it.")


class HeatCell(BaseModel):
    """How many come to a touchpoint through a channel, or of a segment."""

    touchpoint: str
    name: str = Field(description="The channel or segment; empty: not known.")
    n: int = Field(description="Steps through the channel, or customers of the segment.")


class HeatModel(BaseModel):
    """Who comes to each touchpoint."""

    by: Literal["channel", "segment"]
    items: list[HeatCell]


_VISITOR: Any = made_model(
    "Visitor",
    "A customer who passed a touchpoint, or spoke of it, within the months of the map.",
    **FIELDS,
    **typed(
        (
            Column("customer_id", "text", "Customer."),
            Column("steps", "int", "Times there."),
            Column("first_on", "day", "First time."),
            Column("last_on", "day", "Last time."),
            Column("broken", "int", "Times that the standard was not kept."),
            Column("good_answers", "int", "Good answers about it."),
            Column("bad_answers", "int", "Bad answers about it."),
            Column("was_last", "bool", "Whether it was their last step, long ago."),
        )
    ),
)
VisitorsModel = made_model(
    "Visitors",
    "The customers of a touchpoint.",
    items=(list[_VISITOR], Field(description="The customers.")),
    **PAGE,
)


@api.get("/journey/touchpoint", permission="journey:read", response_model=TouchpointModel)
def touchpoint(ask: Ask, name: str, which: Literal["bad", "good", "all"] = "bad") -> dict[str, Any]:
    """Give one touchpoint: its measures, what is complained of there, and its newest words."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    found = map_built(ask.reader, definition, ask.as_of)
    place = place_of(found, name)
    asked = (ask.reader, place.touchpoint, definition, found.as_of)
    return {
        "measures": place.told(),
        "pains": pains(*asked),
        "words": verbatims(*asked, which=which),
    }


@api.get("/journey/touchpoint/customers", permission="journey:read", response_model=VisitorsModel)
def touchpoint_customers(ask: Ask, name: str, _: TableParams) -> dict[str, Any]:
    """Give the customers who passed a touchpoint, or spoke of it."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    found = map_built(ask.reader, definition, ask.as_of)
    table = visitors(ask.reader, place_of(found, name).touchpoint, definition, found.as_of)
    return table_api(ask, VISITORS, table).model_dump()


@api.get("/journey/heat", permission="journey:read", response_model=HeatModel)
def heat(ask: Ask, by: Literal["channel", "segment"] = "channel") -> dict[str, Any]:
    """Give how many come to each touchpoint, by channel or by segment."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    return {
        "by": by,
        "items": heat_by(ask.reader, map_built(ask.reader, definition, ask.as_of), by),
    }
