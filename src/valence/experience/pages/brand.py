"""The pages of value layers and of the brand."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from valence.core.messages import message
from valence.experience import brands_view, layers_view
from valence.experience.brands import MEASURES
from valence.experience.brands_answers import brand_found
from valence.experience.layers_answers import layers_found, offers_in_force
from valence.experience.pages.research import empty, unasked
from valence.experience.pages.router import pages
from valence.kit.ask import Ask
from valence.kit.built import built_of, unbuilt
from valence.kit.opened import OpenBrand


@pages.get("/experience/layers", permission="experience:read")
def layers_page(ask: Ask) -> Response:
    """Show what is basic, what adds value and what sets apart, offer by offer."""
    will = message("Where each service of your offers stands, by Kano's pairs of questions.")
    with ask.service(OpenBrand).store.reading() as view:
        definition = offers_in_force(view)
    missing = (  # offers are shown with what is not known of them, as by the API
        unbuilt(ask, will, "answers") if definition.offers
        else unasked(ask, will, ("kano_functional",))
    )  # fmt: skip
    if missing is not None or ask.as_of is None:
        return empty(ask, layers_view.TITLE, layers_view.ASKED, missing)
    found, fmt = layers_found(ask.reader, ask.as_of, definition), ask.format
    return ask.page(
        "experience/layers.html",
        title=layers_view.TITLE,
        question=layers_view.ASKED,
        answer=layers_view.answer(found, fmt),
        offers=[layers_view.shown(offer, at, fmt) for at, offer in enumerate(found)],
        how=layers_view.how(built_of(ask, "answers")),
        next=layers_view.steps(),
    )


@pages.get("/experience/brand", permission="experience:read")
def brand_page(ask: Ask, by: Annotated[str, Query()] = "customer") -> Response:
    """Show who knows the brand, what is special about it, and who feels close to it."""
    will = message("Who knows the brand, what is special about it, and who feels close to it.")
    if (missing := unasked(ask, will, MEASURES)) is not None or ask.as_of is None:
        return empty(ask, brands_view.TITLE, brands_view.ASKED, missing)
    found, fmt = brand_found(ask.reader, ask.as_of, by=by), ask.format
    return ask.page(
        "experience/brand.html",
        title=brands_view.TITLE,
        question=brands_view.ASKED,
        answer=brands_view.answer(found, fmt),
        figures=brands_view.figures(found, fmt),
        awareness=brands_view.awareness(found, fmt),
        brands=brands_view.brands_table(found, fmt),
        tabs=brands_view.tabs(ask, by),
        connection=brands_view.connection(found, fmt),
        segments=brands_view.segments_table(found, fmt),
        how=brands_view.how(built_of(ask, "answers")),
        next=brands_view.steps(),
    )
