"""Clocks of a follow-up: when it is due, by every hour or by opening hours only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Clock = Literal["wall", "business"]
Opening = tuple[time, time] | None
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})")
_MOST_DAYS = 366 * 20  # a year of holidays, twenty times over


@dataclass(frozen=True, slots=True)
class Calendar:
    """The hours that count: all of them, or those of opening days."""

    zone: ZoneInfo
    clock: Clock
    days: tuple[Opening, ...]  # from Monday on
    holidays: frozenset[date] = frozenset()


def opening(text: str, day: str = "a day") -> Opening:
    """Return the opening hours that a text such as 09:00-18:00 says; None for an empty one.

    Raises
    ------
    ValueError
        If it says no hours, or closes before it opens.
    """
    if not text.strip():
        return None
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{day}: write opening hours as 09:00-18:00, not {text!r}")
    hours = [int(part) for part in found.groups()]
    try:
        # Midnight ends the day that it closes.
        last = time.max if (hours[2], hours[3]) == (24, 0) else time(hours[2], hours[3])
        begins, ends = time(hours[0], hours[1]), last
    except ValueError as wrong:
        raise ValueError(f"{day}: {text!r} names an hour that no day has") from wrong
    if begins >= ends:
        raise ValueError(f"{day}: {text!r} closes before it opens")
    return begins, ends


def due_after(start: datetime, hours: float, calendar: Calendar) -> datetime:
    """Return when so many hours have passed that count.

    Parameters
    ----------
    start
        When the clock starts (UTC).
    hours
        Hours, more than 0.
    calendar
        Which hours count. By business time, hours outside of opening hours and on holidays do not.

    Returns
    -------
    datetime
        In UTC. Hours are real ones: where the clock is put forward a day has one less.

    Raises
    ------
    ValueError
        If no hour of twenty years counts.
    """
    left = timedelta(hours=hours)
    if calendar.clock == "wall":
        return start + left
    for begins, ends in _open_from(start, calendar):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    raise ValueError("no hour counts: every day is closed")


def _open_from(start: datetime, calendar: Calendar) -> Iterator[tuple[datetime, datetime]]:
    """Yield the spans in which somebody is there, from an instant on."""
    first = start.astimezone(calendar.zone).date()
    for number in range(_MOST_DAYS):
        day = first + timedelta(days=number)
        hours = calendar.days[day.weekday()]
        if hours is None or day in calendar.holidays:
            continue
        begins, ends = (datetime.combine(day, at, calendar.zone).astimezone(UTC) for at in hours)
        if hours[1] == time.max:
            ends = datetime.combine(day + timedelta(days=1), time(), calendar.zone).astimezone(UTC)
        if ends > start:
            yield max(begins, start), ends
