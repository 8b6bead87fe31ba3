"""Commands of intake: import, what was imported, mappings, and the quarantine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from valence.core.errors import BadInputError
from valence.intake import confirming, held, log, quarantine
from valence.intake.asking import answered, confirmed, parsed_columns, show
from valence.intake.held import Which
from valence.intake.importing import import_files
from valence.intake.jobs import replay_result
from valence.intake.looking import Look, look
from valence.intake.mapping import load_mapping, mapping_yaml, ready_mappings
from valence.intake.opening import files_of
from valence.intake.quarantine import REASONS
from valence.intake.replaying import replay
from valence.intake.telling import told
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    Commands,
    console,
    open_brand,
    print_json,
    print_table,
    say,
    shown_progress,
)
from valence.kit.opened import OpenBrand
from valence.trust.actor import LOCAL

# Without a name its commands stand beside the everyday verbs: `valence import`.
intake = Commands("", "Files in: what they mean, what landed, what was held back.")
imports = Commands("imports", "The log of imports: what landed when.")
mappings = Commands("mapping", "What the columns of a file mean.")
rows = Commands("quarantine", "Rows that could not land: list, show, replay, export, discard.")
for group in (imports, mappings, rows):
    intake.app.add_typer(group.app, name=group.app.info.name)

Files = Annotated[
    list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="Say what a column is: TARGET=COLUMN, such as net_amount=Total."),
]
DateOrder = Annotated[str, typer.Option("--date", help="Order of all dates: ymd, dmy or mdy.")]
DecimalMark = Annotated[
    str, typer.Option("--decimals", help="Mark of the decimals of all numbers: point or comma.")
]
OfFile = Annotated[str, typer.Option("--file", help="Only rows of this file.")]
OfReason = Annotated[str, typer.Option("--reason", help="Only rows with this reason.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers of rows.", show_default=False)]
OneFile = Annotated[Path, typer.Argument(help="The file.", show_default=False)]


@contextmanager
def _opened(folder: Path) -> Iterator[OpenBrand]:
    opened = OpenBrand(open_brand(folder))
    try:
        yield opened
    finally:
        opened.close()


@intake.command("import", permission="intake:write")
def import_command(  # noqa: PLR0913 - an option each
    files: Files,
    mapping: Annotated[
        Path | None, typer.Option(help="A mapping (YAML) for all of them.", show_default=False)
    ] = None,
    brand: BrandFolder = HERE,
    column: Columns = None,
    date: DateOrder = "",
    decimals: DecimalMark = "",
    *,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take guesses that leave nothing open.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import files; what their columns mean is shown first. Example: valence import orders.csv."""
    if date not in {"", "ymd", "dmy", "mdy"}:
        raise BadInputError(
            "{given!r} is no order of dates. Say ymd, dmy or mdy with `--date`.", given=date
        )
    if decimals not in {"", "point", "comma"}:
        raise BadInputError(
            "{given!r} is no mark of decimals. Say point or comma with `--decimals`.",
            given=decimals,
        )
    said = _Said(parsed_columns(column or []), date, decimals)
    with _opened(brand) as opened:
        given = load_mapping(mapping) if mapping else None
        if given is None:
            _settle(opened, files, said, yes=yes)
        with shown_progress() as progress:
            summary = import_files(
                opened.brand,
                files,
                given,
                yes=True,
                progress=progress,
                actor=LOCAL.id,
                store=opened.store,
            )
    if as_json:
        print_json(log.as_json(summary))
        return
    told(summary, opened.brand)


class _Said(NamedTuple):
    """What the options say of the columns of files."""

    columns: dict[str, str]
    date: str
    decimals: str


def _settle(opened: OpenBrand, files: Sequence[Path], said: _Said, *, yes: bool) -> None:
    """Have every mapping confirmed that nobody has confirmed before."""
    nothing = not any(said)
    if yes and nothing:
        return  # the import itself refuses what is not clear
    paths = files_of(files)[0]
    for path in paths:
        seen = look(opened.brand, path)
        if seen.mapping is None and len(paths) > 1:
            continue  # the import passes it over and says so
        if seen.origin in {"kept", "ready"} and nothing:
            _tell_known(seen)
            continue
        if yes and seen.mapping is not None and not _left(seen, said.columns):
            for warning in seen.warnings:
                say(warning)
            confirming.keep(opened.brand, seen, answered(seen, seen.mapping, *said))
            continue
        mapping = confirmed(seen, said=said.columns, date=said.date, decimals=said.decimals)
        confirming.keep(opened.brand, seen, mapping)


def _left(seen: Look, said: dict[str, str]) -> bool:
    return any(question.about not in said for question in seen.open_questions)


