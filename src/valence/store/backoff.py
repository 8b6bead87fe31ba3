"""Backoff: how long to wait before trying again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Backoff:
    """Wait `first`, then twice as long each time, at most `longest`."""

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(hours=1)

    def after(self, attempts: int) -> timedelta:
        """Return the wait after this many failed attempts (1 or more)."""
        # The shift is bounded: 2**1000 seconds are more than a timedelta holds.
        return min(self.longest, self.first * (1 << min(attempts - 1, 30)))


PATIENT = Backoff()  # 5 s, 10 s, 20 s … an hour
