"""The pages of Kano, the value gap, drivers and perceived value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import Response

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.experience import (
    kano_answers,
    kano_view,
    perceived_answers,
    perceived_view,
    research_answers,
    research_view,
)
from valence.experience.pages.router import pages
from valence.experience.research_view import More
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, unbuilt
from valence.kit.page import Empty, Step


@pages.get("/experience/kano", permission="experience:read")
def kano_page(
    ask: Ask, by: Annotated[str, Query()] = "tier", segment: Annotated[str, Query()] = ""
) -> Response:
    """Show which features must be there, and which delight: of all, by segment, and since when."""
    will = message("What kind of quality each feature has, by Kano's pairs of questions.")
    title = message("Kano")
    if (missing := unasked(ask, will, ("kano_functional",))) is not None or ask.as_of is None:
        return empty(ask, title, kano_view.ASKED, missing)
    fmt = ask.format
    asked = {"by": by, "segment": segment} if segment else {}
    found = kano_answers.kano_found(ask.reader, ask.as_of, **asked)
    segments = kano_answers.kano_segments(ask.reader, ask.as_of, by)
    drifted = kano_view.drift_table(found, fmt)
    more = []
    if drifted is not None:
        more.append(More(kano_view.DRIFT_ASKED, drifted, kano_view.drift_said(found, fmt)))
    told = kano_view.segments_table(segments, by, fmt)
    if told is not None:
        said = kano_view.segments_said(segments, by, fmt)
        more.append(More(kano_view.SEGMENTS_ASKED, told, said, kano_view.tabs(ask, by)))
    return ask.page(
        "experience/research.html",
        title=title,
        question=kano_view.ASKED,
        answer=kano_view.answer(found, fmt),
        tabs=kano_view.segment_tabs(ask, segments, by, segment, fmt) if segments else (),
        chart=kano_view.picture(found, fmt),
        table=kano_view.table(found, fmt),
        table_title=message("What did they answer of each feature?"),
        more=more,
        how=kano_view.how(built_of(ask, "answers")),
        next=_next(),
    )


@pages.get("/experience/gap", permission="experience:read")
def gap_page(ask: Ask, importance: Literal["stated", "derived"] = "stated") -> Response:
    """Show where less is felt than expected, and what to mend first."""
    will = message("Expectation less perception, by dimension of service.")
    title = message("Value gap")
    if (missing := unasked(ask, will, ("expectation",))) is not None or ask.as_of is None:
        return empty(ask, title, research_view.GAP_ASKED, missing)
    fmt = ask.format
    found = research_answers.gaps_found(ask.reader, ask.as_of, importance=importance)
    rivals = research_answers.rivals_found(ask.reader, ask.as_of)
    return ask.page(
        "experience/research.html",
        title=title,
        question=research_view.GAP_ASKED,
        answer=research_view.gap_answer(found.gaps, fmt),
        tabs=research_view.gap_tabs(ask, importance),
        said=research_view.importance_said(found, fmt),
        chart=research_view.gap_picture(found, fmt),
        charts=[research_view.gap_bars(found.gaps, fmt)],
        table=research_view.gap_table(found, fmt),
        table_title=message("What falls short, and what does it put at stake?"),
        rivals=research_view.rivals_table(rivals, fmt),
        how=research_view.gap_how(built_of(ask, "answers")),
        next=_next(),
    )


@pages.get("/experience/drivers", permission="experience:read")
def drivers_page(ask: Ask, outcome: Literal["nps", "csat", "ces"] = "nps") -> Response:
    """Show what moves a score."""
    will = message("How much each touchpoint explains of a score.")
    title = message("Drivers")
    if (missing := unasked(ask, will, (outcome,))) is not None or ask.as_of is None:
        return empty(ask, title, research_view.DRIVERS_ASKED, missing)
    fmt = ask.format
    try:
        found = research_answers.drivers_found(ask.reader, ask.as_of, outcome=outcome)
    except BadInputError as wrong:
        said = Empty(will, wrong.message, Step(message("Bring answers in"), "/imports"))
        return empty(ask, title, research_view.DRIVERS_ASKED, said)
    return ask.page(
        "experience/research.html",
        title=title,
        question=research_view.DRIVERS_ASKED,
        answer=research_view.drivers_answer(found, outcome, fmt),
        chart=research_view.drivers_picture(found, fmt),
        how=research_view.drivers_how(found, built_of(ask, "answers")),
        next=_next(),
    )


@pages.get("/experience/perceived", permission="experience:read")
def perceived_page(ask: Ask, by: Annotated[str, Query()] = "tier") -> Response:
    """Show what customers get and give, here and at competitors, by segment, beside their worth."""
    will = message("What customers get less what they give, as they perceive it.")
    title = message("Perceived value")
    if (missing := unasked(ask, will, ("perceived_value",))) is not None or ask.as_of is None:
        return empty(ask, title, perceived_view.ASKED, missing)
    found, fmt = perceived_answers.perceived(ask.reader, ask.as_of, by=by), ask.format
    return ask.page(
        "experience/research.html",
        title=title,
        question=perceived_view.ASKED,
        answer=perceived_view.answer(found, fmt),
        chart=perceived_view.picture(found, fmt),
        charts=[perceived_view.by_segment(found, fmt), perceived_view.by_worth(found, fmt)],
        table=perceived_view.brands_table(found, fmt),
        table_title=message("What do they get and give, brand by brand?"),
        more=[
            More(message("And segment by segment?"), perceived_view.segments_table(found, fmt),
                 tabs=kano_view.tabs(ask, by)),
            More(message("What was answered of each part?"),
                 perceived_view.parts_table(found.parts, fmt)),
        ],
        how=perceived_view.how(built_of(ask, "answers")),
        next=_next(),
    )  # fmt: skip


def unasked(ask: Asked, will: Message, metrics: Sequence[str]) -> Empty | None:
    """Return what is said where nobody answered any of these questions; None where somebody did."""
    missing = unbuilt(ask, will, "answers")
    if missing is not None:
        return missing
    t = ask.reader.table("answers")
    t = t.filter(t.metric.isin(list(metrics)))
    found = ask.reader.one(t.agg(n=t.count()))
    if found and found["n"]:
        return None
    return Empty(
        will,
        message("Nobody was asked these questions yet."),
        Step(message("Bring answers in"), "/imports"),
    )


def empty(ask: Asked, title: Message, question: Message, missing: Empty | None) -> Response:
    """Return a page that says what is missing."""
    return ask.page("kit/empty.html", title=title, question=question, empty=missing)


def _next() -> list[Step]:
    return [
        Step(message("See it on the journey map"), "/journey"),
        Step(message("Bring more answers in"), "/imports"),
    ]
