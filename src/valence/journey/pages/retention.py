"""The page of retention, lifecycle and stickiness."""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from fastapi.responses import Response

from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.journey import retention_view as view
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.pages.router import pages
from valence.journey.retention_answers import (
    STEPS_MART,
    RetentionQuestion,
    TypedRetention,
    retention_of,
    retention_question,
)
from valence.kit import forms
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.codes import TOUCHPOINTS, named

TITLE = message("Retention")
_WILL = message("Who comes back in later weeks, who is new, and who falls silent.")


@pages.get("/journey/retention", permission="journey:read")
def retention_page(ask: Ask) -> Response:
    """Show who comes back, by any touchpoint, by count or money."""
    if not ask.reader.has(STEPS_MART) or ask.as_of is None:
        missing = unbuilt(ask, _WILL, STEPS_MART)
        return ask.page("kit/empty.html", title=TITLE, question=view.ASKED, empty=missing)
    params = ask.request.query_params
    typed = TypedRetention(**{e.name: params.get(e.name, "") for e in fields(TypedRetention)})
    journey = defined(ask, JOURNEY_KIND, JourneyDefinition, STEPS_MART)
    form = forms.Typed[JourneyDefinition](
        {**asdict(RetentionQuestion()), **{k: v for k, v in asdict(typed).items() if v}}
    )
    shared: dict[str, Any] = {"title": TITLE, "question": view.ASKED, **_choices(ask, journey)}
    try:
        question = retention_question(typed, journey)
    except BadInputError as wrong:
        refused = form.refused(wrong)
        return ask.page("journey/retention.html", status=422, form=refused, **shared)
    found, fmt = retention_of(ask.reader, question, ask.as_of), ask.format
    return ask.page(
        "journey/retention.html",
        form=form,
        answer=view.answer(found, fmt),
        figures=view.figures(found, fmt),
        curve=view.curve(found, fmt),
        triangle=view.triangle(found, fmt),
        states=view.states(found, fmt),
        days=view.days(found, fmt),
        how=view.how(built_of(ask, STEPS_MART)),
        next=view.steps(),
        **shared,
    )


def _choices(ask: Asked, journey: JourneyDefinition) -> dict[str, Any]:
    touchpoints = [
        (each.name, named(TOUCHPOINTS, each.name, ask.format)) for each in journey.touchpoints
    ]
    return {
        "touchpoints": [("", message("anything")), *touchpoints],
        "periods": list(view.PERIODS.items()),
        "counted": list(view.COUNTED.items()),
        "measures": list(view.MEASURES.items()),
    }
