"""Columns: what only a whole column tells: the order of its dates, the sign of its decimals."""

from __future__ import annotations

from dataclasses import dataclass

from valence.core.messages import message
from valence.intake.dates import DateOrder
from valence.intake.guessing import Question
from valence.intake.parsing import Decimals
from valence.intake.reading import Source, clear_rejects
from valence.lake.workbench import Workbench, quoted

# Not three digits behind a lone sign: 1,234 may be either.
_COMMA = r"^[0-9]*,([0-9]{1,2}|[0-9]{4,})$|\.[0-9]{3},|\.[0-9]{3}\.[0-9]{3}"
_POINT = r"^[0-9]*\.([0-9]{1,2}|[0-9]{4,})$|,[0-9]{3}\.|,[0-9]{3},[0-9]{3}"
_PARTS = r"^\s*(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{2,4})(\D.*)?$"


@dataclass(frozen=True, slots=True)
class DateFinding:
    """The order of a column's dates, or the question to ask where it could be either."""

    order: DateOrder
    question: Question | None = None


def date_order(
    bench: Workbench, source: Source, column: str, *, month_first: bool = False
) -> DateFinding:
    """Return the order of a column's dates, judged by all of its cells.

    A first part above 12 shows that the day comes first, a second one that the month does.
    `month_first` is what is assumed where nothing shows.
    """
    if counted := _counted(source, column):
        return DateFinding(counted)
    parts = f"regexp_extract({quoted(column)}::VARCHAR, '{_PARTS}', ['a', 'b', 'c', 'rest'])"
    year_first, first, second, parted = bench.rows(
        "SELECT count(*) FILTER (length(p.a) = 4), max(try_cast(p.a AS INT)) FILTER (length(p.a) "
        "<= 2), max(try_cast(p.b AS INT)) FILTER (length(p.a) <= 2), count(*) FILTER (length(p.a) "
        f"BETWEEN 1 AND 2) FROM (SELECT {parts} AS p FROM ({source.relation}))"
    )[0]
    clear_rejects(bench)
    if not parted or year_first > parted:
        return DateFinding("ymd")
    if first > 12 >= second:
        return DateFinding("dmy")
    if second > 12 >= first:
        return DateFinding("mdy")
    better: DateOrder = "mdy" if month_first else "dmy"
    return DateFinding(better, _either(source, column, better))


def _counted(source: Source, column: str) -> DateOrder | None:
    """Dates that are numbers: seconds since 1970, or days of a spreadsheet."""
    cells = [cell.strip() for row in source.sample if (cell := row[column])]
    if not cells or not all(cell.replace(".", "", 1).isdigit() for cell in cells):
        return None
    lengths = {len(cell.split(".")[0]) for cell in cells}
    if lengths <= {10, 13, 16}:
        return "epoch"
    return "excel" if lengths == {5} else "ymd"


def decimals(bench: Workbench, source: Source, column: str) -> Decimals:
    """Return which sign marks the decimals of a column, judged by all of its cells."""
    if not any("," in (row[column] or "") for row in source.sample):
        return "point"
    cell = f"regexp_replace({quoted(column)}::VARCHAR, '[^0-9.,]', '', 'g')"
    counts = ", ".join(
        f"count(*) FILTER (regexp_matches(c, '{form}'))" for form in (_COMMA, _POINT)
    )
    comma, point = bench.rows(
        f"SELECT {counts} FROM (SELECT {cell} AS c FROM ({source.relation}))"
    )[0]
    clear_rejects(bench)
    return "comma" if comma > point else "point"


def _either(source: Source, column: str, better: DateOrder) -> Question:
    return Question(
        f"date:{column}",
        message(
            "The dates of {column!r} in {file} could have the day or the month first (all parts "
            "are 12 or less). They are read as {better}; say `--date dmy` or `--date mdy` if not.",
            column=column,
            file=source.name,
            better=better,
        ),
        ("dmy", "mdy"),
        better,
        clear=True,
    )
