"""The queue: asking for work, looking at it, cancelling it, and trying it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite

from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError, NotFoundError, did_you_mean
from valence.core.ids import new_id
from valence.jobs.job import Job, as_job
from valence.jobs.kinds import JobKind
from valence.jobs.tables import STATES, jobs
from valence.store import Unit, View

P = TypeVar("P", bound=BaseModel)


def enqueue(
    unit: Unit,
    kind: JobKind[P],
    params: P | Mapping[str, Any],
    *,
    actor: str,
    idempotency_key: str | None = None,
    scheduled_for: datetime | None = None,
) -> Job:
    """Ask for a job; it exists when the unit of work is kept.

    With an `idempotency_key` that was used before for this kind, the job of that time is returned
    and nothing new is asked for.

    Raises
    ------
    BadInputError
        If the parameters are wrong.
    ConflictError
        If the key was used for other parameters.
    """
    row = _new(kind, kind.parsed(params)) | {"actor": actor, "idempotency_key": idempotency_key}
    if scheduled_for is not None:
        row["scheduled_for"] = scheduled_for
    insert = sqlite.insert if unit.dialect == "sqlite" else postgresql.insert
    unit.execute(
        insert(jobs).values(row).on_conflict_do_nothing(index_elements=["kind", "idempotency_key"])
    )
    mine = jobs.c.id == row["id"]
    if idempotency_key is not None:
        mine = sa.and_(jobs.c.kind == kind.name, jobs.c.idempotency_key == idempotency_key)
    [stored] = _select(unit, sa.select(jobs).where(mine))
    if stored.params != row["params"]:
        raise ConflictError(
            "The key {key!r} was used before for a job {kind} with other parameters. Use a new key "
            "for new work.",
            key=idempotency_key,
            kind=kind.name,
        )
    return stored


def _new(kind: JobKind[P], params: P) -> dict[str, Any]:
    at = now()
    return {
        "id": new_id(),
        "kind": kind.name,
        "state": "queued",
        "params": params.model_dump(mode="json"),
        "concurrency_key": kind.one_at_a_time(params) if kind.one_at_a_time else None,
        "created_at": at,
        "scheduled_for": at,
        "attempts": 0,
        "max_attempts": kind.max_attempts,
        "step_done": 0,
    }


def find(view: View, job_id: UUID) -> Job:
    """Return one job.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    """
    found = _select(view, sa.select(jobs).where(jobs.c.id == job_id))
    if not found:
        raise NotFoundError(
            "There is no job {id}. It may have been removed with other old ones.", id=str(job_id)
        )
    return found[0]


def by_key(view: View, kind: str, key: str) -> Job | None:
    """Return the job that was asked for under an idempotency key, if there is one."""
    mine = sa.and_(jobs.c.kind == kind, jobs.c.idempotency_key == key)
    return next(iter(_select(view, sa.select(jobs).where(mine))), None)


def listing(
    view: View,
    *,
    states: Sequence[str] = (),
    kinds: Sequence[str] = (),
    before: UUID | None = None,
    limit: int = 50,
) -> list[Job]:
    """Return jobs, the newest first; `before` is the last id of the page before.

    Raises
    ------
    BadInputError
        If a state is not one of queued, running, done, failed, cancelled.
    """
    query = sa.select(jobs).order_by(jobs.c.id.desc()).limit(limit)
    for state in states:
        if state not in STATES:
            raise BadInputError(
                "{state!r} is not a state of a job. {fix}",
                state=state,
                fix=did_you_mean(state, STATES),
            )
    if states:
        query = query.where(jobs.c.state.in_(states))
    if kinds:
        query = query.where(jobs.c.kind.in_(kinds))
    if before is not None:
        query = query.where(jobs.c.id < before)
    return _select(view, query)


def counts(view: View) -> dict[str, int]:
    """Return how many jobs there are in each state, those with none included."""
    found = view.rows(sa.select(jobs.c.state, sa.func.count().label("n")).group_by(jobs.c.state))
    return dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in found}


def cancel(unit: Unit, job_id: UUID, *, actor: str) -> Job:
    """Cancel a job: at once if it waits, at its next step if it runs; twice is as once.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    ConflictError
        If it is done or has failed already.
    """
    job = _locked(unit, job_id)
    if job.state in {"done", "failed"}:
        raise ConflictError(
            "The job {id} cannot be cancelled: it is over ({state}).",
            id=str(job_id),
            state=job.state,
        )
    if job.cancel_asked_by is None and job.state != "cancelled":
        asked: dict[str, Any] = {"cancel_asked_by": actor}
        if job.state == "queued":
            asked |= {"state": "cancelled", "ended_at": now()}
        unit.execute(sa.update(jobs).where(jobs.c.id == job_id).values(asked))
    return find(unit, job_id)


def retry(unit: Unit, job_id: UUID, *, actor: str) -> Job:
    """Queue a failed or cancelled job again; it goes on from its last checkpoint.

    Raises
    ------
    NotFoundError
        If there is none of this id.
    ConflictError
        If it has neither failed nor been cancelled.
    """
    job = _locked(unit, job_id)
    if job.state not in {"failed", "cancelled"}:
        raise ConflictError(
            "The job {id} cannot be tried again: it is {state}. Only a failed or "
            "cancelled one can.",
            id=str(job_id),
            state=job.state,
        )
    again = {
        "state": "queued",
        "scheduled_for": now(),
        "ended_at": None,
        "attempts": 0,
        "actor": actor,
        "cancel_asked_by": None,
        "error": None,
    }
    unit.execute(sa.update(jobs).where(jobs.c.id == job_id).values(again))
    return find(unit, job_id)


def prune(unit: Unit, *, before: datetime) -> int:
    """Remove jobs that ended before an instant; return how many. Their keys can be used again."""
    return unit.execute(sa.delete(jobs).where(jobs.c.ended_at < before)).rowcount


def _locked(unit: Unit, job_id: UUID) -> Job:
    unit.execute(sa.select(jobs.c.id).where(jobs.c.id == job_id).with_for_update())
    return find(unit, job_id)


def _select(view: View, query: sa.Select[Any]) -> list[Job]:
    return [as_job(row) for row in view.rows(query)]
