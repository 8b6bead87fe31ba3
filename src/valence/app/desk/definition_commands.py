"""Commands of definitions: list, show, export, diff and apply, each with `--json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from valence.app.desk.defined import kinds_of, stand_of, text_of
from valence.app.desk.opened import opened
from valence.core.clock import now
from valence.core.errors import ConflictError
from valence.definitions import folder as folders
from valence.definitions.folder import Difference
from valence.definitions.versions import Version, heads
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

definitions = Commands(
    "definitions", "What the brand has defined: list, show, export, diff, apply."
)

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


@definitions.command("list", permission="definitions:read")
def list_definitions(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print every definition, newest version first. Example: valence definitions list."""
    with opened(brand) as house:
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
    with opened(brand) as house:
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

    with opened(brand) as house:
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
    with opened(brand) as house:
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
    with opened(brand) as house:
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
