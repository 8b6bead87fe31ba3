"""The groups of intake's commands, and what their options are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from valence.kit.commands import Commands, open_brand
from valence.kit.opened import OpenBrand

# Without a name its commands stand beside the everyday verbs: `valence import`.
intake = Commands("", "Files in: what they mean, what landed, what was held back.")
imports = Commands("imports", "The log of imports: what landed when.")
mappings = Commands("mapping", "What the columns of a file mean.")
rows = Commands("quarantine", "Rows that could not land: list, show, replay, export, discard.")
for group in (imports, mappings, rows):
    intake.app.add_typer(group.app, name=group.app.info.name)

OneFile = Annotated[Path, typer.Argument(help="The file.", show_default=False)]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", help="Say what a column is: TARGET=COLUMN, such as net_amount=Total."),
]


@contextmanager
def opened(folder: Path) -> Iterator[OpenBrand]:
    """Open a brand for one command."""
    brand = OpenBrand(open_brand(folder))
    try:
        yield brand
    finally:
        brand.close()
