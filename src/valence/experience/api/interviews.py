"""Interviews by API: what there is, a transcript with its codes, and coding."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from valence.core.clock import now
from valence.experience.api.router import api
from valence.experience.interviews import answers, book
from valence.experience.interviews.book import About, Code, Kind
from valence.experience.interviews.transcript import read_transcript
from valence.kit.ask import Ask
from valence.kit.opened import OpenBrand


class InterviewOut(BaseModel):
    """One interview or focus group, and how far it is coded."""

    interview_id: str
    kind: Kind
    title: str
    held_on: date
    passages: int = Field(description="Of participants.")
    voices: int = Field(description="Participants who speak.")
    imported_at: datetime
    imported_by: str
    coded: int = Field(description="Passages with a code.")
    coders: list[str]


class HandThemeOut(BaseModel):
    """One theme as coded by hand, over all interviews."""

    theme: str
    passages: int
    interviews: int
    voices: int = Field(description="People who spoke of it.")
    good: int = Field(description="Passages coded as praise.")
    bad: int = Field(description="Passages coded as complaint.")
    coders: int


class InterviewsOut(BaseModel):
    """All interviews, and what they are about, coded by hand."""

    items: list[InterviewOut]
    themes: list[HandThemeOut]


class CodeOut(BaseModel):
    """What one coder says that a passage is about."""

    code_id: str
    interview_id: str
    feedback_id: str = Field(description="The passage.")
    theme: str = Field(description="Empty: none.")
    touchpoint: str = Field(description="Empty: none.")
    stage: str = Field(description="Of the touchpoint; empty where not known.")
    mood: Literal["", "good", "bad"]
    coder: str
    coded_at: datetime | None


class QuoteOut(CodeOut):
    """A passage that was coded, with its words."""

    title: str
    held_on: date
    voice: str = Field(description="P1, P2, ….")
    text: str


class QuotesOut(BaseModel):
    """Coded passages, those of the newest interview first."""

    items: list[QuoteOut]


class SuggestedOut(BaseModel):
    """What the models of texts would say."""

    theme: str
    touchpoint: str
    mood: Literal["", "good", "bad"]


class PassageOut(BaseModel):
    """What one voice says at a stretch."""

    feedback_id: str
    number: int
    voice: str = Field(description="P1, P2, …; Q: whoever asks.")
    text: str
    suggested: SuggestedOut | None = Field(description="Null for what is asked.")
    codes: list[CodeOut]


class CodersOut(BaseModel):
    """How far coders agree beyond chance on the theme of passages that several coded."""

    items: int
    observed: float
    expected: float
    kappa: float | None
    low: float | None
    high: float | None
    enough: bool


class InterviewDetail(InterviewOut):
    """One interview with its passages."""

    agreement: CodersOut | None = Field(description="Null where no passage was coded by two.")
    items: list[PassageOut]


class TranscriptIn(BaseModel):
    """A transcript, or notes."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(min_length=1, max_length=120)
    kind: Kind = "interview"
    held_on: date
    text: str = Field(min_length=1, max_length=10_000_000)
    askers: list[str] = Field([], max_length=20, description="Names of who asks.")
    speakers: list[str] = Field(
        [],
        max_length=100,
        description="Names of all who speak; a dash if nobody is named. Empty: labels that come "
        "again, where none is in doubt.",
    )
    customer: str = Field("", max_length=200, description="The only participant, if known.")
    touchpoint: str = Field("", max_length=60, description="Where all of it is about one.")


class CodeIn(BaseModel):
    """What a passage is about: a theme, a touchpoint, or both."""

    model_config = ConfigDict(extra="forbid")

    feedback_id: str
    theme: str = ""
    touchpoint: str = ""
    mood: Literal["", "good", "bad"] = ""
    coder: str = Field("", max_length=120, description="Empty: whoever asks.")


class GoneOut(BaseModel):
    """That a code was taken back."""

    code_id: str


class RemovedOut(BaseModel):
    """That a transcript was taken back."""

    interview_id: str


@api.get("/experience/interviews", permission="experience:read", response_model=InterviewsOut)
def interviews(ask: Ask) -> dict[str, Any]:
    """Give all interviews and focus groups, and what they are about, coded by hand."""
    with ask.service(OpenBrand).store.reading() as view:
        items = [each.told() for each in answers.listed(view)]
        themes = [asdict(each) for each in answers.by_theme(view)]
    return {"items": items, "themes": themes}


@api.get("/experience/interviews/coded", permission="experience:read", response_model=QuotesOut)
def coded(
    ask: Ask, theme: str = "", touchpoint: str = "", limit: Annotated[int, Query(ge=1)] = 100
) -> dict[str, Any]:
    """Give the words of passages that were coded to a theme, a touchpoint, or anything."""
    found = answers.quotes(
        ask.service(OpenBrand), ask.reader, theme=theme, touchpoint=touchpoint, limit=limit
    )
    return {"items": [each.told() for each in found]}


@api.post("/experience/interviews", permission="experience:interview", response_model=InterviewOut)
def bring_in(ask: Ask, body: TranscriptIn) -> dict[str, Any]:
    """Bring in a transcript; the same one twice is refused."""
    house = ask.service(OpenBrand)
    found = read_transcript(body.text, askers=body.askers, speakers=body.speakers)
    about = About(body.title, body.kind, body.held_on, body.touchpoint)
    made = answers.bring_in(
        house, ask.reader, found, about, customer=body.customer, actor=ask.actor.id
    )
    return answers.interview_told(made, 0, [])


@api.get(
    "/experience/interviews/{interview_id}",
    permission="experience:read",
    response_model=InterviewDetail,
)
def interview(ask: Ask, interview_id: str) -> dict[str, Any]:
    """Give one interview: its passages, their codes, and what is suggested."""
    return answers.opened(ask.service(OpenBrand), ask.reader, interview_id).told()


@api.delete(
    "/experience/interviews/{interview_id}",
    permission="experience:interview",
    response_model=RemovedOut,
)
def remove_interview(ask: Ask, interview_id: str) -> dict[str, Any]:
    """Take a transcript back for good: its words, its codes and itself."""
    book.remove(ask.service(OpenBrand), answers.id_of(interview_id))
    return {"interview_id": interview_id}


@api.post(
    "/experience/interviews/{interview_id}/codes",
    permission="experience:interview",
    response_model=CodeOut,
)
def keep_code(ask: Ask, interview_id: str, body: CodeIn) -> dict[str, Any]:
    """Code a passage; said again by the same coder it is the same code."""
    values = {**body.model_dump(), "coder": body.coder or ask.actor.id}
    said = Code(answers.id_of(interview_id), **values)
    return answers.code_told(
        answers.keep(ask.service(OpenBrand), ask.reader, said, actor=ask.actor.id)
    )


@api.delete(
    "/experience/interviews/codes/{code_id}",
    permission="experience:interview",
    response_model=GoneOut,
)
def take_back(ask: Ask, code_id: str, coder: str = "") -> dict[str, Any]:
    """Take one of a coder's own codes back."""
    one, who = answers.id_of(code_id), coder or ask.actor.id
    store = ask.service(OpenBrand).store
    store.transact(lambda unit: book.take_back(unit, one, who, actor=ask.actor.id, at=now()))
    return {"code_id": code_id}
