"""Times: columns that hold the time of day of a date in another column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from valence.intake.reading import Source
from valence.intake.synonyms import plain
from valence.intake.targets import KINDS

_CLOCK = re.compile(
    r"(?:(?:1899-12-3[01]|1900-01-0[01])[ T])?(?:上午|下午|早上|晚上|中午|凌晨)?\s*"
    r"\d{1,2}[:.点]\d{1,2}分?(?:[:.]?\d{2}秒?(?:\.\d+)?)?\s*(?:[AaPp]\.?[Mm]\.?)?"
)
_MIDNIGHT = re.compile(r"[ T]0?0[:.]00([:.]00(\.0+)?)?$")
_MOSTLY = 0.8
# What a time is called by itself; durations, such as a waiting time, are called otherwise.
_NAMES = frozenset(
    plain(word)
    for word in (
        "time", "time of day", "hour", "uhrzeit", "zeit", "heure", "hora", "ora", "时间", "时刻",
        "order time", "transaction time", "sale time", "sales time", "purchase time",
        "invoice time", "receipt time", "payment time", "booking time", "bestellzeit",
        "下单时间", "交易时间", "消费时间", "销售时间", "付款时间", "购买时间",
    )
)  # fmt: skip
_DAYS = ("date", "day", "datum", "fecha", "日期")


class Found(Protocol):
    """A column that a target was found in."""

    @property
    def column(self) -> str:
        """Its name."""


def times_of(
    source: Source, kind: str, found: Mapping[str, Found], taken: set[str]
) -> dict[str, tuple[str]]:
    """Return the time column beside each date that has days only, and add them to `taken`."""
    targets = KINDS[kind].targets
    times: dict[str, tuple[str]] = {}
    for target, one in found.items():
        if targets[target].type != "date" or not _days_only(source, one.column):
            continue
        fitting = [c for c in source.names if c not in taken and _beside(source, one.column, c)]
        if fitting:
            best = min(fitting, key=lambda column: not _paired(one.column, column))
            times[target] = (best,)
            taken.add(best)
    return times


def _beside(source: Source, day: str, column: str) -> bool:
    called = plain(column) in _NAMES or _paired(day, column)
    cells = _cells(source, column)
    fits = sum(_CLOCK.fullmatch(cell) is not None for cell in cells)
    return called and bool(cells) and fits >= _MOSTLY * len(cells)


def _paired(day: str, time: str) -> bool:
    """Whether a column is called as that of the day is, such as Sale Date and Sale Time."""
    one, other = plain(day), plain(time)
    return any(
        word in one and one.replace(word, said) == other
        for word in _DAYS
        for said in ("time", "hour", "zeit", "uhrzeit", "hora", "时间")
    )


def _days_only(source: Source, column: str) -> bool:
    cells = _cells(source, column)
    return bool(cells) and not any(":" in _MIDNIGHT.sub("", cell) for cell in cells)


def _cells(source: Source, column: str) -> list[str]:
    return [cell.strip() for row in source.sample if (cell := row[column]) and cell.strip()]
