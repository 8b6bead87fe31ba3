"""What the models of texts would say of passages: a theme, a touchpoint, a mood."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valence.experience.text.aspects import aspects
from valence.experience.text.definition import ThemesDefinition
from valence.experience.text.sentiment import sentiment
from valence.lake.reading import Tables

LEAST_SHARE = 0.4  # of the texts about an aspect, at one touchpoint, for it to be suggested
LEAST_TEXTS = 20
FELT = 0.2  # sentiment, −1 to 1, from which on a mood is suggested


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a passage may be about; empty where nothing tells."""

    theme: str = ""
    touchpoint: str = ""
    mood: str = ""


def suggested(
    tables: Tables, texts: Sequence[str], definition: ThemesDefinition, places: Mapping[str, str]
) -> list[Suggestion]:
    """Return a suggestion for each passage.

    The theme is the aspect that is felt most strongly; the touchpoint one that is named in the
    words, else that at which most texts about the theme were written; the mood that of the theme.

    Parameters
    ----------
    tables
        The published tables.
    texts
        The passages.
    definition
        The aspects and their words.
    places
        The touchpoints.
    """
    if not texts:
        return []
    felt = sentiment(list(texts))
    probability, moods = (felt[name].to_pylist() for name in ("probability", "sentiment"))
    found: dict[int, tuple[float, str, float | None]] = {}
    for row in aspects(list(texts), definition, probability=probability).to_pylist():
        strength = abs(row["sentiment"] or 0.0)
        if row["text"] not in found or strength > found[row["text"]][0]:
            found[row["text"]] = (strength, row["aspect"], row["sentiment"])
    usual = _usual_places(tables, places)
    made = []
    for at, text in enumerate(texts):
        _, theme, mood = found.get(at, (0.0, "", moods[at]))
        made.append(Suggestion(theme, _named(text, places) or usual.get(theme, ""), _mood(mood)))
    return made


def _mood(felt: float | None) -> str:
    if felt is None or abs(felt) < FELT:
        return ""
    return "good" if felt > 0 else "bad"


def _named(text: str, places: Mapping[str, str]) -> str:
    """The longest name of a touchpoint that stands in the words."""
    said = text.casefold()
    named = [place for place in places if _stands(place.casefold(), said)]
    return max(named, key=len, default="")


def _stands(name: str, said: str) -> bool:
    if name.isascii():
        return re.search(rf"\b{re.escape(name)}\b", said) is not None
    return name in said


def _usual_places(tables: Tables, places: Mapping[str, str]) -> dict[str, str]:
    """At which touchpoint most texts about each aspect were written, where one stands out."""
    if not tables.has("feedback_aspects"):
        return {}
    called = {place.casefold(): place for place in places}
    t = tables.table("feedback_aspects")
    t = t.filter(t.touchpoint.notnull(), t.subject == "own")
    rows = tables.rows(t.group_by("aspect", "touchpoint").agg(n=t.count().cast("int64")))
    most: dict[str, tuple[int, str]] = {}
    whole: dict[str, int] = {}
    for row in rows:
        whole[row["aspect"]] = whole.get(row["aspect"], 0) + row["n"]
        place = called.get(row["touchpoint"].casefold())
        if place is not None:
            most[row["aspect"]] = max(most.get(row["aspect"], (0, "")), (row["n"], place))
    return {
        aspect: place
        for aspect, (n, place) in most.items()
        if n >= LEAST_TEXTS and n >= LEAST_SHARE * whole[aspect]
    }
