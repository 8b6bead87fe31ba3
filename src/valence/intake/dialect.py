"""The dialect of a CSV: delimiter, quote, where the header stands, what the columns are called."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from valence.core.errors import BadInputError

DELIMITERS = (",", ";", "\t", "|")
_HEAD = 1 << 18
_NUMBER_OR_DATE = re.compile(
    r"[-+(£€$¥]?\s*\d[\d.,' ]*\)?%?|\d{1,4}[-/.年]\d{1,2}[-/.月]\d{1,4}\S*( .*)?"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is written, and what its header says."""

    delimiter: str
    quote: str
    names: tuple[str, ...]  # made distinct, in the order of the file
    skip: int  # physical lines before the first row
    header: bool
    mixed_newlines: bool = False
    repeated: tuple[str, ...] = ()  # names that the header has more than once


def sniff(path: Path, *, file: str, delimiter: str | None = None) -> Dialect:
    """Return the dialect of a text file in UTF-8.

    Raises
    ------
    BadInputError
        If there is nothing in it that looks like a table.
    """
    with path.open("rb") as source:
        head = source.read(_HEAD)
        more = bool(source.read(1))
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff")
    if more and "\n" in text:
        text = text[: text.rindex("\n") + 1]
    if not text.strip():
        raise BadInputError("{file} holds nothing but blank space.", file=file)
    quote = _quote(text)
    chosen = delimiter or _delimiter(text, quote)
    rows = list(_rows(text, chosen, quote))
    width = Counter(len(cells) for cells, _ in rows).most_common(1)[0][0]
    first = next(i for i, (cells, _) in enumerate(rows) if len(cells) >= width)
    cells, line = rows[first]
    header = _is_header(cells, [row for row, _ in rows[first + 1 : first + 50]])
    before = rows[first - 1][1] if first else 0
    return Dialect(
        chosen,
        quote,
        distinct_names(cells if header else [""] * len(cells)),
        line if header else before,
        header,
        mixed_newlines="\r\n" in text and re.search(r"[^\r]\n", text) is not None,
        repeated=tuple(
            n
            for n, count in Counter(c.strip() for c in cells).items()
            if header and n and count > 1
        ),
    )


def distinct_names(cells: Sequence[str]) -> tuple[str, ...]:
    """Return column names, all different: a repeated one is numbered, an empty one too.

    Examples
    --------
    >>> distinct_names(["price", " price ", ""])
    ('price', 'price (2)', 'column 3')
    """
    seen: Counter[str] = Counter()
    names = []
    for position, cell in enumerate(cells, start=1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"column {position}"
        # Engines treat names that differ in case only as one.
        seen[name.casefold()] += 1
        count = seen[name.casefold()]
        names.append(name if count == 1 else f"{name} ({count})")
    return tuple(names)


def _rows(text: str, delimiter: str, quote: str) -> list[tuple[list[str], int]]:
    csv.field_size_limit(_HEAD * 4)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote)
    return [(cells, reader.line_num) for cells in reader if cells]


def _quote(text: str) -> str:
    single = len(re.findall(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n])", text, re.MULTILINE))
    return "'" if '"' not in text and single > 2 else '"'


def _delimiter(text: str, quote: str) -> str:
    """Choose the delimiter under which most rows have the same number of cells, above one."""

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(cells) for cells, _ in _rows(text, delimiter, quote)[:500])
        width, count = max(widths.items(), key=lambda item: (item[0] > 1, item[1]))
        return (count / widths.total() if width > 1 else 0.0, width)

    best = max(DELIMITERS, key=score)
    return best if score(best)[0] > 0 else ","


def _is_header(cells: Sequence[str], below: Sequence[Sequence[str]]) -> bool:
    told = [cell.strip() for cell in cells]
    if any(_NUMBER_OR_DATE.fullmatch(cell) for cell in told if cell):
        return False
    if not below or len(set(told)) < len(told):
        return True
    # A first row whose cells come again below, column by column, is a row like the others.
    again = sum(
        any(len(row) > i and row[i].strip() == cell for row in below) for i, cell in enumerate(told)
    )
    return again <= len(told) / 2
