"""Quarantine: rows that could not land, sealed, with file, line, column, value and reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256
from heapq import merge
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import NotFoundError
from valence.core.messages import Message, message
from valence.intake.lines import lines_at, lines_of, record_lines
from valence.intake.mapping import FileMapping, mapping_yaml, read_mapping
from valence.intake.staging import Staged
from valence.intake.tables import quarantine_mappings, quarantined_rows
from valence.lake.workbench import Workbench
from valence.people.keys import Keyring
from valence.people.rows import batches
from valence.people.sealing import Seal
from valence.store import Store, Unit, View

BLOCK = 5_000  # rows that are in memory at once
_PLACE = b"quarantine"
_WAITING = pa.schema([("row_id", pa.int64()), ("order_id", pa.string())])

REASONS: Mapping[str, Message] = {
    "no amount": message("The value cannot be read as an amount."),
    "no number": message("The value cannot be read as a number."),
    "no day": message("The value cannot be read as a day."),
    "unreadable": message("The value cannot be read as what the column holds."),
    "missing": message(
        "The value is missing, and a row needs it. Words such as NaN, NULL or n/a are none."
    ),
    "future": message("The date lies in the future."),
    "sentinel": message("The date is before 1970: it stands for no date."),
    "too large": message(
        "The number is too large: an amount has at most 14 digits before the decimal mark."
    ),
    "off scale": message(
        "The score lies outside its scale. NPS goes from 0 to 10, other scores from the first to "
        "the last of the scale that the file names."
    ),
    "no rate": message(
        "No exchange rate of that day or an earlier one is known. The row lands by itself with a "
        "file of rates (day, from, to, rate)."
    ),
    "unknown order": message(
        "The order is not known yet, so neither its date nor its customer. The row lands by "
        "itself with the file of orders."
    ),
    "broken": message("The line is no JSON object."),
    "MISSING COLUMNS": message("The row has fewer cells than the header."),
    "TOO MANY COLUMNS": message("The row has more cells than the header."),
    "UNQUOTED VALUE": message("A quote is opened and not closed, or closed in the middle."),
    "LINE SIZE OVER MAXIMUM": message("The line is longer than 2 MB."),
    "INVALID ENCODING": message("The row has bytes that are no text in the file's encoding."),
    "CUT OFF": message("The file ends in the middle of this row: it may have been cut off."),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One row that could not land, before it is sealed."""

    file: str
    line: int
    column: str
    value: str | None
    reason: str  # a key of REASONS
    raw: str  # the row: JSON of its cells, or the line as it stood
    mapping: FileMapping
    order_id: str | None = None
    header: tuple[str, ...] = ()  # of a line whose cells nobody can tell apart


@dataclass(frozen=True, slots=True)
class Row:
    """One row in quarantine, opened."""

    row_id: int
    file: str
    line: int
    column: str
    value: str | None
    reason: Message
    kind: str
    namespace: str
    mapping_hash: str
    cells: Mapping[str, str | None]  # as in the file; a broken line stands under the name ""
    header: tuple[str, ...] = ()  # what the cells of a broken line would be called


def held(bench: Workbench, staged: Staged) -> Iterator[Held]:
    """Yield the rows of a staged file that cannot land, in the order of the file.

    However many they are, some thousands are in memory at once; the workbench may be used between.
    """
    return merge(_rejected(bench, staged), _refused(bench, staged), key=lambda one: one.line)


