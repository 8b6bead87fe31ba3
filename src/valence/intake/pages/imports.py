"""Data sources: what was imported, what waits for somebody, and the form that takes files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse, Response

from valence.core.messages import Message, message
from valence.intake import log
from valence.intake.formats import SUFFIXES
from valence.intake.held import Which, count
from valence.intake.jobs import IMPORT, REPLAY
from valence.intake.pages.result import result_parts
from valence.intake.pages.router import SOURCES, go, opened_of, pages
from valence.intake.uploads import Upload, Uploads
from valence.jobs import Job, listing
from valence.kit.ask import Ask, Asked
from valence.kit.languages import by_number
from valence.kit.page import Answer, Figure, How, Step

PAGE = 25
HOW = How(
    message(
        "A file is read as a stream, every cell is typed, and good rows are merged by their keys: "
        "the same file twice changes nothing. A row that cannot land goes to quarantine with its "
        "file, line, column and reason; the others land. A file becomes visible at once or not "
        "at all."
    ),
    inputs=("imports",),
    source=message("House rule: bad input stands beside good rows that land."),
)


@pages.get("/imports", permission="intake:read")
def imports_page(ask: Ask, before: str = "") -> Response:
    """Show what was imported, newest first, and the form that takes files."""
    opened = opened_of(ask)
    found = log.imports(ask.reader, before=before or None, limit=PAGE + 1)
    with opened.store.reading() as view:
        held = count(view, Which())
        working = [
            job
            for state in ("running", "queued")
            for job in listing(view, states=(state,), kinds=(IMPORT, REPLAY), limit=5)
        ]
        failed = listing(view, states=("failed",), kinds=(IMPORT,), limit=3)
    uploads = Uploads(opened.brand)
    waiting = [upload for upload in uploads.listing() if not upload.job_id]
    total = log.landed(ask.reader)
    return ask.page(
        "intake/imports.html",
        answer=_answer(ask, total, found, held),
        figures=_figures(ask, total, found, held) if total and not before else [],
        rows=[_row(one) for one in found[:PAGE]],
        older=ask.url("/imports", before=found[PAGE - 1].import_id) if len(found) > PAGE else "",
        newest="/imports" if before else "",
        waiting=waiting,
        working=[(job, _names(job)) for job in working],
        failed=[job for job in failed if _is_fresh(job, waiting)],
        limit=uploads.limit,
        accept=",".join(sorted(SUFFIXES)),
        how=HOW,
        next=_next(total, held),
    )


@pages.get("/imports/upload.js", permission="intake:read", response_class=FileResponse)
def upload_script() -> Response:
    """Give the script that makes the upload form lively: dropping files, how far they are."""
    path = Path(__file__).parent.parent / "templates" / "upload.js"
    return FileResponse(path, media_type="text/javascript")


@pages.post("/imports", permission="intake:write")
async def upload(ask: Ask) -> Response:
    """Take files and lead to what they are taken for."""
    uploads = Uploads(opened_of(ask).brand)
    taken, _ = await uploads.receive(
        ask.request.stream(), ask.request.headers.get("content-type", ""), actor=ask.actor.id
    )
    return go(ask, f"/imports/new/{taken.upload_id}")


@pages.get("/imports/{import_id}", permission="intake:read")
def import_page(ask: Ask, import_id: str) -> Response:
    """Show what became of one import."""
    found = log.one_import(ask.reader, import_id)
    with opened_of(ask).store.reading() as view:
        held = {
            file.file: count(view, Which(file=file.file))
            for file in found.summary.files
            if file.quarantined
        }
    return ask.page(
        "intake/result.html",
        crumbs=[SOURCES],
        title=found.names,
        when=found.imported_at,
        **result_parts(ask, found.summary, held),
    )


def _row(one: log.Logged) -> dict[str, Any]:
    return {"one": one, "first": one.span[0], "last": one.span[1]}


def _names(job: Job) -> str:
    return ", ".join(job.params.get("files") or []) or str(job.params.get("file", ""))


def _is_fresh(job: Job, waiting: list[Upload]) -> bool:
    """Whether a failed import still concerns somebody: its files are still here."""
    return any(upload.upload_id == str(job.params.get("upload")) for upload in waiting)


def _answer(ask: Asked, total: int, found: list[log.Logged], held: int) -> Answer:
    if not total:
        return Answer(message("Nothing has been imported yet."))
    said = by_number(
        total,
        message("1 import has landed."),
        message("{n} imports have landed.", n=ask.format.integer(total)),
    )
    rest: Message | str = message("No row is held back.")
    if held:
        rest = by_number(
            held,
            message("1 row stands in quarantine and waits for you."),
            message("{n} rows stand in quarantine and wait for you.", n=ask.format.integer(held)),
        )
    when = found[0].imported_at if found else None
    last = message("the last one at {when}", when=ask.format.instant(when)) if when else ""
    return Answer(said, last, rest)


def _figures(ask: Asked, total: int, found: list[log.Logged], held: int) -> list[Figure]:
    summary = found[0].summary
    note = message("in the last import")
    return [
        Figure(message("Imports"), ask.format.integer(total)),
        Figure(message("Rows read"), ask.format.integer(summary.read), note),
        Figure(message("New rows"), ask.format.integer(summary.new), note),
        Figure(
            message("Rows in quarantine"),
            ask.format.integer(held),
            message("in all"),
            href="/quarantine",
        ),
    ]


def _next(total: int, held: int) -> list[Step]:
    steps = []
    if held:
        steps.append(Step(message("Look at the rows in quarantine"), "/quarantine"))
    if total:
        steps.append(
            Step(
                message("Look at the overview"),
                "/",
                message("Figures are built by themselves after an import."),
            )
        )
    return steps
