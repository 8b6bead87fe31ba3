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
    first_year: bool = False,
    points: Sequence[float] = (-0.05, -0.03, -0.01, 0.0, 0.01, 0.03, 0.05),
) -> list[Retained]:
    """Return what the present customers are worth at other retentions.

    Each year `r` of those of the year before stay and bring what they brought:
    `value = yearly_value × r / (1 + i − r)`.

    Parameters
    ----------
    yearly_value
        What the present customers brought in twelve months; with `first_year` what they are
        expected to bring in the twelve to come.
    retention
        Share who bought again in the twelve months after.
    discount_rate
        A year's discount i.
    first_year
        Count that year itself, too: `value = yearly_value × (1 + i) / (1 + i − r)`.
    points
        Changes of the retention, in shares: 0.01 is one point. Those that leave 0 to 1 are left
        out.

    Notes
    -----
    Gupta and Lehmann (2003), "Customers as assets", Journal of Interactive Marketing 17(1).
    """

    def value(share: float) -> float:
        left = 1 + discount_rate - share
        kept = 1 + discount_rate if first_year else share
        return yearly_value * kept / left if left > 0 else inf

    own = value(retention)
    return [
        Retained(share, value(share), value(share) / own - 1 if own else 0.0)
        for share in (retention + point for point in points)
        if 0 <= share <= 1 and value(share) < inf
    ]


def of_a_point(retention: float, discount_rate: float, *, point: float = 0.01) -> float | None:
    """Return what a point more retention adds to the next year and all after it, as a share.

    None where more than everybody would have to stay. It rises with the retention, so an interval
    of one is that of the other.
    """
    left = 1 + discount_rate - retention - point
    return None if retention + point > 1 or left <= 0 else point / left