def hold(
    unit: Unit, keyring: Keyring, import_id: str, rows: Sequence[Held], leaving: Sequence[int] = ()
) -> None:
    """Write rows to the store; they show once their import is published (see `heal`).

    What stands there already is not written again, but for rows that are `leaving`.
    """
    seal, generation = _seal(keyring), keyring.generation
    mappings = {id(one.mapping): one.mapping for one in rows}
    for mapping in mappings.values():
        _keep_mapping(unit, mapping)
    hashes = {key: mapping_hash(mapping) for key, mapping in mappings.items()}
    content_key = keyring.wrapping_key(1)
    at = now()
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        values = [
            {
                "import_id": import_id,
                "landed": False,
                "file": one.file,
                "line": one.line,
                "source_column": one.column,
                "reason": one.reason,
                "kind": one.mapping.kind,
                "namespace": one.mapping.namespace,
                "order_id": one.order_id,
                "mapping_hash": hashes[id(one.mapping)],
                "content_hash": _content_hash(content_key, one),
                "generation": generation,
                "sealed": _sealed(seal, one.value, one.raw, one.header),
                "held_at": at,
            }
            for one in block
        ]
        same = unit.rows(
            sa.select(quarantined_rows.c.row_id, quarantined_rows.c.content_hash).where(
                quarantined_rows.c.content_hash.in_([v["content_hash"] for v in values]),
                quarantined_rows.c.landed,
            )
        )
        gone = set(leaving) if same else set()
        known = {row["content_hash"] for row in same if row["row_id"] not in gone}
        fresh = [value for value in values if value["content_hash"] not in known]
        if fresh:
            unit.execute(sa.insert(quarantined_rows), fresh)


def let_go(unit: Unit, import_id: str, row_ids: Sequence[int]) -> None:
    """Note that rows land by an import: they leave once it is published (see `heal`)."""
    for block in _blocks(row_ids):
        unit.execute(
            sa.update(quarantined_rows)
            .where(quarantined_rows.c.row_id.in_(block))
            .values(leaves_by=import_id)
        )


def heal(store: Store, landed: set[str]) -> None:
    """Finish what imports began that were published; undo it for imports that were not.

    Rows that such an import held show or go, rows that it landed go or stay.
    """
    rows = quarantined_rows
    with store.reading() as view:
        come = set(view.scalars(sa.select(rows.c.import_id).where(~rows.c.landed).distinct()))
        asked = sa.select(rows.c.leaves_by).where(rows.c.leaves_by.is_not(None)).distinct()
        go = set(view.scalars(asked))
    if not come and not go:
        return
    with store.writing() as unit:
        for import_id in come | go:
            held, left = rows.c.import_id == import_id, rows.c.leaves_by == import_id
            if import_id in landed:
                unit.execute(sa.update(rows).where(held, ~rows.c.landed).values(landed=True))
                unit.execute(sa.delete(rows).where(left))
            else:
                unit.execute(sa.delete(rows).where(held, ~rows.c.landed))
                unit.execute(sa.update(rows).where(left).values(leaves_by=None))


def waiting_orders(
    view: View, namespace: str, leaving: Sequence[int] = ()
) -> Iterator[pa.RecordBatch]:
    """Yield the orders of a namespace that have a row in quarantine, but for those `leaving`.

    In batches with the one column `order_id`, in which an order may come several times.
    """
    rows = quarantined_rows
    asked = sa.select(rows.c.row_id, rows.c.order_id).where(
        rows.c.namespace == namespace, rows.c.order_id.is_not(None), rows.c.landed
    )
    gone = pa.array(leaving, pa.int64())
    for batch in batches(view, asked, _WAITING):
        stays = pc.invert(pc.is_in(batch["row_id"], value_set=gone))
        yield batch.filter(stays).select(["order_id"])


def counts(view: View) -> list[tuple[str, str, Message, int]]:
    """Return file, column, reason and number of the rows in quarantine, the most first."""
    rows = quarantined_rows
    found = view.rows(
        sa.select(rows.c.file, rows.c.source_column, rows.c.reason, sa.func.count().label("n"))
        .where(rows.c.landed)
        .group_by(rows.c.file, rows.c.source_column, rows.c.reason)
        .order_by(sa.func.count().desc(), rows.c.file, rows.c.source_column)
    )
    return [(row["file"], row["source_column"], REASONS[row["reason"]], row["n"]) for row in found]


