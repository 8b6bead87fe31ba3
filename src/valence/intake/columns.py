"""Columns: what only a whole column tells: the order of its dates, the sign of its decimals."""

from __future__ import annotations

import re
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.intake.dates import DateOrder
from valence.intake.dialect import distinct_names
from valence.intake.guessing import Question
from valence.intake.mapping import Cell, FileMapping, folded
from valence.intake.parsing import CURRENCY_SIGNS, Decimals, currency_of_sign_sql
from valence.intake.reading import Source, clear_rejects, computing
from valence.lake.workbench import Workbench, literal, quoted

# Not three digits behind a lone sign: 1,234 may be either.
_COMMA = r"^[0-9]*,([0-9]{1,2}|[0-9]{4,})$|\.[0-9]{3},|\.[0-9]{3}\.[0-9]{3}"
_POINT = r"^[0-9]*\.([0-9]{1,2}|[0-9]{4,})$|,[0-9]{3}\.|,[0-9]{3},[0-9]{3}"
_CROWNS = frozenset({"SEK", "NOK", "DKK", "ISK"})  # all of them are written kr
# Read whole below this size (bytes); of what is larger, blocks from all over are looked at first.
LARGE, _BLOCKS, _BLOCK = 16 * 2**20, 64, 16 * 2**10
_YEAR_FIRST = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.DOTALL)
_YEAR_LAST = re.compile(rb"(?<![-/.0-9])[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ][0-9]{2,4}(?![0-9])")
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
    `month_first` is what is assumed where nothing shows. A large file of which every part looked
    at has the year first is not read to its end for this.
    """
    if counted := _counted(source, column):
        return DateFinding(counted)
    if _all_year_first(source, column):
        return DateFinding("ymd")
    cell = f"{quoted(column)}::VARCHAR"
    # Most dates show their order by their shape; only the others are taken apart.
    parts = (
        f"CASE WHEN {cell} LIKE '____-__-__%' THEN {{'a': 'year', 'b': '', 'c': '', 'rest': ''}} "
        f"ELSE regexp_extract({cell}, '{_PARTS}', ['a', 'b', 'c', 'rest']) END"
    )
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


def _all_year_first(source: Source, column: str) -> bool:
    """Whether a large CSV begins with such dates, and holds no others in blocks from all over."""
    cells = [cell.strip() for row in source.sample if (cell := row[column])]
    shown = cells and all(_YEAR_FIRST.fullmatch(cell) for cell in cells)
    size = source.plain.stat().st_size
    if not shown or source.format != "csv" or size < LARGE:
        return False
    with source.plain.open("rb") as file:
        for number in range(_BLOCKS):
            file.seek(size * number // _BLOCKS)
            file.readline()  # a block begins anywhere, perhaps within a date
            if _YEAR_LAST.search(file.read(_BLOCK)):
                return False
    return True


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


def with_currency(
    bench: Workbench, source: Source, mapping: FileMapping, home: str
) -> tuple[Source, FileMapping, tuple[Message, ...]]:
    """Return source and mapping with the currency that the signs of amounts tell.

    A mapping that says the currency, or where it stands, is left as it is. Signs of one foreign
    currency throughout are the mapping's; where they differ, a column is made of them.
    """
    amounts = (mapping.columns.get(name) for name in ("net_amount", "gross_amount", "unit_price"))
    found = (cell.found_in(folded(source.names)) for cell in amounts if cell)
    column = next((name for name in found if name), None)
    told = mapping.currency or "currency" in mapping.columns or column is None
    if told or mapping.kind not in {"orders", "order_lines"}:
        return source, mapping, ()
    signs = sign_currencies(bench, source, str(column), home)
    if not {sign for sign in signs if sign} - {home}:
        return source, mapping, ()
    said = message(
        "The amounts in {column!r} of {file} carry signs: they are taken to be in {currencies}.",
        column=column,
        file=source.name,
        currencies=", ".join(sorted({sign or home for sign in signs})),
    )
    if len(signs) == 1:
        return source, mapping.model_copy(update={"currency": next(iter(signs))}), (said,)
    name = distinct_names([*source.names, f"currency of {column}"])[-1]
    cells = {**mapping.columns, "currency": Cell(column=(name,))}
    further = computing(source, name, sign_sql(quoted(str(column)), home))
    return further, mapping.model_copy(update={"columns": cells}), (said,)


def sign_currencies(
    bench: Workbench, source: Source, column: str, home: str
) -> dict[str | None, int]:
    """Return how many of a column's amounts carry the sign of which currency; None is no sign.

    All of its cells are looked at if one of the sample has a sign; else nothing is returned. Home
    is the brand's currency, which decides what `$`, `¥` and `kr` mean.
    """
    cells = [cell for row in source.sample if (cell := row[column])]
    if not any(sign in cell for cell in cells for sign in CURRENCY_SIGNS):
        return {}
    cell = quoted(column)
    told = bench.rows(
        f"SELECT {sign_sql(cell, home)}, count(*) FROM ({source.relation}) "
        f"WHERE regexp_matches({cell}::VARCHAR, '[0-9]') GROUP BY 1"
    )
    clear_rejects(bench)
    return dict(told)


def sign_sql(cell: str, home: str) -> str:
    """Return SQL for the currency whose sign an amount carries, null without one."""
    told = currency_of_sign_sql(cell, home)
    if home in _CROWNS:
        return f"CASE WHEN contains({cell}, 'kr') THEN {literal(home)} ELSE {told} END"
    return told


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
