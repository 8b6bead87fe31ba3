"""Rows that could not land: `valence quarantine list|show|replay|export|discard`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from valence.core.errors import BadInputError
from valence.intake.commands.group import opened, rows
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    print_json,
    print_table,
    say,
    shown_progress,
)
from valence.trust.actor import LOCAL

if TYPE_CHECKING:
    from valence.intake.held import Which

OfFile = Annotated[str, typer.Option("--file", help="Only rows of this file.")]
OfReason = Annotated[str, typer.Option("--reason", help="Only rows with this reason.")]
Numbers = Annotated[list[int] | None, typer.Argument(help="Numbers of rows.", show_default=False)]


@rows.command("list", permission="intake:read")
def list_rows(
    brand: BrandFolder = HERE,
    file: OfFile = "",
    reason: OfReason = "",
    limit: Annotated[int, typer.Option(min=1, max=5000, help="So many at most.")] = 50,
    *,
    as_json: AsJson = False,
) -> None:
    """Print rows held back, each with what is at fault. Example: valence quarantine list.

    Values that may be personal are masked; `valence quarantine show` opens a row.
    """
    from valence.intake import held  # noqa: PLC0415 - loads the store
    from valence.intake.glances import glances  # noqa: PLC0415

    which = _which(file, reason)
    with opened(brand) as house, house.store.reading() as view:
        found = held.listing(view, which, limit=limit)
        total = held.count(view, which)
        values = glances(view, house.keyring, found)
    listed = [
        {
            "row": row.row_id,
            "file": row.file,
            "line": row.line,
            "column": row.column,
            "value": values[row.row_id] or None,
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
    from valence.intake import held  # noqa: PLC0415 - loads the store
    from valence.intake.seen import row_seen  # noqa: PLC0415

    with opened(brand) as house:
        found = row_seen(house.store, house.keyring, LOCAL, row)
        with house.store.reading() as view:
            head = held.one(view, row)
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
    from valence.intake import held  # noqa: PLC0415 - loads the engine
    from valence.intake.jobs import replay_result  # noqa: PLC0415
    from valence.intake.replaying import replay  # noqa: PLC0415
    from valence.intake.saying import parsed_columns  # noqa: PLC0415

    which = _meant(row, file, reason, every=every)
    cells = parsed_columns(changes or [])
    with opened(brand) as house:
        with house.store.reading() as view:
            numbers = held.numbers(view, which)
        if cells:
            with house.store.writing() as unit:
                for number in numbers:
                    held.amend(unit, house.keyring, number, cells)
        with shown_progress() as progress:
            done = replay(house.brand, house.store, numbers, progress=progress, actor=LOCAL.id)
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
    from valence.intake import held, quarantine  # noqa: PLC0415 - loads the store
    from valence.intake.seen import rows_seen  # noqa: PLC0415

    which = _which(file, reason)
    with opened(brand) as house:
        lines = rows_seen(house.store, house.keyring, LOCAL, which)
        if as_json:
            with house.store.reading() as view:
                numbers = held.numbers(view, which)
                found = [quarantine.show(view, house.keyring, number) for number in numbers]
            print_json([dict(one.cells) for one in found])
            return
        for line in lines:
            sys.stdout.write(line)
        if left := held.broken(house.store, house.keyring, which):
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
    from valence.intake import held  # noqa: PLC0415 - loads the store

    which = _meant(row, file, reason, every=every)
    with opened(brand) as house:
        gone = house.store.transact(
            lambda unit: held.discard(unit, held.numbers(unit, which), why=why, actor=LOCAL.id)
        )
    if as_json:
        print_json({"discarded": gone})
        return
    say("1 row was thrown away." if gone == 1 else f"{gone:,} rows were thrown away.")


def _meant(row: list[int] | None, file: str, reason: str, *, every: bool) -> Which:
    if not (row or file or reason or every):
        raise BadInputError("Say which rows: their numbers, `--file`, `--reason`, or `--all`.")
    from valence.intake.held import Which  # noqa: PLC0415

    found = _which(file, reason)
    return Which(found.file, found.reason, rows=tuple(row or ()))


def _which(file: str, reason: str) -> Which:
    from valence.intake.held import Which  # noqa: PLC0415
    from valence.intake.quarantine import REASONS  # noqa: PLC0415

    if reason and reason not in REASONS:
        raise BadInputError(
            "There is no reason {given!r}. Known are: {names}.",
            given=reason,
            names=", ".join(REASONS),
        )
    return Which(file, reason)
