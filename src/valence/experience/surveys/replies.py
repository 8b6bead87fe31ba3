"""Replies: what is asked of one person by their earlier answers, and what they may say to it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from valence.core.errors import BadInputError
from valence.experience.surveys.definition import SurveyDefinition
from valence.experience.surveys.questions import MOST_WORDS, Part, Question

Reply = Mapping[str, Any] | None  # by part; None: passed over
Replies = Mapping[str, Reply]
_NUMBER = re.compile(r"[+-]?\d+")
_PRICE = re.compile(r"\d+(?:[.,]\d{1,4})?")
_MOST_PRICE = 1e12
VALUE = ""  # the part of a question that has one


def asked(definition: SurveyDefinition, replies: Replies, *, on: date) -> list[Question]:
    """Return the questions that are asked, given the replies so far, in their order.

    A question that its rule leaves out counts as never answered for the rules after it.

    Parameters
    ----------
    definition
        The survey.
    replies
        By question.
    on
        The day that `today` means in its rules.
    """
    branches = definition.branches()
    known: dict[str, Any] = {}
    found = []
    for question in definition.questions:
        rule = branches.get(question.id)
        if rule is None or rule.matches({n: known.get(n) for n in rule.names}, as_of=on):
            found.append(question)
            known |= _values(question, replies.get(question.id))
    return found


def following(definition: SurveyDefinition, replies: Replies, *, on: date) -> Question | None:
    """Return the first question that is asked and not answered; None at the end."""
    return next((q for q in asked(definition, replies, on=on) if q.id not in replies), None)


def _values(question: Question, reply: Reply) -> dict[str, Any]:
    if reply is None:
        return {}
    if not question.parts:
        value = reply.get(VALUE)
        return {question.id: ", ".join(value) if isinstance(value, list) else value}
    return {
        f"{question.id}_{part.name}" if part.name else question.id: (
            None
            if (value := reply.get(part.name)) is None
            else float(value)
            if part.free
            else int(value)
        )
        for part in question.parts
    }


def read_reply(question: Question, form: Mapping[str, Sequence[str]]) -> Reply:
    """Return the reply of a posted form; None where the question was passed over.

    The fields are `answer` for a question of one part, `answer_functional` and so on for others.

    Raises
    ------
    BadInputError
        If it is off the scale, not among the choices, too long, or missing where it must not be.
    """
    if question.kind == "choice":
        reply = _choice(question, [*form.get("answer", ())])
    elif question.kind == "text":
        reply = _text(next(iter(form.get("answer", ())), ""))
    else:
        reply = _parts(question, form)
    if reply is None and question.required:
        raise BadInputError("Please answer this question; it is the one that matters most here.")
    return reply


def _choice(question: Question, given: list[str]) -> Reply:
    known = [choice.value for choice in question.choices]
    if strange := [value for value in given if value not in known]:
        raise BadInputError(
            "{value!r} is none of the answers. Please choose one of them.", value=strange[0][:60]
        )
    if len(given) > 1 and not question.several:
        raise BadInputError("Please choose one answer only.")
    if not given:
        return None
    return {VALUE: [value for value in known if value in given] if question.several else given[0]}


def _text(given: str) -> Reply:
    # PostgreSQL keeps no NUL, and no person types one.
    words = given.replace("\0", "").replace("\r\n", "\n").strip()
    if len(words) > MOST_WORDS:
        raise BadInputError(
            "That is {count} characters; {most} can be kept. Please shorten it.",
            count=len(words),
            most=MOST_WORDS,
        )
    return {VALUE: words} if words else None


def _parts(question: Question, form: Mapping[str, Sequence[str]]) -> Reply:
    found: dict[str, Any] = {}
    for part in question.parts:
        field = f"answer_{part.name}" if part.name else "answer"
        text = next(iter(form.get(field, ())), "").strip()
        if text:
            found[part.name] = _price(text) if part.free else _score(part, text)
    if found and len(found) < len(question.parts):
        raise BadInputError("Please answer all parts of this question, or none of them.")
    if question.kind == "price" and found:
        _ordered_prices(question, found)
    return found or None


def _score(part: Part, text: str) -> int:
    value = int(text) if len(text) <= 6 and _NUMBER.fullmatch(text) else None
    if value is None or not part.low <= value <= part.high:
        raise BadInputError(
            "{value!r} is not on the scale. Please choose from {low} to {high}.",
            value=text[:20],
            low=part.low,
            high=part.high,
        )
    return value


def _price(text: str) -> float:
    if not _PRICE.fullmatch(text) or float(text.replace(",", ".")) > _MOST_PRICE:
        raise BadInputError(
            "{value!r} is no price. Please write a number, such as 12.50.", value=text[:20]
        )
    return float(text.replace(",", "."))


def _ordered_prices(question: Question, found: Mapping[str, float]) -> None:
    prices = [found[part.name] for part in question.parts]
    if any(first > second for first, second in pairwise(prices)):
        raise BadInputError(
            "The prices have to rise from the first to the last: what is too cheap costs less "
            "than what is too expensive."
        )
