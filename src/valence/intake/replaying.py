"""Replaying: rows from quarantine are imported again, by the mapping that they were read with."""

from __future__ import annotations

import csv
import json
import secrets
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

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
from valence.intake.summary import ImportSummary
from valence.intake.tables import quarantined_rows
from valence.people.keys import Keyring
from valence.store import Store, View

_ROWS = quarantined_rows.c


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
        rows = [quarantine.show(view, keyring, row_id) for row_id in row_ids]
        if not rows:
            raise NotFoundError("No row in quarantine fits; nothing was replayed.")
        groups, unread = _groups(view, rows)
    folder = brand.data / "scratch" / f"replay-{new_id()}"
    summaries: list[ImportSummary] = []
    again = 0
    try:
        for mapping, group in groups:
            place = folder / str(len(summaries))
            path = _write(place / f"{Path(group[0].file).stem} (replayed rows).jsonl", group)
            summaries.append(
                import_files(
                    brand,
                    [path],
                    mapping,
                    yes=True,
                    progress=progress,
                    actor=actor,
                    store=store,
                    replacing=[row.row_id for row in group],
                )
            )
            again += _keep_place(store, group, summaries[-1])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Replayed(len(rows) - unread - again, again, unread, tuple(summaries))


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


def _write(path: Path, rows: Sequence[Row]) -> Path:
    """Write rows as JSON lines: every cell stands as it was, with no dialect to be guessed."""
    path.parent.mkdir(parents=True)
    lines = [json.dumps(dict(row.cells), ensure_ascii=False) for row in rows]
    # The same bytes would count as imported before; blanks behind a line change the bytes only.
    lines[0] += "".join(secrets.choice(" \t") for _ in range(64))
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _keep_place(store: Store, rows: Sequence[Row], summary: ImportSummary) -> int:
    """Let what is held again stand at its place in its own file; return how many that are."""
    if not summary.quarantined:
        return 0
    with store.writing() as unit:
        asked = sa.select(_ROWS.row_id, _ROWS.line).where(_ROWS.import_id == summary.import_id)
        again = unit.rows(asked)
        for one in again:
            before = rows[one["line"] - 1]
            unit.execute(
                sa.update(quarantined_rows)
                .where(_ROWS.row_id == one["row_id"])
                .values(file=before.file, line=before.line)
            )
    return len(again)
