"""The pages of surveys: all of them, one, its codes, and what is held back."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi.responses import RedirectResponse, Response

from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError, ValenceError, did_you_mean
from valence.core.messages import Message, message
from valence.experience import surveys_view as view_of
from valence.experience.pages.router import pages
from valence.experience.surveys import words
from valence.experience.surveys.codes import code, codes, end_code, link_of, make_code
from valence.experience.surveys.links import href, qr_svg
from valence.experience.surveys.opened import Opened
from valence.experience.surveys.questions import Question
from valence.experience.surveys.rates import likeness
from valence.experience.surveys.replies import VALUE
from valence.experience.surveys.results import results
from valence.experience.surveys.review import DECISIONS, held
from valence.experience.surveys.screen import Wording, asks
from valence.experience.surveys.spam import REASONS
from valence.experience.surveys.standing import survey_of, surveys_of
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData
from valence.kit.opened import OpenBrand
from valence.kit.page import Answer, Crumb, Empty, Step

CRUMBS = (Crumb(message("Experience"), "/experience"),)
_LISTED = (*CRUMBS, Crumb(view_of.TITLE, "/experience/surveys"))


@pages.get("/experience/surveys", permission="experience:read")
def surveys_page(ask: Ask) -> Response:
    """Show every survey, how many answered, and what is held back."""
    with ask.service(OpenBrand).store.reading() as view:
        found = surveys_of(view)
    if not found:
        return ask.page(
            "kit/empty.html", title=view_of.TITLE, question=view_of.ASKED, empty=view_of.nothing()
        )
    rows = [
        (one, view_of.title_of(one, ask.format), view_of.STATES[one.state],
         view_of.rate(one.response.rate(one.response.answered), ask.format))
        for one in found
    ]  # fmt: skip
    return ask.page(
        "experience/surveys.html",
        title=view_of.TITLE,
        question=view_of.ASKED,
        crumbs=CRUMBS,
        answer=view_of.answer(found, ask.format),
        figures=view_of.figures(found, ask.format),
        rates=view_of.by_survey(found, ask.format),
        rows=rows,
        how=view_of.how(),
        next=[view_of.NEW, Step(message("Look at answers held back"), "/experience/held")],
    )


@pages.get("/experience/surveys/{name}", permission="experience:read")
def survey_page_of(ask: Ask, name: str) -> Response:
    """Show one survey: response, results, likeness, codes, questions."""
    return _one(ask, name)


def _one(ask: Asked, name: str, wrong: ValenceError | None = None) -> Response:
    house, fmt = ask.service(OpenBrand), ask.format
    with house.store.reading() as view:
        one = survey_of(view, name)
        least = one.definition.minimum
        alike = likeness(view, ask.reader, name, least)
        found = results(view, name, least)
        places = codes(view, name)
    wording = Wording(ask.language, ask.brand.settings.brand.name, fmt)
    worded = {
        (q.id, part.name if part else ""): said
        for q in one.definition.questions
        for part, said in zip(q.parts or (None,), asks(q, wording), strict=False)
    }
    at = now()
    return ask.page(
        "experience/survey.html",
        status=wrong.status if wrong else 200,
        title=view_of.title_of(one, fmt),
        question=view_of.OF_ONE,
        crumbs=_LISTED,
        one=one,
        state=view_of.STATES[one.state],
        answer=view_of.of_one(one, alike, fmt),
        figures=view_of.figures_of(one.response, fmt),
        alike=view_of.likeness_chart(alike, fmt),
        results=view_of.result_rows(found, worded, fmt),
        spoken=[
            (worded.get((each.question, "")) or each.question, each.words)
            for each in found
            if each.words
        ],
        places=[(row, row["expires_at"] > at) for row in places],
        questions=[(q, asks(q, wording), words.KINDS[q.kind]) for q in one.definition.questions],
        how=view_of.how(),
        error=wrong.message if wrong else None,
        command=f"valence experience invite {name} --where 'days_since_order <= 14'",
        next=view_of.steps(one),
    )


@pages.post("/experience/surveys/{name}/codes", permission="experience:invite")
def make_code_for(ask: Ask, name: str, data: FormData) -> Response:
    """Make a code for a place, and show it."""
    place, touchpoint = data.get("place", ""), data.get("touchpoint", "").strip()[:60]
    store = ask.service(OpenBrand).store
    try:
        link = store.transact(lambda unit: make_code(unit, name, place, touchpoint=touchpoint))
    except BadInputError as wrong:
        return _one(ask, name, wrong)
    return RedirectResponse(f"/experience/surveys/{quote(name)}/codes/{link.id}", 303)


@pages.get("/experience/surveys/{name}/codes/{code_id}", permission="experience:read")
def code_page(ask: Ask, name: str, code_id: UUID) -> Response:
    """Show the code of a place, to be printed."""
    house = ask.service(OpenBrand)
    with house.store.reading() as view:
        one, row = survey_of(view, name), code(view, name, code_id)
    crumb = Crumb(view_of.title_of(one, ask.format), f"/experience/surveys/{quote(name)}")
    return ask.page(
        "experience/code.html",
        title=row["place"],
        crumbs=(*_LISTED, crumb),
        row=row,
        link=href(house, link_of(row)),
        picture=f"/experience/surveys/{quote(name)}/codes/{code_id}/picture.svg",
        lasts=row["expires_at"] > now(),
    )


@pages.get("/experience/surveys/{name}/codes/{code_id}/picture.svg", permission="experience:read")
def code_picture(ask: Ask, name: str, code_id: UUID) -> Response:
    """Give the code of a place as a picture."""
    house = ask.service(OpenBrand)
    with house.store.reading() as view:
        row = code(view, name, code_id)
    drawn = qr_svg(href(house, link_of(row)), title=row["place"])
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "no-store"})


@pages.post("/experience/surveys/{name}/codes/{code_id}/end", permission="experience:invite")
def end_code_of(ask: Ask, name: str, code_id: UUID) -> Response:
    """Let a code end now."""
    ask.service(OpenBrand).store.transact(lambda unit: end_code(unit, name, code_id))
    return RedirectResponse(f"/experience/surveys/{quote(name)}", 303)


@pages.get("/experience/held", permission="experience:read")
def held_page(ask: Ask) -> Response:
    """Show the answers that were held back, each with its reason."""
    with ask.service(OpenBrand).store.reading() as view:
        found = held(view)
    will = message("Answers that look like spam, each with its reason, to be released or dropped.")
    empty = Empty(will, message("None is held back."), Step(view_of.TITLE, "/experience/surveys"))
    n = ask.format.integer(len(found))
    return ask.page(
        "experience/held.html",
        title=view_of.HELD,
        question=view_of.HELD_ASKED,
        crumbs=_LISTED,
        answer=Answer(message("{n} answers wait to be looked at; none of them counts.", n=n)),
        rows=[(one, REASONS[_of(one, "held_reason")], _said(ask, one)) for one in found],
        empty=empty,
    )


@pages.post("/experience/held/{response_id}", permission="experience:review")
def decide(ask: Ask, response_id: UUID, data: FormData) -> Response:
    """Release an answer that was held back, or drop it."""
    wanted = data.get("do", "")
    if wanted not in DECISIONS:
        raise BadInputError("{do!r} is no decision. {fix}", do=wanted,
                            fix=did_you_mean(wanted, DECISIONS))  # fmt: skip
    store = ask.service(OpenBrand).store
    with suppress(NotFoundError):  # somebody was faster: the list shows what is left
        store.transact(lambda unit: DECISIONS[wanted](unit, response_id, ask.actor))
    return RedirectResponse("/experience/held", 303)


def _of(one: Opened, name: str) -> Any:
    return None if one.response is None else one.response[name]


def _said(ask: Asked, one: Opened) -> list[tuple[str, Message | str]]:
    """Return question and reply of a response, in the reader's words."""
    wording = Wording(ask.language, ask.brand.settings.brand.name, ask.format)
    told = []
    for question in one.asked:
        reply = one.replies.get(question.id)
        said: Message | str = message("passed over") if reply is None else _reply(question, reply)
        told.append((asks(question, wording)[0], said))
    return told


def _reply(question: Question, reply: Any) -> str:
    if question.parts:
        return " / ".join(f"{reply[part.name]:g}" for part in question.parts)
    value = reply[VALUE]
    return ", ".join(value) if isinstance(value, list) else str(value)
