"""What BG/NBD and MBG/NBD share: purchases at a gamma-mixed rate, drop-out by a beta-mixed coin.

A customer buys at rate λ ~ Gamma(r, α) and after a purchase drops out with probability
p ~ Beta(a, b). In BG/NBD the first purchase is safe, in MBG/NBD the coin falls there too. With
f = x or x + 1 for how often it fell, the likelihood of a history is

    Γ(r + x) α^r / (Γ(r) (α + T)^(r + x)) · B(a, b + f) / B(a, b) · (1 + exp u),
    u = log(a / (b + f − 1)) + (r + x) log((α + T) / (α + t_x)),

without exp u where f = 0, and the customer still buys with probability 1 / (1 + exp u). Whoever
still buys goes on as a new BG/NBD customer with r + x, α + T, a and b + f.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Self

import numpy as np
from scipy.special import betaln, digamma, expit, gammaln

from valence.value.models.fitting import Objective, ObjectiveOf, Space, maximise
from valence.value.models.histories import checked, covariate_groups, misgivings, purchase_rate
from valence.value.models.model import Floats, Histories, PurchaseModel
from valence.value.models.quadrature import beta_mean
from valence.value.models.tables import dot, sums

Ints = np.ndarray


@dataclass(frozen=True, slots=True)
class BetaGeometric(PurchaseModel):
    """A model whose customers drop out by a coin after each purchase.

    With covariates z (Fader & Hardie 2007, "Incorporating time-invariant covariates into the
    Pareto/NBD and BG/NBD models"), α is α₀ exp(−z γ₁), a is a₀ exp(z γ₂) and b is b₀ exp(z γ₃).
    """

    parameters: ClassVar[tuple[str, ...]] = ("r", "alpha", "a", "b")
    first_coin: ClassVar[int]  # 1 if the coin falls after the first purchase too, else 0

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
        shapes = ((0.5, 0.8, 2.5), (2, 0.2, 2), (0.2, 2, 2), (30, 0.5, 0.3), (0.3, 40, 100))
        groups, group, scales = covariate_groups(h)
        fitted = maximise(
            _objective_of(groups, cls.first_coin),
            (h.frequency, h.recency, h.age, group),
            h.count,
            Space(
                cls.parameters,
                tuple((r, r * every, a, b) for r, a, b in shapes),
                tuple(f"gamma_{of}[{name}]" for of in (1, 2, 3) for name in h.names),
                scales * 3,
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
        r, alpha, a, b = self._shapes(z)
        bought = gammaln(r + x) - gammaln(r) - (r + x) * np.log1p(age / alpha) - x * np.log(alpha)
        stayed = betaln(a, b + x + self.first_coin) - betaln(a, b)
        either: Floats = np.logaddexp(0, self._log_odds_gone(x, t_x, age, z))
        return bought + stayed + either

    def alive(self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None) -> Floats:
        """Return the probability that each still buys, (n,)."""
        alive: Floats = expit(-self._log_odds_gone(x, t_x, age, z))
        return alive

    def expected_if_alive(
        self, t: float, x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the expected purchases in the next `t` units of those who still buy, (n,).

        The mean over p of (1 − (1 + p t / α)^−r) / p: equation 10 of Fader, Hardie & Lee (2005)
        before it is solved by a hypergeometric function.
        """
        r, alpha, a, b = self._later(x, age, z)
        growth = t / alpha

        def given_p(p: Floats, rows: Ints) -> Floats:
            bought: Floats = -np.expm1(-r[rows, None] * np.log1p(p * growth[rows, None]))
            return bought / p

        return beta_mean(given_p, a, b, at_0=r * growth, at_1=-np.expm1(-r * np.log1p(growth)))

    def counts_if_alive(
        self, t: float, x: Floats, age: Floats, *, most: int, z: Floats | None = None
    ) -> Floats:
        """Return the probability of 0, 1, … purchases of those who still buy, (n, most + 1).

        At least n purchases happen if the rate brings as many and the first n − 1 coins spare the
        customer; the two are independent.
        """
        r, alpha, a, b = self._later(x, age, z)
        n = np.arange(most)
        # Probabilities of n purchases at the rate alone, by logarithms: the first may underflow.
        log_p = np.empty((len(r), most))
        log_p[:, 0] = -r * np.log1p(t / alpha)
        share = t / (alpha + t) if t > 0 else np.full(len(r), 1e-300)
        np.log((r[:, None] + n[:-1]) * (share[:, None] / (n[:-1] + 1)), out=log_p[:, 1:])
        reached = np.exp(np.cumsum(log_p, axis=1, out=log_p), out=log_p)
        reached = np.subtract(1, np.cumsum(reached, axis=1, out=reached), out=reached)
        spared = (b[:, None] + n[:-1]) / ((a + b)[:, None] + n[:-1])
        reached[:, 1:] *= np.cumprod(spared, axis=1, out=spared)
        counts = np.empty((len(r), most + 1))
        counts[:, 0] = 1 - reached[:, 0]
        np.subtract(reached[:, :-1], reached[:, 1:], out=counts[:, 1:-1])
        counts[:, -1] = reached[:, -1]
        return np.maximum(counts, 0, out=counts)  # differences of equals may fall just below 0

    def _shapes(self, z: Floats | None) -> _Shapes:
        """Return the parameters, (1,) or of each row."""
        r, alpha, a, b, *effects = self.fitted.values
        if not effects:
            return _Shapes(*np.array([[r], [alpha], [a], [b]]))
        if z is None:
            raise TypeError(f"{self.name} was fitted with covariates and needs z")
        of_alpha, of_a, of_b = np.exp(z @ np.reshape(effects, (3, -1)).T).T
        return _Shapes(np.full(len(z), r), alpha / of_alpha, a * of_a, b * of_b)

    def _later(self, x: Floats, age: Floats, z: Floats | None) -> _Shapes:
        """Return the parameters of those who still buy, given what they did."""
        r, alpha, a, b = self._shapes(z)
        return _Shapes(r + x, alpha + age, np.broadcast_to(a, x.shape), b + x + self.first_coin)

    def _log_odds_gone(
        self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        r, alpha, a, b = self._shapes(z)
        flips = x + self.first_coin
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(a / (b + flips - 1))
        silence = np.log1p((age - t_x) / (alpha + t_x))
        return np.where(flips > 0, odds + (r + x) * silence, -np.inf)


class _Shapes(NamedTuple):
    r: Floats
    alpha: Floats
    a: Floats
    b: Floats


class _Table(NamedTuple):
    """Distinct values of a column within groups, and where each row's is."""

    value: Floats
    group: Ints
    at: Ints

    @classmethod
    def of(cls, column: Floats, group: Ints, groups: int) -> _Table:
        values, code = np.unique(column, return_inverse=True)
        pairs, at = np.unique(code * groups + group, return_inverse=True)
        return cls(values[pairs // groups], pairs % groups, at)

    def sum(self, weights: Floats) -> Floats:
        """Return the sum of the rows' weights at each entry."""
        return sums(self.at, weights, len(self.value))


def _objective_of(groups: Floats, first_coin: int) -> ObjectiveOf:
    """Make objectives that take logarithms once per distinct x, t_x and T, not once per row."""

    def make(rows: tuple[Floats, ...], count: Floats) -> Objective:
        return _Likelihood(rows, count, groups, first_coin)

    return make


class _Likelihood:
    """Log-likelihood of some rows and its gradient; arrays `_x`, `_age`, `_t` are per entry."""

    def __init__(
        self, rows: tuple[Floats, ...], count: Floats, groups: Floats, first_coin: int
    ) -> None:
        x, t_x, age, group = rows
        group = group.astype(int)
        self.groups = groups
        self.by_x = _Table.of(x, group, len(groups))
        self.by_age = _Table.of(age, group, len(groups))
        self.count_x = self.by_x.sum(count)
        self.count_age, self.bought_age = self.by_age.sum(count), self.by_age.sum(count * x)
        self.flips = self.by_x.value + first_coin
        # Only where the coin fell may a customer be gone: the rows that cannot be tabulated.
        some = x + first_coin > 0
        self.count, self.x = count[some], x[some]
        self.at_x = _Table(self.by_x.value, self.by_x.group, self.by_x.at[some])
        self.at_age = _Table(self.by_age.value, self.by_age.group, self.by_age.at[some])
        self.at_t = _Table.of(t_x[some], group[some], len(groups))

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        r = float(np.exp(at[0]))
        logs = at[1:4] + self.groups @ at[4:].reshape(3, -1).T * (-1, 1, 1)
        shapes = _Shapes(np.array(r), *np.exp(logs).T)
        log_age = np.log1p(self.by_age.value / shapes.alpha[self.by_age.group])
        gone, of_gone, by_r = self._gone(shapes, log_age)
        tabled, r_tabled, a, b = self._tabled(shapes, log_age, self.at_x.sum(of_gone))
        by_alpha = self._by_alpha(shapes, of_gone)
        by = np.stack([by_alpha, a * shapes.a, b * shapes.b])  # (3, G), of logarithms
        effects = by @ self.groups * [[-1], [1], [1]]
        gradient = np.concatenate([[r * (by_r + r_tabled)], by.sum(axis=1), effects.ravel()])
        return gone + tabled, gradient

    def _gone(self, shapes: _Shapes, log_age: Floats) -> tuple[float, Floats, float]:
        """Return the sum of log(1 + exp u), the weighted share gone of each row, and ∂/∂r."""
        r, alpha, a, b = shapes
        g = self.at_x.group
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(a[g] / (b[g] + self.flips - 1))
        log_t = np.log1p(self.at_t.value / alpha[self.at_t.group])
        silence = log_age[self.at_age.at] - log_t[self.at_t.at]
        u = odds[self.at_x.at] + (r + self.x) * silence
        e = np.exp(-np.abs(u))
        value = dot(self.count, np.maximum(u, 0) + np.log1p(e))
        of_gone = self.count * np.where(u > 0, 1, e) / (1 + e)
        return value, of_gone, dot(of_gone, silence)

    def _tabled(
        self, shapes: _Shapes, log_age: Floats, gone_x: Floats
    ) -> tuple[float, float, Floats, Floats]:
        """Return the part of the likelihood that is summed by x and by T, with ∂/∂r, ∂a, ∂b."""
        r, alpha, a, b = shapes
        g, n, x, flips = self.by_x.group, self.count_x, self.by_x.value, self.flips
        ends = b[g] + flips
        each = gammaln(r + x) - gammaln(r) - x * np.log(alpha[g])
        each = each + betaln(a[g], ends) - betaln(a[g], b[g])
        value = n @ each - (r * self.count_age + self.bought_age) @ log_age
        by_r = n @ (digamma(r + x) - digamma(r)) - self.count_age @ log_age
        both = digamma(a + b)[g] - digamma(a[g] + ends)
        by_b = n * (both + digamma(ends) - digamma(b)[g])
        by_b = by_b - gone_x / np.where(flips > 0, ends - 1, 1)
        by_a = n * both + gone_x / a[g]
        return float(value), float(by_r), sums(g, by_a, len(a)), sums(g, by_b, len(a))

    def _by_alpha(self, shapes: _Shapes, of_gone: Floats) -> Floats:
        """Return ∂/∂ log α of each group."""
        r, alpha = shapes.r, shapes.alpha
        g_age, g_t = self.at_age.group, self.at_t.group
        weight = of_gone * (r + self.x)
        observed = r * self.count_age + self.bought_age - self.at_age.sum(weight)
        by_age = observed * self.at_age.value / (alpha[g_age] + self.at_age.value)
        by_t = self.at_t.sum(weight) * self.at_t.value / (alpha[g_t] + self.at_t.value)
        groups = len(alpha)
        return sums(g_age, by_age - self.bought_age, groups) + sums(g_t, by_t, groups)
