"""Review: answers that were held back, each released or dropped by a person."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.experience.surveys.answering import tell
from valence.experience.surveys.landing import opened_of
from valence.experience.surveys.opened import Opened, plain
from valence.experience.surveys.tables import responses
from valence.store import Unit, View
from valence.trust.actor import Actor
from valence.trust.audit import record

REVIEW = "experience:review"


def held(view: View, survey: str = "", *, limit: int = 100) -> list[Opened]:
    """Return what is held back, the oldest first: of one survey or of all."""
    query = sa.select(responses).where(responses.c.state == "held")
    if survey:
        query = query.where(responses.c.survey == survey)
    found = view.rows(query.order_by(responses.c.completed_at).limit(limit))
    return opened_of(view, [plain(row) for row in found])


def release(unit: Unit, response: UUID, actor: Actor) -> None:
    """Let a response that was held back count.

    Raises
    ------
    NotFoundError
        If it is not held back, or not any more.
    """
    row = _decided(unit, response, "complete", actor)
    tell(unit, response, row["survey"])


def drop(unit: Unit, response: UUID, actor: Actor) -> None:
    """Drop a response that was held back: it is kept, and never counts.

    Raises
    ------
    NotFoundError
        If it is not held back, or not any more.
    """
    _decided(unit, response, "dropped", actor)


DECISIONS: dict[str, Callable[[Unit, UUID, Actor], None]] = {"release": release, "drop": drop}


def _decided(unit: Unit, response: UUID, state: str, actor: Actor) -> sa.RowMapping:
    unit.lock(f"survey_response:{response}")
    mine = sa.and_(responses.c.response_id == response, responses.c.state == "held")
    row = unit.row(sa.select(responses).where(mine))
    if row is None:
        raise NotFoundError("That answer is not held back, or somebody has decided on it already.")
    values = {"state": state, "reviewed_by": actor.id, "reviewed_at": now()}
    unit.execute(sa.update(responses).where(mine).values(values))
    record(unit, actor, REVIEW, f"survey_response:{response}", detail={"state": state})
    return row
