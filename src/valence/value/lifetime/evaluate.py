"""How wrong a forecast was: against what happened, and against what anyone could have said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from valence.value.models.model import Floats, Histories

_FREQUENCIES = np.array([1, 2, 4, 8])  # purchases after the first, where a cell of customers begins
_SILENCES = np.array([31, 61, 121, 241, 366])  # days since the last purchase, likewise
UNIT_DAYS = 7.0  # models think in weeks


@dataclass(frozen=True, slots=True)
class Split:
    """What a model may know at a cut, and what came after: (n,) arrays, one entry a customer.

    `window` and `window_value` are purchases and value in as long a time before the cut as the
    one after it; `then_*` is how the customer stood where that began, nan for who came later.
    Days as days, money as floats of the reporting currency.
    """

    frequency: Floats
    recency_days: Floats
    age_days: Floats
    value: Floats
    later: Floats
    later_value: Floats
    window: Floats
    window_value: Floats
    then_frequency: Floats
    then_silent: Floats
    covariates: Floats | None = None  # (n, k) of 0 and 1

    @classmethod
    def of(cls, columns: Mapping[str, npt.ArrayLike], covariates: tuple[str, ...] = ()) -> Split:
        """Return it from the columns of `split_at`, and those of covariates by name."""

        def floats(name: str) -> Floats:
            return np.asarray(columns[name], dtype=float)

        split = cls(
            *(floats(n) for n in ("frequency", "recency_days", "age_days", "value_amount")),
            *(floats(n) for n in ("later", "later_value_amount", "window", "window_value_amount")),
            *(floats(n) for n in ("then_frequency", "then_silent")),
        )
        z = [floats(name) for name in covariates]
        return replace(split, covariates=np.stack(z, axis=1)) if z else split

    def histories(self, names: tuple[str, ...] = ()) -> Histories:
        """Return the distinct histories at the cut, in weeks; with names, by covariates too."""
        columns = [self.frequency, self.recency_days, self.age_days]
        if names and self.covariates is not None:
            columns += list(self.covariates.T)
        distinct, count = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
        x, recency, age, *z = distinct.T
        return Histories(
            x, recency / UNIT_DAYS, age / UNIT_DAYS, count.astype(float),
            np.stack(z, axis=1) if z else None, names, unit_days=UNIT_DAYS,
        )  # fmt: skip

    @property
    def mean_value(self) -> Floats:
        """Value per purchase day up to the cut."""
        return self.value / (self.frequency + 1)


@dataclass(frozen=True, slots=True)
class Errors:
    """How far a forecast was off, over all customers.

    `purchases_*` are of purchase days, `value_*` of money, both a customer; `_bias` is the sum
    foretold over the sum that came, less 1: 0.1 is a tenth too much.
    """

    purchases_mae: float
    purchases_rmse: float
    purchases_bias: float
    value_mae: float
    value_rmse: float
    value_bias: float


def errors(purchases: Floats, value: Floats, split: Split) -> Errors:
    """Return how far the forecast of each customer's purchases and value was off."""
    return Errors(*_off(purchases, split.later), *_off(value, split.later_value))


def as_before(split: Split) -> tuple[Floats, Floats]:
    """Foretell that each customer does again what they did in as long a time before the cut."""
    return split.window, split.window_value


def as_alike(split: Split) -> tuple[Floats, Floats]:
    """Foretell what customers alike did on average in as long a time before the cut.

    Alike are those who had bought about as often, and been silent about as long, where that time
    began. Where no one had, all count.
    """
    known = ~np.isnan(split.then_frequency)
    silent = split.age_days - split.recency_days
    then = _cell(split.then_frequency[known], split.then_silent[known])
    now = _cell(split.frequency, silent)
    cells = (len(_FREQUENCIES) + 1) * (len(_SILENCES) + 1)
    n = np.bincount(then, minlength=cells)

    def foretold(of: Floats) -> Floats:
        """What those alike did, of each customer now; of a cell that nobody was in, all."""
        sums = np.bincount(then, weights=of[known], minlength=cells)
        everyone = sums.sum() / max(known.sum(), 1)
        means: Floats = np.where(n > 0, sums / np.maximum(n, 1), everyone)
        return means[now]

    return foretold(split.window), foretold(split.window_value)


def by_frequency(split: Split, most: int = 7) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return purchases at the cut, `most` and more as one, and which of these each customer has."""
    x = np.minimum(split.frequency, most)
    frequencies, which = np.unique(x, return_inverse=True)
    return frequencies, which


def mean_by(which: npt.NDArray[np.intp], of: Floats) -> Floats:
    """Return the mean of each group."""
    means: Floats = np.bincount(which, weights=of) / np.bincount(which)
    return means


def _off(foretold: Floats, came: Floats) -> tuple[float, float, float]:
    off = foretold - came
    total = came.sum()
    bias = foretold.sum() / total - 1 if total > 0 else np.nan
    return float(np.abs(off).mean()), float(np.sqrt((off**2).mean())), float(bias)


def _cell(frequency: Floats, silent: Floats) -> npt.NDArray[np.intp]:
    row = np.searchsorted(_FREQUENCIES, frequency, side="right")
    column = np.searchsorted(_SILENCES, silent, side="right")
    return row * (len(_SILENCES) + 1) + column
