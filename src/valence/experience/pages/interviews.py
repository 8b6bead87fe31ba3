"""Pages of interviews: the list, one transcript to be coded, and what was coded."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.core.errors import BadInputError, ValenceError
from valence.core.messages import message
from valence.definitions.reading import in_force
from valence.experience.interviews import answers, book, view
from valence.experience.interviews.book import About, Code, Kind
from valence.experience.interviews.transcript import decoded, read_transcript
from valence.experience.pages.router import pages
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition
from valence.kit.ask import Ask, Asked
from valence.kit.forms import MOST_BYTES, FormData, Typed, Upload, Uploads, blank, typed
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb, Empty, Step

_MOST_QUOTES = 8  # on the page of a touchpoint
Text = Annotated[str, Field(min_length=1, max_length=120)]


class TranscriptForm(BaseModel):
    """A transcript as it is typed; a file may stand beside."""

    model_config = ConfigDict(extra="ignore")

    title: Text
    kind: Kind = "interview"
    held_on: date
    customer: str = Field("", max_length=200)
    touchpoint: str = Field("", max_length=60)
    askers: str = Field("", max_length=200)
    speakers: str = Field("", max_length=2000)
    text: str = ""


@pages.get(view.HERE, permission="experience:read")
def interviews_page(ask: Ask) -> Response:
    """Show the interviews and focus groups, and what was coded of them."""
    with ask.service(OpenBrand).store.reading() as reading:
        found = answers.listed(reading)
        themes = answers.by_theme(reading)
    if not found:
        empty = Empty(
            message("What customers told at length, passage by passage, coded to your themes."),
            message("No transcript has been brought in yet."),
            Step(message("Bring in a transcript"), f"{view.HERE}/new"),
        )
        return ask.page("kit/empty.html", title=view.TITLE, question=view.ASKED, empty=empty)
    return ask.page(
        "experience/interviews.html",
        title=view.TITLE,
        question=view.ASKED,
        answer=view.answer(found, ask.format),
        table=view.table(found, ask),
        themes=view.by_theme(themes, _rules(ask), ask.format),
        how=view.how(""),
        next=view.steps(),
    )


@pages.get(view.HERE + "/new", permission="experience:interview")
def transcript_form(ask: Ask) -> Response:
    """Show the form that takes a transcript."""
    today = now().astimezone(ask.brand.settings.zone).date()
    return _form(ask, blank(TranscriptForm, held_on=today.isoformat()))


@pages.post(view.HERE + "/new", permission="experience:interview")
def bring_in(ask: Ask, data: FormData, files: Uploads) -> Response:
    """Bring in a transcript."""
    form = typed(TranscriptForm, data)
    if form.value is None:
        return _form(ask, form, 422)
    one, house = form.value, ask.service(OpenBrand)
    try:
        text = _text(one, files.get("file"))
        found = read_transcript(text, askers=_names(one.askers), speakers=_names(one.speakers))
        about = About(one.title, one.kind, one.held_on, one.touchpoint)
        made = answers.bring_in(
            house, ask.reader, found, about, customer=one.customer, actor=ask.actor.id
        )
    except ValenceError as wrong:
        return _form(ask, form.refused(wrong), wrong.status)
    return RedirectResponse(f"{view.HERE}/{made.interview_id}", 303)


@pages.get(view.HERE + "/coded", permission="experience:read")
def coded_page(ask: Ask, theme: str = "", touchpoint: str = "") -> Response:
    """Show the passages that were coded to a theme or a touchpoint."""
    rules = _rules(ask)
    found = answers.quotes(ask.service(OpenBrand), ask.reader, theme=theme, touchpoint=touchpoint)
    return ask.page(
        "experience/interview_quotes.html",
        title=view.coded_title(theme, touchpoint, rules, ask.format),
        question=view.ASKED,
        crumbs=[Crumb(view.TITLE, view.HERE)],
        quotes=view.quotes(found, rules, ask.format),
        how=view.how(""),
    )


@pages.get(view.HERE + "/{interview_id}", permission="experience:read")
def interview_page(ask: Ask, interview_id: str, coder: str = "") -> Response:
    """Show one transcript, each passage with its codes and what is suggested."""
    return _opened(ask, interview_id, coder)


@pages.post(view.HERE + "/{interview_id}/codes", permission="experience:interview")
def keep_code(ask: Ask, interview_id: str, data: FormData) -> Response:
    """Code one passage, or take a code back."""
    house, coder = ask.service(OpenBrand), data.get("coder", "").strip() or ask.actor.id
    one = answers.id_of(interview_id)
    passage = data.get("feedback_id", "")
    try:
        if "undo" in data:
            house.store.transact(
                lambda unit: book.undo(unit, one, coder, actor=ask.actor.id, at=now())
            )
        elif "take_back" in data:
            gone = answers.id_of(data["take_back"])
            house.store.transact(
                lambda unit: book.take_back(unit, gone, coder, actor=ask.actor.id, at=now())
            )
        else:
            said = Code(one, passage, data.get("theme", ""), data.get("touchpoint", ""),
                        data.get("mood", ""), coder)  # fmt: skip
            answers.keep(house, ask.reader, said, actor=ask.actor.id)
    except BadInputError as wrong:
        return _opened(ask, interview_id, coder, wrong)
    back = ask.url(f"{view.HERE}/{interview_id}", coder=coder)
    number = data.get("number", "")
    return RedirectResponse(f"{back}#p-{number}" if number.isdigit() else back, 303)


@pages.post(view.HERE + "/{interview_id}/remove", permission="experience:interview")
def remove(ask: Ask, interview_id: str) -> Response:
    """Take a transcript back for good."""
    book.remove(ask.service(OpenBrand), answers.id_of(interview_id))
    return RedirectResponse(view.HERE, 303)


@pages.get("/experience/journey", permission="experience:read")
def journey_part(ask: Ask) -> Response:
    """Give the part of the journey map that quotes an interview at each touchpoint."""
    found = answers.on_the_map(ask.service(OpenBrand), ask.reader)
    return ask.page(
        "experience/interview_map.html",
        quotes=view.quotes(found, _rules(ask), ask.format),
        more=view.CODED,
    )


@pages.get("/experience/touchpoints/{touchpoint:path}", permission="experience:read")
def touchpoint_part(ask: Ask, touchpoint: str) -> Response:
    """Give the part of a touchpoint's page that quotes interviews."""
    found = answers.quotes(
        ask.service(OpenBrand), ask.reader, touchpoint=touchpoint, limit=_MOST_QUOTES + 1
    )
    return ask.page(
        "experience/interview_panel.html",
        quotes=view.quotes(found[:_MOST_QUOTES], _rules(ask), ask.format),
        more=view.coded_page(touchpoint=touchpoint) if len(found) > _MOST_QUOTES else "",
    )


