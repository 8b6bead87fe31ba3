"""Excel sheets, read row by row into a scratch Parquet file of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from valence.core import ids
from valence.core.errors import BadInputError, did_you_mean
from valence.intake.dialect import distinct_names

_ROWS = 20_000
_LOOK = 50


@dataclass(frozen=True, slots=True)
class Book:
    """One sheet of a workbook, as a Parquet file of text."""

    parquet: Path
    names: tuple[str, ...]
    sheet: str
    sheets: tuple[str, ...]
    first_line: int


def extract(path: Path, scratch: Path, *, file: str, sheet: str = "") -> Book:
    """Return a sheet as text: the named one, else the first that holds a table.

    Raises
    ------
    BadInputError
        If the workbook cannot be opened, has no such sheet, or no sheet holds anything.
    """
    try:
        book = CalamineWorkbook.from_path(path)
    except (CalamineError, OSError) as wrong:
        raise BadInputError(
            "{file} cannot be opened as an Excel workbook: {why}. It may be cut off or protected "
            "by a password; save it again without one.",
            file=file,
            why=str(wrong),
        ) from wrong
    sheets = tuple(book.sheet_names)
    if sheet and sheet not in sheets:
        raise BadInputError(
            "{file} has no sheet {sheet!r}. {fix}",
            file=file,
            sheet=sheet,
            fix=did_you_mean(sheet, sheets),
        )
    for name in (sheet,) if sheet else sheets:
        rows = enumerate(book.get_sheet_by_name(name).iter_rows(), start=1)
        head = list(islice(((n, [_text(cell) for cell in row]) for n, row in rows), _LOOK))
        width = max((sum(cell is not None for cell in row) for _, row in head), default=0)
        if not width:
            continue
        at = next(
            i
            for i, (_, row) in enumerate(head)
            if sum(cell is not None for cell in row) >= max(1, width - 1)
        )
        line, header = head[at]
        names = distinct_names([cell or "" for cell in header])
        rest = chain((row for _, row in head[at + 1 :]), ([_text(c) for c in r] for _, r in rows))
        scratch.mkdir(parents=True, exist_ok=True)
        target = scratch / f"{ids.new_id()}.parquet"
        _write(target, names, rest)
        return Book(target, names, name, sheets, line + 1)
    raise BadInputError("{file} has no sheet that holds anything.", file=file)


def _write(target: Path, names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> None:
    schema = pa.schema([pa.field(name, pa.string()) for name in names])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for block in _blocks(rows):
            columns = [
                pa.array([row[i] if i < len(row) else None for row in block], pa.string())
                for i in range(len(names))
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _blocks(rows: Iterable[Sequence[str | None]]) -> Iterator[list[Sequence[str | None]]]:
    stream = iter(rows)
    while block := list(islice(stream, _ROWS)):
        yield block


def _text(cell: object) -> str | None:  # noqa: PLR0911 - one return for each kind of cell
    """Return a cell as a CSV would show it: whole numbers without a point, dates as ISO."""
    match cell:
        case None | "":
            return None
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float():
            return repr(cell)
        case datetime():
            whole_day = cell.time() == time(0)
            return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell)