def page(
    view: View, keyring: Keyring, *, file: str | None = None, after: int = 0, limit: int = 100
) -> list[Row]:
    """Return rows in quarantine, opened, in the order in which they came in."""
    rows = quarantined_rows
    asked = sa.select(rows).where(rows.c.landed, rows.c.row_id > after)
    if file is not None:
        asked = asked.where(rows.c.file == file)
    return [_opened(row, keyring) for row in view.rows(asked.order_by(rows.c.row_id).limit(limit))]


def show(view: View, keyring: Keyring, row_id: int) -> Row:
    """Return one row in quarantine.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    rows = quarantined_rows
    row = view.row(sa.select(rows).where(rows.c.row_id == row_id, rows.c.landed))
    if row is None:
        raise _not_there(row_id)
    return _opened(row, keyring)


def opened(view: View, keyring: Keyring, row_ids: Sequence[int]) -> Iterator[Row]:
    """Yield rows in quarantine, opened, in the order of their numbers as given."""
    rows = quarantined_rows
    for block in _blocks(row_ids):
        asked = sa.select(rows).where(rows.c.row_id.in_(block), rows.c.landed)
        found = {row["row_id"]: row for row in view.rows(asked)}
        for row_id in block:
            if row_id not in found:
                raise _not_there(row_id)
            yield _opened(found[row_id], keyring)


def amend(unit: Unit, keyring: Keyring, row: Row, value: str | None, raw: str) -> None:
    """Write a row anew, sealed as before: the value at fault, and the row as a whole."""
    sealed = _sealed(_seal(keyring), value, raw, row.header)
    unit.execute(
        sa.update(quarantined_rows)
        .where(quarantined_rows.c.row_id == row.row_id)
        .values(sealed=sealed, generation=keyring.generation)
    )


def mapping_of(view: View, hashed: str) -> FileMapping:
    """Return the mapping with which a row was read."""
    text = view.scalar(
        sa.select(quarantine_mappings.c.document).where(
            quarantine_mappings.c.mapping_hash == hashed
        )
    )
    return read_mapping(str(text), where=hashed)


def remove(unit: Unit, row_ids: Sequence[int]) -> None:
    """Take rows out of quarantine: they landed, or somebody decided against them."""
    for block in _blocks(row_ids):
        unit.execute(sa.delete(quarantined_rows).where(quarantined_rows.c.row_id.in_(block)))


def mapping_hash(mapping: FileMapping) -> str:
    """Return a short hash of a mapping."""
    return sha256(mapping_yaml(mapping).encode()).hexdigest()[:16]


def _refused(bench: Workbench, staged: Staged) -> Iterator[Held]:
    if not staged.bad:
        return
    given = {row[0] for row in bench.rows(f"DESCRIBE {staged.table}")}
    order = "order_id" if "order_id" in given else "NULL"
    refused = f"{staged.table}_refused"
    bench.sql(
        f"CREATE OR REPLACE TEMP TABLE {refused} AS SELECT rowid AS place, _bad, _raw, {order} AS "
        f"order_id FROM {staged.table} WHERE _bad <> 0 ORDER BY place"
    )
    lines = _lines(bench, staged, (row[0] for row in _ranges(bench, refused, "place")))
    rows = _ranges(bench, refused, "_bad, _raw, order_id")
    for line, (bits, raw, order_id) in zip(lines, rows, strict=True):
        yield _one(staged, line, bits, raw, order_id)
    bench.sql(f"DROP TABLE {refused}")


def _ranges(bench: Workbench, table: str, columns: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a table in their order, some thousands read at once."""
    last = bench.rows(f"SELECT max(rowid) FROM {table}")[0][0]
    for start in range(0, -1 if last is None else last + 1, BLOCK):
        yield from bench.rows(
            f"SELECT {columns} FROM {table} WHERE rowid >= {start} AND rowid < {start + BLOCK} "
            "ORDER BY rowid"
        )


