"""The page that customers answer on: behind a signed link, outside of the shell, without script."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from valence.core.clock import now
from valence.core.errors import BadInputError, BusyError, ValenceError
from valence.core.messages import Message, message
from valence.experience.pages.router import pages
from valence.experience.surveys.answering import AlreadyAnsweredError, Said, give, note_opened
from valence.experience.surveys.links import address_of, survey_links
from valence.experience.surveys.opened import Opened, opened
from valence.experience.surveys.questions import MOST_WORDS, Question
from valence.experience.surveys.screen import Wording, language_of, screen, thanks
from valence.kit.ask import Ask, Asked, asked
from valence.kit.guard import POLICY
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.outbound.links import ExpiredLinkError, ForgedLinkError, Link
from valence.trust.actor import Actor

DEVICE = "valence_device"
TRAP = "website"  # a field that people do not see, with a name that programs like to fill in
ANSWER = "experience:answer"
_GRANTED = frozenset({ANSWER})
_DEVICE = re.compile(r"[A-Za-z0-9_-]{22}")
_DAY = 24 * 3600
_MOST_BYTES = 200_000
_TOO_MUCH = "too much"
Form = Mapping[str, Sequence[str]]


def respondent(request: Request) -> Actor:
    """Return who comes by a link: the invitation that it names, else a stranger.

    Both may open the page. What it shows and takes is decided by the link alone, and to a stranger
    it only says that the link is none.
    """
    house = asked(request).service(OpenBrand)
    try:
        link = survey_links(house).read(str(request.path_params["token"]), at=now())
    except (ForgedLinkError, ExpiredLinkError):
        return Actor("stranger", "stranger", "respondent", granted=_GRANTED)
    return Actor(f"invitation:{link.id}", "respondent", "respondent", granted=_GRANTED)


async def _form(request: Request) -> Form:
    if int(request.headers.get("content-length") or 0) > _MOST_BYTES:
        return {_TOO_MUCH: ["1"]}  # said beside the question: an error from here has no page
    try:
        found = await request.form(max_fields=60)
    except HTTPException:  # more fields than any page has, or none that can be read
        return {}
    lists: dict[str, list[str]] = {}
    for name, value in found.multi_items():
        if isinstance(value, str):
            lists.setdefault(name, []).append(value)
    return lists


PostedForm = Annotated[Form, Depends(_form)]


@pages.get("/s/{token:path}", permission=ANSWER, who=respondent)
def survey_page(ask: Ask, token: str, lang: str = "", at: str = "") -> Response:
    """Show the question that comes next, or one before it that is to be changed."""
    house = ask.service(OpenBrand)
    try:
        link = survey_links(house).read(token, at=now())
        with house.store.reading() as view:
            found = opened(view, link)
        if found.invitation["opened_at"] is None and found.invitation["kind"] != "place":
            house.store.transact(lambda unit: note_opened(unit, link))
    except ValenceError as no:
        return _refused(ask, no)
    return _shown(ask, found, lang, at=at)


@pages.post("/s/{token:path}", permission=ANSWER, who=respondent)
def answer(ask: Ask, token: str, form: PostedForm) -> Response:
    """Keep the reply to one question, and go on to the next."""
    house = ask.service(OpenBrand)
    lang = _one(form, "lang")
    try:
        link = survey_links(house).read(token, at=now())
        said = _said(ask, form)
        given = house.store.transact(lambda unit: give(unit, link, said))
    except AlreadyAnsweredError:
        return _go(ask, token, form)
    except BadInputError as wrong:
        return _again(ask, link, form, wrong)
    except ValenceError as no:
        return _refused(ask, no, lang)
    mine = Link(given.invitation["invitation_id"], given.invitation["expires_at"])
    return _go(ask, survey_links(house).token(mine) if mine.id != link.id else token, form)


def _said(ask: Asked, form: Form) -> Said:
    if _TOO_MUCH in form:
        raise BadInputError(
            "That is more than can be kept: open answers have up to {most} characters.",
            most=MOST_WORDS,
        )
    device = ask.request.cookies.get(DEVICE, "")
    return Said(
        question=_one(form, "question"),
        form=form,
        language="zh" if _one(form, "lang") == "zh" else "en",
        version=_number(_one(form, "version")),
        device=device if _DEVICE.fullmatch(device) else None,
        trapped=bool(_one(form, TRAP).strip()),
        visit=_uuid(_one(form, "visit")),
    )


def _one(form: Form, name: str) -> str:
    return next(iter(form.get(name, ())), "")


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _go(ask: Asked, token: str, form: Form) -> Response:
    """Lead on to the next question, in the language and frame of this one."""
    where = ask.url(f"/s/{token}", lang=_one(form, "lang"), embed="1" if _embedded(ask) else "")
    return RedirectResponse(where, 303, headers={"Cache-Control": "no-store"})


def _again(ask: Asked, link: Link, form: Form, wrong: BadInputError) -> Response:
    """Show the question once more, with what was typed and what is wrong with it."""
    house = ask.service(OpenBrand)
    try:
        with house.store.reading() as view:
            found = opened(view, link, seen=_number(_one(form, "version")))
    except ValenceError as no:
        return _refused(ask, no, _one(form, "lang"))
    return _shown(
        ask, found, _one(form, "lang"), at=_one(form, "question"), typed=form, wrong=wrong
    )


def _shown(
    ask: Asked,
    found: Opened,
    lang: str,
    *,
    at: str = "",
    typed: Form | None = None,
    wrong: BadInputError | None = None,
) -> Response:
    wording = _worded(ask, language_of(found, lang, ask.locale))
    shared: dict[str, Any] = {
        "title": found.definition.title.of(wording.code),
        "languages": found.definition.languages if len(found.definition.languages) > 1 else (),
        "embed": _embedded(ask),
    }
    if found.over:
        answer = ask.page(
            "experience/answered.html", said=thanks(found.definition, wording), **shared
        )
        return _dressed(ask, answer, found.definition.embed)
    question = _question(found, at)
    same = typed is not None and _one(typed, "question") == question.id
    shown = screen(found, question, wording, typed=typed if same else None)
    answer = ask.page(
        "experience/answer.html",
        status=422 if wrong else 200,
        screen=shown,
        error=wrong.message if wrong else None,
        version=found.version,
        visit=(_one(typed, "visit") if typed else "") or uuid4()
        if found.invitation["kind"] == "place"
        else "",
        intro=found.definition.intro.of(wording.code) if shown.number == 1 else "",
        trap=TRAP,
        named=found.invitation["customer_id"] is not None,
        most=MOST_WORDS,
        **shared,
    )
    return _dressed(ask, answer, found.definition.embed)


def _question(found: Opened, at: str) -> Question:
    """Return the question to show: one that was answered, if it is asked for; else the next."""
    coming = found.following or found.asked[-1]
    wanted = next((each for each in found.asked if each.id == at), None)
    return wanted if wanted is not None and wanted.id in found.replies else coming


def _worded(ask: Asked, code: str) -> Wording:
    ask.language = language(code)
    ask.__dict__.pop("format", None)  # its numbers were written in the language of before
    return Wording(ask.language, ask.brand.settings.brand.name, ask.format)


def _refused(ask: Asked, no: ValenceError, lang: str = "") -> Response:
    """Say in a friendly sentence why there is nothing to answer here."""
    if lang in ("en", "zh"):
        _worded(ask, lang)
    status = 410 if isinstance(no, ExpiredLinkError) else no.status
    said: Message = no.message
    if isinstance(no, BusyError) or status >= 500:
        status, said = 503, message("We cannot take your answer just now. Please try again.")
    answer = ask.page(
        "experience/answered.html",
        status=status,
        said=said,
        title=message("This link cannot be answered"),
        languages=(),
        embed=_embedded(ask),
    )
    return _dressed(ask, answer, ())


def _embedded(ask: Asked) -> bool:
    return ask.request.query_params.get("embed") == "1"


def _dressed(ask: Asked, answer: Response, embed: Sequence[str]) -> Response:
    """Add what keeps the page private, and who may frame it: named sites, if it is asked for."""
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex"
    if embed and _embedded(ask):
        allowed = f"frame-ancestors 'self' {' '.join(embed)}"
        policy = POLICY.replace("frame-ancestors 'none'", allowed)
        answer.headers["Content-Security-Policy"] = policy
    if not _DEVICE.fullmatch(ask.request.cookies.get(DEVICE, "")):
        answer.set_cookie(
            DEVICE, secrets.token_urlsafe(16), max_age=2 * _DAY, path="/s", httponly=True,
            samesite="lax", secure=address_of(ask.brand).startswith("https:"),
        )  # fmt: skip
    return answer
