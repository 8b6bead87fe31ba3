"""Commands of the desk: runs, lineage and jobs, each with `--json`; definitions stand beside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from valence.app.desk.definition_commands import definitions
from valence.app.desk.opened import opened
from valence.app.house import WholeHouse
from valence.core.errors import BadInputError
from valence.jobs import Job, cancel, find, listing, retry
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    Commands,
    print_json,
    print_table,
    say,
)
from valence.trust.actor import LOCAL, authorize

if TYPE_CHECKING:
    from valence.lake.runs import Run

# Without a name its commands stand beside the everyday verbs: `valence runs`.
desk = Commands("", "The house itself.")
jobs = Commands("jobs", "Durable work: what is asked, where it is, how it ended.")
desk.app.add_typer(jobs.app, name="jobs")
desk.app.add_typer(definitions.app, name="definitions")

Limit = Annotated[int, typer.Option(min=1, max=500, help="So many at most.")]
JobId = Annotated[str, typer.Argument(help="Id of the job, or its beginning.")]


@desk.command("runs", permission="house:read")
def runs_command(brand: BrandFolder = HERE, limit: Limit = 20, *, as_json: AsJson = False) -> None:
    """Print the last builds, newest first. Example: valence runs --limit 5 --json."""
    from valence.app.desk.standing import run_log  # noqa: PLC0415 - loads the engines

    with opened(brand) as house:
        found = [_run(run) for run in run_log(house, limit)]
    if as_json:
        print_json(found)
        return
    shown = ("started_at", "status", "as_of", "engine", "seconds", "made", "kept")
    print_table([{name: row[name] for name in shown} for row in found])
    for row in found:
        if row["error"]:
            say(f"{row['started_at']:%Y-%m-%d %H:%M} {row['status']}: {row['error']}")
    if not found:
        say("Nothing has been built yet. Build with `valence build`.")


def _run(run: Run) -> dict[str, Any]:
    from valence.app.desk.standing import fault_of, status_of  # noqa: PLC0415
    from valence.lake.runs import started  # noqa: PLC0415

    fault = fault_of(run)
    kept = sum(mart.mode == "keep" for mart in run.marts)
    return {
        "run_id": run.run_id,
        "started_at": started(run),
        "status": status_of(run),
        "as_of": date.fromisoformat(run.as_of),
        "engine": run.engine,
        "seconds": run.seconds,
        "made": len(run.marts) - kept,
        "kept": kept,
        "error": str(fault) if fault else "",
        "marts": [
            {
                "mart": mart.mart,
                "mode": mart.mode,
                "why": mart.why,
                "rows": mart.rows,
                "seconds": mart.seconds,
            }
            for mart in run.marts
        ],
    }


@desk.command("lineage", permission="house:read")
def lineage_command(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print what rests on what, with rows. Example: valence lineage --json."""
    from valence.app.desk.lineage import lineage  # noqa: PLC0415 - loads the engines

    with opened(brand) as house:
        drawn = lineage(house, house.lake.snapshot().head)
    rows: list[dict[str, Any]] = [
        {
            "name": node.name,
            "what": node.layer,
            "rows": node.rows,
            "made_from": list(node.inputs),
            "used_by": list(node.used_by),
        }
        for node in drawn.nodes.values()
    ]
    if as_json:
        print_json(rows)
        return
    joined = ("made_from", "used_by")
    print_table([{**row, **{name: ", ".join(row[name]) for name in joined}} for row in rows])


@jobs.command("list", permission="jobs:read")
def list_jobs(
    brand: BrandFolder = HERE,
    state: Annotated[list[str] | None, typer.Option(help="Only of this state.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only of this kind.")] = None,
    limit: Limit = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the jobs, newest first. Example: valence jobs list --state failed."""
    with opened(brand) as house, house.store.reading() as view:
        found = listing(view, states=state or (), kinds=kind or (), limit=limit)
    rows = [_job(job) for job in found]
    if as_json:
        print_json(rows)
        return
    shown = ("kind", "state", "created_at", "attempts", "says")
    # The beginning of an id is enough for `show`, `cancel` and `retry`.
    print_table([{"id": str(row["id"])[:18], **{n: row[n] for n in shown}} for row in rows])
    if not rows:
        say("There is no such job.")


@jobs.command("show", permission="jobs:read")
def show_job(job: JobId, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print one job. Example: valence jobs show 0192f0c1."""
    with opened(brand) as house:
        _print_job(_find(house, job), as_json=as_json)


@jobs.command("cancel", permission="jobs:cancel")
def cancel_job(job: JobId, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Cancel a job: at once, or at its next step. Example: valence jobs cancel 0192f0c1."""
    _changed(cancel, job, brand, as_json=as_json)


@jobs.command("retry", permission="jobs:retry")
def retry_job(job: JobId, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Queue a failed or cancelled job again. Example: valence jobs retry 0192f0c1."""
    _changed(retry, job, brand, as_json=as_json)
    if not as_json:
        say("Queued again. A worker runs it: `valence serve`, or `valence worker`.")


def _changed(change: Callable[..., Job], given: str, brand: Path, *, as_json: bool) -> None:
    with opened(brand) as house:
        found = _find(house, given)
        _may(house, found)
        done = house.store.transact(lambda unit: change(unit, found.id, actor=LOCAL.id))
        _print_job(done, as_json=as_json)


def _may(house: WholeHouse, job: Job) -> None:
    for kind in house.job_kinds:
        if kind.name == job.kind:
            authorize(LOCAL, kind.permission)


def _find(house: WholeHouse, given: str) -> Job:
    with house.store.reading() as view:
        try:
            return find(view, UUID(given))
        except ValueError:
            found = [job for job in listing(view, limit=500) if str(job.id).startswith(given)]
    if len(found) == 1:
        return found[0]
    if found:
        raise BadInputError(
            "{n} jobs begin with {given!r}: give more of the id.", n=len(found), given=given
        )
    raise BadInputError(
        "No job begins with {given!r}. `valence jobs list` prints them.", given=given
    )


def _job(job: Job) -> dict[str, Any]:
    said = job.error or (job.step.label if job.step and not job.is_over else "")
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "says": str(said),
        "share": job.step.share if job.step else None,
        "actor": job.actor,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "ended_at": job.ended_at,
        "attempts": job.attempts,
        "max_attempts": job.max_attempts,
        "params": job.params,
        "checkpoint": job.checkpoint,
        "result": job.result,
    }


def _print_job(job: Job, *, as_json: bool) -> None:
    row = _job(job)
    if as_json:
        print_json(row)
        return
    print_table([{"what": name, "value": value} for name, value in row.items() if value != ""])


for _group in (jobs, definitions):
    desk.permissions |= {f"{_group.app.info.name} {k}": v for k, v in _group.permissions.items()}
