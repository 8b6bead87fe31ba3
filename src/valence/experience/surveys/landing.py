"""Landing: answers that count become rows of canonical feedback, each once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from valence.core.clock import now
from valence.experience.landed import Row, merge_feedback
from valence.experience.surveys.answering import ANSWERED
from valence.experience.surveys.opened import Opened, parsed, plain, replies_of, version_of
from valence.experience.surveys.questions import Question
from valence.experience.surveys.replies import VALUE
from valence.experience.surveys.tables import invitations, responses
from valence.kit.opened import OpenBrand
from valence.store import Event, View
from valence.store.delivery import Subscriber

SUBSCRIBER = "experience.surveys"
BATCH = 2000  # responses of one commit of the lake
_TRIES = 10_000  # an import or a build may hold the lake for hours: answers wait, and are not lost


def source_of(survey: str) -> str:
    """Return what canonical feedback names as the source of a survey's answers."""
    return f"survey:{survey}"


def subscribers(house: OpenBrand) -> list[Subscriber]:
    """Return who carries answers to the lake."""

    def deliver(events: Sequence[Event]) -> None:  # noqa: ARG001 - the store says what is missing
        land(house)

    return [Subscriber(SUBSCRIBER, deliver, names=frozenset({ANSWERED}), max_attempts=_TRIES)]


def land(house: OpenBrand) -> int:
    """Bring all answers that count and are not in the lake there; return how many responses.

    What landed and could not be marked, because of a crash between the two, lands again as the
    same rows.

    Raises
    ------
    BusyError
        If an import or a build holds the lake.
    """
    landed = 0
    while found := _waiting(house):
        ids, rows = found
        if rows:
            merge_feedback(house, rows, "answers of surveys")
        house.store.transact(
            lambda unit, ids=ids: unit.execute(  # type: ignore[misc]
                sa.update(responses).where(responses.c.response_id.in_(ids)).values(landed_at=now())
            )
        )
        landed += len(ids)
    return landed


def _waiting(house: OpenBrand) -> tuple[list[UUID], list[Row]] | None:
    with house.store.reading() as view:
        found = unlanded(view, limit=BATCH)
        if not found:
            return None
        zone = house.brand.settings.zone
        rows = [row for one in found for row in feedback_rows(one, zone)]
        return [one.response["response_id"] for one in found if one.response], rows


def unlanded(view: View, *, limit: int) -> list[Opened]:
    """Return responses that count and are not in the lake, the oldest first."""
    waiting = sa.and_(responses.c.state == "complete", responses.c.landed_at.is_(None))
    found = view.rows(
        sa.select(responses).where(waiting).order_by(responses.c.response_id).limit(limit)
    )
    return opened_of(view, [plain(row) for row in found])


def opened_of(view: View, found: Sequence[Mapping[str, Any]]) -> list[Opened]:
    """Return responses with their invitation, their version and their replies."""
    ids = [row["response_id"] for row in found]
    of: dict[UUID, Mapping[str, Any]] = {}
    keys = [row["invitation_id"] for row in found]
    for first in range(0, len(keys), 500):
        some = invitations.c.invitation_id.in_(keys[first : first + 500])
        of |= {
            row["invitation_id"]: plain(row)
            for row in view.rows(sa.select(invitations).where(some))
        }
    replies = replies_of(view, ids)
    versions: dict[tuple[str, int], Any] = {}
    made = []
    for row in found:
        key = (row["survey"], row["version"])
        if key not in versions:
            versions[key] = parsed(version_of(view, *key))
        at = row["completed_at"] or row["changed_at"]
        made.append(
            Opened(of[row["invitation_id"]], row, row["version"], versions[key],
                   replies[row["response_id"]], at)
        )  # fmt: skip
    return made


def feedback_rows(found: Opened, zone: ZoneInfo) -> Iterator[Row]:
    """Yield the rows of canonical feedback of one response; `docs/guide/surveys.md` has the form.

    Questions that were passed over, or that a changed answer left out, give none.
    """
    reasons = {
        q.reason_of: reply[VALUE]
        for q in found.asked
        if q.kind == "text" and q.reason_of and (reply := found.replies.get(q.id))
    }
    scored = {q.id for q in found.asked if found.replies.get(q.id) and q.parts}
    for question in found.asked:
        reply = found.replies.get(question.id)
        if reply is None or (question.kind == "text" and question.reason_of in scored):
            continue
        for row in _of_question(question, reply):
            if question.id in reasons and question.parts[0].metric == row["metric"]:
                row["text"] = reasons[question.id]
            yield _completed(row, found, question, zone)


def _of_question(question: Question, reply: Mapping[str, Any]) -> Iterator[Row]:
    if question.kind == "text":
        yield {"metric": "comment", "text": reply[VALUE]}
    elif question.kind == "choice":
        yield from _of_choice(question, reply[VALUE])
    for part in question.parts:
        yield {
            "part": part.name,
            "metric": part.metric,
            "score": float(reply[part.name]),
            "scale": part.scale,
        }


def _of_choice(question: Question, given: str | list[str]) -> Iterator[Row]:
    values = [choice.value for choice in question.choices]
    for value in given if isinstance(given, list) else [given]:
        number = values.index(value) + 1
        yield {
            "part": str(number) if question.several else "",
            "metric": "choice",
            "score": float(number),
            "scale": f"1-{len(values)}",
        }


def _completed(row: Row, found: Opened, question: Question, zone: ZoneInfo) -> Row:
    response, invitation = found.response or {}, found.invitation
    part = row.pop("part", "")
    names = [str(response["response_id"]), question.id, *([part] if part else [])]
    at = response["completed_at"]
    return {
        "feedback_id": "/".join(names),
        "answered_at": at,
        "answered_on": at.astimezone(zone).date(),
        "touchpoint": question.about or invitation["touchpoint"] or found.definition.touchpoint,
        "subject": question.subject,
        "language": response["language"],
        "channel": invitation["channel"],
        "order_id": invitation["order_id"],
        "store": invitation["place"],
        "source": source_of(response["survey"]),
        "id_type": invitation["id_type"],
        "id_key": invitation["id_key"],
        **row,
    }
