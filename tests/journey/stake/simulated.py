"""Moments of customers whose truth is known: who met a bad experience, and what it took away.

Customers buy by a rate of their own until they leave, and spend by a level of their own. A bad
experience makes some leave and lowers the rate of the others: more so of the new and the worthy.
How likely it is goes, not in a line, by what was seen before: worth, tenure, channel, past
experience. With a hidden confounder it also goes by the rate itself, which no table shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from valence.journey.stake.known import YEAR, Moments, moments_of

MONTHS, AS_OF = 60, 1_826
_MONTH = AS_OF / MONTHS


@dataclass(frozen=True)
class Drawn:
    """Moments as marts have them, and what only the simulation knows of each."""

    moments: Moments
    affected: np.ndarray
    effect: np.ndarray  # expected later margin with the bad experience less that without
    chance: np.ndarray  # true propensity
    columns: dict[str, np.ndarray]  # of the mart `stake_moments`

    @property
    def old(self):
        return self.moments.on <= AS_OF - YEAR

    def truth(self) -> float:
        """Average effect on the affected whose year is over."""
        return float(self.effect[self.old & self.affected].mean())


class Customers(NamedTuple):
    """What is latent of each customer, (n,)."""

    start: np.ndarray  # month of the first order
    rate: np.ndarray  # orders a month
    level: np.ndarray  # margin of an order
    leaves: np.ndarray  # chance to leave in a month
    channel: np.ndarray

    @classmethod
    def of(cls, rng, n):
        return cls(
            rng.uniform(0, MONTHS - 3, n), rng.gamma(1.2, 0.35, n),
            np.exp(rng.normal(3.4, 0.6, n)), rng.gamma(1.0, 0.02, n), rng.integers(0, 4, n),
        )  # fmt: skip


def simulate(seed: int, customers: int = 8_000, *, hidden: bool = False) -> Drawn:
    """Draw customers, their moments at one touchpoint, and the truth."""
    rng = np.random.default_rng(seed)
    who = Customers.of(rng, customers)
    alive = np.ones(customers, bool)
    bought, value, bad, met = np.zeros((4, MONTHS + 1, customers))
    rows = []
    for month in range(MONTHS):
        here = alive & (who.start <= month)
        bought[month], value[month] = _orders(rng, who, here, month)
        chance_to_meet = 0.06 + 0.1 * (bought[month] > 0)
        touched = here & (rng.random(customers) < chance_to_meet) & (who.start <= month - 1)
        at = np.flatnonzero(touched)
        seen = _seen(at, month, who.start, bought, value, bad, met)
        chance = _chance(seen, who.channel[at], who.rate[at], hidden=hidden)
        hit, pull = rng.random(len(at)) < chance, _pull(seen)
        rows.append((at, np.full(len(at), month), chance, hit, pull, seen))
        alive[at[hit & (rng.random(len(at)) < pull)]] = False
        met[month, at], bad[month, at] = 1, hit
        alive &= ~(here & (rng.random(customers) < who.leaves))
    return _drawn(rows, who, value)


def _orders(rng, who, here, month):
    """Orders and their margin in a month; some come back and cost more than they brought."""
    orders = rng.poisson(np.where(here, who.rate, 0.0))
    orders = np.where(here & (who.start > month - 1), np.maximum(orders, 1), orders)
    margin = rng.gamma(np.maximum(orders, 1e-9) * 2.0, who.level / 2.0) * (orders > 0)
    returned = (rng.random(len(orders)) < 0.04) & (orders > 0)
    return orders, np.where(returned, -0.3 * margin, margin)


def _seen(who, month, start, bought, value, bad, met):
    def of(table, months):
        return table[max(month - months, 0) : month, who].sum(axis=0)

    last = np.where(bought[:month, who] > 0, np.arange(month)[:, None], -1)
    last = last.max(axis=0, initial=-1)
    orders = of(bought, MONTHS)
    return {
        **{f"value_{d}": of(value, m) for d, m in ((91, 3), (182, 6), (365, 12), (730, 24))},
        **{f"orders_{d}": of(bought, m) for d, m in ((91, 3), (182, 6), (365, 12))},
        "value_before": of(value, MONTHS),
        "orders_before": orders,
        "moments_365": of(met, 12),
        "bad_365": of(bad, 12),
        "recency_days": np.where(last >= 0, (month - last) * _MONTH, -1.0),
        "tenure_days": (month - start[who]) * _MONTH,
    }


def _chance(seen, channel, rate, *, hidden):
    worth = np.log1p(np.maximum(seen["value_365"], 0)) - 5.0
    young = np.exp(-seen["tenure_days"] / 365)
    z = (
        -2.0 + 0.45 * worth + 0.12 * np.clip(worth, 0, None) ** 2 - 0.8 * young
        + 0.5 * (channel == 2) * (worth > 0) + 0.5 * np.minimum(seen["bad_365"], 2)
        - 0.5 * (seen["recency_days"] > 90)
    )  # fmt: skip
    if hidden:
        z = z - 1.0 * (np.log(rate) + 1.3)
    return expit(np.clip(z, -5, 2))


def _pull(seen):
    """The chance to leave at once for a bad experience: more so of the new and the worthy."""
    worth = np.log1p(np.maximum(seen["value_365"], 0)) - 5.0
    return np.clip(0.18 + 0.12 * np.exp(-seen["tenure_days"] / 365) + 0.04 * worth, 0.02, 0.5)


def _drawn(rows, latent, value):
    who, month, chance, hit, pull, seen = zip(*rows, strict=True)
    who, month, chance, hit, pull = map(np.concatenate, (who, month, chance, hit, pull))
    known = {name: np.concatenate([s[name] for s in seen]) for name in seen[0]}
    # Margin of the twelve months after the month of the moment; and what it is expected to be for
    # a customer who is still here: months until leaving, each with the rate and the level.
    total = np.concatenate([np.zeros((1, value.shape[1])), np.cumsum(value, axis=0)])
    later = total[np.minimum(month + 13, MONTHS), who] - total[month + 1, who]
    stay = 1 - latent.leaves[who]
    months = np.sum([stay**m for m in range(1, 13)], axis=0)
    expected = latent.rate[who] * latent.level[who] * (1 - 0.04 * 1.3) * months
    known |= {"on": month * _MONTH, "later": later}
    moments = moments_of(known, who.astype(np.intp), latent.channel[who])
    columns = {name: column.astype(float) for name, column in known.items()}
    return Drawn(moments, hit, -pull * expected, chance, columns)
