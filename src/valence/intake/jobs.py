"""Imports and replays as durable work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from valence.core.messages import message
from valence.intake.held import Which, numbers
from valence.intake.importing import import_files
from valence.intake.log import to_keep
from valence.intake.replaying import Replayed, replay
from valence.intake.uploads import Upload, Uploads
from valence.jobs import Context, Job, JobKind, enqueue, retry
from valence.kit.opened import OpenBrand
from valence.store import Unit

IMPORT, REPLAY = "intake.import", "intake.replay"
TRIES = 8  # somebody else may hold the lake's lease: a build, an import from the command line


class ImportParams(BaseModel):
    """Which upload is imported."""

    model_config = ConfigDict(extra="forbid")

    upload: UUID = Field(description="The upload whose files are imported together.")
    files: list[str] = Field([], description="Their names, for whoever looks at the job.")


class ReplayParams(BaseModel):
    """Which rows of the quarantine are imported again; nothing means all of them."""

    model_config = ConfigDict(extra="forbid")

    rows: list[int] = Field([], description="Their numbers.")
    file: str = Field("", description="Only rows of this file.")
    reason: str = Field("", description="Only rows with this reason.")
    column: str = Field("", description="Only rows with this column at fault.")

    @property
    def which(self) -> Which:
        """The rows that are meant."""
        return Which(self.file, self.reason, self.column, tuple(self.rows))


def job_kinds(opened: OpenBrand) -> list[JobKind[Any]]:
    """Return the kinds of jobs of intake."""
    return [import_kind(opened), replay_kind(opened)]


def import_kind(opened: OpenBrand) -> JobKind[ImportParams]:
    """Return the kind of job that imports an upload."""

    def run(params: ImportParams, context: Context) -> dict[str, Any]:
        return _import(opened, params, context)

    return JobKind(
        IMPORT,
        message("Import files"),
        "intake:write",
        ImportParams,
        run,
        max_attempts=TRIES,
        one_at_a_time=lambda _params: "intake",
    )


def replay_kind(opened: OpenBrand) -> JobKind[ReplayParams]:
    """Return the kind of job that imports rows of the quarantine again."""

    def run(params: ReplayParams, context: Context) -> dict[str, Any]:
        return _replay(opened, params, context)

    return JobKind(
        REPLAY,
        message("Replay rows from quarantine"),
        "intake:write",
        ReplayParams,
        run,
        max_attempts=TRIES,
        one_at_a_time=lambda _params: "intake",
    )


def ask_for_import(opened: OpenBrand, unit: Unit, upload: Upload, *, actor: str) -> Job:
    """Ask for the import of an upload; asking twice is asking once, or again if it failed."""
    names = [file.name for file in upload.files]
    params = ImportParams(upload=UUID(upload.upload_id), files=names)
    key = f"{upload.upload_id}:{'/'.join(names)}"
    job = enqueue(unit, import_kind(opened), params, actor=actor, idempotency_key=key)
    return retry(unit, job.id, actor=actor) if job.state in {"failed", "cancelled"} else job


def ask_for_replay(
    opened: OpenBrand, unit: Unit, params: ReplayParams, *, actor: str, key: str | None = None
) -> Job:
    """Ask for a replay; the same `key` asks once."""
    return enqueue(unit, replay_kind(opened), params, actor=actor, idempotency_key=key)


def _import(opened: OpenBrand, params: ImportParams, context: Context) -> dict[str, Any]:
    uploads = Uploads(opened.brand)
    result: dict[str, Any] | None = context.state
    if result is None:
        upload = uploads.get(str(params.upload))
        summary = import_files(
            opened.brand,
            upload.paths,
            yes=True,
            progress=context.progress,
            actor=context.actor,
            store=opened.store,
        )
        known = all(file.skipped or file.kind == "lookup" for file in summary.files)
        # What did not land anew stands in no log of the lake: the job's own page shows it.
        page = f"/imports/jobs/{context.job_id}" if known else f"/imports/{summary.import_id}"
        result = {"page": page, "summary": to_keep(summary)}
        _keep(opened, context, result)
    uploads.remove(str(params.upload))  # files hold personal data: they go once they landed
    return result


def _keep(opened: OpenBrand, context: Context, result: dict[str, Any]) -> None:
    """Keep what came of it; in a unit of its own, so that a word to stop comes too late for it."""
    opened.store.transact(lambda unit: context.checkpoint(result, unit))


def _replay(opened: OpenBrand, params: ReplayParams, context: Context) -> dict[str, Any]:
    if context.state is not None:
        return dict(context.state)
    with opened.store.reading() as view:
        rows = numbers(view, params.which)
    done = replay(opened.brand, opened.store, rows, progress=context.progress, actor=context.actor)
    result = replay_result(done, f"/imports/jobs/{context.job_id}")
    _keep(opened, context, result)
    return result


def replay_result(done: Replayed, page: str = "") -> dict[str, Any]:
    """Return what came of a replay in JSON's types."""
    told: dict[str, Any] = {
        "landed": done.landed,
        "again": done.again,
        "unread": done.unread,
        "imports": [summary.import_id for summary in done.summaries],
    }
    return {"page": page, **told} if page else told