def _one(staged: Staged, line: int, bits: int, raw: str, order_id: str | None) -> Held:
    failed = [check for i, check in enumerate(staged.checks) if bits >> i & 1]
    # Of a line that is no record at all nothing else is worth saying.
    check = next((check for check in failed if check.reason == "broken"), failed[0])
    value = raw if check.reason == "broken" else json.loads(raw).get(check.column)
    return Held(
        staged.source.name, line, check.column, value, check.reason, raw, staged.mapping, order_id
    )


def _lines(bench: Workbench, staged: Staged, ordinals: Iterable[int]) -> Iterator[int]:
    source = staged.source
    if source.format == "jsonl":
        return record_lines(source.plain, ordinals)
    if source.dialect is None:
        return (ordinal + source.first_line for ordinal in ordinals)
    at = (row[0] for row in _ranges(bench, f"{staged.table}_rejects", "byte"))
    return lines_of(source.plain, source.dialect, ordinals, at)


def _rejected(bench: Workbench, staged: Staged) -> Iterator[Held]:
    if not staged.rejected:
        return
    source, rejects = staged.source, f"{staged.table}_rejects"
    lines = lines_at(source.plain, (row[0] for row in _ranges(bench, rejects, "byte")))
    rows = _ranges(bench, rejects, "byte, line, fault")
    size = source.plain.stat().st_size
    for line, (at, text, fault) in zip(lines, rows, strict=True):
        told = text.strip("\r\n")
        # The last row, short and without an end of line: a copy that stopped.
        cut = at + len(text.encode()) >= size - 1 and not _ends_with_newline(source.plain)
        known = fault if fault in REASONS else "UNQUOTED VALUE"
        reason = "CUT OFF" if cut and known != "TOO MANY COLUMNS" else known
        yield Held(
            source.name, line, "", told[:500], reason, told, staged.mapping, None, source.names
        )


def _ends_with_newline(path: object) -> bool:
    with open(str(path), "rb") as file:  # noqa: PTH123 - a path that exists
        file.seek(-1, 2)
        return file.read(1) in b"\r\n"


def _not_there(row_id: int) -> NotFoundError:
    return NotFoundError("There is no row {number} in quarantine.", number=row_id)


def _blocks(row_ids: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(row_ids), BLOCK):
        yield list(row_ids[start : start + BLOCK])


def _sealed(seal: Seal, value: str | None, raw: str, header: Sequence[str]) -> bytes:
    """Return what a row holds as it is stored; `_opened` reads it."""
    return seal.sealed(json.dumps([value, raw, header], ensure_ascii=False).encode(), _PLACE)


def _opened(row: sa.RowMapping, keyring: Keyring) -> Row:
    seal = _seal(keyring, row["generation"])
    value, raw, header = json.loads(seal.opened(row["sealed"], _PLACE))
    try:
        cells = json.loads(raw)
    except ValueError:
        cells = {"": raw}
    return Row(
        row["row_id"],
        row["file"],
        row["line"],
        row["source_column"],
        value,
        REASONS[row["reason"]],
        row["kind"],
        row["namespace"],
        row["mapping_hash"],
        cells if isinstance(cells, dict) else {"": raw},
        tuple(header),
    )


def _seal(keyring: Keyring, generation: int | None = None) -> Seal:
    root = keyring.wrapping_key(generation or keyring.generation)
    return Seal(sha256(b"valence quarantine" + root).digest())


def _content_hash(key: bytes, one: Held) -> str:
    told = f"{one.mapping.namespace}\x1f{one.mapping.kind}\x1f{one.file}\x1f{one.line}\x1f{one.raw}"
    return blake2b(told.encode(), key=key, digest_size=16).hexdigest()


def _keep_mapping(unit: Unit, mapping: FileMapping) -> None:
    hashed, table = mapping_hash(mapping), quarantine_mappings
    if not unit.scalar(sa.select(table.c.mapping_hash).where(table.c.mapping_hash == hashed)):
        unit.execute(sa.insert(table), {"mapping_hash": hashed, "document": mapping_yaml(mapping)})
