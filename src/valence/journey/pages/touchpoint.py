"""The page of one touchpoint."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import Response

from valence.core.messages import message
from valence.journey import map_view, touchpoint_view
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.map_reading import map_built, place_of
from valence.journey.pages.router import pages
from valence.journey.visitors import VISITORS, pains, verbatims, visitors
from valence.kit.ask import Ask
from valence.kit.built import built_of, defined
from valence.kit.codes import TOUCHPOINTS, named
from valence.kit.page import Crumb
from valence.kit.tables import table_export, table_view


@pages.get("/journey/touchpoints/{name:path}", permission="journey:read")
def touchpoint_page(ask: Ask, name: str, which: Literal["bad", "good", "all"] = "bad") -> Response:
    """Show one touchpoint: who was there, what they felt, and their words."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    found, fmt = map_built(ask.reader, definition, ask.as_of), ask.format
    place = place_of(found, name)
    table = visitors(ask.reader, place.touchpoint, definition, found.as_of)
    if how := ask.request.query_params.get("format"):
        return table_export(ask, VISITORS, table, how)
    view = table_view(ask, VISITORS, table)
    words = verbatims(ask.reader, place.touchpoint, definition, found.as_of, which=which)
    return ask.page(
        "journey/touchpoint.html",
        status=422 if view.fault else 200,
        title=named(TOUCHPOINTS, name, fmt),
        crumbs=[Crumb(message("Journey map"), "/journey")],
        question=touchpoint_view.ASKED,
        answer=touchpoint_view.answer(place, found, fmt),
        figures=touchpoint_view.figures(place, fmt),
        channels=touchpoint_view.by_channel(place, fmt),
        measures=touchpoint_view.measures_table(place, fmt),
        setup=touchpoint_view.set_up(place, fmt),
        pains=touchpoint_view.pain_points(
            pains(ask.reader, place.touchpoint, definition, found.as_of), fmt
        ),
        tabs=touchpoint_view.tabs(ask, which),
        said=touchpoint_view.said(words, fmt),
        table=view,
        how=map_view.how(built_of(ask, "touchpoint_reach"), fmt),
        panels=ask.house.panels("touchpoint", touchpoint=name),
        next=touchpoint_view.steps(place, fmt),
    )
