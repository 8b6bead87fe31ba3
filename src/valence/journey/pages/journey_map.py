"""The journey map."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import Response

from valence.core.messages import message
from valence.journey import board_view, heat_view, map_view
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.map_reading import map_of
from valence.journey.pages.router import pages
from valence.kit.ask import Ask
from valence.kit.built import built_of, defined, unbuilt


@pages.get("/journey", permission="journey:read")
def map_page(ask: Ask, heat: Literal["week", "channel", "segment"] = "week") -> Response:
    """Show the journey map: each touchpoint with who passed and what they felt."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    found, fmt = map_of(ask.reader, definition, ask.as_of), ask.format
    if found is None:
        will = message("Each touchpoint with who passed, what they felt and what is at stake.")
        return ask.page(
            "kit/empty.html",
            title=message("Journey map"),
            question=map_view.ASKED,
            empty=unbuilt(ask, will, "touchpoint_reach"),
        )
    return ask.page(
        "journey/map.html",
        question=map_view.ASKED,
        answer=map_view.answer(found, fmt),
        figures=map_view.figures(found, fmt),
        cautions=map_view.cautions(found, fmt),
        columns=map_view.columns(found, fmt),
        stakes=map_view.stakes(found, fmt),
        first=map_view.first_table(found, fmt),
        board=board_view.board(found, fmt),
        heat_tabs=heat_view.tabs(ask, heat),
        heat=heat_view.heat(found, ask.reader, heat, fmt),
        used=heat_view.used_and_felt(found, fmt),
        moments=heat_view.moments(found, fmt),
        unknown=map_view.unknown_table(found, fmt),
        how=map_view.how(built_of(ask, "touchpoint_reach"), fmt),
        panels=ask.house.panels("journey"),
        next=map_view.steps(found, fmt),
    )
