"""The page of what customers say, and the texts behind every figure of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Query
from fastapi.responses import Response

from valence.core.messages import message
from valence.experience.interviews import view as interviews_view
from valence.experience.interviews.answers import by_theme
from valence.experience.pages.router import pages
from valence.experience.text import voice_view
from valence.experience.text.definition import THEMES_KIND, ThemesDefinition
from valence.experience.text.tables import TEXTS
from valence.experience.text.themes_answers import felt, themes_of, verbatims_of
from valence.kit.ask import Ask, Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.charts import DataTable
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb, Empty, Step, Tab
from valence.kit.tables import table_page

Mood = Literal["", "bad", "good"]
_MOODS = (
    ("", message("All")),
    ("bad", message("Only complaints")),
    ("good", message("Only praise")),
)


@pages.get("/experience/voice", permission="experience:read")
def voice_page(ask: Ask) -> Response:
    """Show what customers complain about, and what is new."""
    if (missing := _missing(ask)) is not None:
        return ask.page(
            "kit/empty.html", title=voice_view.TITLE, question=voice_view.ASKED, empty=missing
        )
    found, fmt = themes_of(ask.reader), ask.format
    rules = defined(ask, THEMES_KIND, ThemesDefinition, "feedback_texts")
    return ask.page(
        "experience/voice.html",
        title=voice_view.TITLE,
        question=voice_view.ASKED,
        answer=voice_view.answer(found, rules, fmt),
        figures=voice_view.figures(found, rules, fmt),
        aspects=voice_view.by_aspect(found, rules, fmt),
        new_words=voice_view.new_words(found),
        words_table=voice_view.frequent_words(found),
        said_in=voice_view.said_in(found, fmt),
        hand=_by_hand(ask, rules),
        how_hand=interviews_view.how(""),
        enough=found.enough,
        how=voice_view.how(built_of(ask, "feedback_texts")),
        how_words=voice_view.how_words(rules, built_of(ask, "complaint_words")),
        next=voice_view.steps(),
    )


@pages.get("/experience/voice/texts", permission="experience:read")
def texts_page(
    ask: Ask,
    aspect: Annotated[str, Query()] = "",
    word: Annotated[str, Query()] = "",
    mood: Mood = "",
) -> Response:
    """Show the texts about an aspect or with a word, each with day, touchpoint and customer."""
    title = message("What they said")
    if (missing := _missing(ask)) is not None:
        return ask.page("kit/empty.html", title=title, question=voice_view.ASKED, empty=missing)
    rules = defined(ask, THEMES_KIND, ThemesDefinition, "feedback_texts")
    about = voice_view.titled(aspect, rules) if aspect else word
    return table_page(
        ask,
        TEXTS,
        felt(verbatims_of(ask.reader, aspect=aspect, word=word), mood),
        "experience/texts.html",
        title=about or title,
        question=message("What do customers say, in their own words?"),
        crumbs=(Crumb(voice_view.TITLE, "/experience/voice"),),
        tabs=[
            Tab(
                said,
                ask.url("/experience/voice/texts", aspect=aspect, word=word, mood=each),
                each == mood,
            )
            for each, said in _MOODS
        ]
        if not word
        else (),
        how=voice_view.how(built_of(ask, "feedback_texts")),
        counted=voice_view.counted,
    )


def _by_hand(ask: Asked, rules: ThemesDefinition) -> DataTable | None:
    with ask.service(OpenBrand).store.reading() as reading:
        return interviews_view.by_theme(by_theme(reading), rules, ask.format)


def _missing(ask: Asked) -> Empty | None:
    """Say what is missing: a build, or answers with words."""
    will = message("What customers complain about, by aspect and word, each with what they said.")
    missing = unbuilt(ask, will, "feedback_texts")
    if missing is None and not ask.reader.snapshot.rows("feedback_texts"):
        return Empty(
            will,
            message("No answer with words is here yet."),
            Step(message("Import answers"), "/imports"),
        )
    return missing
