"""Purchases: when each person buys, until the end and beyond it, and when each one leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.demo.arrays import Flags, Floats, Ints
from valence.demo.customers import WEEK, Customers
from valence.demo.seasons import Season
from valence.demo.streams import Streams

YEAR = 365  # days


@dataclass(frozen=True, slots=True)
class Purchases:
    """Orders as (person, time), sorted by time; times in days from the start.

    `first` marks a person's first order. `left_days` is when the person left for good: infinite
    where that lies beyond the horizon of a process that ends by purchases.
    """

    person: Ints
    at_days: Floats
    first: Flags
    left_days: Floats


@dataclass(frozen=True, slots=True)
class History:
    """What happened up to the end, and the continuation by years, which only the truth holds."""

    observed: Purchases
    future: list[Purchases]

    @property
    def left_days(self) -> Floats:
        """When each person left, as far as was drawn."""
        return self.future[-1].left_days


def make_history(
    streams: Streams, customers: Customers, calendar: Season, days: int, years: int
) -> History:
    """Draw all purchases of `days`, and of each of the `years` after them from a stream of its own.

    A Poisson process has independent increments, so each year can be drawn apart: what was
    observed, and the years before, are the same however far one looks ahead.
    """
    born = customers.acquired_days
    if np.isnan(customers.dropout).all():
        rng = streams("lifetime")
        left = born + WEEK * rng.exponential(1.0, len(customers)) / customers.hazard_week
        remaining = np.full(len(customers), np.iinfo(np.int64).max)
    else:
        left = np.full(len(customers), np.inf)
        remaining = streams("lifetime").geometric(customers.dropout)
    past = _draw(streams("purchases"), customers, calendar, born, np.minimum(left, days))
    past, left, remaining = _until_dropout(past, left, remaining)
    observed = _sorted(*_with_first(customers, past), left)
    future = []
    for year in range(years):
        low = days + year * YEAR
        begin = np.full(len(customers), float(low))
        end = np.clip(left, low, low + YEAR)
        rng = streams(f"future purchases {year}")
        ahead, left, remaining = _until_dropout(
            _draw(rng, customers, calendar, begin, end), left, remaining
        )
        future.append(_sorted(*ahead, np.zeros(len(ahead[0]), bool), left))
    return History(observed, future)


Times = tuple[Ints, Floats]


def _draw(
    rng: np.random.Generator, customers: Customers, calendar: Season, begin: Floats, end: Floats
) -> Times:
    """Poisson purchases between `begin` and `end` on the warped clock, by person, then time."""
    low, high = calendar.warp(begin), calendar.warp(end)
    count = rng.poisson(customers.rate_week / WEEK * np.maximum(high - low, 0.0))
    person = np.repeat(np.arange(len(customers)), count)
    warped = low[person] + rng.random(len(person)) * (high - low)[person]
    order = np.lexsort((warped, person))
    return person, calendar.unwarp(warped[order])


def _until_dropout(times: Times, left: Floats, remaining: Ints) -> tuple[Times, Floats, Ints]:
    """Keep each person's purchases up to the one after which the person leaves."""
    person, at_days = times
    count = np.bincount(person, minlength=len(left))
    ordinal = np.arange(len(person)) - np.repeat(np.cumsum(count) - count, count)
    last = ordinal + 1 == remaining[person]
    keep = ordinal < remaining[person]
    left = left.copy()
    left[person[last]] = at_days[last]
    return (person[keep], at_days[keep]), left, np.maximum(remaining - count, 0)


def _with_first(customers: Customers, repeats: Times) -> tuple[Ints, Floats, Flags]:
    buyers = np.flatnonzero(customers.buys)
    person = np.concatenate([buyers, repeats[0]])
    at_days = np.concatenate([customers.acquired_days[buyers], repeats[1]])
    return person, at_days, np.arange(len(person)) < len(buyers)


def _sorted(person: Ints, at_days: Floats, first: Flags, left: Floats) -> Purchases:
    order = np.lexsort((person, at_days))
    return Purchases(person[order], at_days[order], first[order], left)
