"""Quotes that are never closed: the line at fault is set apart, what it would swallow is read."""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from valence.core import ids
from valence.intake.dialect import Dialect
from valence.intake.formats import CHUNK
from valence.intake.mapping import FileMapping
from valence.intake.planning import Rules
from valence.intake.quarantine import Held
from valence.intake.reading import Source, csv_relation
from valence.intake.staging import Staged, stage
from valence.lake.workbench import Workbench

# Closes the quote and breaks the cell at once, so that the reader refuses this line and no other.
# The letter behind it is one that no real line ends with.
_MARK = "~\x1f"
_LONGEST = 2_000_000  # bytes that the engine takes for one row


def stage_lines(
    bench: Workbench, source: Source, mapping: FileMapping, rules: Rules, table: str
) -> Staged:
    """Stage a source as `stage` does; a quote that is never closed costs its own line only.

    A reader takes all that follows an unclosed quote for one cell, up to the next quote or to the
    end of the file. Where that happened, a copy is read in which such a line closes its own quote;
    every line keeps its number.
    """
    staged = stage(bench, source, mapping, rules, table)
    # The encoding may have been judged anew, so what was read is asked, not what was given.
    mended = _mended(bench, staged) if staged.rejected else None
    return staged if mended is None else stage(bench, mended, mapping, rules, table)


def as_written(staged: Staged, held: Iterable[Held]) -> Iterator[Held]:
    """Yield the rows that cannot land with the words of their file, not of the mended copy."""
    if staged.source.dialect is None:
        yield from held
        return
    mark = staged.source.dialect.quote + _MARK
    for one in held:
        yield _as_written(one, mark) if one.raw.endswith(mark) else one


def _as_written(one: Held, mark: str) -> Held:
    raw = one.raw.removesuffix(mark)
    reason = one.reason if one.reason == "CUT OFF" else "UNQUOTED VALUE"
    return replace(one, raw=raw, value=raw[:500], reason=reason)


def _mended(bench: Workbench, staged: Staged) -> Source | None:
    """Return the source with its runaway quotes closed; None if there are none."""
    source = staged.source
    if source.dialect is None:
        return None
    ends = array("q", _runaways(source.plain, source.dialect))  # 8 bytes each, however many
    if not ends:
        return None
    mark = (source.dialect.quote + _MARK).encode()
    plain = _copied(source.plain, bench.folder / "files", ends, mark)
    mended = replace(source, plain=plain)
    return replace(mended, relation=csv_relation(mended))


def _runaways(path: Path, dialect: Dialect) -> Iterator[int]:
    """Yield where the lines end (in bytes, ascending) whose quote belongs to no whole cell."""
    csv.field_size_limit(_LONGEST)
    quote = dialect.quote.encode()
    with path.open("rb") as file:
        for _ in range(dialect.skip):
            file.readline()
        while line := file.readline():
            if line.count(quote) % 2 == 0 or not _stays_open(line, dialect):
                continue
            after = file.tell()
            if not _closes(line, file, dialect):
                yield after - len(line) + len(line.rstrip(b"\r\n"))
                file.seek(after)


def _stays_open(line: bytes, dialect: Dialect) -> bool:
    """Whether a line ends within a quoted cell; a quote amid a cell is a letter like others."""
    asked: list[bool] = []

    def lines() -> Iterator[str]:
        yield line.decode("utf-8", "replace")
        asked.append(True)

    next(csv.reader(lines(), delimiter=dialect.delimiter, quotechar=dialect.quote), None)
    return bool(asked)


def _closes(first: bytes, file: BinaryIO, dialect: Dialect) -> bool:
    """Whether the lines that follow make a whole row of the one that was opened."""
    quote = dialect.quote.encode()
    lines, size = [first], len(first)
    while size < _LONGEST and (line := file.readline()):
        lines.append(line)
        size += len(line)
        if line.count(quote) % 2 == 0:
            continue
        text = b"".join(lines).decode("utf-8", "replace")
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote,
            strict=True,
        )
        try:
            return [len(cells) for cells in reader] == [len(dialect.names)]
        except csv.Error:
            return False
    return False


def _copied(path: Path, scratch: Path, places: Iterable[int], added: bytes) -> Path:
    """Copy a file as a stream, with `added` put in at each of the places."""
    scratch.mkdir(parents=True, exist_ok=True)
    target = scratch / f"{ids.new_id()}.csv"
    with path.open("rb") as source, target.open("wb") as out:
        for place in places:
            _pass(source, out, place - source.tell())
            out.write(added)
        _pass(source, out, None)
    return target


def _pass(source: BinaryIO, out: BinaryIO, size: int | None) -> None:
    """Pass on so many bytes, or all that are left."""
    while size is None or size > 0:
        block = source.read(CHUNK if size is None else min(size, CHUNK))
        if not block:
            return
        out.write(block)
        size = None if size is None else size - len(block)
