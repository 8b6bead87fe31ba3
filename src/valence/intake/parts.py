"""Parts in SQL: a day and a time of day make a moment, a first and a last name make a name."""

from __future__ import annotations

from valence.intake.dates import DateOrder, read_sql
from valence.intake.parsing import blank_sql, let, trimmed
from valence.lake.workbench import literal

# Letters that are syllables: names in them have the family first, and no blank.
_SYLLABLES = r"[\p{Han}\p{Hangul}\p{Hiragana}\p{Katakana}]+"
_NO_TIME = r"[ T]0?0[:.]00([:.]00(\.0+)?)?$"  # what a spreadsheet puts behind a day
_NO_DAY = r"^(1899-12-3[01]|1900-01-0[01])[ T]"  # and before a time
_TYPED = {"day", "instant", "zoned"}


def moment_sql(day: str, time: str, *, kind: str, order: DateOrder) -> str:
    """Return SQL for a moment whose day and time stand in two columns; see `dates.read_sql`.

    Parameters
    ----------
    day, time
        SQL of the two cells. Without a time it is a date; a day that bears a time keeps it.
    kind
        Type of the first in its source.
    order
        Order of its parts, where it is text.
    """
    clock = f"regexp_replace({trimmed(f'{time}::VARCHAR')}, {literal(_NO_DAY)}, '')"
    if kind in _TYPED:
        written, order = f"strftime({day}::TIMESTAMP, '%Y-%m-%d')", "ymd"
    elif order == "excel":
        number = f"try_cast(try_cast({day}::VARCHAR AS DOUBLE) AS INTEGER)"
        written, order = f"strftime(DATE '1899-12-30' + {number}, '%Y-%m-%d')", "ymd"
    else:
        written = f"regexp_replace({trimmed(f'{day}::VARCHAR')}, {literal(_NO_TIME)}, '')"
    if order == "epoch":
        return read_sql(f"{day}::VARCHAR", order)
    both = f"CASE WHEN {blank_sql('c')} OR contains(d, ':') THEN d ELSE d || ' ' || c END"
    return let(let(written, "d", let(clock, "c", both)), "b", read_sql("b", order))


def name_sql(first: str, last: str) -> str:
    """Return SQL for a name of two cells: Ann Lee, but 王小明, family first and no blank."""
    of_syllables = " AND ".join(
        f"regexp_full_match({part}, {literal(_SYLLABLES)})" for part in (first, last)
    )
    return (
        f"CASE WHEN {first} IS NULL OR {last} IS NULL THEN coalesce({first}, {last}) "
        f"WHEN {of_syllables} THEN {last} || {first} ELSE {first} || ' ' || {last} END"
    )
