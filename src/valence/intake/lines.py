"""Line numbers: where in its file a row stands, for the few rows that somebody has to look at."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from valence.intake.dialect import Dialect
from valence.intake.formats import CHUNK

_SIZE_LIMIT = 1 << 28
_BLANK = b"\xef\xbb\xbf \r\n\t"


def lines_of(
    path: Path, dialect: Dialect, ordinals: Iterable[int], rejected_at: Iterable[int] = ()
) -> Iterator[int]:
    """Yield the line on which each row begins.

    Parameters
    ----------
    path
        A CSV in UTF-8.
    dialect
        How it is written.
    ordinals
        Places (from 0, ascending) among the rows that the engine took.
    rejected_at
        Offsets in bytes of the rows that it refused, ascending; they are not counted.
    """
    return _chosen(_taken(path, dialect, lines_at(path, rejected_at)), ordinals)


def record_lines(path: Path, ordinals: Iterable[int]) -> Iterator[int]:
    """Yield the line of each record (places from 0, ascending) of JSON lines; blank ones are none.

    In a file that is one array lines tell nothing: its records count from 1.
    """
    with path.open("rb") as file:
        if file.read(64).lstrip(_BLANK)[:1] == b"[":
            yield from (ordinal + 1 for ordinal in ordinals)
            return
        file.seek(0)
        numbers = (number for number, line in enumerate(file, 1) if line.strip(_BLANK))
        yield from _chosen(numbers, ordinals)


def _chosen(lines: Iterator[int], places: Iterable[int]) -> Iterator[int]:
    """Yield those at the places (from 0, ascending)."""
    last, line = -1, 0
    for place in places:
        while last < place:
            line, last = next(lines), last + 1
        yield line


def lines_at(path: Path, offsets: Iterable[int]) -> Iterator[int]:
    """Yield the line in which each offset (in bytes, ascending) lies; the first line is 1."""
    line, base = 1, 0
    with path.open("rb") as file:
        block = file.read(CHUNK)
        done = 0
        for offset in offsets:
            while offset >= base + len(block) and block:
                line += block.count(b"\n", done)
                base, done, block = base + len(block), 0, file.read(CHUNK)
            line += block.count(b"\n", done, offset - base)
            done = offset - base
            yield line


def _taken(path: Path, dialect: Dialect, rejected: Iterator[int]) -> Iterator[int]:
    """Yield the first line of every row that was not rejected."""
    csv.field_size_limit(_SIZE_LIMIT)
    gone = next(rejected, None)
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        for _ in range(dialect.skip):
            file.readline()
        reader = csv.reader(file, delimiter=dialect.delimiter, quotechar=dialect.quote)
        line = dialect.skip + 1
        for cells in reader:
            while gone is not None and gone < line:
                gone = next(rejected, None)
            if cells and line != gone:
                yield line
            line = dialect.skip + 1 + reader.line_num
