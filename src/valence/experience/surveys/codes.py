"""Codes: one link for a place or a touchpoint, that many scan and each answers for themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError
from valence.core.ids import new_id
from valence.experience.surveys.opened import current, plain, tidy
from valence.experience.surveys.tables import invitations, responses
from valence.outbound.links import Link
from valence.store import Unit, View

CHANNEL = "qr"
MOST_DAYS = 3650


def make_code(
    unit: Unit, survey: str, place: str, *, touchpoint: str = "", days: int = 365
) -> Link:
    """Make the link of a place for `days`; asked for again while it lasts, it is the same one.

    Raises
    ------
    NotFoundError
        If there is no such survey.
    BadInputError
        If it is not in force, the place has no name, or the days are too many.
    """
    place, touchpoint = tidy(place), tidy(touchpoint)
    if not place or len(place) > 60:
        raise BadInputError("Say where the code hangs, in up to 60 characters, such as Soho.")
    if not 1 <= days <= MOST_DAYS:
        raise BadInputError("A code lasts from 1 to {most} days.", most=MOST_DAYS)
    version = current(unit, survey)
    unit.lock(f"survey:{survey}:codes")
    at = now()
    same = [row for row in codes(unit, survey) if _same(row, place, touchpoint, at)]
    if same:
        return link_of(same[0])
    row = {
        "invitation_id": new_id(),
        "survey": survey,
        "version": version.version,
        "kind": "place",
        "run_id": new_id(),
        "place": place,
        "touchpoint": touchpoint,
        "channel": CHANNEL,
        "made_at": at,
        "expires_at": at + timedelta(days=days),
    }
    unit.execute(sa.insert(invitations), row)
    return link_of(row)


def _same(row: dict[str, Any], place: str, touchpoint: str, at: datetime) -> bool:
    return (row["place"], row["touchpoint"]) == (place, touchpoint) and row["expires_at"] > at


def link_of(row: dict[str, Any]) -> Link:
    """Return the link of an invitation."""
    return Link(row["invitation_id"], row["expires_at"])


def codes(view: View, survey: str) -> list[dict[str, Any]]:
    """Return the codes of a survey by place, each with its `visits` and how many `answered`."""
    visit, done = invitations.alias(), responses
    counted = (
        sa.select(
            visit.c.parent_id,
            sa.func.count().label("visits"),
            sa.func.count(sa.case((done.c.state == "complete", 1))).label("answered"),
        )
        .join(done, done.c.invitation_id == visit.c.invitation_id, isouter=True)
        .where(visit.c.parent_id.is_not(None), visit.c.survey == survey)
        .group_by(visit.c.parent_id)
        .subquery()
    )
    found = view.rows(
        sa.select(
            invitations,
            sa.func.coalesce(counted.c.visits, 0).label("visits"),
            sa.func.coalesce(counted.c.answered, 0).label("answered"),
        )
        .join(counted, counted.c.parent_id == invitations.c.invitation_id, isouter=True)
        .where(invitations.c.survey == survey, invitations.c.kind == "place")
        .order_by(invitations.c.place, invitations.c.made_at)
    )
    return [plain(row) for row in found]


def code(view: View, survey: str, invitation: UUID) -> dict[str, Any]:
    """Return one code.

    Raises
    ------
    NotFoundError
        If the survey has no such code.
    """
    for row in codes(view, survey):
        if row["invitation_id"] == invitation:
            return row
    raise NotFoundError("The survey {survey} has no such code.", survey=survey)


def end_code(unit: Unit, survey: str, invitation: UUID) -> None:
    """Let a code end now; who has begun by it can still finish.

    Raises
    ------
    NotFoundError
        If the survey has no such code.
    """
    code(unit, survey, invitation)
    unit.execute(
        sa.update(invitations)
        .where(invitations.c.invitation_id == invitation)
        .values(expires_at=now())
    )
