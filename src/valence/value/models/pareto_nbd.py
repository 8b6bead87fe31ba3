"""Pareto/NBD: purchases at a gamma-mixed rate, until death at a gamma-mixed rate.

A customer buys at rate λ ~ Gamma(r, α) and dies at rate μ ~ Gamma(s, β), unseen (Schmittlein,
Morrison & Colombo 1987). The likelihood of a history is

    Γ(r + x) α^r β^s / Γ(r) · [c(t_x) / A(t_x) + d(T) / A(T)],   A(t) = (α + t)^(r + x) (β + t)^s,

where c(t) is the probability that who lives at t dies before the next purchase, and d = 1 − c:
after the last purchase the customer either died before another one, or lived at T without one.
This is the integral form of Fader & Hardie (2005, "A note on deriving the Pareto/NBD model"), by
parts; see `pareto_integral` for c and d. Whoever lives at T goes on as a new customer with r + x,
α + T, s and β + T.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Self

import numpy as np
from scipy.special import digamma, exprel, gammaln

from valence.value.models.fitting import Objective, ObjectiveOf, Space, maximise
from valence.value.models.histories import (
    checked,
    covariate_groups,
    grouped,
    misgivings,
    purchase_rate,
)
from valence.value.models.model import Floats, Histories, PurchaseModel
from valence.value.models.pareto_counts import Alive, counts_before_death
from valence.value.models.pareto_integral import Contest, discounted_life
from valence.value.models.tables import dot, sums

Ints = np.ndarray

# r, s and β over the mean age: where searches start.
_STARTS = (
    (0.5, 0.5, 0.5),
    (2, 2, 5),
    (0.2, 0.2, 0.1),
    (30, 0.5, 1),
    (0.3, 40, 200),
    (1, 0.05, 1e-4),
)


@dataclass(frozen=True, slots=True)
class ParetoNbd(PurchaseModel):
    """Pareto/NBD (Schmittlein, Morrison & Colombo 1987, "Counting your customers").

    With covariates z (Fader & Hardie 2007, "Incorporating time-invariant covariates into the
    Pareto/NBD and BG/NBD models"), α is α₀ exp(−z γ₁) and β is β₀ exp(−z γ₂).
    """

    name: ClassVar[str] = "pareto-nbd"
    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "s", "beta")

    @classmethod
    def fit(cls, histories: Histories) -> Self:
        """Return the model at its maximum likelihood; see `maximise`.

        Raises
        ------
        BadInputError
            A history that cannot be.
        """
        h = checked(histories)
        every = 1 / purchase_rate(h)  # time between purchases
        age = dot(h.count, h.age) / max(h.customers, 1.0) or 1.0
        groups, group, scales = covariate_groups(h)
        fitted = maximise(
            _objective_of(groups),
            (h.frequency, h.recency, h.age, group),
            h.count,
            Space(
                cls.parameters,
                tuple((r, r * every, s, ages * age) for r, s, ages in _STARTS),
                tuple(f"gamma_{of}[{name}]" for of in (1, 2) for name in h.names),
                scales * 2,
            ),
            notes=misgivings(h),
        )
        if not (h.frequency > 0).any():
            fitted = replace(fitted, converged=False)  # the likelihood has no maximum
        return cls(fitted)

    def log_likelihoods(
        self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the log-likelihood of each history, (n,)."""
        r, alpha, s, beta = self._shapes(z)
        bought = gammaln(r + x) - gammaln(r) - x * np.log(alpha)
        lasted = (r + x) * np.log1p(age / alpha) + s * np.log1p(age / beta)
        either: Floats = bought - lasted + self._log_silences(x, t_x, age, z)
        return either

    def alive(self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None) -> Floats:
        """Return the probability that each still buys, (n,)."""
        # c + d is 1 to thirteen digits, so a silence of no time may come to a little less than 1.
        alive: Floats = np.exp(-np.maximum(self._log_silences(x, t_x, age, z), 0))
        return alive

    def expected_if_alive(
        self, t: float, x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the expected purchases in the next `t` units of those who still buy, (n,).

        Equation 41 of Fader & Hardie (2005), in a form that has no pole at s = 1.
        """
        k, a, s, b = self._later(x, age, z)
        log = np.log1p(t / b)
        lived: Floats = b * log * exprel((1 - s) * log)
        return k / a * lived

    def residual_if_alive(
        self, rate: float, x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the discounted expected purchases, without end, of those who still buy, (n,).

        Times `alive` it is what Fader, Hardie & Lee (2005, "RFM and CLV") call DERT.

        Parameters
        ----------
        rate
            By which a purchase after t units counts exp(−rate t); above 0.
        """
        k, a, s, b = self._later(x, age, z)
        lived: Floats = b * discounted_life(s, rate * b)
        return k / a * lived

    def counts_if_alive(
        self, t: float, x: Floats, age: Floats, *, most: int, z: Floats | None = None
    ) -> Floats:
        """Return the probability of 0, 1, … purchases of those who still buy, (n, most + 1)."""
        return counts_before_death(t, self._later(x, age, z), most=most)

    def _shapes(self, z: Floats | None) -> _Shapes:
        """Return the parameters, α and β (1,) or of each row."""
        r, alpha, s, beta, *effects = self.fitted.values
        if not effects:
            return _Shapes(r, np.array([alpha]), s, np.array([beta]))
        if z is None:
            raise TypeError(f"{self.name} was fitted with covariates and needs z")
        of_alpha, of_beta = np.exp(-z @ np.reshape(effects, (2, -1)).T).T
        return _Shapes(r, alpha * of_alpha, s, beta * of_beta)

    def _later(self, x: Floats, age: Floats, z: Floats | None) -> Alive:
        """Return those who still buy, given what they did."""
        r, alpha, s, beta = self._shapes(z)
        return Alive(r + x, alpha + age, s, beta + age)

    def _log_silences(self, x: Floats, t_x: Floats, age: Floats, z: Floats | None) -> Floats:
        """Return the log of the probability of silence since t_x, over that of being alive too."""
        shapes = self._shapes(z)
        rates, group = np.stack([shapes.alpha, shapes.beta]), np.zeros(len(x), dtype=int)
        if rates.shape[1] > 1:
            first, group = grouped(*rates)
            rates = rates[:, first]
        groups = _Shapes(shapes.r, rates[0], shapes.s, rates[1])
        log_c = _chances(Contest(x, t_x, group), groups, of_purchase=False)
        log_d = _chances(Contest(x, age, group), groups, of_purchase=True)
        since = age - t_x
        grown = (shapes.r + x) * np.log1p(since / (shapes.alpha + t_x))
        grown += shapes.s * np.log1p(since / (shapes.beta + t_x))
        either: Floats = np.logaddexp(grown + log_c, log_d)
        return either


class _Shapes(NamedTuple):
    r: float
    alpha: Floats
    s: float
    beta: Floats


def _chances(contest: Contest, shapes: _Shapes, *, of_purchase: bool) -> Floats:
    """Return the log of the probability of each row given."""
    at = contest.group.astype(int)
    log_rho = np.log((shapes.beta[at] + contest.t) / (shapes.alpha[at] + contest.t))
    value, _ = contest.log_chance(shapes.r, shapes.s, log_rho, of_purchase=of_purchase)
    each: Floats = value[contest.which]
    return each


def _objective_of(groups: Floats) -> ObjectiveOf:
    def make(rows: tuple[Floats, ...], count: Floats) -> Objective:
        return _Likelihood(rows, count, groups)

    return make


class _Likelihood:
    """Log-likelihood of some rows and its gradient.

    The two parts of a likelihood depend on x and t_x, and on x and T: they are taken once per
    distinct pair, and per row only their sum.
    """

    def __init__(self, rows: tuple[Floats, ...], count: Floats, groups: Floats) -> None:
        x, t_x, age, group = rows
        self.groups, self.count = groups, count
        self.ends = Contest(x, t_x, group), Contest(x, age, group)
        self.x, by_x = np.unique(x, return_inverse=True)
        self.count_x = sums(by_x, count, len(self.x))
        self.customers = sums(group.astype(int), count, len(groups))
        self.purchases = sums(group.astype(int), count * x, len(groups))

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        logs = at[[1, 3]] - self.groups @ at[4:].reshape(2, -1).T  # (G, 2)
        (r, s), (alpha, beta) = np.exp(at[[0, 2]]), np.exp(logs.T)
        shapes = _Shapes(float(r), alpha, float(s), beta)
        died, lived = (
            _End.of(contest, shapes, of_purchase=lived)
            for contest, lived in zip(self.ends, (False, True), strict=True)
        )
        gap = died.value[self.ends[0].which] - lived.value[self.ends[1].which]
        e = np.exp(-np.abs(gap))
        value = dot(self.count, np.maximum(gap, 0) + np.log1p(e))
        of_died = self.count * np.where(gap > 0, 1, e) / (1 + e)
        weights = sums(self.ends[0].which, of_died, len(died.value))
        others = sums(self.ends[1].which, self.count, len(lived.value))
        value += dot(others, lived.value)
        others -= sums(self.ends[1].which, of_died, len(lived.value))
        by = died.slopes(weights, len(self.groups)) + lived.slopes(others, len(self.groups))
        return self._with_purchases(shapes, logs, value, by)

    def _with_purchases(
        self, shapes: _Shapes, logs: Floats, value: float, by: Floats
    ) -> tuple[float, Floats]:
        """Return value and gradient with what depends on the number of purchases alone.

        `by` is (4, G): the rest's derivatives by r, log α, s, log β.
        """
        r, s = shapes.r, shapes.s
        value += dot(self.count_x, gammaln(r + self.x) - gammaln(r))
        value -= dot(self.purchases, logs[:, 0])
        by_r = by[0].sum() + dot(self.count_x, digamma(r + self.x) - digamma(r))
        by_alpha, by_beta = by[1] - self.purchases, by[3]
        effects = -np.stack([by_alpha, by_beta]) @ self.groups
        shared = [r * by_r, by_alpha.sum(), s * by[2].sum(), by_beta.sum()]
        return value, np.concatenate([shared, effects.ravel()])


class _End(NamedTuple):
    """One part of the likelihood at each distinct entry: its log and the derivatives of it."""

    group: Ints
    value: Floats
    by_r: Floats
    by_log_alpha: Floats
    by_s: Floats
    by_log_beta: Floats

    @classmethod
    def of(cls, contest: Contest, shapes: _Shapes, *, of_purchase: bool) -> _End:
        at = contest.group.astype(int)
        r, s, t, k = shapes.r, shapes.s, contest.t, shapes.r + contest.x
        alpha, beta = shapes.alpha[at], shapes.beta[at]
        log_a, log_b = np.log1p(t / alpha), np.log1p(t / beta)
        log_rho = np.log(beta / alpha) + log_b - log_a
        value, by = contest.log_chance(r, s, log_rho, of_purchase=of_purchase)
        part_a, part_b = t / (alpha + t), t / (beta + t)
        return cls(
            at,
            value - k * log_a - s * log_b,
            by.k - log_a,
            k * part_a - by.log_rho * (1 - part_a),
            by.s - log_b,
            s * part_b + by.log_rho * (1 - part_b),
        )

    def slopes(self, weights: Floats, groups: int) -> Floats:
        """Return the weighted sums by r, log α, s, log β of each group, (4, groups)."""
        each = (self.by_r, self.by_log_alpha, self.by_s, self.by_log_beta)
        return np.stack([sums(self.group, weights * one, groups) for one in each])
