"""A survey as its author defines it, checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from valence.core.intervals import MINIMUM
from valence.core.messages import message
from valence.core.rules import Catalog, Rule, RuleError, compile_rule
from valence.core.rules.types import Type
from valence.definitions import DefinitionKind
from valence.definitions.documents import Document
from valence.experience.surveys.questions import CODES, Code, Question, Texts

SURVEY = "survey"


# What a new survey begins with: two scores and a reason, short enough to be answered.
_TO_BEGIN_WITH = (
    Question(id="recommend", kind="nps", required=True),
    Question(
        id="why",
        kind="text",
        ask=Texts(en="What is the main reason?", zh="主要原因是什么？"),
        reason_of="recommend",
    ),
    Question(id="easy", kind="ces"),
)


class SurveyDefinition(Document):
    """Questions in their order, in which languages, and whom they may be sent to how often."""

    title: Texts = Field(
        Texts(en="How was it?", zh="您觉得怎么样？"),
        description="What the survey is called, as people read it.",
    )
    intro: Texts = Field(Texts(), description="A line before the first question.")
    thanks: Texts = Field(Texts(), description="What is said at the end.")
    languages: tuple[Code, ...] = Field(
        CODES, min_length=1, description="The languages that it is asked in."
    )
    questions: tuple[Question, ...] = Field(
        _TO_BEGIN_WITH,
        min_length=1,
        max_length=60,
        description="The questions, in the order they are asked.",
    )
    touchpoint: str = Field(
        "", max_length=60, description="What it is about, where a question does not say."
    )
    channel: str = Field("email", max_length=30, description="How its links are sent.")
    purpose: str = Field("survey", max_length=30, description="Purpose that consent is asked for.")
    share: float = Field(1.0, gt=0, le=1, description="Share of those who fit that are asked.")
    rest_days: int = Field(
        90, ge=0, le=3650, description="Days in which a customer is asked nothing again."
    )
    link_days: int = Field(14, ge=1, le=730, description="Days for which a link can be answered.")
    minimum: int = Field(
        MINIMUM, ge=1, le=100_000, description="Answers below which nothing is said."
    )
    least_seconds: float = Field(
        1.0, ge=0, le=60, description="Seconds a question takes to read; answers in less are held."
    )
    device_answers: int = Field(
        3, ge=1, le=1000, description="Answers of one device in a day; more are held back."
    )
    embed: tuple[str, ...] = Field(
        (), max_length=20, description="Addresses whose pages may show it in a frame."
    )

    @field_validator("embed")
    @classmethod
    def _origins(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for origin in given:
            parts = urlsplit(origin)
            plain = f"{parts.scheme}://{parts.netloc}" == origin and parts.netloc
            if parts.scheme not in ("http", "https") or not plain or set(origin) & set(" ;,'\""):
                raise ValueError(
                    f"{origin!r} is no address of a site; write it as https://www.example.com"
                )
        return given

    @model_validator(mode="after")
    def _sound(self) -> Self:
        seen: dict[str, Type] = {}
        earlier: dict[str, Question] = {}
        for question in self.questions:
            names = question.names()
            if twice := sorted({question.id} & {*earlier} | {*names} & {*seen}):
                raise ValueError(f"each question needs an id of its own; twice: {twice}")
            self._check_texts(question)
            _check_branch(question, seen)
            if question.reason_of and not earlier.get(question.reason_of, question).parts:
                raise ValueError(
                    f"{question.id}: there is no earlier score {question.reason_of!r} that it "
                    "could be the reason of"
                )
            seen |= names
            earlier[question.id] = question
        _in_every_language("title", self.title, self.languages, required=True)
        _in_every_language("intro", self.intro, self.languages)
        _in_every_language("thanks", self.thanks, self.languages)
        return self

    def _check_texts(self, question: Question) -> None:
        for place, texts in question.texts():
            _in_every_language(f"{question.id}, {place}", texts, self.languages)

    def question(self, name: str) -> Question | None:
        """Return the question of that id; None if there is none."""
        return next((question for question in self.questions if question.id == name), None)

    def branches(self) -> dict[str, Rule]:
        """Return the compiled rule of each question that is not always asked."""
        found: dict[str, Rule] = {}
        seen: dict[str, Type] = {}
        for question in self.questions:
            if question.show_if:
                found[question.id] = compile_rule(question.show_if, Catalog(dict(seen)))
            seen |= question.names()
        return found


def _in_every_language(
    place: str, texts: Texts, languages: tuple[Code, ...], *, required: bool = False
) -> None:
    given: Mapping[str, str] = {code: getattr(texts, code) for code in CODES}
    if not required and not any(given.values()):
        return
    missing = [code for code in languages if not given[code].strip()]
    if missing:
        raise ValueError(f"{place}: the words are missing in {', '.join(missing)}")


def _check_branch(question: Question, seen: Mapping[str, Type]) -> None:
    if not question.show_if:
        return
    try:
        compile_rule(question.show_if, Catalog(dict(seen)))
    except RuleError as wrong:
        raise ValueError(f"{question.id}: {wrong}") from wrong


KIND: DefinitionKind[Any] = DefinitionKind(
    SURVEY, message("Survey"), SurveyDefinition, "experience:define"
)
