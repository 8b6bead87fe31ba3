"""Questions of a survey: their kinds, the parts of each, and what can be said to them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from valence.core.rules import Type
from valence.core.rules.types import RESERVED
from valence.definitions.documents import Document

Code = Literal["en", "zh"]
CODES: tuple[Code, ...] = ("en", "zh")
QuestionKind = Literal[
    "nps",
    "csat",
    "ces",
    "overall",
    "choice",
    "text",
    "kano",
    "gap",
    "importance",
    "perceived",
    "price",
    "share_of_wallet",
    "aware",
    "distinct",
    "close",
]
_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
MOST_WORDS = 10_000  # characters of an open answer; what is beyond is refused, not cut


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a question asks: a number between two ends, or words."""

    name: str  # of the part; empty where the question has one
    metric: str  # of its row in feedback
    low: int = 1
    high: int = 5
    free: bool = False  # any number of `low` or more, such as a price

    @property
    def scale(self) -> str:
        """The scale as canonical feedback writes it; empty where there is none."""
        return "" if self.free else f"{self.low}-{self.high}"


# The metric of each part. CES is asked as "it was easy", so that 7 is the best; the four prices are
# Van Westendorp's (1976, NSS Price Sensitivity Meter); Kano's pair runs from 1 like to 5 dislike.
PARTS: Mapping[QuestionKind, tuple[Part, ...]] = {
    "nps": (Part("", "nps", 0, 10),),
    "csat": (Part("", "csat"),),
    "ces": (Part("", "ces", 1, 7),),
    "importance": (Part("", "importance"),),
    "share_of_wallet": (Part("", "share_of_wallet", 0, 100),),
    "overall": (Part("", "overall", 1, 7),),
    "perceived": (Part("", "perceived_value", 1, 7),),
    "aware": (Part("", "awareness_aided", 0, 1),),
    "distinct": (Part("", "distinctiveness", 1, 7),),
    "close": (Part("", "emotional_connection", 1, 7),),
    "kano": (Part("functional", "kano_functional"), Part("dysfunctional", "kano_dysfunctional")),
    "gap": (Part("expectation", "expectation"), Part("perception", "perception")),
    "price": tuple(
        Part(name, f"price_{name}", 0, free=True)
        for name in ("too_cheap", "cheap", "expensive", "too_expensive")
    ),
    "choice": (),
    "text": (),
}
_NEEDS_ABOUT = ("kano", "gap", "importance", "perceived", "price")


class Texts(Document):
    """The same words in each language of the survey."""

    en: str = Field("", max_length=2000, description="In English.")
    zh: str = Field("", max_length=2000, description="In Chinese.")

    def of(self, code: str) -> str:
        """Return the words in a language; in the other one where they are missing."""
        return (self.zh or self.en) if code == "zh" else (self.en or self.zh)


class Choice(Document):
    """One answer of a choice."""

    value: str = Field(min_length=1, max_length=60, description="What is kept of it.")
    label: Texts = Field(Texts(), description="What people read; empty: the value.")


class Question(Document):
    """One question: what it asks, of what, and when it is asked."""

    id: str = Field(description="Its name in rules: small letters, digits, underscores.")
    kind: QuestionKind = Field(description="What can be answered.")
    ask: Texts = Field(Texts(), description="The question; empty: the usual words of its kind.")
    ask_other: Texts = Field(
        Texts(), description="The second question of a pair; empty: the usual words."
    )
    hint: Texts = Field(Texts(), description="A line below it.")
    about: str = Field(
        "", max_length=60, description="Touchpoint, feature, service or product it is about."
    )
    label: Texts = Field(Texts(), description="What people read for `about`; empty: as it is.")
    subject: str = Field("own", min_length=1, max_length=60, description="own, or a competitor.")
    reason_of: str = Field(
        "", description="Of open text: the score whose reason it is; the words go with the score."
    )
    required: bool = Field(default=False, description="Whether it cannot be passed over.")
    choices: tuple[Choice, ...] = Field((), max_length=30, description="The answers of a choice.")
    several: bool = Field(default=False, description="Whether more than one choice may be made.")
    show_if: str = Field("", description="A rule over earlier answers; empty: always asked.")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not _ID.fullmatch(self.id) or self.id in RESERVED:
            raise ValueError(
                f"{self.id!r} cannot be the id of a question: rules name it, so use small letters, "
                "digits and _, and begin with a letter"
            )
        if self.kind == "choice" and len(self.choices) < 2:
            raise ValueError(f"{self.id}: a choice needs two answers or more")
        if self.kind != "choice" and (self.choices or self.several):
            raise ValueError(f"{self.id}: only a choice has answers to choose from")
        values = [choice.value for choice in self.choices]
        if twice := sorted({value for value in values if values.count(value) > 1}):
            raise ValueError(f"{self.id}: each answer needs a value of its own; twice: {twice}")
        if self.kind in _NEEDS_ABOUT and not self.about:
            raise ValueError(f"{self.id}: say in `about` which feature, service or product it is")
        if self.kind in ("choice", "text") and not (self.ask.en or self.ask.zh):
            raise ValueError(f"{self.id}: there are no usual words for a {self.kind}; write `ask`")
        if self.reason_of and self.kind != "text":
            raise ValueError(f"{self.id}: only open text can be the reason of a score")
        return self

    @property
    def parts(self) -> tuple[Part, ...]:
        """The numbers that it asks for."""
        return PARTS[self.kind]

    def names(self) -> dict[str, Type]:
        """Return the names by which later rules know its answer, each with its type."""
        if not self.parts:
            return {self.id: Type.TEXT}
        return {
            f"{self.id}_{part.name}" if part.name else self.id: (
                Type.FLOAT if part.free else Type.INT
            )
            for part in self.parts
        }

    def texts(self) -> list[tuple[str, Texts]]:
        """Return all that people read of it, each with its place."""
        own = [("ask", self.ask), ("ask_other", self.ask_other), ("hint", self.hint)]
        labels = [(f"choice {choice.value!r}", choice.label) for choice in self.choices]
        return [*own, ("label", self.label), *labels]
