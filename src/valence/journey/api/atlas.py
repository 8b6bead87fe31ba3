"""The journey map by API."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from valence.core.errors import NotFoundError
from valence.journey.api.router import api
from valence.journey.atlas_answers import atlas_of
from valence.journey.steps import CLAIMS, UNRECOGNISED
from valence.kit.ask import Ask
from valence.kit.schemas import made_model, row_model

_CLAIM: Any = row_model("TouchpointClaim", "What a touchpoint's rule took.", CLAIMS)
_UNKNOWN: Any = row_model("UnrecognisedEvent", "Events that no touchpoint takes.", UNRECOGNISED)
MapModel = made_model(
    "JourneyMap",
    "The touchpoints of the journey.",
    touchpoints=(list[_CLAIM], Field(description="Each touchpoint, in the order of the rules.")),
    unrecognised=(list[_UNKNOWN], Field(description="Events that no touchpoint takes.")),
)


@api.get("/journey/map", permission="journey:read", response_model=MapModel)
def journey_map(ask: Ask) -> dict[str, Any]:
    """Give the journey map."""
    found = atlas_of(ask.reader)
    if found is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return {"touchpoints": found.claims, "unrecognised": found.unrecognised}
