"""Whether to believe the estimator: held against moments whose truth a simulation knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.core.alike.basis import Basis, Flags, Floats, common, tamed
from valence.core.alike.compared import Rules
from valence.core.alike.effect import Compared, Effects, effects
from valence.core.alike.nuisance import Without, folds_of, without
from valence.journey.stake.estimate import stake_of
from valence.journey.stake.known import YEAR, Before, Moments

RULES = Rules()
EXPERIENCES = ("late delivery", "unsolved contact")
SEEDS = 100
COVERS, WIDEST, NAIVE, ALARMS = (84, 96), 1.5, 50, 80  # of a hundred seeds
_COUNTS = ("bought_before_12m", "bad_before", "contacts_before")
_SIZE = 500.0  # of money, so that one scale holds for every seed
_LEARNED_FROM = range(900_001, 900_011)  # seeds that no other question is asked of


@dataclass(frozen=True, slots=True)
class Drawn:
    """Simulated moments, and what only the simulation knows.

    `table` has one row per moment: `customer`, `at_days`, `channel`, what was known before it
    (`margin_before` of 12 months, `margin_earlier` of the 12 before, `tenure_days`, counts,
    `remote`, `last_score`), `exposed`, and `margin_after` of 12 months.
    """

    table: pa.Table
    effect: float  # average effect on the affected
    chance: Floats  # (n,) of a bad experience


class Draw(Protocol):
    """What draws the moments of a seed."""

    def __call__(self, seed: int, experience: str, *, hidden: bool) -> Drawn:
        """Draw moments at which the experience was possible, with a hidden confounder or not."""

    def __hash__(self) -> int:
        """Tell it from others."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one seed showed."""

    truth: float
    low: float
    high: float
    naive_low: float
    naive_high: float
    width: float  # over that of the estimator with true nuisances; of hidden ones it is not asked
    alarm: bool
    affected: int

    @property
    def covers(self) -> bool:
        """Whether the interval covers the truth."""
        return self.low <= self.truth <= self.high

    @property
    def naive_covers(self) -> bool:
        """Whether the plain difference's interval does."""
        return self.naive_low <= self.truth <= self.naive_high


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that must hold over the seeds."""

    what: str
    wanted: str
    found: str
    met: bool | None  # None: told, not asked

    def told(self) -> dict[str, Any]:
        """Return it as data."""
        return asdict(self)


def seen_of(draw: Draw, seed: int, experience: str, *, hidden: bool) -> Seen:
    """Simulate one seed, estimate, and hold it against the truth."""
    drawn = draw(seed, experience, hidden=hidden)
    moments, affected = as_moments(drawn.table), exposed(drawn.table)
    found = stake_of(moments, affected, as_of=int(moments.on.max()) + YEAR + 1, rules=RULES)
    if found.effect is None or found.naive is None:
        raise RuntimeError(f"seed {seed}: nothing could be said ({found.verdict})")
    width = np.nan
    if not hidden:
        expected = _true_outcome(draw, experience)
        width = found.effect.error / _oracle(moments, affected, drawn.chance, expected).mean.error
    return Seen(
        drawn.effect,
        *found.effect.interval(RULES.confidence),
        *found.naive.interval(RULES.confidence),
        float(width),
        bool(found.placebo and found.placebo.alarm),
        found.affected,
    )


def _oracle(
    moments: Moments, affected: Flags, chance: Floats, outcome: tuple[Basis, Without]
) -> Effects:
    """The same estimator with the true chance and the true expected outcome."""
    basis, fitted = outcome
    expected = fitted.of(basis.of_others(moments.mains, moments.channel))
    compared = Compared(affected, moments.later, expected, chance, moments.customer)
    known = np.column_stack([np.ones(len(expected)), expected])
    return effects(compared, known)


@cache
def _true_outcome(draw: Draw, experience: str) -> tuple[Basis, Without]:
    """Outcomes expected without the bad experience, as good as known.

    They are learned from ten times as many customers, of seeds that nothing else is asked of.
    """
    tables = [draw(seed, experience, hidden=False).table for seed in _LEARNED_FROM]
    for at, table in enumerate(tables):  # customers of different seeds are different customers
        number = pc.add(table["customer"], at * 10_000_000)
        place = table.schema.get_field_index("customer")
        tables[at] = table.set_column(place, "customer", number)
    whole = pa.concat_tables(tables)
    moments, controls = as_moments(whole), ~exposed(whole)
    basis = Basis.of(moments.mains, moments.channel, int(controls.sum()))
    return basis, without(basis, moments.later, controls, folds_of(moments.customer))


def claims(plain: Sequence[Seen], hidden: Sequence[Seen]) -> list[Claim]:
    """Return what holds over the seeds; counts are scaled to a hundred seeds."""

    def of_hundred(flags: Sequence[bool]) -> float:
        return 100 * sum(flags) / len(flags)

    covers = of_hundred([one.covers for one in plain])
    width = float(np.mean([one.width for one in plain]))
    naive = of_hundred([one.naive_covers for one in plain])
    alarms = of_hundred([one.alarm for one in hidden])
    false = of_hundred([one.alarm for one in plain])
    return [
        Claim("the 90 % interval covers the truth, of 100 seeds",
              "84 to 96", f"{covers:g}", COVERS[0] <= covers <= COVERS[1]),
        Claim("its mean width over that with true models",
              "at most 1.5", f"{width:.3f}", width <= WIDEST),
        Claim("the plain difference's interval covers it, of 100 seeds",
              "fewer than 50", f"{naive:g}", naive < NAIVE),
        Claim("the placebo check alarms where a confounder is hidden, of 100 seeds",
              "at least 80", f"{alarms:g}", alarms >= ALARMS),
        Claim("it alarms where none is hidden, of 100 seeds",
              "about 10", f"{false:g}", None),
    ]  # fmt: skip


def exposed(table: pa.Table) -> Flags:
    """Return which moments are bad, (n,)."""
    return np.asarray(table["exposed"].to_numpy(), bool)


def as_moments(table: pa.Table) -> Moments:
    """Return simulated moments as the estimator takes them."""

    def floats(name: str, missing: float = 0.0) -> Floats:
        column = pc.fill_null(pc.cast(table[name], pa.float64()), missing)
        return np.asarray(column.to_numpy(), np.float64)

    score, tenure = floats("last_score", -1.0), floats("tenure_days")
    recent = [
        tamed(floats("margin_before"), _SIZE), np.log1p(np.maximum(tenure, 0.0)),
        *(np.log1p(floats(name)) for name in _COUNTS),
        floats("remote"), np.where(score < 0, 7.0, score), (score < 0).astype(np.float64),
    ]  # fmt: skip
    older = [tamed(floats("margin_earlier"), _SIZE), np.log1p(floats("bought_before"))]
    before = Before(
        np.stack(recent, axis=1).astype(np.float32), floats("margin_earlier"), tenure > YEAR
    )
    return Moments(
        np.asarray(table["customer"].to_numpy(), np.intp),
        floats("at_days"),
        common(table["channel"].to_pylist()),
        np.stack([*recent, *older], axis=1).astype(np.float32),
        floats("margin_after"),
        before,
    )
