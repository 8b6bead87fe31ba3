"""When what was learned, or told of a panel, stands until the next time."""

from __future__ import annotations

from datetime import date


def not_due(made_on: date | None, as_of: date, days: int) -> bool:
    """Return whether what was made on a day is younger than so many days."""
    return made_on is not None and 0 <= (as_of - made_on).days < days


def as_many(then: int, now: int, times: float) -> bool:
    """Return whether there are about as many customers as it was made of."""
    return then / times <= now <= then * times
