"""Paths by API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from valence.core.errors import NotFoundError
from valence.journey.api.router import api
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.paths.answers import (
    changes_of,
    kinds_of,
    loops_of,
    variants_of,
    ways_of,
)
from valence.journey.paths.question import GAP_DAYS, MART, MOST_DAYS, Question
from valence.kit.ask import Ask, Asked
from valence.kit.built import defined
from valence.kit.commands import plain

Part = Literal["ways", "variants", "loops", "kinds", "changes"]
_READ = {"ways": ways_of, "variants": variants_of, "kinds": kinds_of, "changes": changes_of}


class PathsModel(BaseModel):
    """Paths of journeys: one part, with what was asked."""

    as_of: str = Field(description="The day up to which the figures tell.")
    part: Part = Field(description="Which part is told.")
    result: dict[str, Any] = Field(
        description="ways: `walked`, `flows`, `edges`, `gone_on`; variants: `journeys`, `rows`, "
        "`matrix`; loops: `loops`, `repeats`, `asked`, `within_days`; kinds: `kinds`, "
        "`silhouette`; changes: `edges`, `variants`, each with shares, difference, interval and "
        "corrected p value."
    )


@api.get("/journey/paths", permission="journey:read", response_model=PathsModel)
def journey_paths(
    ask: Ask,
    part: Annotated[Part, Query(description="Which part.")] = "ways",
    start: Annotated[str, Query(alias="from", description="Ways from this touchpoint.")] = "",
    end: Annotated[str, Query(alias="to", description="Ways to this touchpoint.")] = "",
    segment: Annotated[str, Query(description="Only customers that fit this rule.")] = "",
    days: Annotated[int, Query(ge=0, le=MOST_DAYS, description="Only the last days; 0: all.")] = 0,
    gap: Annotated[
        int, Query(ge=1, le=MOST_DAYS, description="Days of nothing that end a journey.")
    ] = GAP_DAYS,
) -> dict[str, Any]:
    """Give the ways that journeys take, their variants, loops, kinds, or what differs."""
    question = Question(start, end, segment, days, gap)
    return _told(ask, part, question)


def _told(ask: Asked, part: Part, question: Question) -> dict[str, Any]:
    if not ask.reader.has(MART) or ask.as_of is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    found: Any
    if part == "loops":
        days = defined(ask, JOURNEY_KIND, JourneyDefinition, MART).repeat_days
        found = loops_of(ask.reader, question, ask.as_of, within_days=days)
    else:
        found = _READ[part](ask.reader, question, ask.as_of)
    return {"as_of": ask.as_of.isoformat(), "part": part, "result": plain(found)}