def _opened(
    ask: Asked, interview_id: str, coder: str, wrong: ValenceError | None = None
) -> Response:
    found = answers.opened(ask.service(OpenBrand), ask.reader, interview_id)
    with ask.service(OpenBrand).store.reading() as reading:
        known = answers.places(reading, ask.reader)
    rules = _rules(ask)
    return ask.page(
        "experience/interview.html",
        status=200 if wrong is None else wrong.status,
        title=found.one.title,
        question=message(
            "{kind} of {day}",
            kind=view.KIND[found.one.kind],
            day=ask.format.day(found.one.held_on),
        ),
        crumbs=[Crumb(view.TITLE, view.HERE)],
        answer=view.opened_answer(found, ask.format),
        figures=view.figures(found, ask.format),
        rows=view.rows(found, rules, ask.format),
        own=f"{view.HERE}/{interview_id}",
        coder=coder or ask.actor.id,
        themes=view.themes(rules, ask.format),
        places=view.places(known, ask.format),
        moods=view.MOOD,
        wrong=None if wrong is None else wrong.message,
        how=view.how(""),
        next=view.steps(),
    )


def _names(text: str) -> list[str]:
    return [name for each in re.split("[,，、]", text) if (name := each.strip())]


def _text(one: TranscriptForm, file: Upload | None) -> str:
    if file is None:
        return one.text
    if len(file.content) > MOST_BYTES:
        raise BadInputError("The file is larger than {n} MB.", n=MOST_BYTES // 1_000_000)
    return decoded(file.content)


def _form(ask: Asked, form: Typed[TranscriptForm], status: int = 200) -> Response:
    with ask.service(OpenBrand).store.reading() as reading:
        known = answers.places(reading, ask.reader)
    return ask.page(
        "experience/interview_new.html",
        status=status,
        title=message("Bring in a transcript"),
        crumbs=[Crumb(view.TITLE, view.HERE)],
        form=form,
        kinds=list(view.KIND.items()),
        places=view.places(known, ask.format),
        action=f"{view.HERE}/new",
    )


def _rules(ask: Asked) -> ThemesDefinition:
    with ask.service(OpenBrand).store.reading() as reading:
        return in_force(reading, THEMES_KIND, ThemesDefinition, now())[0]
