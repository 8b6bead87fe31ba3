"""Commands of the desk: runs, lineage, jobs and definitions, each with `--json`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from valence.app.desk.defined import kinds_of, stand_of, text_of
from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError
from valence.definitions import folder as folders
from valence.definitions.folder import Difference
from valence.definitions.versions import Version, heads
from valence.jobs import Job, cancel, find, listing, retry
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    Commands,
    open_brand,
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
definitions = Commands(
    "definitions", "What the brand has defined: list, show, export, diff, apply."
)
desk.app.add_typer(jobs.app, name="jobs")
desk.app.add_typer(definitions.app, name="definitions")

Limit = Annotated[int, typer.Option(min=1, max=500, help="So many at most.")]
JobId = Annotated[str, typer.Argument(help="Id of the job, or its beginning.")]
Folder = Annotated[
    Path | None,
    typer.Argument(help="Folder of the files; by default `definitions` of the brand folder."),
]


STANDS: Mapping[str, str] = {
    "same": "as in the store",
    "new": "new here",
    "default": "the defaults, which hold anyway",
    "changed": "changed here",
    "behind": "changed in the store",
    "moved_on": "changed here and in the store",
    "absent": "in the store only",
}
LISTED = {
    "kind": "kind",
    "name": "name",
    "state": "state",
    "version": "version",
    "effective_from": "in effect from",
    "changed_by": "changed by",
}
DIFFERENCES = {
    "kind": "kind",
    "name": "name",
    "status": "the file is",
    "state_before": "in the store",
    "state_after": "in the file",
    "changes": "what differs",
}


@contextmanager
def _opened(brand: Path) -> Iterator[WholeHouse]:
    house = WholeHouse(open_brand(brand))
    try:
        yield house
    finally:
        house.close()


@desk.command("runs", permission="house:read")
def runs_command(brand: BrandFolder = HERE, limit: Limit = 20, *, as_json: AsJson = False) -> None:
    """Print the last builds, newest first. Example: valence runs --limit 5 --json."""
    from valence.app.desk.standing import run_log  # noqa: PLC0415 - loads the engines

    with _opened(brand) as house:
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

    with _opened(brand) as house:
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
    with _opened(brand) as house, house.store.reading() as view:
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
    with _opened(brand) as house:
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
    with _opened(brand) as house:
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


@definitions.command("list", permission="definitions:read")
def list_definitions(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print every definition, newest version first. Example: valence definitions list."""
    with _opened(brand) as house:
        kinds = list(kinds_of(house))
        with house.store.reading() as view:
            stored = {(version.kind, version.name): version for version in heads(view)}
    named = [*stored, *((k.name, k.name) for k in kinds if k.singleton)]
    rows = [_listed(kind, name, stored.get((kind, name))) for kind, name in sorted(set(named))]
    if as_json:
        print_json(rows)
        return
    print_table(rows, LISTED)


def _listed(kind: str, name: str, version: Version | None) -> dict[str, Any]:
    return {
        "kind": kind,
        "name": name,
        "state": version.state if version else "default",
        "version": version.version if version else None,
        "effective_from": version.effective_from if version else None,
        "changed_by": version.changed_by if version else "",
        "changed_at": version.changed_at if version else None,
    }


