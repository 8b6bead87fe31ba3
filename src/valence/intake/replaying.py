"""Replaying: rows from quarantine are imported again, by the mapping that they were read with."""

from __future__ import annotations

import csv
import json
import shutil
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from valence.core.errors import NotFoundError
from valence.core.ids import new_id
from valence.core.messages import message
from valence.core.progress import Progress, Step, silent
from valence.core.settings import Brand
from valence.intake import quarantine
from valence.intake.dialect import DELIMITERS
from valence.intake.importing import import_files
from valence.intake.mapping import FileMapping
from valence.intake.quarantine import Row
from valence.intake.rereading import Again, write_rows
from valence.intake.summary import ImportSummary
from valence.people.keys import Keyring
from valence.store import Store, View


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of it: rows that landed, that are held again, and lines that stay unreadable."""

    landed: int
    again: int
    unread: int
    summaries: tuple[ImportSummary, ...] = ()


def replay(
    brand: Brand,
    store: Store,
    row_ids: Sequence[int],
    *,
    progress: Progress = silent,
    actor: str = "import",
) -> Replayed:
    """Import rows from quarantine again; what lands leaves it, the rest stays with its new reason.

    Raises
    ------
    NotFoundError
        If one of the rows is not there, or none was named.
    BusyError
        If somebody else writes; nothing was changed.
    """
    keyring = Keyring.of(brand)
    progress(Step(message("Opening {n} rows", n=len(row_ids))))
    with store.reading() as view:
        rows = list(quarantine.opened(view, keyring, row_ids))
        if not rows:
            raise NotFoundError("No row in quarantine fits; nothing was replayed.")
        groups, unread = _groups(view, rows)
    folder = brand.data / "scratch" / f"replay-{new_id()}"
    try:
        summaries = tuple(
            import_files(
                brand,
                [write_rows(folder / f"{number}.jsonl", (row.cells for row in group))],
                mapping,
                yes=True,
                progress=progress,
                actor=actor,
                store=store,
                again=_again(group),
            )
            for number, (mapping, group) in enumerate(groups)
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    held = sum(file.quarantined for one in summaries for file in one.files if file.again)
    return Replayed(len(rows) - unread - held, held, unread, summaries)


def _again(rows: Sequence[Row]) -> Again:
    return Again(
        rows[0].file,
        "replayed",
        row_ids=array("q", [row.row_id for row in rows]),
        lines=array("q", [row.line for row in rows]),
    )


def _groups(view: View, rows: Sequence[Row]) -> tuple[list[tuple[FileMapping, list[Row]]], int]:
    """Return the rows of each file and mapping, and how many broken lines could not be read."""
    found: dict[tuple[str, str], list[Row]] = {}
    unread = 0
    for row in rows:
        key = (row.mapping_hash, row.file)
        if set(row.cells) != {""}:
            found.setdefault(key, []).append(row)
        elif cells := _read(row.cells[""] or "", row.header):
            found.setdefault(key, []).append(replace(row, cells=cells))
        else:
            unread += 1
    return [(quarantine.mapping_of(view, key[0]), group) for key, group in found.items()], unread


def _read(line: str, header: Sequence[str]) -> Mapping[str, str | None] | None:
    """Return the cells of a line that was broken and may have been mended since."""
    try:
        told = json.loads(line)
    except ValueError:
        told = None
    if isinstance(told, dict):
        return {name: None if cell is None else str(cell) for name, cell in told.items()}
    for delimiter in DELIMITERS:
        try:
            [cells] = csv.reader([line], delimiter=delimiter, strict=True)
        except (csv.Error, ValueError):
            continue
        if len(cells) == len(header) > 1:
            return {name: cell or None for name, cell in zip(header, cells, strict=True)}
    return None
