"""What customers say, by API: aspects, words, and the texts behind them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from valence.core.errors import NotFoundError
from valence.experience.api.router import api
from valence.experience.text.columns import WORDS
from valence.experience.text.tables import TEXTS
from valence.experience.text.themes_answers import felt, themes_of, verbatims_of
from valence.kit.ask import Ask, Asked
from valence.kit.schemas import made_model, row_model
from valence.kit.tables import TablePage, TableParams, table_api
from valence.lake.columns import Column

_ASPECT: Any = row_model(
    "ExperienceAspect",
    "How customers feel about one thing; no share below the minimum of texts.",
    (
        Column("aspect", "text", "Its name in the definition."),
        Column("texts", "int", "Texts with a sentiment about it."),
        Column("complaints", "int", "Those that complain."),
        Column("share", "float", "Of the texts about it, 0 to 1."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
        Column("enough", "bool", "Whether there are texts enough to say anything."),
        Column("change", "float", "Change of the share since the twelve months before."),
        Column("significant", "bool", "Whether the change is more than chance (90 %)."),
    ),
)
_SAID_IN: Any = row_model(
    "ExperienceSaidIn",
    "Words of one kind; no share below the minimum of texts.",
    (
        Column("metric", "text", "Question that they stand beside; contact, interview…"),
        Column("texts", "int", "Texts."),
        Column("judged", "int", "Of them, those with a sentiment."),
        Column("complaints", "int", "Of those, the complaints."),
        Column("share", "float", "Complaints of the judged, 0 to 1."),
        Column("low", "float", "Lower end of its 90 % interval."),
        Column("high", "float", "Upper end."),
        Column("enough", "bool", "Whether there are texts enough to say anything."),
    ),
)
_WORD: Any = row_model("ComplaintWord", "One word of complaints.", WORDS)
ThemesModel = made_model(
    "ExperienceThemes",
    "What customers say: by aspect and by word.",
    since=(date | None, Field(description="Texts after this day.")),
    until=(date | None, Field(description="The last day.")),
    texts=(int, Field(description="Words about the own brand: answers, contacts, interviews.")),
    judged=(int, Field(description="Of them, those with a sentiment.")),
    complaints=(int, Field(description="Of those, the complaints.")),
    languages=(dict[str, int], Field(description="Texts by language.")),
    said_in=(list[_SAID_IN], Field(description="Where they were said, the most texts first.")),
    enough=(bool, Field(description="Whether complaints are enough to call a word new.")),
    aspects=(list[_ASPECT], Field(description="The most complaints first.")),
    new=(list[_WORD], Field(description="Newly frequent words, the surest first.")),
    words=(list[_WORD], Field(description="Frequent words, the most frequent first.")),
)
Limit = Annotated[int, Query(ge=0, le=10_000, description="Most rows of a list; 0: all.")]


@api.get("/experience/themes", permission="experience:read", response_model=ThemesModel)
def themes(ask: Ask, limit: Limit = 100) -> dict[str, Any]:
    """Give what customers complain about: aspects, frequent words, newly frequent ones."""
    _built(ask)
    return themes_of(ask.reader).told(limit)


@api.get("/experience/texts", permission="experience:read")
def texts(
    ask: Ask,
    _: TableParams,
    aspect: Annotated[str, Query(description="Only texts about this aspect.")] = "",
    word: Annotated[str, Query(description="Only complaints with this word.")] = "",
    mood: Annotated[
        Literal["", "bad", "good"], Query(description="Only complaints, or only praise.")
    ] = "",
) -> TablePage:
    """Give texts of customers with their sentiment, day, touchpoint and score."""
    _built(ask)
    return table_api(ask, TEXTS, felt(verbatims_of(ask.reader, aspect=aspect, word=word), mood))


def _built(ask: Asked) -> None:
    if not ask.reader.has("feedback_texts"):
        raise NotFoundError("No figures have been built yet. Import answers, then build.")
