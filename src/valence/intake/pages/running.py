"""Running: how far an import or a replay is, and what came of it."""

from __future__ import annotations

from typing import Any, Literal, cast
from uuid import UUID

from fastapi.responses import RedirectResponse, Response

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.core.messages import Message, message
from valence.intake.jobs import IMPORT, REPLAY, job_kinds
from valence.intake.log import kept_summary
from valence.intake.pages.result import result_parts
from valence.intake.pages.router import QUARANTINE, SOURCES, opened_of, pages
from valence.intake.uploads import Uploads
from valence.jobs import Job, cancel, find, retry
from valence.kit.ask import Ask, Asked
from valence.kit.languages import by_number
from valence.kit.page import Answer, Doing, Figure, Step


@pages.get("/imports/jobs/{job_id}", permission="intake:read")
def running_page(ask: Ask, job_id: UUID) -> Response:
    """Show how far an import is; the result once it is done."""
    job = _job(ask, job_id)
    if job.state == "done" and job.kind == IMPORT:
        if (page := job.result["page"]) != f"/imports/jobs/{job_id}":
            return RedirectResponse(page, 303)
        return ask.page(
            "intake/result.html",
            crumbs=[SOURCES],
            title=", ".join(job.params["files"]),
            when=job.ended_at,
            **result_parts(ask, kept_summary(job.result["summary"])),
        )
    if job.state == "done":
        return ask.page("intake/replayed.html", crumbs=[QUARANTINE], **_replayed(ask, job))
    return ask.page(
        "intake/running.html",
        crumbs=[SOURCES if job.kind == IMPORT else QUARANTINE],
        title=_title(ask, job),
        job=job,
        doing=_doing(ask, job),
        upload=_upload(ask, job),
    )


@pages.get("/imports/jobs/{job_id}/doing", permission="intake:read")
def running_fragment(ask: Ask, job_id: UUID) -> Response:
    """Show how far it is as a fragment; once it is over the whole page leads on."""
    job = _job(ask, job_id)
    answer = ask.page("intake/doing.html", doing=_doing(ask, job))
    if job.is_over:
        answer.headers["HX-Redirect"] = f"/imports/jobs/{job_id}"
    return answer


@pages.post("/imports/jobs/{job_id}/cancel", permission="intake:write")
def cancel_import(ask: Ask, job_id: UUID) -> Response:
    """Cancel an import: nothing of it is kept."""
    _job(ask, job_id)
    store = opened_of(ask).store
    store.transact(lambda unit: cancel(unit, job_id, actor=ask.actor.id))
    return RedirectResponse(f"/imports/jobs/{job_id}", 303)


@pages.post("/imports/jobs/{job_id}/retry", permission="intake:write")
def retry_import(ask: Ask, job_id: UUID) -> Response:
    """Try an import again."""
    _job(ask, job_id)
    store = opened_of(ask).store
    store.transact(lambda unit: retry(unit, job_id, actor=ask.actor.id))
    return RedirectResponse(f"/imports/jobs/{job_id}", 303)


def _job(ask: Asked, job_id: UUID) -> Job:
    with opened_of(ask).store.reading() as view:
        job = find(view, job_id)
    if job.kind not in (IMPORT, REPLAY):
        raise NotFoundError("There is no import {id}.", id=str(job_id))
    return job


def _title(ask: Asked, job: Job) -> Message | str:
    if job.kind == IMPORT:
        return ", ".join(job.params["files"])
    return next(kind.title for kind in job_kinds(opened_of(ask)) if kind.name == job.kind)


def _upload(ask: Asked, job: Job) -> str:
    """Return the address of the upload while its files are still there to be looked at again."""
    if job.kind != IMPORT or job.state not in ("failed", "cancelled"):
        return ""
    uploads = Uploads(opened_of(ask).brand)
    try:
        upload = uploads.get(job.params["upload"])
    except NotFoundError:
        return ""
    uploads.begun(upload, "")  # it waits for somebody again
    return f"/imports/new/{upload.upload_id}"


def _doing(ask: Asked, job: Job) -> Doing:
    words: dict[str, Message | str] = {
        "queued": message("It begins as soon as the work before it is done."),
        "running": job.step.label if job.step else message("It has begun."),
        "failed": job.error or "",
        "cancelled": message("Nothing of it was kept."),
        "done": "",
    }
    detail = words[job.state]
    if job.state == "queued" and job.error is not None and job.scheduled_for > now():
        detail = message(
            "It will be tried again at {when}: {why}",
            when=ask.format.instant(job.scheduled_for),
            why=job.error,
        )
    if job.cancel_asked_by and job.state == "running":
        detail = message("It will stop at its next step.")
    return Doing(
        message("Import") if job.kind == IMPORT else message("Replay"),
        _share(job),
        cast("Literal['queued', 'running', 'done', 'failed', 'cancelled']", job.state),
        poll=f"/imports/jobs/{job.id}/doing",
        cancel="" if job.cancel_asked_by else f"/imports/jobs/{job.id}/cancel",
        detail=detail,
        then=f"/imports/jobs/{job.id}",
    )


def _share(job: Job) -> float | None:
    """Return the part done, None while files are only looked at."""
    return job.step.share if job.step and job.state == "running" else None


def _replayed(ask: Asked, job: Job) -> dict[str, Any]:
    result, number = job.result, ask.format.integer
    landed, again, unread = result["landed"], result["again"], result["unread"]
    core = by_number(
        landed,
        message("1 row landed and left the quarantine."),
        message("{n} rows landed and left the quarantine.", n=number(landed)),
    )
    rest: Message | str = ""
    if again or unread:
        rest = by_number(
            again + unread,
            message("1 row is still held, with its reason of now."),
            message(
                "{n} rows are still held, with their reasons of now.", n=number(again + unread)
            ),
        )
    steps = [
        Step(message("Look at the overview"), "/", message("The figures are being built.")),
        Step(message("Import another file"), "/imports"),
    ]
    if again or unread:
        steps.insert(0, Step(message("Look at the rows in quarantine"), "/quarantine"))
    return {
        "title": message("Replay rows from quarantine"),
        "answer": Answer(core, rest=rest),
        "figures": [
            Figure(message("Rows that landed"), number(landed)),
            Figure(message("Held again"), number(again)),
            Figure(message("Lines that cannot be read"), number(unread)),
        ],
        "next": steps,
    }