@definitions.command("show", permission="definitions:read")
def show_definition(
    kind: Annotated[str, typer.Argument(help="Kind of the definition.")],
    name: Annotated[str, typer.Argument(help="Its name; by default that of the kind.")] = "",
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Print the newest version as YAML. Example: valence definitions show value_tiers."""
    with _opened(brand) as house:
        declared = kinds_of(house)[kind]
        with house.store.reading() as view:
            stand = stand_of(view, declared, name or kind)
    if as_json:
        print_json({**_listed(kind, stand.name, stand.head), "document": stand.document})
        return
    typer.echo(text_of(stand.document), nl=False)


@definitions.command("export", permission="definitions:read")
def export_definitions(
    folder: Folder = None,
    brand: BrandFolder = HERE,
    *,
    overwrite: Annotated[bool, typer.Option(help="Give up changes of the files.")] = False,
    defaults: Annotated[
        bool, typer.Option("--defaults", help="Also files of what nobody set yet, to be edited.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write each definition as a YAML file. Example: valence definitions export --defaults."""
    from valence.app.desk.settings import explained  # noqa: PLC0415

    with _opened(brand) as house:
        target, kinds = folder or house.brand.root / "definitions", kinds_of(house)
        written = folders.export(
            house.store,
            kinds,
            target,
            overwrite=overwrite,
            defaults=explained if defaults else None,
        )
        with house.store.reading() as view:
            held = {version.kind for version in heads(view) if version.kind in kinds}
    if as_json:
        print_json([path.as_posix() for path in written])
        return
    for path in written:
        typer.echo(path.as_posix())
    unset = [] if defaults else sorted(k.name for k in kinds if k.singleton and k.name not in held)
    say(_exported(len(written), len(held), unset))


def _exported(written: int, held: int, unset: list[str]) -> str:
    """Say what an export did, and where the rest is."""
    if written:
        done = "1 file was written" if written == 1 else f"{written} files were written"
        told = [f"{done}; others say what holds already."]
    elif held:
        told = ["No file was written: all say what the store holds."]
    else:
        told = ["No file was written."] if unset else ["No file was written: all are there."]
    if unset:
        told.append(
            f"Nobody set anything of {', '.join(unset)}: the defaults hold. To have them as files "
            "to edit: valence definitions export --defaults"
        )
    elif written:
        told.append("Edit them, then: valence definitions diff, valence definitions apply.")
    return " ".join(told)


@definitions.command("diff", permission="definitions:read")
def diff_definitions(
    folder: Folder = None, brand: BrandFolder = HERE, *, as_json: AsJson = False
) -> None:
    """Print how files stand to the store; 1: they differ. Example: valence definitions diff."""
    with _opened(brand) as house:
        target = folder or house.brand.root / "definitions"
        found = folders.diff(house.store, kinds_of(house), target)
    _print_differences(found, as_json=as_json, full=True)
    if any(one.status not in ("same", "absent", "default") for one in found):
        raise typer.Exit(1)


@definitions.command("apply", permission="definitions:publish")
def apply_definitions(
    folder: Folder = None,
    brand: BrandFolder = HERE,
    note: Annotated[str, typer.Option(help="Why, kept with each version.")] = "",
    *,
    overwrite: Annotated[bool, typer.Option(help="Also over what moved on.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take what the files say, all or nothing. Example: valence definitions apply --note 'Q3'."""
    with _opened(brand) as house:
        target, kinds = folder or house.brand.root / "definitions", kinds_of(house)
        for kind in kinds:
            authorize(LOCAL, kind.permission)
        try:
            found = folders.apply(
                house.store, kinds, target, actor=LOCAL.id, note=note, overwrite=overwrite
            )
        except ConflictError as moved:
            raise ConflictError(
                "Nothing was applied.\n{why}\nTo put yours in its place: --overwrite.",
                why=moved.message,
            ) from moved
        with house.store.reading() as view:
            newest = {(one.kind, one.name): one for one in heads(view)}
        remade = {name for mart in house.marts for name in mart.definitions}
    if as_json:
        _print_differences(found, as_json=True, full=False)
        return
    taken = [newest[one.kind, one.name] for one in found if one.status in folders.TAKEN]
    for version in taken:
        typer.echo(_became(version))
    for line in _left(found):
        say(line)
    if any(version.kind in remade for version in taken if version.state != "draft"):
        say("Next: valence build.")


def _left(found: list[Difference]) -> Iterator[str]:
    """Say what apply did not take although somebody may have thought so."""
    if not any(one.status in folders.TAKEN for one in found):
        yield "Nothing was applied: no file says anything new."
    for one in found:
        if one.status == "behind":
            yield (
                f"{one.kind} {one.name} was left: the store has a newer version. To catch up: "
                "valence definitions export"
            )


def _became(version: Version) -> str:
    """Say what apply made of a definition."""
    what = version.kind if version.name == version.kind else f"{version.kind} {version.name}"
    if version.state == "draft":
        return f"{what}: version {version.version} saved as a draft, which has no effect yet."
    since = version.effective_from
    later = version.state == "published" and since is not None and since > now()
    return f"{what}: version {version.version} {version.state}" + (
        f", in effect from {since:%Y-%m-%d %H:%M} UTC." if later else "."
    )


def _print_differences(found: list[Difference], *, as_json: bool, full: bool) -> None:
    rows = [
        {
            "kind": one.kind,
            "name": one.name,
            "status": one.status,
            "state_before": one.state_before,
            "state_after": one.state_after,
            "changes": [change.path for change in one.changes],
        }
        for one in found
    ]
    if as_json:
        print_json([{**row, **_texts(one)} for row, one in zip(rows, found, strict=True)])
        return
    shown = [
        {
            **row,
            "status": STANDS[one.status],
            **{name: row[name] or "not there" for name in ("state_before", "state_after")},
            "changes": ", ".join(change.path for change in one.changes),
        }
        for row, one in zip(rows, found, strict=True)
    ]
    print_table(shown, DIFFERENCES)
    for one in found if full else ():
        # Where both changed, what each of them changed says more than one against the other.
        typer.echo(str(one.conflict) if one.conflict else one.unified, nl=bool(one.conflict))


def _texts(one: Difference) -> dict[str, str | None]:
    return {"unified": one.unified, "conflict": str(one.conflict) if one.conflict else None}


for _group in (jobs, definitions):
    desk.permissions |= {f"{_group.app.info.name} {k}": v for k, v in _group.permissions.items()}
