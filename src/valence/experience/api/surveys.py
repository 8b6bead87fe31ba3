"""Surveys by API: where they stand, what was said, links, codes, and what is held back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from valence.experience.api.router import api
from valence.experience.surveys.codes import make_code
from valence.experience.surveys.inviting import Asking, Invited, inviting, made_in
from valence.experience.surveys.links import href
from valence.experience.surveys.rates import likeness
from valence.experience.surveys.results import results
from valence.experience.surveys.review import DECISIONS, held
from valence.experience.surveys.spam import REASONS
from valence.experience.surveys.standing import (
    likeness_told,
    result_told,
    survey_of,
    surveys_of,
)
from valence.kit.ask import Ask
from valence.kit.idempotency import IdempotencyKey, once
from valence.kit.opened import OpenBrand
from valence.kit.schemas import made_model, row_model
from valence.lake.columns import Column

_STANDING = (
    Column("survey", "text", "Its name."),
    Column("title", "text", "What people read."),
    Column("version", "int", "The version in force, else the newest."),
    Column("state", "text", "draft, published or retired."),
    Column("asked", "int", "Links made for customers."),
    Column("opened", "int", "Of these, opened."),
    Column("begun", "int", "Of these, begun."),
    Column("answered", "int", "Of these, completed and counted."),
    Column("visits", "int", "Begun by scanning a code."),
    Column("visits_answered", "int", "Completed by scanning a code."),
    Column("held", "int", "Held back, to be looked at."),
    Column("dropped", "int", "Dropped after a look."),
    Column("response_share", "float", "Answered of asked; null below the survey's minimum."),
    Column("response_low", "float", "Lower end of its 90 % interval."),
    Column("response_high", "float", "Upper end."),
)
_ROW: Any = row_model("Survey", "A survey and how far its links led.", _STANDING)
_RESULT: Any = made_model(
    "SurveyResult",
    "What was said to one question, or to one part of it.",
    question=(str, Field(description="Its id.")),
    kind=(str, Field(description="nps, csat, ces, choice, text, kano, gap…")),
    part=(str, Field(description="functional, expectation…; empty where it has one part.")),
    about=(str, Field(description="Feature, service or product it is about.")),
    n=(int, Field(description="Answers.")),
    counts=(dict[str, int], Field(description="Of each answer, how many.")),
    mean=(float | None, Field(description="Mean of numbers.")),
    score=(float | None, Field(description="NPS, or the share of good answers in %.")),
    low=(float | None, Field(description="Lower end of its 90 % interval.")),
    high=(float | None, Field(description="Upper end.")),
    enough=(bool, Field(description="Whether there are answers enough to say anything.")),
)
_TRAIT: Any = row_model(
    "SurveyTrait",
    "One trait of those who answered against all who were asked.",
    (
        Column("trait", "text", "tier, main_channel or tenure_days."),
        Column("level", "text", "Of a trait that is no number."),
        Column("asked", "float", "Share, or mean, of those who were asked."),
        Column("answered", "float", "Of those who answered."),
        Column("difference", "float", "In standard deviations."),
        Column("unlike", "bool", "Whether it is more than 0.1 of them."),
    ),
)
_LIKENESS: Any = made_model(
    "SurveyLikeness",
    "Whether those who answered are like those who were asked.",
    asked=(int, Field(description="Customers of whom something is known.")),
    answered=(int, Field(description="Of these, answered.")),
    traits=(list[_TRAIT], Field(description="The most unlike first; none below the minimum.")),
)
SurveysModel = made_model(
    "Surveys", "Every survey.", surveys=(list[_ROW], Field(description="By name."))
)
SurveyModel = made_model(
    "SurveyTold",
    "One survey.",
    survey=(_ROW, Field(description="How far its links led.")),
    results=(list[_RESULT], Field(description="What was said to each question.")),
    likeness=(_LIKENESS, Field(description="Whether those who answered are like those asked.")),
)


class InviteRequest(BaseModel):
    """Whom a survey is sent to."""

    model_config = ConfigDict(extra="forbid")

    where: str = Field("", max_length=4000, description="A rule over the customers; empty: all.")
    share: float | None = Field(None, gt=0, le=1, description="Share of those who may be asked.")
    channel: str = Field("", max_length=30, description="How links are sent; else the survey's.")
    touchpoint: str = Field("", max_length=60, description="What it is about.")
    consent_elsewhere: str = Field(
        "", max_length=200, description="Where consent is kept, if not here; kept in the trail."
    )


class InvitedLink(BaseModel):
    """The link of one customer."""

    customer_id: UUID
    link: str
    expires_at: datetime


class InvitedModel(BaseModel):
    """What came of inviting."""

    survey: str
    version: int
    run_id: UUID
    fitting: int = Field(description="Customers who fit the rule.")
    made: int = Field(description="Links made.")
    left_out: dict[str, int] = Field(description="Why others were left out, in counts.")
    links: list[InvitedLink]


class CodeRequest(BaseModel):
    """Where a code hangs."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(min_length=1, max_length=60, description="Store or spot.")
    touchpoint: str = Field("", max_length=60, description="What it is about.")
    days: int = Field(365, ge=1, le=3650, description="Days for which it lasts.")


