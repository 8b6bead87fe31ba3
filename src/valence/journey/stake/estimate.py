"""One touchpoint and one bad experience: the effect on later margin, and whether to believe it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from valence.core.alike.balance import Balance
from valence.core.alike.basis import Codes, Flags, Floats, Singles
from valence.core.alike.compared import USUAL, Alike, Rules
from valence.core.alike.effect import Estimate, effects, naive
from valence.journey.stake.known import YEAR, Moments

Verdict = Literal[
    "costs", "gains", "not told apart", "too few", "not alike", "unlike before", "all affected"
]
_SEVERAL = 200  # affected from which on effects are told by more than what was expected


@dataclass(frozen=True, slots=True)
class Placebo:
    """The same comparison of value before the moment, which the experience cannot have moved."""

    affected: int
    found: Estimate
    alarm: bool


@dataclass(frozen=True, slots=True)
class Stake:
    """What is known of a bad experience at a touchpoint.

    `affected`, `customers`, `controls` count moments whose year is over; `newer` those of the last
    year, whose cost is foretold. Effects are margin per affected moment: below zero is lost.
    """

    affected: int
    controls: int
    customers: int
    newer: int
    verdict: Verdict
    naive: Estimate | None = None
    effect: Estimate | None = None
    # Sums count a customer once a year: years after two moments of one are mostly the same year.
    lost: Estimate | None = None  # of effects on the affected whose year is over
    at_stake: Estimate | None = None  # of foretold effects on those of the last year
    balance: Balance | None = None
    placebo: Placebo | None = None
    each: Floats = field(default_factory=lambda: np.zeros(0))  # the effects that it sums


def stake_of(moments: Moments, affected: Flags, *, as_of: int, rules: Rules = USUAL) -> Stake:
    """Return what a bad experience costs, by moments alike without it.

    Parameters
    ----------
    moments
        All moments at the touchpoint at which it can be told whether the experience was bad.
    affected
        (n,) those at which it was.
    as_of
        The day of the build, as a number: moments a year before it or earlier are measured.
    rules
        What it takes to say something.
    """
    over = moments.on <= as_of - YEAR
    old, own = moments.some(over), affected[over]
    newer = moments.some(~over & affected)
    counted = once_a_year(newer)
    bare = Stake(
        affected=int(own.sum()),
        controls=int((~own).sum()),
        customers=len(np.unique(old.customer[own])),
        newer=len(newer),
        verdict="too few",
    )
    if min(bare.affected, bare.controls) < rules.minimum:
        alone = bare.affected >= rules.minimum and not bare.controls
        return replace(bare, verdict="all affected") if alone else bare
    # A trend is not drawn out: newer moments count as of the last day whose year is over.
    day = np.minimum(moments.on, old.on.max()).astype(np.float32)
    every = np.column_stack([moments.mains, day])
    alike = Alike.of(every[over], old.channel, own, old.customer, rules)
    told = replace(
        bare,
        verdict="not alike",
        naive=naive(own, old.later, old.customer),
        balance=alike.balance,
    )
    if not alike.enough:
        return told
    basis, expected = alike.expected(old.later)
    kept = alike.kept
    compared = alike.compared(old.later, expected.told)
    kinds = _Kinds.of(basis.mains[own & kept], expected.told[own & kept])
    found = effects(compared, kinds.of_rows(basis.mains[kept], expected.told[kept]))
    others = basis.of_others(every[~over & affected], newer.channel)
    rows = kinds.of_rows(others.mains, expected.of(others))[counted]
    at_stake, placebo = found.total(rows), placebo_of(old, own, rules)
    return replace(
        told,
        verdict=_verdict(found.mean, at_stake, alike, placebo, rules),
        effect=found.mean,
        lost=_times(found.mean, len(once_a_year(old.some(own)))),
        at_stake=at_stake,
        placebo=placebo,
        each=rows @ found.weights,
    )


def once_a_year(moments: Moments) -> Codes:
    """Return which moments to sum: each customer's first, the first a year after it, and so on.

    The year after a moment holds the margin that the customer's next moment looks at, too.
    """
    rows = np.lexsort((moments.on, moments.customer))
    found = [rows[:0]]
    while len(rows):
        _, first, whose = np.unique(moments.customer[rows], return_index=True, return_inverse=True)
        found.append(rows[first])
        rows = rows[moments.on[rows] >= moments.on[rows[first]][whose] + YEAR]
    return np.concatenate(found)


def placebo_of(old: Moments, own: Flags, rules: Rules) -> Placebo | None:
    """Return the comparison of value before, among customers whose history reaches that far.

    What is tested is the value of a stretch that ends a year before the moment; what is known of
    that year is what customers are alike in. If it, and the rest of what is known, tells all that
    moved both worth and the experience, value before it is alike too; if it is not, something
    unseen is at work. None where too few have such a history.
    """
    reach = old.before.reach
    affected, customer = own[reach], old.customer[reach]
    if _smaller(affected) < rules.minimum:
        return None
    tested, channel = old.before.some(reach), old.channel[reach]
    mains = np.column_stack([tested.mains, old.on[reach].astype(np.float32)])
    alike = Alike.of(mains, channel, affected, customer, rules)
    kept = alike.kept
    if _smaller(affected[kept]) < rules.minimum:
        return None
    _, expected = alike.expected(tested.earlier)
    compared = alike.compared(tested.earlier, expected.told)
    found = effects(compared, np.ones((int(kept.sum()), 1))).mean
    low, high = found.interval(rules.confidence)
    return Placebo(int(affected.sum()), found, alarm=not low <= 0 <= high)


@dataclass(frozen=True)
class _Kinds:
    """What effects go with: worth, tenure, orders, and what was expected, in its own spread."""

    columns: int
    spread: float

    @classmethod
    def of(cls, mains: Singles, expected: Floats) -> _Kinds:
        several = len(mains) >= _SEVERAL and mains.shape[1] >= 2
        return cls(2 if several else 0, max(float(expected.std()), 1e-9))

    def of_rows(self, mains: Singles, expected: Floats) -> Floats:
        own = mains[:, : self.columns].astype(np.float64)
        return np.column_stack([np.ones(len(own)), expected / self.spread, own])


def _smaller(affected: Flags) -> int:
    return int(min(affected.sum(), (~affected).sum()))


def _times(estimate: Estimate, n: int) -> Estimate:
    return Estimate(estimate.value * n, estimate.error * n)


def _verdict(
    effect: Estimate, at_stake: Estimate, alike: Alike, placebo: Placebo | None, rules: Rules
) -> Verdict:
    """What is told: a loss or a gain only where both figures that are shown are one."""
    if not alike.balanced:
        return "not alike"
    if placebo is not None and placebo.alarm:
        return "unlike before"
    told = [effect, at_stake] if at_stake.error else [effect]  # nobody met it lately
    ends = [each.interval(rules.confidence) for each in told]
    if all(high < 0 for _, high in ends):
        return "costs"
    return "gains" if all(low > 0 for low, _ in ends) else "not told apart"
