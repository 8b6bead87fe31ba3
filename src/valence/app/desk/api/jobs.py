"""Jobs and the outbox for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from valence.app.desk.api.router import api
from valence.app.desk.pages.jobs import cancelled, replayed, result_page, retried
from valence.app.house import WholeHouse
from valence.jobs import Job, find, listing
from valence.kit.ask import Ask, Asked
from valence.kit.outgoing import filled
from valence.kit.paging import Cursor, encode, id_of, shape_of
from valence.store import outbox

JobState = Literal["queued", "running", "done", "failed", "cancelled"]


class JobOut(BaseModel):
    """One job as it stands."""

    id: UUID
    kind: str
    state: JobState
    share: float | None = Field(description="Part done, 0 to 1; null where the whole is unknown.")
    step: str | None = Field(description="Where it is, in the reader's language.")
    error: str | None = Field(description="Why the last attempt failed.")
    params: dict[str, Any]
    result: Any = Field(description="What it brought, once it is done.")
    page: str = Field(description="The page that shows the result; empty if there is none.")
    actor: str = Field(description="Who asked for it.")
    created_at: datetime
    scheduled_for: datetime
    started_at: datetime | None
    ended_at: datetime | None
    attempts: int
    max_attempts: int
    cancel_asked_by: str | None


class JobsOut(BaseModel):
    """Jobs, newest first."""

    items: list[JobOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class StandingOut(BaseModel):
    """How far one subscriber is."""

    subscriber: str
    position: int = Field(description="Of the last event that it has dealt with.")
    behind: int = Field(description="Events still to come.")
    waiting: int = Field(description="Events held back for another try.")
    dead: int = Field(description="Events given up.")


class DeadOut(BaseModel):
    """An event that a subscriber could not take."""

    subscriber: str
    position: int
    event: str
    subject: str
    occurred_at: datetime
    attempts: int
    error: str


class OutboxOut(BaseModel):
    """How the outbox stands."""

    subscribers: list[StandingOut]
    dead: list[DeadOut]


class ReplayIn(BaseModel):
    """Which dead events are to be tried again."""

    subscriber: str
    position: int | None = Field(None, description="One event; all of the subscriber by default.")


class ReplayOut(BaseModel):
    """What is tried again."""

    replayed: int


def job_out(ask: Asked, job: Job) -> JobOut:
    """Return a job as the API tells it."""
    return filled(
        JobOut,
        job,
        share=job.step.share if job.step else None,
        step=ask._(job.step.label) if job.step else None,
        error=ask._(job.error) if job.error else None,
        page=result_page(job),
    )


@api.get("/jobs", permission="jobs:read")
def jobs(
    ask: Ask,
    state: Annotated[list[JobState] | None, Query(description="Only of these states.")] = None,
    kind: Annotated[list[str] | None, Query(description="Only of these kinds.")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Jobs on a page.")] = 50,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> JobsOut:
    """Return the jobs, newest first."""
    shape = shape_of("jobs", state, kind)
    with ask.service(WholeHouse).store.reading() as view:
        found = listing(
            view,
            states=state or (),
            kinds=kind or (),
            before=id_of(cursor, shape),
            limit=limit + 1,
        )
    shown = found[:limit]
    more = encode(Cursor((str(shown[-1].id),)), shape) if len(found) > limit else None
    return JobsOut(items=[job_out(ask, job) for job in shown], next=more)


@api.get("/jobs/{job_id}", permission="jobs:read")
def one_job(ask: Ask, job_id: UUID) -> JobOut:
    """Return one job."""
    with ask.service(WholeHouse).store.reading() as view:
        return job_out(ask, find(view, job_id))


@api.post("/jobs/{job_id}/cancel", permission="jobs:cancel")
def cancel(ask: Ask, job_id: UUID) -> JobOut:
    """Cancel a job: at once if it waits, at its next step if it runs; twice is as once."""
    return job_out(ask, cancelled(ask, job_id))


@api.post("/jobs/{job_id}/retry", permission="jobs:retry")
def retry(ask: Ask, job_id: UUID) -> JobOut:
    """Queue a failed or cancelled job again; it goes on from its last checkpoint."""
    return job_out(ask, retried(ask, job_id))


@api.get("/outbox", permission="jobs:read")
def outbox_standing(ask: Ask) -> OutboxOut:
    """Return how far each subscriber is, and the events that were given up."""
    with ask.service(WholeHouse).store.reading() as view:
        standings = outbox.standings(view)
        dead = outbox.held_back(view, state="dead")
    return OutboxOut(
        subscribers=[filled(StandingOut, one) for one in standings],
        dead=[
            filled(
                DeadOut,
                one,
                event=one.event.name,
                subject=one.event.subject,
                occurred_at=one.event.occurred_at,
            )
            for one in dead
        ],
    )


@api.post("/outbox/replay", permission="jobs:replay")
def replay(ask: Ask, body: ReplayIn) -> ReplayOut:
    """Let dead events be tried again."""
    return ReplayOut(replayed=replayed(ask, body.subscriber, body.position))
