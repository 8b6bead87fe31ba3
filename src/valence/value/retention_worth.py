"""What retention is worth: the value of customers if a few more, or fewer, stayed each year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Retained:
    """The base at one retention: `share` stay each year, `value` of all future years, today."""

    share: float
    value: float
    change: float  # against the base's own retention, as a share of it


def retention_worth(
    yearly_value: float,
    retention: float,
    discount_rate: float,
    *,
    points: Sequence[float] = (-0.05, -0.03, -0.01, 0.0, 0.01, 0.03, 0.05),
) -> list[Retained]:
    """Return what the present customers are worth at other retentions.

    Each year `r` of those of the year before stay and bring what they brought:
    `value = yearly_value × r / (1 + i − r)`.

    Parameters
    ----------
    yearly_value
        What the present customers brought in twelve months.
    retention
        Share who bought again in the twelve months after.
    discount_rate
        A year's discount i.
    points
        Changes of the retention, in shares: 0.01 is one point. Those that leave 0 to 1 are left
        out.

    Notes
    -----
    Gupta and Lehmann (2003), "Customers as assets", Journal of Interactive Marketing 17(1).
    """

    def value(share: float) -> float:
        left = 1 + discount_rate - share
        return yearly_value * share / left if left > 0 else inf

    own = value(retention)
    return [
        Retained(share, value(share), value(share) / own - 1 if own else 0.0)
        for share in (retention + point for point in points)
        if 0 <= share <= 1 and value(share) < inf
    ]


def of_a_point(retention: float, discount_rate: float, *, point: float = 0.01) -> float | None:
    """Return what a point more retention adds to all years to come, as a share of them.

    None where there is nothing to add to, or more than everybody would have to stay.
    """
    more = retention + point
    left = 1 + discount_rate - more
    if retention <= 0 or more > 1 or left <= 0:
        return None
    return more / left / (retention / (left + point)) - 1


def range_of_a_point(
    low: float, high: float, discount_rate: float, *, point: float = 0.01
) -> tuple[float, float] | None:
    """Return the least and the most that a point adds, of all retentions between two."""
    turn = (1 + discount_rate - point) / 2  # what a point adds falls up to here, and rises then
    at = [low, min(max(low, turn), high), min(high, 1 - point)]
    found = [of_a_point(share, discount_rate, point=point) for share in at]
    known = [change for change in found if change is not None]
    return (min(known), max(known)) if known else None
