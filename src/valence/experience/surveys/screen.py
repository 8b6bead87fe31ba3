"""A screen of a survey: one question in one language, with what was said to it before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from valence.core.messages import Message
from valence.experience.surveys import words
from valence.experience.surveys.definition import SurveyDefinition
from valence.experience.surveys.opened import Opened
from valence.experience.surveys.questions import Code, Part, Question
from valence.experience.surveys.replies import VALUE, Reply
from valence.kit.format import Formats
from valence.kit.languages import Language

Shape = Literal["scale", "list", "boxes", "number", "words"]


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be picked."""

    value: str
    label: str
    picked: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in: a scale, a list, a number, words."""

    name: str
    shape: Shape
    ask: str
    options: Sequence[Option] = ()
    low: str = ""  # what the lowest end means
    high: str = ""
    value: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Screen:
    """One question as a person sees it."""

    question: str
    fields: Sequence[Field]
    hint: str
    required: bool
    number: int  # from 1
    count: int  # of the questions asked, as far as is known now
    before: str  # the question before it; empty for the first
    error: Message | None = None

    @property
    def share(self) -> int:
        """How far along it is, in percent."""
        return round(100 * (self.number - 1) / max(1, self.count))

    @property
    def heading(self) -> str:
        """What stands at the head of the screen: the question, where there is one."""
        return self.fields[0].ask if len(self.fields) == 1 else ""


@dataclass(frozen=True, slots=True)
class Wording:
    """In which words questions are put: the language, the brand, how numbers are written."""

    language: Language
    brand: str
    fmt: Formats

    @property
    def code(self) -> Code:
        """The language's code."""
        return "zh" if self.language.code == "zh" else "en"

    def said(self, text: Message, question: Question | None = None) -> str:
        """Return a message about a question in the language."""
        about = "" if question is None else question.label.of(self.code) or question.about
        other = question is not None and question.subject != "own"
        brand = question.subject if question is not None and other else self.brand
        values = {"brand": brand, "about": about}
        return self.language.worded(Message(text.text, {**values, **text.values}))


def language_of(opened: Opened, wanted: str, browser: str) -> Code:
    """Return the language to ask in: as chosen, as begun, the browser's, or the first there is."""
    begun = opened.response["language"] if opened.response else ""
    for code in (wanted, begun, browser):
        if code in opened.definition.languages:
            return "zh" if code == "zh" else "en"
    return opened.definition.languages[0]


def screen(
    opened: Opened, question: Question, wording: Wording, *, typed: Mapping[str, Any] | None = None
) -> Screen:
    """Return the screen of one question; `typed` is what was posted and could not be taken."""
    order = opened.asked
    at = next((n for n, each in enumerate(order) if each.id == question.id), 0)
    reply = opened.replies.get(question.id)
    fields = _fields(question, reply, wording)
    if typed is not None:
        fields = [_typed(field, typed) for field in fields]
    return Screen(
        question.id,
        fields,
        _hint(question, wording),
        question.required,
        at + 1,
        len(order),
        order[at - 1].id if at else "",
    )


def _hint(question: Question, wording: Wording) -> str:
    said = [question.hint.of(wording.code)]
    if question.kind == "ces":
        said.append(wording.said(words.EASIER))
    if question.several:
        said.append(wording.said(words.EITHER))
    if not question.required:
        said.append(wording.said(words.PASS))
    return " ".join(filter(None, said))


def _fields(question: Question, reply: Reply, wording: Wording) -> list[Field]:
    given = reply or {}
    if question.kind == "text":
        return [Field("answer", "words", asks(question, wording)[0], value=given.get(VALUE, ""))]
    if question.kind == "choice":
        return [_choice(question, given.get(VALUE), wording)]
    return [
        _part(question, part, ask, given.get(part.name), wording)
        for part, ask in zip(question.parts, asks(question, wording), strict=True)
    ]


def asks(question: Question, wording: Wording) -> list[str]:
    """Return what is asked, part by part: the author's words, else the usual ones."""
    usual = words.ASKS.get(question.kind, ())
    if question.kind == "csat" and question.about:
        usual = (words.ABOUT_CSAT,)
    said = [wording.said(each, question) for each in usual] or [""]
    own = [question.ask.of(wording.code), question.ask_other.of(wording.code)]
    if question.kind == "price" and own[0]:
        return [f"{own[0]} {each}" for each in said]
    return [mine or theirs for mine, theirs in zip([*own, "", ""], said, strict=False)]


def _choice(question: Question, given: Any, wording: Wording) -> Field:
    picked = given if isinstance(given, list) else [given]
    options = [
        Option(one.value, one.label.of(wording.code) or one.value, one.value in picked)
        for one in question.choices
    ]
    shape: Shape = "boxes" if question.several else "list"
    return Field("answer", shape, asks(question, wording)[0], options)


def _part(question: Question, part: Part, ask: str, given: Any, wording: Wording) -> Field:
    name = f"answer_{part.name}" if part.name else "answer"
    if part.free or part.high > 10:
        value = "" if given is None else f"{given:g}"
        unit = wording.fmt.currency if part.free else "%"
        return Field(name, "number", ask, value=value, unit=unit)
    if labelled := words.NUMBERS.get(question.kind):
        options = [Option(str(n), wording.said(said), n == given) for n, said in labelled]
        return Field(name, "list", ask, options)
    options = [Option(str(n), str(n), n == given) for n in range(part.low, part.high + 1)]
    low, high = (wording.said(end) for end in words.ENDS[question.kind])
    return Field(name, "scale", ask, options, low, high)


def _typed(field: Field, typed: Mapping[str, Any]) -> Field:
    given = list(typed.get(field.name, ()))
    options = [replace(option, picked=option.value in given) for option in field.options]
    return replace(field, options=options, value=str(given[0]) if given else "")


def thanks(definition: SurveyDefinition, wording: Wording) -> str:
    """Return what is said at the end."""
    return definition.thanks.of(wording.code) or wording.said(words.THANKS)
