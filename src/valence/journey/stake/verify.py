"""Whether to believe the estimator: held against moments whose truth a simulation knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.journey.stake.basis import Floats, common, tamed
from valence.journey.stake.effect import Compared, effects
from valence.journey.stake.estimate import Rules, Stake, stake_of
from valence.journey.stake.known import YEAR, Before, Moments
from valence.journey.stake.nuisance import folds_of, without
from valence.journey.stake.basis import Basis

_COUNTS = ("bought_before_12m", "bad_before", "contacts_before")


@dataclass(frozen=True, slots=True)
class Drawn:
    """One simulated set of moments, and its truth."""

    moments: pa.Table
    effect: float  # average true effect on the affected
    chance: Floats  # true chance of a bad experience, (n,)


def as_moments(table: pa.Table) -> Moments:
    """Return simulated moments as the estimator takes them."""

    def floats(name: str, missing: float = 0.0) -> Floats:
        column = pc.fill_null(pc.cast(table[name], pa.float64()), missing)
        return np.asarray(column.to_numpy(), np.float64)

    score = floats("last_score", -1.0)
    tenure = floats("tenure_days")
    recent = [
        tamed(floats("margin_before")), np.log1p(np.maximum(tenure, 0.0)),
        *(np.log1p(floats(name)) for name in _COUNTS),
        floats("remote"), np.where(score < 0, 7.0, score), (score < 0).astype(np.float64),
    ]  # fmt: skip
    older = [tamed(floats("margin_earlier")), np.log1p(floats("bought_before"))]
    before = Before(
        YEAR, np.stack(recent, axis=1).astype(np.float32), floats("margin_earlier"),
        tenure > YEAR,
    )  # fmt: skip
    return Moments(
        np.asarray(table["customer"].to_numpy(), np.intp), floats("at_days"),
        common(table["channel"].to_pylist()),
        np.stack([*recent, *older], axis=1).astype(np.float32), floats("margin_after"), (before,),
    )  # fmt: skip
