"""Days and months of the calendar, without a clock."""

from __future__ import annotations

from datetime import date, datetime

from valence.core.errors import BadInputError


def as_day(given: date | datetime | str) -> date:
    """Return a day given as a date, as a moment of it, or as text such as 2025-01-31.

    Raises
    ------
    BadInputError
        If the text is no day.
    """
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    try:
        return datetime.fromisoformat(given).date()
    except (TypeError, ValueError) as wrong:
        raise BadInputError(
            "{given!r} is no day. Write it as year-month-day, such as 2025-01-31.", given=given
        ) from wrong


def months_before(day: date, months: int) -> date:
    """Return the same day some months earlier, or the last day of that month if it is shorter."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def month_days(day: date) -> tuple[date, date]:
    """Return the first day of the day's month, and of the month after."""
    first = day.replace(day=1)
    return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
