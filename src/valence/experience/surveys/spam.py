"""Spam: which finished answers are held back for a person to look at, and why."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from valence.core.messages import Message, message
from valence.experience.surveys.definition import SurveyDefinition
from valence.experience.surveys.tables import responses
from valence.store import View

Reason = Literal["trap", "quick", "device", "words"]
REASONS: Mapping[Reason, Message] = {
    "trap": message("A field that people do not see was filled in."),
    "quick": message("Answered faster than the questions can be read."),
    "device": message("One device answered many times in a day."),
    "words": message("The same words came before."),
}
_LONG = 20  # characters from which on the same words are no chance
_DAY, _MONTH = timedelta(days=1), timedelta(days=30)


def words_hash(words: Iterable[str]) -> str | None:
    """Return a hash of open words, whatever their case, width and spaces; None for short ones."""
    text = "".join(unicodedata.normalize("NFKC", " ".join(words)).casefold().split())
    return hashlib.sha256(text.encode()).hexdigest() if len(text) >= _LONG else None


def suspicion(
    view: View,
    definition: SurveyDefinition,
    row: Mapping[str, Any],
    *,
    answered: int,
    at: datetime,
    same_words: str | None,
) -> Reason | None:
    """Return why a finished response is held back; None where it counts.

    Parameters
    ----------
    view
        The unit in which it is finished.
    definition
        The survey, which says what is too quick and too often.
    row
        The response so far.
    answered
        How many questions it answered.
    at
        When the last answer came.
    same_words
        `words_hash` of its open words.
    """
    if row["trapped"]:
        return "trap"
    # The time before the first answer is not known here: it may have lain open for days.
    spent = (at - row["begun_at"]).total_seconds()
    if answered > 1 and spent < definition.least_seconds * (answered - 1):
        return "quick"
    if row["device"] and _of_device(view, row, at) >= definition.device_answers:
        return "device"
    return "words" if same_words and _same_words(view, row, at, same_words) else None


def _finished(view: View, row: Mapping[str, Any], *which: sa.ColumnElement[bool]) -> int:
    done = responses.c.state.in_(("complete", "held", "dropped"))
    other = responses.c.response_id != row["response_id"]
    counted = sa.select(sa.func.count()).where(
        responses.c.survey == row["survey"], done, other, *which
    )
    return int(view.scalar(counted))


def _of_device(view: View, row: Mapping[str, Any], at: datetime) -> int:
    recent = responses.c.completed_at > at - _DAY
    return _finished(view, row, recent, responses.c.device == row["device"])


def _same_words(view: View, row: Mapping[str, Any], at: datetime, hash_: str) -> int:
    recent = responses.c.completed_at > at - _MONTH
    return _finished(view, row, recent, responses.c.words_hash == hash_)