class CodeModel(BaseModel):
    """The link of a place; the page of the survey draws it as a QR code."""

    code_id: UUID
    place: str
    link: str
    expires_at: datetime


class HeldAnswer(BaseModel):
    """An answer that was held back."""

    response_id: UUID
    survey: str
    reason: str = Field(description="trap, quick, device or words.")
    why: str
    completed_at: datetime


class HeldModel(BaseModel):
    """What is held back, the oldest first."""

    held: list[HeldAnswer]


@api.get("/experience/surveys", permission="experience:read", response_model=SurveysModel)
def surveys(ask: Ask) -> dict[str, Any]:
    """Give every survey: asked, opened, answered, held back, and the response rate."""
    with ask.service(OpenBrand).store.reading() as view:
        return {"surveys": [one.told() for one in surveys_of(view)]}


@api.get("/experience/surveys/{name}", permission="experience:read", response_model=SurveyModel)
def survey(ask: Ask, name: str) -> dict[str, Any]:
    """Give one survey: what was said to each question, and whether those who answered are alike."""
    with ask.service(OpenBrand).store.reading() as view:
        one = survey_of(view, name)
        found = results(view, name, one.definition.minimum)
        alike = likeness(view, ask.reader, name, one.definition.minimum)
    return {
        "survey": one.told(),
        "results": [result_told(result) for result in found],
        "likeness": likeness_told(alike),
    }


@api.post(
    "/experience/surveys/{name}/invitations",
    permission="experience:invite",
    response_model=InvitedModel,
    status_code=201,
)
def invitations(
    ask: Ask, name: str, asked: InviteRequest, key: IdempotencyKey = None
) -> dict[str, Any]:
    """Make a link for each customer who may be asked; whoever was asked lately is left out."""
    asking = Asking(
        name, asked.where, asked.share, asked.channel, asked.touchpoint, asked.consent_elsewhere
    )
    house = ask.service(OpenBrand)
    make = inviting(house, ask.reader, asking, ask.actor)
    body = {"survey": name, **asked.model_dump()}
    scope = f"{ask.actor.id} POST invitations"
    told = house.store.transact(
        lambda unit: once(unit, key, scope=scope, body=body, work=lambda unit: _told(make(unit)))
    )
    return {**told, "links": _links(house, UUID(told["run_id"]))}


def _told(found: Invited) -> dict[str, Any]:
    """Return what is kept under an idempotency key: never a link, by which anybody may answer."""
    return {
        "survey": found.survey,
        "version": found.version,
        "run_id": str(found.run_id),
        "fitting": found.fitting,
        "made": len(found.made),
        "left_out": {str(left.reason): left.customers for left in found.left},
    }


def _links(house: OpenBrand, run_id: UUID) -> list[dict[str, Any]]:
    with house.store.reading() as view:
        made = made_in(view, run_id)
    return [
        {
            "customer_id": one.customer_id,
            "link": href(house, one.link),
            "expires_at": one.link.expires_at,
        }
        for one in made
    ]


@api.post(
    "/experience/surveys/{name}/codes",
    permission="experience:invite",
    response_model=CodeModel,
    status_code=201,
)
def codes(ask: Ask, name: str, asked: CodeRequest) -> dict[str, Any]:
    """Make the link of a place; asked for again while it lasts, it is the same one."""
    house = ask.service(OpenBrand)
    link = house.store.transact(
        lambda unit: make_code(
            unit, name, asked.place, touchpoint=asked.touchpoint, days=asked.days
        )
    )
    return {
        "code_id": link.id,
        "place": asked.place.strip(),
        "link": href(house, link),
        "expires_at": link.expires_at,
    }


@api.get("/experience/held-answers", permission="experience:read", response_model=HeldModel)
def held_answers(
    ask: Ask, survey: str = "", limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> dict[str, Any]:
    """Give the answers that were held back, each with its reason."""
    with ask.service(OpenBrand).store.reading() as view:
        found = [one.response for one in held(view, survey, limit=limit)]
    return {
        "held": [
            {
                "response_id": row["response_id"],
                "survey": row["survey"],
                "reason": row["held_reason"],
                "why": ask._(REASONS[row["held_reason"]]),
                "completed_at": row["completed_at"],
            }
            for row in found
            if row is not None
        ]
    }


class Decided(BaseModel):
    """What was decided."""

    response_id: UUID
    decision: Literal["release", "drop"]


@api.post(
    "/experience/held-answers/{response_id}/{decision}",
    permission="experience:review",
    response_model=Decided,
)
def decide(
    ask: Ask,
    response_id: UUID,
    decision: Literal["release", "drop"],
    key: IdempotencyKey = None,
) -> Any:
    """Release an answer that was held back, so that it counts; or drop it for good."""
    told = {"response_id": str(response_id), "decision": decision}

    def work(unit: Any) -> dict[str, str]:
        DECISIONS[decision](unit, response_id, ask.actor)
        return told

    scope = f"{ask.actor.id} POST held-answers"
    store = ask.service(OpenBrand).store
    return store.transact(lambda unit: once(unit, key, scope=scope, body=told, work=work))
