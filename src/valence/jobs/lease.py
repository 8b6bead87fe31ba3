"""Leases: one worker has a job at a time, and only it may write to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.ids import new_id
from valence.core.messages import Message, message
from valence.jobs.job import Job, as_job
from valence.jobs.tables import jobs
from valence.store import Unit, View
from valence.store.sentences import kept


@dataclass(frozen=True, slots=True)
class Claim:
    """A job, and the token with which this attempt writes to it."""

    job: Job
    token: UUID


def has_ready(view: View, kinds: Sequence[str]) -> bool:
    """Return whether there may be something to claim: a cheap look before the lock is taken."""
    return view.scalar(_ready(kinds, now()).limit(1)) is not None


def claim(unit: Unit, kinds: Sequence[str], lease: timedelta) -> Claim | None:
    """Take the next job that can be run, or one whose worker fell silent; None if there is none.

    A job is ready when its time has come and no other of its concurrency key runs or stands
    before it.
    """
    passed_over: list[UUID] = []
    while True:
        # SKIP LOCKED: on PostgreSQL claimants do not wait for each other. SQLite has one writer.
        query = _ready(kinds, now()).where(jobs.c.id.not_in(passed_over)).limit(1)
        row = unit.row(query.with_for_update(skip_locked=True, of=jobs))
        if row is None:
            return None
        if ending := _ending(row):
            _write(unit, row["id"], ending)
        elif token := _take(unit, row, lease):
            return Claim(as_job(row), token)
        passed_over.append(row["id"])


def write(unit: Unit, claimed: Claim, values: dict[str, Any]) -> bool:
    """Write to the job if this attempt still has its lease; return whether it has."""
    held = sa.update(jobs).where(jobs.c.id == claimed.job.id, jobs.c.leased_by == claimed.token)
    return unit.execute(held.values(values)).rowcount == 1


def settle(unit: Unit, claimed: Claim, ending: dict[str, Any]) -> bool:
    """Write how the attempt ended, if it still has its lease; return whether it has.

    A job that would go back into the queue, but was cancelled meanwhile, is cancelled.
    """
    held = sa.and_(jobs.c.id == claimed.job.id, jobs.c.leased_by == claimed.token)
    row = unit.row(sa.select(jobs.c.cancel_asked_by).where(held).with_for_update())
    if row is None:
        return False
    if ending["state"] == "queued" and row["cancel_asked_by"] is not None:
        ending = ended("cancelled")
    return write(unit, claimed, ending)


def ended(state: str, **values: Any) -> dict[str, Any]:
    """Return what to write when a job is over."""
    free = {"leased_by": None, "leased_until": None}
    return {"state": state, "ended_at": now(), **free, **values}


def again(at: datetime, **values: Any) -> dict[str, Any]:
    """Return what to write when a job goes back into the queue until `at`."""
    free = {"leased_by": None, "leased_until": None}
    return {"state": "queued", "scheduled_for": at, **free, **values}


def _ready(kinds: Sequence[str], at: datetime) -> sa.Select[Any]:
    other = jobs.alias()
    before_it = sa.tuple_(other.c.scheduled_for, other.c.id) < sa.tuple_(
        jobs.c.scheduled_for, jobs.c.id
    )
    in_its_way = sa.exists().where(
        other.c.concurrency_key == jobs.c.concurrency_key,
        sa.or_(other.c.state == "running", sa.and_(other.c.state == "queued", before_it)),
    )
    waiting = sa.and_(jobs.c.state == "queued", jobs.c.scheduled_for <= at, ~in_its_way)
    silent = sa.and_(jobs.c.state == "running", jobs.c.leased_until < at)
    return (
        sa.select(jobs)
        .where(jobs.c.kind.in_(kinds), sa.or_(waiting, silent))
        .order_by(jobs.c.scheduled_for, jobs.c.id)
    )


def _take(unit: Unit, row: sa.RowMapping, lease: timedelta) -> UUID | None:
    at, token = now(), new_id()
    values = {
        "state": "running",
        "leased_by": token,
        "leased_until": at + lease,
        "started_at": row["started_at"] or at,
        "attempts": row["attempts"] + 1,
    }
    try:
        with unit.connection.begin_nested():
            _write(unit, row["id"], values)
    except sa.exc.IntegrityError:
        # Another job of its concurrency key was started since we looked: the index says so.
        return None
    return token


def _ending(row: sa.RowMapping) -> dict[str, Any] | None:
    if row["cancel_asked_by"] is not None:
        return ended("cancelled")
    if row["state"] == "running" and row["attempts"] >= row["max_attempts"]:
        return ended("failed", error=kept(_crashed(row["attempts"])))
    return None


def _crashed(attempts: int) -> Message:
    return message(
        "The worker fell silent in the middle of this job, {attempts} times: it was killed, or ran "
        "out of memory. Look into its log, then try the job again.",
        attempts=attempts,
    )


def _write(unit: Unit, job_id: UUID, values: dict[str, Any]) -> None:
    unit.execute(sa.update(jobs).where(jobs.c.id == job_id).values(values))
