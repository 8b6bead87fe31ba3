"""Files of texts: CSV, Excel, JSON lines, Parquet and plain text, read as a table and written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from valence.core.errors import BadInputError, NotFoundError, did_you_mean

_LOOK = 65_536  # signs by which the separator of a CSV is told
_ENCODINGS = ("utf-8-sig", "gb18030", "latin-1")


def read_texts(path: Path, column: str) -> pa.Table:
    """Return a file as a table that has the named column.

    Parameters
    ----------
    path
        A file whose name ends in csv, tsv, xlsx, xls, xlsb, ods, jsonl, ndjson, json, parquet or
        txt (one text a line, in the column `text`).
    column
        The column that holds the texts.

    Raises
    ------
    NotFoundError
        If there is no such file.
    BadInputError
        If it cannot be read, is of another kind, or has no such column.
    """
    if not path.is_file():
        raise NotFoundError("There is no file {path}.", path=str(path))
    ending = path.suffix.lower().lstrip(".")
    if ending not in _READERS:
        raise BadInputError(
            "{file} is of a kind that is not read. Give one of: {known}.",
            file=path.name,
            known=", ".join(_READERS),
        )
    try:
        table = _READERS[ending](path)
    except (pa.ArrowException, ValueError, OSError, csv.Error) as wrong:
        raise BadInputError(
            "{file} cannot be read as {kind}: {why}.",
            file=path.name,
            kind=ending,
            why=str(wrong).partition("\n")[0].rstrip("."),
        ) from wrong
    if column not in table.column_names:
        raise BadInputError(
            "{file} has no column {column!r}. {fix}",
            file=path.name,
            column=column,
            fix=did_you_mean(column, table.column_names),
        )
    return table


def write_texts(table: pa.Table, path: Path) -> None:
    """Write a table as CSV, JSON lines or Parquet, by the ending of the name.

    Raises
    ------
    BadInputError
        If the name ends in nothing of these.
    """
    ending = path.suffix.lower().lstrip(".")
    if ending == "parquet":
        pq.write_table(table, path, compression="zstd")
    elif ending == "csv":
        from valence.kit.export import csv as as_csv  # noqa: PLC0415 - loads the web

        with path.open("wb") as out:
            out.writelines(as_csv(iter(table.to_batches()), table.column_names, bom=False))
    elif ending in ("jsonl", "ndjson"):
        with path.open("w", encoding="utf-8") as lines:
            for batch in table.to_batches(10_000):
                for row in batch.to_pylist():
                    lines.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
    else:
        raise BadInputError(
            "{file} is of a kind that is not written. Let its name end in csv, jsonl or parquet.",
            file=path.name,
        )


def _csv(path: Path) -> pa.Table:
    text = _decoded(path.read_bytes())
    separator = _separator(text[:_LOOK], path)
    csv.field_size_limit(1 << 30)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    return _table(next(rows, []), rows)


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("its characters are in no encoding that is known")


def _separator(head: str, path: Path) -> str:
    if path.suffix.lower() == ".tsv":
        return "\t"
    first = head.partition("\n")[0]
    return max(",;\t|", key=first.count)


def _text(path: Path) -> pa.Table:
    lines = _decoded(path.read_bytes()).splitlines()
    return pa.table({"text": pa.array(lines, pa.string())})


def _json_lines(path: Path) -> pa.Table:
    rows = [json.loads(line) for line in path.read_text("utf-8-sig").splitlines() if line.strip()]
    return _objects(rows)


def _json(path: Path) -> pa.Table:
    held = json.loads(path.read_text("utf-8-sig"))
    return _objects(held if isinstance(held, list) else [held])


def _objects(rows: Sequence[Any]) -> pa.Table:
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError("each entry must be an object with named values")
    names = list(dict.fromkeys(name for row in rows for name in row))
    return _table(names, ([row.get(name) for name in names] for row in rows))


def _excel(path: Path) -> pa.Table:
    from python_calamine import (  # noqa: PLC0415 - only workbooks need it
        CalamineError,
        CalamineWorkbook,
    )

    try:
        sheet = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    except CalamineError as wrong:
        raise ValueError(str(wrong)) from wrong
    rows = iter(sheet.to_python(skip_empty_area=True))
    return _table([str(cell) for cell in next(rows, [])], rows)


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Columns of text; a row that is too short is filled, one that is too long is cut."""
    columns: list[list[str | None]] = [[] for _ in names]
    for row in rows:
        for place, held in enumerate(columns):
            value = row[place] if place < len(row) else None
            held.append(None if value is None or value == "" else _written(value))
    kept = {name: pa.array(held, pa.string()) for name, held in zip(names, columns, strict=True)}
    return pa.table(kept)


def _written(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return text.encode("utf-8", "replace").decode("utf-8")


def _parquet(path: Path) -> pa.Table:
    table = pq.read_table(path)
    plain = [
        field.with_type(pa.string()) if pa.types.is_large_string(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(plain))


_READERS: dict[str, Callable[[Path], pa.Table]] = {
    "csv": _csv, "tsv": _csv, "xlsx": _excel, "xls": _excel, "xlsb": _excel, "ods": _excel,
    "jsonl": _json_lines, "ndjson": _json_lines, "json": _json, "parquet": _parquet, "txt": _text,
}  # fmt: skip
