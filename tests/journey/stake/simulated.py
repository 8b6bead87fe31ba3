"""Moments of customers whose truth is known: who met a bad experience, and what it took away.

Customers buy by a rate of their own until they leave, and spend by a level of their own. A bad
experience makes some leave and lowers the rate of the others: more so of the new and the worthy.
How likely it is goes, not in a line, by what was seen before: worth, tenure, channel, past
experience. With a hidden confounder it also goes by the rate itself, which no table shows.
"""

from __future__ import annotations

from dataclasses import dataclass

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
    expected: np.ndarray  # expected later margin without it, given all that was seen: see `oracle`

    @property
    def old(self):
        return self.moments.on <= AS_OF - YEAR

    def truth(self) -> float:
        """Average effect on the affected whose year is over."""
        return float(self.effect[self.old & self.affected].mean())


def simulate(seed: int, customers: int = 8_000, *, hidden: bool = False) -> Drawn:
    """Draw customers, their moments at one touchpoint, and the truth."""
    rng = np.random.default_rng(seed)
    n = customers
    start = rng.uniform(0, MONTHS - 3, n)
    rate = rng.gamma(1.2, 0.35, n)  # orders a month
    level = np.exp(rng.normal(3.4, 0.6, n))  # margin of an order
    leaves = rng.gamma(1.0, 0.02, n)  # chance to leave in a month
    channel = rng.integers(0, 4, n)
    alive = np.ones(n, bool)
    felt = np.ones(n)  # what is left of the rate after bad experiences
    bought, value = np.zeros((MONTHS + 13, n)), np.zeros((MONTHS + 13, n))
    bad, met = np.zeros((MONTHS + 13, n)), np.zeros((MONTHS + 13, n))
    rows = []
    for month in range(MONTHS):
        here = alive & (start <= month)
        k = rng.poisson(np.where(here, rate * felt, 0.0))
        first = here & (start > month - 1)
        k = np.where(first, np.maximum(k, 1), k)
        returned = rng.random(n) < 0.04
        bought[month] = k
        value[month] = rng.gamma(np.maximum(k, 1e-9) * 2.0, level / 2.0) * (k > 0)
        value[month] -= np.where(returned & (k > 0), 1.3 * value[month], 0.0)
        touch = here & (rng.random(n) < 0.06 + 0.1 * (k > 0)) & (start <= month - 1)
        who = np.flatnonzero(touch)
        if len(who):
            seen = _seen(who, month, start, bought, value, bad, met)
            chance = _chance(seen, channel[who], rate[who], level[who], hidden=hidden)
            hit = rng.random(len(who)) < chance
            pull = _pull(seen)
            rows.append((who, np.full(len(who), month), chance, hit, pull, felt[who].copy(), seen))
            left = hit & (rng.random(len(who)) < pull)
            alive[who[left]] = False
            met[month, who] = 1
            bad[month, who] = hit
        alive &= ~(here & (rng.random(n) < leaves))
    return _drawn(rows, rate, level, leaves, channel, start, value, rng)


def _seen(who, month, start, bought, value, bad, met):
    def of(table, months):
        return table[max(month - months, 0) : month, who].sum(axis=0)

    last = np.where(bought[:month, who] > 0, np.arange(month)[:, None], -1).max(axis=0)
    orders = of(bought, MONTHS)
    return {
        **{f"value_{d}": of(value, m) for d, m in ((91, 3), (182, 6), (365, 12), (730, 24))},
        **{f"orders_{d}": of(bought, m) for d, m in ((91, 3), (182, 6), (365, 12), (730, 24))},
        "value_before": of(value, MONTHS),
        "orders_before": orders,
        "mean_order": of(value, MONTHS) / np.maximum(orders, 1),
        "moments_365": of(met, 12),
        "bad_365": of(bad, 12),
        "recency_days": np.where(last >= 0, (month - last) * _MONTH, -1.0),
        "tenure_days": (month - start[who]) * _MONTH,
    }


def _chance(seen, channel, rate, level, *, hidden):
    worth = np.log1p(np.maximum(seen["value_365"], 0)) - 5.0
    young = np.exp(-seen["tenure_days"] / 365)
    z = (
        -2.0 + 0.45 * worth + 0.12 * np.clip(worth, 0, None) ** 2 - 0.8 * young
        + 0.5 * (channel == 2) * (worth > 0) + 0.5 * np.minimum(seen["bad_365"], 2)
        - 0.5 * (seen["recency_days"] > 90)
    )  # fmt: skip
    if hidden:
        z = z - 0.7 * (np.log(rate) + 1.3) - 0.5 * (np.log(level) - 3.4)
    return expit(np.clip(z, -5, 2))


def _pull(seen):
    """The chance to leave at once for a bad experience: more so of the new and the worthy."""
    worth = np.log1p(np.maximum(seen["value_365"], 0)) - 5.0
    return np.clip(0.18 + 0.12 * np.exp(-seen["tenure_days"] / 365) + 0.04 * worth, 0.02, 0.5)


def _drawn(rows, rate, level, leaves, channel, start, value, rng):
    who, month, chance, hit, pull, _, seen = zip(*rows, strict=True)
    who, month, chance, hit, pull = map(np.concatenate, (who, month, chance, hit, pull))
    known = {name: np.concatenate([s[name] for s in seen]) for name in seen[0]}
    # Margin of the twelve months after the month of the moment; and what it is expected to be for
    # a customer who is still here: months until leaving, each with the rate and the level.
    total = np.concatenate([np.zeros((1, value.shape[1])), np.cumsum(value, axis=0)])
    later = total[np.minimum(month + 13, MONTHS), who] - total[month + 1, who]
    stay = 1 - leaves[who]
    months = np.sum([stay**m for m in range(1, 13)], axis=0)
    latent = rate[who] * level[who] * (1 - 0.04 * 1.3) * months
    known |= {"on": month * _MONTH, "later": later}
    moments = moments_of(known, who.astype(np.intp), channel[who])
    return Drawn(moments, hit, -pull * latent, chance, latent)
