"""Dates in SQL: texts in the usual orders become instants and business days.

A column has one order (year, day or month first), because 3/4/2024 alone could be either of two
days. A clock time without an offset is of the source's zone; a date without a time stays that day
in the brand's zone, whatever the source's. A clock time that the change to summer time leaves out
is moved forward by the hour; one that comes twice in autumn is taken as the later, standard one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from valence.intake.parsing import let, trimmed
from valence.lake.workbench import literal

DateOrder = Literal["ymd", "dmy", "mdy", "excel", "epoch"]

# What most files have, read in one call; everything else takes the way by regular expressions.
# Years have to be of four digits here: the engine would read 24 as the year 24.
_CLOCKS = ("%H:%M", "%H:%M:%S")
QUICK: dict[DateOrder, tuple[str, tuple[str, ...]]] = {
    "dmy": (r"__/__/____%", tuple(f"%d/%m/%Y {clock}" for clock in _CLOCKS)),
    "mdy": (r"%/%/____ %", tuple(f"%m/%d/%Y {clock}" for clock in _CLOCKS)),
}
_MONTHS = "['jan','feb','mar','apr','may','jun','jul','aug','sep','oct','nov','dec']"
_TIME = (
    r"(?:[T ,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?)?\s*(Z|z|UTC|GMT|[-+]\d{1,2}:?\d{2}|[-+]\d{2})?$"
)
_NUMERIC = r"^(\d{1,4})[-/. ]+(\d{1,2})[-/. ]+(\d{1,4})" + _TIME
_COMPACT = r"^(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?$"
_DAY_NAME = r"(?:[A-Za-z]{3,9}\.?,?\s+)?"
_DAY_MONTH = "^" + _DAY_NAME + r"(\d{1,2})(?:st|nd|rd|th)?[-/. ]*([A-Za-z]{3,9})[-/., ]*(\d{2,4})"
_MONTH_DAY = "^" + _DAY_NAME + r"([A-Za-z]{3,9})[-/. ]+(\d{1,2})(?:st|nd|rd|th)?[-/., ]+(\d{4})"
_CHINESE = (
    r"^(\d{2,4})年(\d{1,2})月(\d{1,2})[日号]?(?:\s*()(\d{1,2})[时点::](\d{1,2})分?"
    r"(?:[::]?(\d{1,2})秒?)?)?$"
)
_CLOCK_PARTS = ("hh", "mm", "ss", "ff", "ap", "zone")


@dataclass(frozen=True, slots=True)
class DateSql:
    """SQL of one date column: the instant and the business day."""

    at: str
    on: str


def read_sql(cell: str, order: DateOrder) -> str:
    """Return SQL for a text's date: a struct of `t` (as written) and `z` (what stood behind it).

    `z` is `day` for a date without a time, empty for a clock time, else the offset as `+02:00`.
    `t` is null where the text is no date in that order.
    """
    if order == "excel":
        return _excel(cell)
    if order == "epoch":
        return _epoch(cell)
    quick = _iso(cell)
    if order in QUICK:
        like, formats = QUICK[order]
        listed = ", ".join(literal(form) for form in formats)
        at = f"try_strptime({cell}, [{listed}])"
        quick += (
            f" WHEN {cell} LIKE {literal(like)} AND {at} IS NOT NULL THEN {{'t': {at}, 'z': ''}}"
        )
    return f"CASE {quick} ELSE {_slow(cell, order)} END"


def instant_sql(read: str, instant: str, *, source_zone: str, brand_zone: str) -> DateSql:
    """Return SQL for the instant and the business day of a date that was read.

    Parameters
    ----------
    read
        SQL of the struct that `read_sql` gives.
    instant
        Name under which the instant stands where the day is computed: what stands twice in one
        query would be computed for every row, whether its arm is taken or not.
    source_zone, brand_zone
        Zones of the source's clock times and of the business day.
    """
    written, behind = f"{read}.t", f"{read}.z"
    at = (
        f"CASE {behind} WHEN '' THEN {_instant(written, source_zone)} "
        f"WHEN 'day' THEN {_instant(written, brand_zone)} "
        f"ELSE ({written} - to_minutes({_minutes(behind)}))::TIMESTAMPTZ END"
    )
    same = f"{behind} = 'day'" + (f" OR {behind} = ''" if source_zone == brand_zone else "")
    on = f"CASE WHEN {same} THEN {written}::DATE ELSE {_local(instant, brand_zone)}::DATE END"
    return DateSql(at, on)


def _instant(written: str, zone: str) -> str:
    # The session's zone is UTC, so that a plain cast takes a clock time as UTC.
    return f"{written}::TIMESTAMPTZ" if zone == "UTC" else f"timezone({literal(zone)}, {written})"


def _local(instant: str, zone: str) -> str:
    return f"({instant})::TIMESTAMP" if zone == "UTC" else f"timezone({literal(zone)}, {instant})"


def _iso(cell: str) -> str:
    """Arms of a CASE for 2024-03-05 and 2024-03-05 10:11[:12].

    With every sign in its place no offset fits in, which the cast would drop.
    """
    cast = f"try_cast({cell} AS TIMESTAMP)"
    return (
        f"WHEN {cell} LIKE '____-__-_____:__:__' OR {cell} LIKE '____-__-_____:__' "
        f"THEN {{'t': {cast}, 'z': ''}} "
        f"WHEN {cell} LIKE '____-__-__' THEN {{'t': {cast}, 'z': 'day'}}"
    )


def _slow(cell: str, order: DateOrder) -> str:
    latin = f"regexp_replace({_meridian('c')}, '\\s+', ' ', 'g')"
    by_form = (
        f"CASE WHEN contains(c, '年') THEN {_chinese('c')} "
        f"WHEN regexp_matches(c, '^\\d{{8,14}}$') THEN {_compact('c')} "
        f"WHEN regexp_matches(c, '^\\d{{1,4}}[-/. ]+\\d') THEN {_numeric(latin, order)} "
        f"ELSE {let(latin, 'w', _words('w'))} END"
    )
    return let(trimmed(cell), "c", by_form)


def _parts(text: str, pattern: str, *names: str) -> str:
    listed = ", ".join(literal(name) for name in (*names, *_CLOCK_PARTS))
    return f"regexp_extract({text}, {literal(pattern)}, [{listed}])"


def _numeric(text: str, order: DateOrder) -> str:
    year_first = _built(_year("p.a"), "p.b", "CASE WHEN length(p.c) <= 2 THEN p.c END")
    day, month = ("p.a", "p.b") if order == "dmy" else ("p.b", "p.a")
    otherwise = year_first if order == "ymd" else _built(_year("p.c"), month, day)
    body = f"CASE WHEN length(p.a) = 4 THEN {year_first} ELSE {otherwise} END"
    return let(_parts(text, _NUMERIC, "a", "b", "c"), "p", body)


def _words(text: str) -> str:
    month = f"list_position({_MONTHS}, lower(p.m[1:3]))::VARCHAR"
    built = _built(_year("p.y"), month, "p.d")
    day_month = let(_parts(text, _DAY_MONTH + _TIME, "d", "m", "y"), "p", built)
    month_day = let(_parts(text, _MONTH_DAY + _TIME, "m", "d", "y"), "p", built)
    return let(day_month, "dm", f"CASE WHEN dm.t IS NULL THEN {month_day} ELSE dm END")


def _compact(text: str) -> str:
    names = ("y", "m", "d", "hh", "mm", "ss")
    listed = ", ".join(literal(name) for name in names)
    parts = f"regexp_extract({text}, {literal(_COMPACT)}, [{listed}])"
    more = "struct_insert(q, ff := '', ap := '', zone := '')"
    return let(parts, "q", let(more, "p", _built("nullif(p.y, '')", "p.m", "p.d")))


def _chinese(text: str) -> str:
    halves = "上午|早上|凌晨|下午|晚上|中午"
    bare = f"regexp_replace({text}, '\\s*({halves})\\s*', ' ')"
    listed = "['y', 'm', 'd', 'none', 'hh', 'mm', 'ss']"
    parts = f"regexp_extract({bare}, {literal(_CHINESE)}, {listed})"
    half = (
        f"CASE WHEN regexp_matches({text}, '下午|晚上|中午') THEN 'PM' "
        f"WHEN regexp_matches({text}, '上午|早上|凌晨') THEN 'AM' ELSE '' END"
    )
    more = f"struct_insert(q, ff := '', ap := {half}, zone := '')"
    return let(parts, "q", let(more, "p", _built(_year("p.y"), "p.m", "p.d")))


def _meridian(text: str) -> str:
    return f"regexp_replace(regexp_replace({text}, '上午|早上|凌晨', 'AM'), '下午|晚上|中午', 'PM')"


def _year(digits: str) -> str:
    """Two digits are of 1969 to 2068, as POSIX has it."""
    return (
        f"CASE length({digits}) WHEN 4 THEN {digits} WHEN 2 THEN CASE WHEN {digits} >= '69' "
        f"THEN '19' ELSE '20' END || {digits} END"
    )


def _built(year: str, month: str, day: str) -> str:
    hour = (
        "CASE WHEN p.ap = '' THEN try_cast(p.hh AS INT) "
        "WHEN try_cast(p.hh AS INT) BETWEEN 1 AND 12 "
        "THEN try_cast(p.hh AS INT) % 12 + CASE WHEN upper(p.ap[1]) = 'P' THEN 12 ELSE 0 END "
        "WHEN upper(p.ap[1]) = 'P' AND try_cast(p.hh AS INT) BETWEEN 13 AND 23 "
        "THEN try_cast(p.hh AS INT) END"
    )
    clock = (
        f"CASE WHEN p.hh = '' THEN '00:00:00' ELSE ({hour})::VARCHAR || ':' || p.mm || ':' || CASE "
        "WHEN p.ss = '' THEN '00' ELSE p.ss END || CASE WHEN p.ff = '' THEN '' ELSE '.' || "
        "p.ff[1:6] END END"
    )
    behind = (
        "CASE WHEN p.hh = '' THEN 'day' WHEN p.zone = '' THEN '' "
        "WHEN upper(p.zone) IN ('Z', 'UTC', 'GMT') THEN '+00:00' ELSE p.zone END"
    )
    written = (
        f"try_cast(({year}) || '-' || ({month}) || '-' || ({day}) || ' ' || {clock} AS TIMESTAMP)"
    )
    # 2024-03-05+02:00 is a day of some other place: no instant and no day of ours.
    return (
        f"CASE WHEN p.hh = '' AND p.zone <> '' THEN NULL ELSE {{'t': {written}, 'z': {behind}}} END"
    )


def _excel(cell: str) -> str:
    """Days since 1899-12-30 (Excel counts a 29 February 1900 that never was)."""
    number = f"try_cast({cell} AS DOUBLE)"
    at = "TIMESTAMP '1899-12-30' + to_microseconds((round(n * 86400) * 1000000)::BIGINT)"
    body = (
        f"CASE WHEN n BETWEEN 1 AND 2958465 THEN {{'t': {at}, 'z': CASE WHEN n = floor(n) THEN "
        "'day' ELSE '' END} END"
    )
    return let(number, "n", body)


def _epoch(cell: str) -> str:
    """Seconds since 1970, or milliseconds or microseconds, told apart by their size."""
    factor = "CASE WHEN abs(n) < 1e11 THEN 1000000 WHEN abs(n) < 1e14 THEN 1000 ELSE 1 END"
    body = (
        f"CASE WHEN abs(n) < 1e17 THEN {{'t': make_timestamp(round(n * {factor})::BIGINT), "
        "'z': '+00:00'} END"
    )
    return let(f"try_cast({cell} AS DECIMAL(38, 6))", "n", body)


def _minutes(offset: str) -> str:
    number = "try_cast(d AS INT) * CASE WHEN length(d) <= 2 THEN 100 ELSE 1 END"
    minutes = let(number, "n", "n // 100 * 60 + n % 100")
    sign = f"CASE {offset}[1] WHEN '-' THEN -1 ELSE 1 END"
    digits = f"replace({offset}[2:], ':', '')"
    return f"({sign} * {let(digits, 'd', minutes)})"
