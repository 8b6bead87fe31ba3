"""Exports: a table as CSV or Parquet, streamed in batches, safe to open in a spreadsheet."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Full, Queue
from typing import Any, Literal
from urllib.parse import quote

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from fastapi.responses import StreamingResponse

from valence.core.errors import BadInputError

Format = Literal["csv", "excel", "parquet"]
FORMATS: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "excel": "text/csv; charset=utf-8",  # CSV with a byte order mark: Excel then reads UTF-8
    "parquet": "application/vnd.apache.parquet",
}
BOM = b"\xef\xbb\xbf"
# A spreadsheet runs a text that begins so as a formula (OWASP, CSV injection).
_FORMULA = r"^[=+\-@\t\r\n＝＋－＠]"
_BATCH = 50_000
_MADE = 20_000  # rows of a batch to which columns are added: the download begins sooner


@dataclass(frozen=True, slots=True)
class Beside:
    """Columns of text that no query gives: made of a column, batch by batch, and put behind it."""

    column: str
    names: tuple[str, ...]
    made: Callable[[pa.Array], Sequence[pa.Array]]

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """Return the schema with the columns."""
        at = schema.get_field_index(self.column) + 1
        fields = [pa.field(name, pa.string()) for name in self.names]
        return pa.schema([*list(schema)[:at], *fields, *list(schema)[at:]])

    def batch(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch with the columns."""
        at = batch.schema.get_field_index(self.column) + 1
        columns = [*batch.columns[:at], *self.made(batch.column(at - 1)), *batch.columns[at:]]
        return pa.RecordBatch.from_arrays(columns, schema=self.schema(batch.schema))


def export(
    reader: Any,
    table: ir.Table,
    how: str,
    *,
    name: str,
    titles: Mapping[str, str],
    units: Mapping[str, str] | None = None,
    beside: Beside | None = None,
) -> StreamingResponse:
    """Return the whole table as a download, in its order.

    Parameters
    ----------
    reader
        Has `batches(expression, size)`, as the lake's reader.
    how
        `csv` (column names as in the API), `excel` (titles in the reader's language), `parquet`.
    name
        File name without its ending.
    titles
        Titles of the columns, by name.
    units
        Units of the columns that have one, by name: in Parquet they stand with the column.
    beside
        Columns to be added.

    Raises
    ------
    BadInputError
        If there is no such format.
    """
    if how not in FORMATS:
        raise BadInputError(
            "{how!r} is not a format of export: take one of {known}.",
            how=how,
            known=", ".join(FORMATS),
        )
    schema = table.schema().to_pyarrow()
    batches = apart(lambda: _batches(reader, table, beside))
    schema = schema if beside is None else beside.schema(schema)
    if how == "parquet":
        body = parquet(batches, _with_units(schema, units or {}))
    else:
        headers = [titles.get(c, c) for c in schema.names] if how == "excel" else schema.names
        body = csv(batches, headers, bom=how == "excel")
    ending = "parquet" if how == "parquet" else "csv"
    disposition = f"attachment; filename*=UTF-8''{quote(f'{name}.{ending}')}"
    return StreamingResponse(
        body, media_type=FORMATS[how], headers={"Content-Disposition": disposition}
    )


def _batches(reader: Any, table: ir.Table, beside: Beside | None) -> Iterator[pa.RecordBatch]:
    if beside is None:
        return iter(reader.batches(table, _BATCH))
    return map(beside.batch, reader.batches(table, _MADE))


def _with_units(schema: pa.Schema, units: Mapping[str, str]) -> pa.Schema:
    fields = [
        field.with_metadata({"unit": units[field.name]}) if field.name in units else field
        for field in schema
    ]
    return pa.schema(fields)


def apart(make: Callable[[], Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Yield what `make` yields, run in a thread of its own; at most two batches wait.

    A reader's cursor belongs to its thread, and the web asks a stream for each piece from whatever
    thread is free: there the next request would run its query on the cursor of the export.
    """
    hatch = _Hatch()

    def work() -> None:
        try:
            for batch in make():
                if not hatch.put(batch):
                    return
            hatch.put(None)
        except Exception as error:  # noqa: BLE001 - raised again where the stream is read
            hatch.put(error)

    threading.Thread(target=work, name="export", daemon=True).start()
    try:
        while (piece := hatch.pieces.get()) is not None:
            if isinstance(piece, Exception):
                raise piece
            yield piece
    finally:
        hatch.left.set()


class _Hatch:
    """Where one thread hands batches to whoever downloads, until nobody does."""

    def __init__(self) -> None:
        self.pieces: Queue[pa.RecordBatch | Exception | None] = Queue(maxsize=2)
        self.left = threading.Event()

    def put(self, piece: pa.RecordBatch | Exception | None) -> bool:
        """Hand a piece over; False if whoever downloads has gone."""
        while not self.left.is_set():
            try:
                self.pieces.put(piece, timeout=0.2)
            except Full:
                continue
            return True
        return False


def csv(batches: Iterator[pa.RecordBatch], headers: Sequence[str], *, bom: bool) -> Iterator[bytes]:
    """Yield CSV (RFC 4180 quoting, LF) with one header line."""
    head = pa.table([pa.array([guarded(text)]) for text in headers], names=list(map(str, headers)))
    yield (BOM if bom else b"") + _lines(head)
    for batch in batches:
        safe = [guarded_column(column) for column in batch.columns]
        yield _lines(pa.table(safe, names=[str(i) for i in range(len(safe))]))


def guarded(text: str) -> str:
    """Return a text with an apostrophe before it where a spreadsheet would take it as formula."""
    return str(guarded_column(pa.array([text]))[0])


def guarded_column(column: pa.Array) -> pa.Array:
    """Guard the texts of a column; numbers, days and amounts stay as they are."""
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    risky = pc.match_substring_regex(column, _FORMULA)
    return pc.if_else(risky, pc.binary_join_element_wise("'", column, ""), column)


def _lines(table: pa.Table) -> bytes:
    sink = io.BytesIO()
    options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="needed")
    pyarrow.csv.write_csv(table, sink, options)
    return sink.getvalue()


def parquet(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[bytes]:
    """Yield a Parquet file piece by piece: no more than one batch is held in memory."""
    sink = _Pieces()
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))
            yield sink.taken()
    yield sink.taken()


class _Pieces(io.RawIOBase):
    """A file that is handed on as it is written; it knows only where it is."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._at = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._at += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._at

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        joined = b"".join(self._pieces)
        self._pieces.clear()
        return joined
