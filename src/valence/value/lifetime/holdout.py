"""The backtest: each model foretells weeks that it has not seen, beside naive forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from valence.value.lifetime.covariates import WITH
from valence.value.lifetime.evaluate import (
    UNIT_DAYS,
    Errors,
    Split,
    as_alike,
    as_before,
    by_frequency,
    errors,
    mean_by,
)
from valence.value.models.forecast import Customers, Forecast, forecast, probability_transform
from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma, fit_spend
from valence.value.models.model import Floats, PurchaseModel

NAIVE = {"as_before": as_before, "as_alike": as_alike}
_SEED = 20_260_101  # of the numbers that place a value within its atom: the same at every build


@dataclass(frozen=True, slots=True)
class Tried:
    """How a model did on the weeks held out.

    Attributes
    ----------
    model
        As fitted up to the cut.
    errors
        Of its forecasts of each customer.
    log_scores
        (n,) log-probability that it gave to each one's purchases that came; higher is better.
    coverage
        Share of customers whose value lay within its interval (randomised where it has atoms);
        nan where nobody's spend is known.
    weekly
        (w,) repeat purchases that it expects of these customers in each week since the first.
    by_frequency
        (k,) purchases that it expects on average of customers by their purchases at the cut.
    """

    model: PurchaseModel
    errors: Errors
    log_scores: Floats
    coverage: float
    weekly: Floats
    by_frequency: Floats

    @property
    def log_score(self) -> float:
        """Mean of the log-scores; higher is better."""
        return float(self.log_scores.mean()) if len(self.log_scores) else 0.0


@dataclass(frozen=True, slots=True)
class Backtest:
    """All models and naive forecasts, and what came."""

    tried: Mapping[str, Tried]
    naive: Mapping[str, Errors]
    spend: GammaGamma | ConstantSpend
    frequencies: Floats  # (k,)
    came_by_frequency: Floats  # (k,) mean purchases that came
    customers_by_frequency: Floats  # (k,)
    customers: int

    @property
    def usable(self) -> Mapping[str, Tried]:
        """The models whose fit can be relied on."""
        return {n: t for n, t in self.tried.items() if t.model.fitted.converged}

    @property
    def best(self) -> str:
        """The model that gave most probability to what came, of those whose fit can be relied on.

        Of models that these customers do not tell apart (the paired difference of their
        log-scores is within one standard error) it is the first of `CONTINUOUS`, and the
        same from one day to the next (the one-standard-error rule, Breiman et al. 1984).

        Raises
        ------
        ValueError
            If none can.
        """
        usable = self.usable
        top = max(usable.values(), key=lambda tried: tried.log_score).log_scores
        return next(name for name, tried in usable.items() if _alike(top - tried.log_scores))


def _alike(behind: Floats) -> bool:
    """Return whether a mean difference is within its standard error."""
    n = len(behind)
    return n < 2 or float(behind.mean()) <= float(behind.std(ddof=1)) / np.sqrt(n)


def customers_of(split: Split) -> Customers:
    """Return the customers of a split as models without covariates take them, in weeks."""
    return Customers(
        split.frequency,
        split.recency_days / UNIT_DAYS,
        split.age_days / UNIT_DAYS,
        split.frequency + 1,
        split.mean_value,
    )


def spend_of(purchases: Floats, mean: Floats) -> GammaGamma | ConstantSpend:
    """Return the model of spend of customers, one row each."""
    return fit_spend(purchases, mean, np.ones(len(mean)))


def backtest(
    split: Split,
    models: Mapping[str, type[PurchaseModel]],
    *,
    weeks: int,
    horizon_days: int,
    interval: float,
    covariates: tuple[str, ...] = (),
    extend: str | None = None,
) -> Backtest:
    """Fit each model up to the cut and hold it against what came.

    With covariates, one of them is fitted and held once more, as `…+covariates`.

    Parameters
    ----------
    split
        What was known at the cut, and what came after.
    models
        Models of buying by name.
    weeks
        From the first week of the data to the last, for `weekly`.
    horizon_days
        Days held out.
    interval
        Of the forecasts of value.
    covariates
        Names of the columns of `split.covariates`; empty leaves them out.
    extend
        The model that is tried with them; None for the best.
    """
    known, t = customers_of(split), horizon_days / UNIT_DAYS
    spend = spend_of(known.purchases, known.mean_spend)
    frequencies, which = by_frequency(split)
    uniform = np.random.default_rng(_SEED).random(len(split.frequency))

    def hold(model: type[PurchaseModel], names: tuple[str, ...] = ()) -> Tried:
        """Fit a model, with these covariates, and hold its forecasts against what came."""
        fitted = model.fit(split.histories(names))
        who = replace(known, covariates=split.covariates) if names else known
        told = forecast(fitted, spend, who, t=t, interval=interval)
        told = without_infinite(told)
        place = probability_transform(
            fitted, spend, who, np.maximum(split.later_value, 0.0), t=t, uniform=uniform
        )
        return Tried(
            fitted,
            errors(told.purchases, told.value, split),
            _log_scores(fitted, who, split.later, t),
            _covered(place[np.isfinite(told.high)], interval),
            expected_weeks(fitted, split, weeks),
            mean_by(which, told.purchases),
        )

    made = Backtest(
        {name: hold(model) for name, model in models.items()},
        {name: errors(*foretold(split), split) for name, foretold in NAIVE.items()},
        spend,
        frequencies,
        mean_by(which, split.later),
        np.bincount(which).astype(float),
        len(split.frequency),
    )
    if not covariates or not (extend or made.usable):
        return made
    name = extend or made.best
    # Last, so that of two that foretell equally well the one without them is taken.
    more = {name + WITH: hold(models[name], covariates)}
    return replace(made, tried={**made.tried, **more})


def _covered(place: Floats, interval: float) -> float:
    """Share of places within the interval; nan of nobody."""
    edge = (1 - interval) / 2
    return float(((place >= edge) & (place <= 1 - edge)).mean()) if len(place) else np.nan


def without_infinite(told: Forecast) -> Forecast:
    """Return a forecast in which a mean without limit is the middle of its interval."""
    if np.isfinite(told.value).all():
        return told
    middle = np.where(np.isfinite(told.value), told.value, (told.low + told.high) / 2)
    return Forecast(told.alive, told.purchases, told.spend, middle, told.low, told.high)


def expected_weeks(model: PurchaseModel, split: Split, weeks: int) -> Floats:
    """Return the repeat purchases a model expects of all customers in each week, (weeks,).

    Weeks end at the last day held out minus whole weeks; a customer counts from the first purchase.
    """
    oldest = split.age_days.max(initial=0.0)
    first = np.floor((oldest - split.age_days) / UNIT_DAYS).astype(int)  # week of first purchase
    ends = np.arange(weeks + 1, dtype=float) + 0.5
    if split.covariates is None or len(model.fitted.values) == len(model.parameters):
        groups, group = [None], np.zeros(len(first), dtype=int)
    else:
        distinct, group = np.unique(split.covariates, axis=0, return_inverse=True)
        groups = [z[None, :] for z in distinct]
    expected = np.zeros(weeks)
    for number, z in enumerate(groups):
        began = np.bincount(first[group.ravel() == number], minlength=weeks)[:weeks]
        upto = model.expected_new(ends, z)
        each = np.diff(upto, prepend=0.0)  # in the week of the first purchase half a week is left
        expected += np.convolve(began.astype(float), each)[:weeks]
    return expected


def _log_scores(model: PurchaseModel, known: Customers, later: Floats, t: float) -> Floats:
    """Log-probability of the purchases that came, (n,); of many, that of so many and more."""
    x, t_x, age, z = known.frequency, known.recency, known.age, known.covariates
    most = int(np.clip(later.max(initial=0), 1, 60))
    rows = np.column_stack([x, t_x, age] if z is None else [x, t_x, age, z])
    distinct, which = np.unique(rows, axis=0, return_inverse=True)
    scores = np.zeros(len(later))
    came = np.minimum(later, most).astype(int)
    order = np.argsort(which.ravel(), kind="stable")
    which, came = which.ravel()[order], came[order]
    size = 50_000
    for start in range(0, len(distinct), size):
        part = distinct[start : start + size]
        of_part = None if z is None else part[:, 3:]
        counts = model.counts(t, *part[:, :3].T, most=most, z=of_part)
        low, high = np.searchsorted(which, [start, start + len(part)])
        got = counts[which[low:high] - start, came[low:high]]
        scores[order[low:high]] = np.log(np.maximum(got, 1e-12))
    return scores