def _tell_known(seen: Look) -> None:
    if sys.stderr.isatty() and seen.mapping:
        how = "as confirmed before" if seen.origin == "kept" else "a form known to Valence"
        say(f"{seen.name}: {seen.mapping.title or seen.mapping.name}, {how}.")


@imports.command("list", permission="intake:read")
def list_imports(
    brand: BrandFolder = HERE,
    limit: Annotated[int, typer.Option(min=1, max=500, help="So many at most.")] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """Print what was imported, newest first. Example: valence imports list --limit 5."""
    with _opened(brand) as opened:
        found = log.imports(opened.readers(), limit=limit)
    if as_json:
        print_json([_logged(one) for one in found])
        return
    print_table(
        [
            {
                "import": one.import_id,
                "at": one.imported_at,
                "files": one.names,
                "read": one.summary.read,
                "new": one.summary.new,
                "updated": one.summary.updated,
                "unchanged": one.summary.unchanged,
                "quarantined": one.summary.quarantined,
            }
            for one in found
        ]
    )
    if not found:
        say("Nothing has been imported yet. Begin with `valence import orders.csv`.")


@imports.command("show", permission="intake:read")
def show_import(
    import_id: Annotated[str, typer.Argument(help="Id of the import, or its beginning.")],
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Print one import with its totals by month. Example: valence imports show 0192f0c1."""
    with _opened(brand) as opened:
        found = log.one_import(opened.readers(), import_id)
    print_json(_logged(found)) if as_json else told(found.summary, opened.brand)


def _logged(one: log.Logged) -> dict[str, Any]:
    return {**log.as_json(one.summary), "imported_at": one.imported_at}


@mappings.command("show", permission="intake:read")
def show_mapping(file: OneFile, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print what columns are taken for, and why. Example: valence mapping show orders.csv."""
    with _opened(brand) as opened:
        seen = look(opened.brand, file)
    if seen.fault is not None:
        raise BadInputError(seen.fault)
    if as_json:
        print_json(_seen(seen))
        return
    show(seen, console(sys.stdout))
    for question in seen.questions:
        say(question.text)
    how = {
        "kept": "Confirmed before: it is taken without asking.",
        "ready": "A form known to Valence: it is taken without asking.",
    }
    say(how.get(seen.origin, f"A guess. Import with `valence import {file}`, or add --yes."))


@mappings.command("guess", permission="intake:read")
def guess_mapping(file: OneFile, brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print a mapping as YAML to change. Example: valence mapping guess orders.csv > m.yaml."""
    with _opened(brand) as opened:
        seen = look(opened.brand, file)
    if seen.mapping is None:
        raise BadInputError(seen.fault or "")
    if as_json:
        print_json(_seen(seen))
        return
    sys.stdout.write(mapping_yaml(seen.mapping))
    for question in seen.open_questions:
        say(question.text)


@mappings.command("list", permission="intake:read")
def list_mappings(brand: BrandFolder = HERE, *, as_json: AsJson = False) -> None:
    """Print the forms of files that need no question. Example: valence mapping list."""
    with _opened(brand) as opened:
        kept = [
            (load_mapping(path), str(path))
            for path in sorted((opened.brand.root / "mappings").glob("*.yaml"))
        ]
    found = [(mapping, "ready") for mapping in ready_mappings()] + kept
    listed = [
        {"name": m.name, "kind": m.kind, "what": m.title, "from": where} for m, where in found
    ]
    print_json(listed) if as_json else print_table(listed)


def _seen(seen: Look) -> dict[str, Any]:
    samples = {column.name: list(column.samples) for column in seen.columns}
    return {
        "file": seen.name,
        "origin": seen.origin,
        "kind": seen.mapping.kind if seen.mapping else None,
        "columns": [
            {
                "column": one.column,
                "target": one.target,
                "confidence": one.confidence,
                "why": str(one.reason),
                "samples": samples[one.column],
            }
            for one in seen.told
        ],
        "unused": list(seen.unused),
        "questions": [
            {
                "about": question.about,
                "text": str(question.text),
                "choices": list(question.choices),
                "better": question.better,
                "must_be_answered": not question.clear,
            }
            for question in seen.questions
        ],
        "mapping": mapping_yaml(seen.mapping) if seen.mapping else None,
    }


@rows.command("list", permission="intake:read")
def list_rows(
    brand: BrandFolder = HERE,
    file: OfFile = "",
    reason: OfReason = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="So many at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Print rows held back, without their values. Example: valence quarantine list --file a.csv."""
    which = _which(file, reason)
    with _opened(brand) as opened, opened.store.reading() as view:
        found = held.listing(view, which, limit=limit)
        total = held.count(view, which)
    listed = [
        {
            "row": row.row_id,
            "file": row.file,
            "line": row.line,
            "column": row.column,
            "reason": row.reason,
            "said": str(row.why),
        }
        for row in found
    ]
    if as_json:
        print_json({"total": total, "rows": listed})
        return
    print_table(listed)
    if not total:
        say("No row is held back.")
        return
    count = "1 row is" if total == 1 else f"{total:,} rows are"
    say(f"{count} held back. See one with `valence quarantine show ROW`.")


@rows.command("show", permission="intake:read")
def show_row(
    row: Annotated[int, typer.Argument(help="Number of the row.")],
    brand: BrandFolder = HERE,
    *,
    as_json: AsJson = False,
) -> None:
    """Print one row with all of its cells. Example: valence quarantine show 12."""
    with _opened(brand) as opened, opened.store.reading() as view:
        head = held.one(view, row)
        found = quarantine.show(view, opened.keyring, row)
    if as_json:
        where = {"row": row, "file": head.file, "line": head.line, "column": head.column}
        print_json({**where, "reason": head.reason, "value": found.value, "cells": found.cells})
        return
    print_table(
        [
            {"column": name or held.LINE, "value": cell, "": "←" if name == head.column else ""}
            for name, cell in found.cells.items()
        ],
        title=f"{head.file}, line {head.line}",
    )
    name = head.column or (held.LINE if set(found.cells) == {""} else "COLUMN")
    say(f"{head.why} Mend and replay: valence quarantine replay {row} --set '{name}=…'.")


@rows.command("replay", permission="intake:write")
def replay_rows(
    row: Numbers = None,
    brand: BrandFolder = HERE,
    file: OfFile = "",
    reason: OfReason = "",
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="COLUMN=VALUE to change first.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="All rows held back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Import rows again. Example: valence quarantine replay 12 --set 'Price=2.55'."""
    which = _meant(row, file, reason, every=every)
    cells = parsed_columns(changes or [])
    with _opened(brand) as opened:
        with opened.store.reading() as view:
            numbers = held.numbers(view, which)
        if cells:
            with opened.store.writing() as unit:
                for number in numbers:
                    held.amend(unit, opened.keyring, number, cells)
        with shown_progress() as progress:
            done = replay(opened.brand, opened.store, numbers, progress=progress, actor=LOCAL.id)
    if as_json:
        print_json(replay_result(done))
        return
    print_table([replay_result(done) | {"imports": ", ".join(replay_result(done)["imports"])}])
    say("Next: valence quarantine list." if done.again + done.unread else "Next: valence build.")


@rows.command("export", permission="intake:read")
def export_rows(
    brand: BrandFolder = HERE, file: OfFile = "", reason: OfReason = "", *, as_json: AsJson = False
) -> None:
    """Print rows as CSV to be mended and imported. Example: valence quarantine export > fix.csv."""
    which = _which(file, reason)
    with _opened(brand) as opened:
        if as_json:
            with opened.store.reading() as view:
                numbers = held.numbers(view, which)
                found = [quarantine.show(view, opened.keyring, number) for number in numbers]
            print_json([dict(one.cells) for one in found])
            return
        for line in held.as_csv(opened.store, opened.keyring, which):
            sys.stdout.write(line)
        if left := held.broken(opened.store, opened.keyring, which):
            count = "1 broken line was" if left == 1 else f"{left:,} broken lines were"
            say(f"{count} left out: the cells cannot be told apart.")


@rows.command("discard", permission="intake:write")
def discard_rows(
    why: Annotated[str, typer.Option("--why", help="Why they may go; it is kept.")],
    row: Numbers = None,
    brand: BrandFolder = HERE,
    file: OfFile = "",
    reason: OfReason = "",
    *,
    every: Annotated[bool, typer.Option("--all", help="All rows held back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Throw rows away for good. Example: valence quarantine discard 12 --why 'a test order'."""
    which = _meant(row, file, reason, every=every)
    with _opened(brand) as opened:
        gone = opened.store.transact(
            lambda unit: held.discard(unit, held.numbers(unit, which), why=why, actor=LOCAL.id)
        )
    if as_json:
        print_json({"discarded": gone})
        return
    say("1 row was thrown away." if gone == 1 else f"{gone:,} rows were thrown away.")


def _meant(row: list[int] | None, file: str, reason: str, *, every: bool) -> Which:
    if not (row or file or reason or every):
        raise BadInputError("Say which rows: their numbers, `--file`, `--reason`, or `--all`.")
    found = _which(file, reason)
    return Which(found.file, found.reason, rows=tuple(row or ()))


def _which(file: str, reason: str) -> Which:
    if reason and reason not in REASONS:
        raise BadInputError(
            "There is no reason {given!r}. Known are: {names}.",
            given=reason,
            names=", ".join(REASONS),
        )
    return Which(file, reason)
