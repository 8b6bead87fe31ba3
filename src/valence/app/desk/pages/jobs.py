"""Jobs: what is being worked on, what failed and why, and how far events have been handed on."""

from __future__ import annotations

import json
from typing import Any, Literal, cast
from uuid import UUID

from fastapi.responses import RedirectResponse, Response

from valence.app.desk.pages.router import back, house_of, pages
from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.messages import Message, message
from valence.jobs import Job, cancel, counts, find, listing, retry
from valence.jobs.tables import STATES
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData
from valence.kit.languages import by_number
from valence.kit.page import Answer, Crumb, Doing, Empty, Figure, How, Step, Tab, Words
from valence.store import outbox
from valence.trust.actor import authorize

PAGE = 50
JOBS = Crumb(message("Jobs"), "/jobs")
STATE_WORDS: dict[str, tuple[Message, str]] = {
    "queued": (message("waiting"), ""),
    "running": (message("running"), "main"),
    "done": (message("done"), "good"),
    "failed": (message("failed"), "bad"),
    "cancelled": (message("cancelled"), "warn"),
}
HOW = How(
    message(
        "Whatever takes longer than a page is a job. It is kept in the store, so it outlives a "
        "crash: another worker goes on from its last checkpoint."
    ),
    note=message("A job that fails is tried again after a while, up to its number of attempts."),
    source=message("House rule: events reach each subscriber at least once, in order."),
)


@pages.get("/jobs", permission="jobs:read")
def jobs_page(ask: Ask, state: str = "", before: UUID | None = None) -> Response:
    """Show the jobs, newest first, and how the outbox stands."""
    house = house_of(ask)
    states = (state,) if state else ()
    with house.store.reading() as view:
        found = listing(view, states=states, before=before, limit=PAGE + 1)
        number = counts(view)
        standings = outbox.standings(view)
        dead = outbox.held_back(view, state="dead", limit=PAGE)
    titles = kind_titles(house)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return ask.page(
        "desk/jobs.html",
        answer=_answer(number),
        figures=_figures(ask, number),
        tabs=_tabs(ask, state, number),
        rows=[_row(job, titles) for job in found[:PAGE]],
        older=ask.url("/jobs", state=state, before=more) if more else "",
        newest=ask.url("/jobs", state=state) if before else "",
        titles=titles,
        standings=standings,
        dead=dead,
        how=HOW,
        empty=Empty(
            message("Here you will see work that takes longer than a page: imports, builds."),
            message("There is no job of this kind.") if state else message("Nothing was asked."),
            Step(message("Import a file"), "/imports") if not state else None,
        ),
    )


@pages.get("/jobs/{job_id}", permission="jobs:read")
def job_page(ask: Ask, job_id: UUID) -> Response:
    """Show one job."""
    house = house_of(ask)
    with house.store.reading() as view:
        job = find(view, job_id)
    title = kind_titles(house).get(job.kind, job.kind)
    return ask.page(
        "desk/job.html",
        crumbs=[JOBS],
        title=title,
        job=job,
        doing=doing(ask, job),
        state=STATE_WORDS[job.state],
        answer=_job_answer(ask, job),
        facts=_facts(job),
        record=[
            (message("What was asked"), _pairs(job.params)),
            (message("What came of it"), _pairs(job.result)),
            (message("Its last checkpoint"), _pairs(job.checkpoint)),
        ],
        how=HOW,
        can_cancel=job.state in ("queued", "running") and not job.cancel_asked_by,
        can_retry=job.state in ("failed", "cancelled"),
    )


@pages.get("/jobs/{job_id}/doing", permission="jobs:read")
def job_fragment(ask: Ask, job_id: UUID) -> Response:
    """Show how far one job is, as a fragment."""
    with house_of(ask).store.reading() as view:
        job = find(view, job_id)
    return ask.page("desk/doing.html", doing=doing(ask, job))


@pages.post("/jobs/{job_id}/cancel", permission="jobs:cancel")
def cancel_job(ask: Ask, job_id: UUID) -> Response:
    """Cancel a job."""
    cancelled(ask, job_id)
    return back(ask, f"/jobs/{job_id}")


@pages.post("/jobs/{job_id}/retry", permission="jobs:retry")
def retry_job(ask: Ask, job_id: UUID) -> Response:
    """Queue a failed or cancelled job again."""
    retried(ask, job_id)
    return RedirectResponse(f"/jobs/{job_id}", 303)


@pages.post("/jobs/outbox/replay", permission="jobs:replay")
def replay(ask: Ask, data: FormData) -> Response:
    """Let dead events be tried again: one by its position, or all of a subscriber."""
    position = data.get("position", "")
    replayed(ask, data.get("subscriber", ""), int(position) if position.isdecimal() else None)
    return RedirectResponse("/jobs#events", 303)


def cancelled(ask: Asked, job_id: UUID) -> Job:
    """Cancel a job for whoever asks, if they may ask for such work."""
    house = house_of(ask)
    _may(ask, house, job_id)
    return house.store.transact(lambda unit: cancel(unit, job_id, actor=ask.actor.id))


def retried(ask: Asked, job_id: UUID) -> Job:
    """Queue a job again for whoever asks, if they may ask for such work."""
    house = house_of(ask)
    _may(ask, house, job_id)
    return house.store.transact(lambda unit: retry(unit, job_id, actor=ask.actor.id))


def replayed(ask: Asked, subscriber: str, position: int | None) -> int:
    """Let dead events of a subscriber be tried again; return how many."""
    store = house_of(ask).store
    return store.transact(lambda unit: outbox.replay(unit, subscriber, position))


