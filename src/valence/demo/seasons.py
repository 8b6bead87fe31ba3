"""Seasons: how busy each day is, what sales days give off, and the clock they warp."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from valence.demo.arrays import Floats, Ints

# First day of the lunar year. Source: Hong Kong Observatory, Gregorian-lunar conversion tables.
LUNAR_NEW_YEAR = {
    2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16), 2019: (2, 5), 2020: (1, 25),
    2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29), 2026: (2, 17),
    2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3), 2031: (1, 23), 2032: (2, 11),
    2033: (1, 31), 2034: (2, 19), 2035: (2, 8),
}  # fmt: skip

_WEEKDAYS = (0.86, 0.88, 0.92, 0.96, 1.08, 1.22, 1.16)  # Monday first
_MONTHS = (0.95, 0.90, 0.92, 0.94, 0.98, 1.00, 0.93, 0.92, 0.98, 1.04, 1.12, 1.12)


@dataclass(frozen=True, slots=True)
class _Sale:
    """A sales day: how much busier it is, what it gives off, the days of warming up, its code."""

    month: int
    day: int
    lift: float
    rate: float
    before: int
    code: str


_SALES = (
    _Sale(6, 18, 2.6, 0.15, 7, "618"),
    _Sale(11, 11, 4.2, 0.20, 8, "1111"),
    _Sale(12, 12, 1.7, 0.10, 2, "1212"),
    _Sale(12, 23, 1.7, 0.12, 12, "XMAS"),
)
SALE_CODES = ("", "618", "1111", "1212", "XMAS", "NEWYEAR")


@dataclass(frozen=True, slots=True)
class Season:
    """Day by day from `start` on: busyness (mean 1 over the year before the end), sale rate, code.

    `elapsed[d]` is the warped time from the start to the beginning of day d, so that a constant
    rate on that clock is a seasonal rate on the calendar.
    """

    start: date
    busyness: Floats
    sale_rate: Floats
    sale_code: Ints  # index in SALE_CODES
    elapsed: Floats

    def warp(self, at_days: Floats) -> Floats:
        """Return calendar time (days from the start) on the warped clock."""
        return np.interp(at_days, np.arange(len(self.elapsed)), self.elapsed)

    def unwarp(self, at_warped: Floats) -> Floats:
        """Return warped time on the calendar (days from the start)."""
        return np.interp(at_warped, self.elapsed, np.arange(len(self.elapsed)))


def season(start: date, end: date, days: int, *, flat: bool = False) -> Season:
    """Return the season of `days` days from `start`; `flat` makes every day alike, sales included.

    The mean of 1 is taken over the 365 days up to `end`, so that looking further ahead changes
    nothing about the days before.
    """
    first = min(start, end - timedelta(days=364))
    year = (end - first).days - 364
    skip = (start - first).days
    whole = _busyness(first, max(skip + days, year + 365))
    busyness = whole[skip : skip + days] / whole[year : year + 365].mean()
    rate, code = _sales(start, days)
    if flat:
        busyness, rate, code = np.ones(days), np.zeros(days), np.zeros(days, np.int64)
    elapsed = np.concatenate([[0.0], np.cumsum(busyness)])
    return Season(start, busyness, rate, code, elapsed)


def _calendar(start: date, days: int) -> list[date]:
    return [start + timedelta(days=i) for i in range(days)]


def _busyness(start: date, days: int) -> Floats:
    calendar = _calendar(start, days)
    busy = np.array([_WEEKDAYS[d.weekday()] * _MONTHS[d.month - 1] for d in calendar])
    for i, today in enumerate(calendar):
        busy[i] *= _sale_lift(today) * _new_year_lift(today)
    return busy


def _sale_lift(today: date) -> float:
    lift = 1.0
    for sale in _SALES:
        ahead = (date(today.year, sale.month, sale.day) - today).days
        if ahead == 0:
            lift *= sale.lift
        elif 0 < ahead <= sale.before:
            lift *= 1 + 0.35 * (sale.lift - 1) * (1 - ahead / (sale.before + 1))
        elif -4 <= ahead < 0:  # people have just bought
            lift *= 0.85
    return lift


def _days_to_new_year(today: date) -> int | None:
    known = LUNAR_NEW_YEAR.get(today.year)
    return None if known is None else (date(today.year, *known) - today).days


def _new_year_lift(today: date) -> float:
    ahead = _days_to_new_year(today)
    if ahead is None:
        return 1.0
    if 3 <= ahead <= 18:  # presents are bought until parcels stop
        return 1.65
    return 0.55 if -6 <= ahead < 3 else 1.0


def _sales(start: date, days: int) -> tuple[Floats, Ints]:
    rate, code = np.zeros(days), np.zeros(days, np.int64)
    for i, today in enumerate(_calendar(start, days)):
        for number, sale in enumerate(_SALES, start=1):
            ahead = (date(today.year, sale.month, sale.day) - today).days
            if 0 <= ahead <= sale.before // 4:
                rate[i], code[i] = sale.rate, number
        ahead_or_none = _days_to_new_year(today)
        if ahead_or_none is not None and 5 <= ahead_or_none <= 14:
            rate[i], code[i] = 0.08, 5
    return rate, code
