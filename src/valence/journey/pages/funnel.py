"""The pages of a funnel, and of who is lost at a step of it."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from fastapi.responses import Response

from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import message
from valence.journey.definition import JOURNEY_KIND, JourneyDefinition
from valence.journey.funnel import FUNNELS_KIND, FunnelsDefinition, times_view, view
from valence.journey.funnel.answers import (
    STEPS_MART,
    Question,
    Typed,
    funnel_of,
    lost_of,
    offered,
    question_of,
)
from valence.journey.funnel.spelling import steps_said, window_said, without_said
from valence.journey.funnel.tables import LOST
from valence.journey.funnel.words import ORDERS, PROPERTIES, TIMED, step_titles
from valence.journey.pages.router import pages
from valence.kit import forms
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.page import Crumb
from valence.kit.tables import table_page

TITLE = message("Funnel")
_WILL = message("How many customers come from step to step, how fast, and where they are lost.")


def typed_in(ask: Asked) -> Typed:
    """Return what the address asks for."""
    params = ask.request.query_params
    return Typed(**{each.name: params.get(each.name, "") for each in fields(Typed)})


def asked(ask: Asked, typed: Typed) -> Question:
    """Return the funnel that the address asks for."""
    journey = defined(ask, JOURNEY_KIND, JourneyDefinition, STEPS_MART)
    return question_of(typed, _funnels(ask), journey, _day(ask))


def _day(ask: Asked) -> date:
    if not ask.reader.has(STEPS_MART) or ask.as_of is None:
        raise NotFoundError("No figures have been built yet. Import orders, then build.")
    return ask.as_of


def _funnels(ask: Asked) -> FunnelsDefinition:
    return defined(ask, FUNNELS_KIND, FunnelsDefinition)


@pages.get("/journey/funnel", permission="journey:read")
def funnel_page(ask: Ask) -> Response:
    """Show how many customers come from step to step, and a form to ask for another funnel."""
    if not ask.reader.has(STEPS_MART) or ask.as_of is None:
        missing = unbuilt(ask, _WILL, STEPS_MART)
        return ask.page("kit/empty.html", title=TITLE, question=view.ASKED, empty=missing)
    typed = typed_in(ask)
    try:
        question = asked(ask, typed)
        found = funnel_of(ask.reader, question, ask.as_of)
    except BadInputError as wrong:
        form = forms.Typed[FunnelsDefinition](_shown(typed, None, ask.as_of)).refused(wrong)
        return ask.page(
            "journey/funnel.html", status=422, title=TITLE, question=view.ASKED, form=form,
            **_choices(ask),
        )  # fmt: skip
    fmt = ask.format
    told = view.how(found, built_of(ask, STEPS_MART), fmt)
    return ask.page(
        "journey/funnel.html",
        title=TITLE,
        question=view.ASKED,
        form=forms.Typed[FunnelsDefinition](_shown(typed, question, ask.as_of)),
        answer=view.answer(found, fmt),
        figures=view.figures(found, fmt),
        picture=view.picture(found, fmt),
        steps_table=view.steps_table(found, fmt),
        parts=view.parts(found, fmt),
        times=times_view.times(found, fmt),
        weeks=times_view.weeks(found, fmt),
        speed=times_view.speed(found, fmt),
        goes_with=view.goes_with(found, fmt),
        how=told,
        next=view.steps(found, fmt),
        **_choices(ask),
    )


@pages.get("/journey/funnel/lost", permission="journey:read")
def lost_page(ask: Ask) -> Response:
    """List the customers who came to the step before and not to this one."""
    question = asked(ask, typed_in(ask))
    step = ask.request.query_params.get("step", "2")
    if not step.isdecimal():
        raise BadInputError("A step has a number, not {step!r}.", step=step)
    table = lost_of(ask.reader, question, _day(ask), int(step))
    titles = step_titles(question.definition, ask.format)
    return table_page(
        ask,
        LOST,
        table,
        "journey/funnel_lost.html",
        file=f"lost-at-step-{step}",
        title=message("Lost before “{step}”", step=titles[int(step) - 1]),
        question=message(
            "Who came to “{before}” and not further?",
            before=titles[question.definition.before(int(step)) - 1],
        ),
        crumbs=(Crumb(TITLE, view.address(question)),),
    )


def _shown(typed: Typed, question: Question | None, as_of: date) -> dict[str, str]:
    """Return what the form shows: what was typed, else what the funnel by name has."""
    if question is None:
        return asdict(typed)
    definition = question.definition
    return {
        **asdict(typed),
        "name": definition.name,
        "steps": steps_said(definition),
        "window": window_said(definition.window_hours),
        "order": definition.order,
        "without": without_said(definition),
        "timed": definition.timed,
        "days": "" if question.since is None else str((as_of - question.since).days + 1),
    }


def _choices(ask: Asked) -> dict[str, Any]:
    return {
        "orders": list(ORDERS.items()),
        "timings": list(TIMED.items()),
        "properties": [("", message("all together")),
                       *((name, PROPERTIES.get(name, name)) for name in offered(ask.reader))],
        "named": [
            (each.name, ask.url("/journey/funnel", name=each.name))
            for each in _funnels(ask).funnels
        ],
    }  # fmt: skip
