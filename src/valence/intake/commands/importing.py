"""The command that brings files in: `valence import`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from valence.core.errors import BadInputError
from valence.intake.commands.group import Columns, intake, opened
from valence.kit.commands import (
    HERE,
    AsJson,
    BrandFolder,
    print_json,
    say,
    shown_progress,
)
from valence.trust.actor import LOCAL

if TYPE_CHECKING:
    from valence.intake.asking import Typed
    from valence.intake.saying import Said
    from valence.kit.opened import OpenBrand

Files = Annotated[
    list[Path], typer.Argument(help="Files, or folders of files.", show_default=False)
]
DateOrder = Annotated[str, typer.Option("--date", help="Order of all dates: ymd, dmy or mdy.")]
DecimalMark = Annotated[
    str, typer.Option("--decimals", help="Mark of the decimals of all numbers: point or comma.")
]


@intake.command("import", permission="intake:write")
def import_command(  # noqa: PLR0913 - an option each
    files: Files,
    mapping: Annotated[
        Path | None,
        typer.Option(help="A mapping (YAML) for all of them; it is kept.", show_default=False),
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
    from valence.intake import log  # noqa: PLC0415 - loads the engine
    from valence.intake.asking import Typed, in_need  # noqa: PLC0415
    from valence.intake.choosing import NeedsConfirmationError  # noqa: PLC0415
    from valence.intake.importing import import_files  # noqa: PLC0415
    from valence.intake.mapping import load_mapping  # noqa: PLC0415
    from valence.intake.telling import told  # noqa: PLC0415

    said = _said(column, date, decimals, given=mapping is not None)
    typed = Typed(tuple(map(str, files)), said, "" if brand == HERE else str(brand))
    with opened(brand) as house:
        read_by = load_mapping(mapping) if mapping else None
        if read_by is None:
            _settle(house, files, typed, yes=yes)
        try:
            with shown_progress() as progress:
                summary = import_files(
                    house.brand,
                    files,
                    read_by,
                    yes=True,
                    keep=read_by is not None,
                    progress=progress,
                    actor=LOCAL.id,
                    store=house.store,
                )
        except NeedsConfirmationError as unclear:
            raise in_need(unclear, typed) from unclear
    if as_json:
        print_json(log.as_json(summary))
        return
    told(summary, house.brand)


def _said(column: list[str] | None, date: str, decimals: str, *, given: bool) -> Said:
    """Return what the options say of the columns of files."""
    from valence.intake.saying import Said, parsed_columns  # noqa: PLC0415

    if date not in {"", "ymd", "dmy", "mdy"}:
        raise BadInputError(
            "{given!r} is no order of dates. Say ymd, dmy or mdy with `--date`.", given=date
        )
    if decimals not in {"", "point", "comma"}:
        raise BadInputError(
            "{given!r} is no mark of decimals. Say point or comma with `--decimals`.",
            given=decimals,
        )
    said = Said(parsed_columns(column or []), date, decimals)
    if said and given:
        raise BadInputError(
            "`--mapping` says all of the columns: write what `--column`, `--date` or `--decimals` "
            "say into that file, or leave it away."
        )
    return said


def _settle(house: OpenBrand, files: Sequence[Path], typed: Typed, *, yes: bool) -> None:
    """Have every mapping confirmed that nobody has confirmed before."""
    from valence.intake import confirming  # noqa: PLC0415 - loads the engine
    from valence.intake.asking import at_path, confirmed  # noqa: PLC0415
    from valence.intake.looking import look  # noqa: PLC0415
    from valence.intake.opening import files_of  # noqa: PLC0415

    said = typed.said
    if yes and not said:
        return  # the import itself refuses what is not clear
    paths = files_of(files)[0]
    for path in paths:
        seen = at_path(look(house.brand, path, said=said), path)
        if seen.mapping is None and len(paths) > 1:
            continue  # the import passes it over and says so
        known = seen.origin in {"kept", "ready"}
        if known and not said:
            continue  # the summary says by what it was read
        if (yes or known) and seen.mapping is not None and not seen.open_questions:
            for warning in seen.warnings:
                say(warning)
            confirming.keep(house.brand, seen, seen.mapping)
            continue
        confirming.keep(house.brand, seen, confirmed(seen, path=path, typed=typed))