def _may(ask: Asked, house: WholeHouse, job_id: UUID) -> None:
    with house.store.reading() as view:
        job = find(view, job_id)
    for kind in house.job_kinds:
        if kind.name == job.kind:
            authorize(ask.actor, kind.permission)


def kind_titles(house: WholeHouse) -> dict[str, Message]:
    """Return the titles of the kinds of jobs, by name."""
    return {kind.name: kind.title for kind in house.job_kinds}


def doing(ask: Asked, job: Job) -> Doing:
    """Return how far a job is, for the macro `doing`."""
    label: Message | str = kind_titles(house_of(ask)).get(job.kind, job.kind)
    detail: Message | str = ""
    if job.state == "running":
        detail = job.step.label if job.step else message("It has begun.")
        if job.cancel_asked_by:
            detail = message("It will stop at its next step.")
    elif job.state == "queued":
        detail = _waits(ask, job)
    elif job.error is not None:
        detail = job.error
    return Doing(
        label,
        job.step.share if job.step and job.state == "running" else None,
        cast("Literal['queued', 'running', 'done', 'failed', 'cancelled']", job.state),
        poll=f"/jobs/{job.id}/doing",
        cancel="" if job.cancel_asked_by else f"/jobs/{job.id}/cancel",
        detail=detail,
        then=result_page(job),
    )


def _waits(ask: Asked, job: Job) -> Message:
    if job.error is not None and job.scheduled_for > now():
        return message(
            "It failed and will be tried again at {when}: {why}",
            when=ask.format.instant(job.scheduled_for),
            why=job.error,
        )
    if job.scheduled_for > now():
        return message("It begins at {when}.", when=ask.format.instant(job.scheduled_for))
    return message("It begins as soon as the work before it is done.")


def _job_answer(ask: Asked, job: Job) -> Answer | None:
    """Say in a sentence how it went; while it goes on, its progress says it."""
    took = ask.format.seconds(_seconds(job))
    rest: Words = message("Asked for by {who}.", who=job.actor)
    if job.state == "done":
        return Answer(message("It is done, in {seconds}.", seconds=took), rest=rest)
    if job.state == "failed":
        return Answer(message("It failed; nothing of it was published."), rest=rest)
    if job.state == "cancelled":
        core = message("It was cancelled by {who}.", who=job.cancel_asked_by or job.actor)
        return Answer(core, rest=message("It can be tried again."))
    return None


def result_page(job: Job) -> str:
    """Return the page that shows what a job brought; nothing if there is none."""
    if not isinstance(job.result, dict):
        return ""
    if run := job.result.get("run_id"):
        return f"/builds/runs/{run}"
    page = job.result.get("page", "")
    return page if isinstance(page, str) and page.startswith("/") else ""


def _row(job: Job, titles: dict[str, Message]) -> dict[str, Any]:
    share = job.step.share if job.step else None
    return {
        "job": job,
        "title": titles.get(job.kind, job.kind),
        "state": STATE_WORDS[job.state],
        "share": share if job.state == "running" else None,
        "seconds": _seconds(job),
        "said": job.error or (job.step.label if job.step and not job.is_over else ""),
    }


def _seconds(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return ((job.ended_at or now()) - job.started_at).total_seconds()


def _answer(number: dict[str, int]) -> Answer:
    at_work, waiting, failed = number["running"], number["queued"], number["failed"]
    if not sum(number.values()):
        return Answer(message("Nothing has been asked for yet."))
    if at_work or waiting:
        core = message("{running} running and {waiting} waiting.", running=at_work, waiting=waiting)
    else:
        core = message("Nothing is at work: everything that was asked for is over.")
    rest = by_number(
        failed,
        message("1 job has failed and can be tried again."),
        message("{n} jobs have failed and can be tried again.", n=failed),
    )
    return Answer(core, rest=rest if failed else message("Nothing has failed."))


def _figures(ask: Asked, number: dict[str, int]) -> list[Figure]:
    return [
        Figure(
            message("Jobs {state}", state=STATE_WORDS[state][0]),
            ask.format.integer(number[state]),
            href=f"/jobs?state={state}",
        )
        for state in ("running", "queued", "failed", "done")
    ]


def _tabs(ask: Asked, state: str, number: dict[str, int]) -> list[Tab]:
    all_of_them = sum(number.values())
    tabs = [Tab(message("All ({n})", n=ask.format.integer(all_of_them)), "/jobs", not state)]
    for name in STATES:
        said = message(
            "{state} ({n})", state=STATE_WORDS[name][0], n=ask.format.integer(number[name])
        )
        tabs.append(Tab(said, f"/jobs?state={name}", state == name))
    return tabs


def _facts(job: Job) -> list[tuple[Message, Any, str]]:
    """What is known of a job: the words, the value, and how it is shown."""
    return [
        (message("Asked for by"), job.actor, "text"),
        (message("Asked for at"), job.created_at, "instant"),
        (message("Not begun before"), job.scheduled_for, "instant"),
        (message("Begun at"), job.started_at, "instant"),
        (message("Ended at"), job.ended_at, "instant"),
        (message("Time taken"), _seconds(job), "seconds"),
        (message("Attempts"), f"{job.attempts} / {job.max_attempts}", "text"),
        (message("Worker heard of until"), job.leased_until, "instant"),
        (message("Cancelled by"), job.cancel_asked_by, "text"),
    ]


def _pairs(document: Any) -> list[tuple[str, str]]:
    if document is None:
        return []
    if not isinstance(document, dict):
        return [("", _as_text(document))]
    return [(name, _as_text(value)) for name, value in document.items()]


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
