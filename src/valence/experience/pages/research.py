"""The pages of Kano, the value gap, drivers and perceived value."""

from __future__ import annotations

from typing import Literal

from fastapi.responses import Response

from valence.core.errors import BadInputError
from valence.core.messages import Message, message
from valence.experience import research_answers, research_view
from valence.experience.pages.router import pages
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, unbuilt
from valence.kit.page import Empty, Step


@pages.get("/experience/kano", permission="experience:read")
def kano_page(ask: Ask) -> Response:
    """Show which features must be there, and which delight."""
    will = message("What kind of quality each feature has, by Kano's pairs of questions.")
    title = message("Kano")
    if (missing := _missing(ask, will, ("kano_functional",))) is not None or ask.as_of is None:
        return _empty(ask, title, research_view.KANO_ASKED, missing)
    found, fmt = research_answers.kano_found(ask.reader, ask.as_of), ask.format
    return ask.page(
        "experience/research.html",
        title=title,
        question=research_view.KANO_ASKED,
        answer=research_view.kano_answer(found, fmt),
        chart=research_view.kano_picture(found, fmt),
        table=research_view.kano_table(found, fmt),
        table_title=message("What did they answer of each feature?"),
        how=research_view.kano_how(built_of(ask, "answers")),
        next=_next(),
    )


@pages.get("/experience/gap", permission="experience:read")
def gap_page(ask: Ask) -> Response:
    """Show where less is felt than expected, and what to mend first."""
    will = message("Expectation less perception, by dimension of service.")
    title = message("Value gap")
    if (missing := _missing(ask, will, ("expectation",))) is not None or ask.as_of is None:
        return _empty(ask, title, research_view.GAP_ASKED, missing)
    fmt = ask.format
    found = research_answers.gaps_found(ask.reader, ask.as_of)
    rivals = research_answers.rivals_found(ask.reader, ask.as_of)
    return ask.page(
        "experience/research.html",
        title=title,
        question=research_view.GAP_ASKED,
        answer=research_view.gap_answer(found, fmt),
        chart=research_view.gap_picture(found, fmt),
        second=research_view.gap_bars(found, fmt),
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
    if (missing := _missing(ask, will, (outcome,))) is not None or ask.as_of is None:
        return _empty(ask, title, research_view.DRIVERS_ASKED, missing)
    fmt = ask.format
    try:
        found = research_answers.drivers_found(ask.reader, ask.as_of, outcome=outcome)
    except BadInputError as wrong:
        said = Empty(will, wrong.message, Step(message("Bring answers in"), "/imports"))
        return _empty(ask, title, research_view.DRIVERS_ASKED, said)
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
def perceived_page(ask: Ask) -> Response:
    """Show what customers get and give, here and at competitors."""
    will = message("What customers get less what they give, as they perceive it.")
    title = message("Perceived value")
    if (missing := _missing(ask, will, ("perceived_value",))) is not None or ask.as_of is None:
        return _empty(ask, title, research_view.VALUE_ASKED, missing)
    parts, fmt = research_answers.perceived(ask.reader, ask.as_of), ask.format
    return ask.page(
        "experience/research.html",
        title=title,
        question=research_view.VALUE_ASKED,
        answer=research_view.value_answer(parts, fmt),
        chart=research_view.value_picture(parts, fmt),
        table=research_view.value_table(parts, fmt),
        table_title=message("What was answered of each part?"),
        how=research_view.value_how(built_of(ask, "answers")),
        next=_next(),
    )


def _missing(ask: Asked, will: Message, metrics: tuple[str, ...]) -> Empty | None:
    missing = unbuilt(ask, will, "answers")
    if missing is not None:
        return missing
    t = ask.reader.table("answers")
    t = t.filter(t.metric.isin(metrics))
    found = ask.reader.one(t.agg(n=t.count()))
    if found and found["n"]:
        return None
    return Empty(
        will,
        message("Nobody was asked these questions yet."),
        Step(message("Bring answers in"), "/imports"),
    )


def _empty(ask: Asked, title: Message, question: Message, missing: Empty | None) -> Response:
    return ask.page("kit/empty.html", title=title, question=question, empty=missing)


def _next() -> list[Step]:
    return [
        Step(message("See it on the journey map"), "/journey"),
        Step(message("Bring more answers in"), "/imports"),
    ]
