"""Moments as arrays: what was known of each customer before, and the margin of the year after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from valence.core.alike.basis import Codes, Flags, Floats, Singles, common, tamed

YEAR = 365
# Days before a moment over which value, and orders, are summed.
VALUES, ORDERS = (182, 365, 730), (365,)


@dataclass(frozen=True)
class Before:
    """What a placebo looks at: value before the last year, by what is known of that year.

    By fewer days it would alarm wherever what lies between moved the experience, and that is known.
    """

    mains: Singles  # (n, k) nothing of them knows of what is tested
    earlier: Floats  # (n,) value of a year, before that year
    reach: Flags  # (n,) whether the customer's history reaches that far

    def some(self, rows: Flags) -> Before:
        """Return it of some of the moments."""
        return Before(self.mains[rows], self.earlier[rows], self.reach[rows])


@dataclass(frozen=True)
class Moments:
    """Moments at one touchpoint: each a customer, a day, and what was known before it.

    `mains` are the covariates, tamed; the first is worth, the second tenure.
    """

    customer: Codes  # (n,) numbers of customers
    on: Floats  # (n,) day, as a number
    channel: Codes  # (n,) numbers of channels, 0 the most common
    mains: Singles  # (n, k)
    later: Floats  # (n,) margin of the year after; what came of it until now, where not over
    before: Before

    def __len__(self) -> int:
        return len(self.customer)

    def some(self, rows: Flags) -> Moments:
        """Return some of the moments."""
        return Moments(
            self.customer[rows], self.on[rows], self.channel[rows], self.mains[rows],
            self.later[rows], self.before.some(rows),
        )  # fmt: skip


def moments_of(columns: Mapping[str, Floats], customer: Codes, channel: Codes) -> Moments:
    """Return moments from the columns of the mart `stake_moments`, each (n,).

    Told apart are worth (value of the last year, of the year before, of all before; of the last
    half, which shows a trend), the rung (its rules ask for orders, how many lately, and
    how large they are), tenure, days since the last order, past experience, and the season.
    """
    c = columns
    bought = c["recency_days"] >= 0
    recency = np.where(bought, c["recency_days"], np.inf)
    tenure = np.log1p(np.maximum(c["tenure_days"], 0.0))
    season = 2 * np.pi * c["on"] / 365.25
    always = [
        *(np.log1p(np.maximum(c[name], 0.0)) for name in ("moments_365", "bad_365")),
        np.sin(season),
        np.cos(season),
    ]

    lately = [
        tamed(c["value_365"]), tenure, tamed(c["orders_365"]),
        # Beyond the year nothing is told: what lies there is tested.
        np.minimum(recency, YEAR), tamed(c["value_182"]), *always,
    ]  # fmt: skip

    older = [
        tamed(c["value_730"] - c["value_365"]),
        tamed(c["value_before"] - c["value_730"]),
        tamed(c["orders_before"] - c["orders_365"]),
        tamed(c["value_before"] / np.maximum(c["orders_before"], 1.0)),
        np.log1p(np.minimum(recency, 3 * YEAR)),
    ]
    return Moments(
        customer, c["on"], common(channel), _stacked([*lately, *older]), c["later"],
        Before(
            _stacked(lately),
            (c["value_before"] - c["value_365"]) * YEAR / np.maximum(c["tenure_days"] - YEAR, 1.0),
            c["tenure_days"] >= YEAR + YEAR // 2,
        ),
    )  # fmt: skip


def _stacked(columns: list[Floats]) -> Singles:
    return np.stack(columns, axis=1).astype(np.float32)
