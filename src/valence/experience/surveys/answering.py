"""Answering: one reply after the other is kept, until nothing is left to ask; then it counts once.

Whoever answers twice, resumes, presses a button twice or comes while the survey is changed meets
the same row: there is one response for each invitation, and it keeps the version it began with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError
from valence.core.ids import new_id
from valence.experience.surveys.opened import Opened, opened
from valence.experience.surveys.questions import Code
from valence.experience.surveys.replies import VALUE, read_reply
from valence.experience.surveys.spam import suspicion, words_hash
from valence.experience.surveys.tables import answers, invitations, responses
from valence.outbound.links import Link
from valence.store import Event, Unit

ANSWERED = "experience.answered"


class AlreadyAnsweredError(ConflictError):
    """The link was answered to the end before."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a posted form says."""

    question: str
    form: Mapping[str, Sequence[str]]
    language: Code
    version: int | None = None  # whose questions were on the screen
    device: str | None = None
    trapped: bool = False
    visit: UUID | None = None  # of a code that many scan: this visit's own name


def note_opened(unit: Unit, link: Link) -> None:
    """Note that a link was opened for the first time."""
    unit.execute(
        sa.update(invitations)
        .where(
            invitations.c.invitation_id == link.id,
            invitations.c.opened_at.is_(None),
            invitations.c.kind != "place",
        )
        .values(opened_at=now())
    )


def give(unit: Unit, link: Link, said: Said) -> Opened:
    """Keep the reply to one question, and finish where it was the last one.

    Returns
    -------
    Opened
        What the link opens now. Of a place it is the visit that has begun: its invitation has
        another id and end than the link.

    Raises
    ------
    BadInputError
        If the reply cannot be taken, or the question is not asked here.
    AlreadyAnsweredError
        If it was answered to the end before.
    """
    unit.lock(f"survey:{link.id}", *([f"survey:{said.visit}"] if said.visit else []))
    found = opened(unit, link, seen=said.version)
    if found.invitation["kind"] == "place":
        found = _visit(unit, found, said)
    if found.over:
        raise AlreadyAnsweredError("You have answered this already. Thank you!")
    question = next((q for q in found.asked if q.id == said.question), None)
    if question is None:
        raise BadInputError("That question is not asked any more. Please go on with this one.")
    reply = read_reply(question, said.form)
    response = _begun(unit, found, said)
    _keep(unit, response["response_id"], question.id, reply, found.at)
    given = replace(found, response=response, replies={**found.replies, question.id: reply})
    return _finished(unit, given) if given.following is None else given


def _visit(unit: Unit, place: Opened, said: Said) -> Opened:
    """Return the visit of a place that this form belongs to; it begins with its first reply."""
    visit = said.visit or new_id()
    known = unit.row(sa.select(invitations).where(invitations.c.invitation_id == visit))
    mine = place.invitation["invitation_id"]
    if known is not None and known["parent_id"] != mine:
        raise BadInputError("This page is not the one of this code. Please scan the code again.")
    if known is None:
        ends = min(
            place.invitation["expires_at"],
            place.at + timedelta(days=place.definition.link_days),
        )
        row = {
            **place.invitation,
            "invitation_id": visit,
            "kind": "visit",
            "parent_id": mine,
            "version": place.version,
            "made_at": place.at,
            "opened_at": place.at,
            "expires_at": ends,
        }
        unit.execute(sa.insert(invitations), row)
    return opened(unit, Link(visit, place.at), seen=place.version)


def _begun(unit: Unit, found: Opened, said: Said) -> Mapping[str, Any]:
    if found.response is not None:
        changed = {
            "language": said.language,
            "changed_at": found.at,
            "trapped": found.response["trapped"] or said.trapped,
        }
        mine = responses.c.response_id == found.response["response_id"]
        unit.execute(sa.update(responses).where(mine).values(changed))
        return {**found.response, **changed}
    row = {
        "response_id": new_id(),
        "invitation_id": found.invitation["invitation_id"],
        "survey": found.invitation["survey"],
        "version": found.version,
        "language": said.language,
        "device": said.device,
        "trapped": said.trapped,
        "begun_at": found.at,
        "changed_at": found.at,
        "state": "partial",
    }
    unit.execute(sa.insert(responses), row)
    note_opened(unit, Link(row["invitation_id"], found.at))  # a program may answer without a look
    return row


def _keep(unit: Unit, response: UUID, question: str, reply: Any, at: datetime) -> None:
    mine = sa.and_(answers.c.response_id == response, answers.c.question == question)
    values = {"answer": None if reply is None else dict(reply), "answered_at": at}
    if not unit.execute(sa.update(answers).where(mine).values(values)).rowcount:
        unit.execute(sa.insert(answers), {"response_id": response, "question": question, **values})


def _finished(unit: Unit, found: Opened) -> Opened:
    response = found.response or {}
    said = [found.replies[q.id] for q in found.asked]
    hash_ = words_hash(
        str(reply[VALUE])
        for q in found.asked
        if q.kind == "text" and (reply := found.replies[q.id]) is not None
    )
    reason = suspicion(
        unit,
        found.definition,
        response,
        answered=sum(reply is not None for reply in said),
        at=found.at,
        same_words=hash_,
    )
    done = {
        "state": "held" if reason else "complete",
        "held_reason": reason,
        "completed_at": found.at,
        "words_hash": hash_,
    }
    mine = responses.c.response_id == response["response_id"]
    unit.execute(sa.update(responses).where(mine).values(done))
    if reason is None:
        tell(unit, response["response_id"], response["survey"])
    return replace(found, response={**response, **done})


def tell(unit: Unit, response: UUID, survey: str) -> None:
    """Tell the house that a response counts: its words stay where they are, only its id goes."""
    payload = {"response_id": str(response), "survey": survey}
    unit.emit(Event(ANSWERED, f"survey_response:{response}", payload))
