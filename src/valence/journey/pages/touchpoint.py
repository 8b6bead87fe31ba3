"""The page of one touchpoint."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import Response

from valence.core.errors import NotFoundError, did_you_mean
from valence.core.messages import message
from valence.journey import map_view, touchpoint_view
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.map_answers import map_of
from valence.journey.pages.router import pages
from valence.journey.visitors import VISITORS, pains, verbatims, visitors
from valence.kit.ask import Ask
from valence.kit.built import built_of, defined
from valence.kit.codes import TOUCHPOINTS, named
from valence.kit.page import Crumb
from valence.kit.tables import table_export, table_view


@pages.get("/journey/touchpoints/{name}", permission="journey:read")
def touchpoint_page(ask: Ask, name: str, which: Literal["bad", "good", "all"] = "bad") -> Response:
    """Show one touchpoint: who was there, what they felt, and their words."""
    definition = defined(ask, JOURNEY_KIND, JourneyDefinition, "journey_steps")
    found, fmt = map_of(ask.reader, definition, ask.as_of), ask.format
    places = [] if found is None else found.places
    place = next((place for place in places if place.touchpoint.name == name), None)
    if found is None or place is None:
        known = [each.name for each in definition.touchpoints]
        raise NotFoundError(
            "There is no touchpoint {name!r} on the map. {fix}",
            name=name,
            fix=did_you_mean(name, known),
        )
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
        how=map_view.how(built_of(ask, "touchpoint_reach")),
        panels=ask.house.panels("touchpoint", touchpoint=name),
        next=touchpoint_view.steps(place, fmt),
    )
