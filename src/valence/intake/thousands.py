"""Thousands: amounts such as 1,234, of which nobody can tell whether the mark groups or divides."""

from __future__ import annotations

import re

from valence.core.messages import message
from valence.core.settings import Brand
from valence.intake.guessing import Question
from valence.intake.parsing import Decimals
from valence.intake.reading import Source, clear_rejects
from valence.lake.workbench import Workbench, literal, quoted

ABOUT = "decimals:"  # what such a question is about begins so; the column follows
_LONE = {mark: rf"[^0-9.,]*[1-9][0-9]{{0,2}}[{mark}][0-9]{{3}}[^0-9.,]*" for mark in ",."}
# Where amounts are written 1.234,50: by country, else by currency.
_COMMA_COUNTRIES = {
    "AR", "AT", "BE", "BG", "BR", "CL", "CO", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR",
    "HR", "HU", "ID", "IS", "IT", "LT", "LU", "LV", "NL", "NO", "PL", "PT", "RO", "RS", "RU",
    "SE", "SI", "SK", "TR", "UA", "UY", "VN",
}  # fmt: skip
_COMMA_CURRENCIES = {
    "ARS", "BGN", "BRL", "CLP", "COP", "CZK", "DKK", "EUR", "HUF", "IDR", "ISK", "NOK", "PLN",
    "RON", "RSD", "RUB", "SEK", "TRY", "UAH", "UYU", "VND",
}  # fmt: skip


def settled(
    bench: Workbench, brand: Brand, source: Source, column: str, found: Decimals
) -> tuple[Decimals, Question | None]:
    """Return how a column of amounts is read, and what to ask where it could be read otherwise.

    Parameters
    ----------
    bench
        Where the source is read.
    brand
        Its country, else its currency, says which mark is the likelier.
    source, column
        Whose cells they are.
    found
        The mark of decimals as far as the cells show it.
    """
    marked = [c for row in source.sample if (c := row[column]) and re.search(r"[0-9][.,]", c)]
    mark = next((m for m in ",." if marked and all(_lone(m, cell) for cell in marked)), "")
    if not mark or _shown(bench, source, column, mark):
        return found, None
    style: Decimals = "comma" if mark == "." and _writes_comma(brand) else "point"
    example = marked[0].strip()
    grouped = (mark == ",") == (style == "point")
    reading = example.replace(mark, "") if grouped else example.replace(mark, ".")
    return style, Question(
        f"{ABOUT}{column}",
        message(
            "The amounts of {column!r} in {file} could have thousands behind their mark or three "
            "decimals: nothing in the column tells. {example} is read as {reading}; say "
            "`--decimals point` or `--decimals comma` if not.",
            column=column,
            file=source.name,
            example=example,
            reading=reading,
        ),
        ("point", "comma"),
        style,
        clear=True,
    )


def _lone(mark: str, cell: str) -> bool:
    return re.fullmatch(_LONE[mark], cell.strip()) is not None


def _shown(bench: Workbench, source: Source, column: str, mark: str) -> bool:
    """Whether any cell of the whole column tells what the mark means."""
    cell = f"trim({quoted(column)}::VARCHAR)"
    told = bench.rows(
        f"SELECT 1 FROM ({source.relation}) WHERE regexp_matches({cell}, '[0-9][.,]') "
        f"AND NOT regexp_full_match({cell}, {literal(_LONE[mark])}) LIMIT 1"
    )
    clear_rejects(bench)
    return bool(told)


def _writes_comma(brand: Brand) -> bool:
    settings = brand.settings.brand
    if settings.country:
        return settings.country in _COMMA_COUNTRIES
    return settings.currency in _COMMA_CURRENCIES
