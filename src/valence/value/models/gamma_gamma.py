"""Gamma-Gamma: how much customers spend per purchase (Fader & Hardie 2013).

Each purchase of a customer is worth z ~ Gamma(p, ν), and ν ~ Gamma(q, γ) differs between
customers, independently of how often they buy. After x purchases worth z̄ on average, ν is
Gamma(q + p x, γ + x z̄), so n more are worth (γ + x z̄) times a BetaPrime(p n, q + p x).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from scipy.special import betainc, betaln, digamma

from valence.core.messages import Message, message
from valence.value.models.fitting import Space, maximise
from valence.value.models.model import Fit, Floats, Parameter

_SAME = 1e-9  # spends that differ by less, as a share, are one
_CORRELATED = 0.2  # from here on frequency tells of spend, against the model
_STRAY = 3.0  # … if it is also so many standard errors from 0


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """Spend per purchase as Gamma-Gamma has it, with what its fit had to say."""

    parameters: ClassVar[tuple[str, ...]] = ("p", "q", "gamma")
    fitted: Fit
    correlation: float = float("nan")  # of frequency and mean spend, which the model takes for 0

    @classmethod
    def of(cls, p: float, q: float, gamma: float) -> GammaGamma:
        """Return the model with parameters from elsewhere."""
        known = zip(cls.parameters, (p, q, gamma), strict=True)
        parameters = tuple(Parameter(name, value, float("nan")) for name, value in known)
        return cls(Fit(parameters, float("nan"), 0.0, converged=True))

    def expected(self, x: Floats, mean_spend: Floats) -> Floats:
        """Return the expected spend per purchase of each, (n,).

        Parameters
        ----------
        x
            (n,) purchases that the mean is of; 0 for a customer not known yet.
        mean_spend
            (n,) mean spend of these; whatever stands there where x is 0.

        Returns
        -------
        Floats
            Equation 5 of Fader & Hardie (2013). Infinite where q + p x ≤ 1: then so few purchases
            leave the mean open, and a median has to do.
        """
        p, q, _ = self.fitted.values
        known = q + p * x - 1
        with np.errstate(divide="ignore"):
            return np.where(known > 0, p * self.scale(x, mean_spend) / known, np.inf)

    def scale(self, x: Floats, mean_spend: Floats) -> Floats:
        """Return γ + x z̄ of each, (n,): what spend is measured in once x is known."""
        _, _, gamma = self.fitted.values
        return gamma + np.where(x > 0, x * mean_spend, 0.0)

    def stretch(self, x: Floats, near: Floats) -> Floats:
        """Return what totals for `near` purchases known are multiplied by to be those for x.

        Both are a scale over ν in units of the scale, whose median is about q + p x − 1/3.
        """
        p, q, _ = self.fitted.values
        stretch: Floats = np.where(x == near, 1.0, (q + p * near - 1 / 3) / (q + p * x - 1 / 3))
        return stretch

    def total_cdf(self, x: float, n: Floats, w: Floats) -> Floats:
        """Return the probability that n purchases are worth at most w times the scale.

        The purchases are those of a customer of whom x were known; n broadcasts against w.
        """
        p, q, _ = self.fitted.values
        return np.asarray(betainc(p * n, q + p * x, w / (1 + w)), dtype=float)


@dataclass(frozen=True, slots=True)
class ConstantSpend:
    """Every purchase is worth the same: what is left where Gamma-Gamma is undefined."""

    amount: float
    fitted: Fit

    def expected(self, x: Floats, mean_spend: Floats) -> Floats:  # noqa: ARG002 (the same for all)
        """Return the spend per purchase of each, (n,)."""
        return np.full(len(x), self.amount)

    scale = expected

    def stretch(self, x: Floats, near: Floats) -> Floats:  # noqa: ARG002 (the same for all)
        """Return what totals for `near` purchases known are multiplied by to be those for x."""
        return np.ones(len(x))


def fit_spend(x: Floats, mean_spend: Floats, count: Floats) -> GammaGamma | ConstantSpend:
    """Return the model of spend per purchase at its maximum likelihood; see `maximise`.

    Parameters
    ----------
    x
        (n,) purchases that the mean is of. Rows with 0 say nothing and are left out.
    mean_spend
        (n,) their mean. Rows that are not above 0 are left out, and that is said.
    count
        (n,) customers in each row.

    Returns
    -------
    GammaGamma or ConstantSpend
        The latter where all spend the same: then Gamma-Gamma has no maximum. Where nobody has
        spent, with an amount of nan and a note that says so.
    """
    bought = (x > 0) & (count > 0)
    positive = bought & (mean_spend > 0) & np.isfinite(mean_spend)
    left_out = float(count[bought & ~positive].sum())
    x, mean_spend, count = x[positive], mean_spend[positive], count[positive]
    customers = float(count.sum())
    notes = tuple(_left_out(left_out, left_out + customers))
    if not customers:
        unknown = Fit((), 0.0, 0.0, converged=False, notes=(*notes, _nobody()))
        return ConstantSpend(float("nan"), unknown)
    if np.ptp(mean_spend) <= _SAME * mean_spend.max():
        known = Fit((), 0.0, customers, converged=True, notes=(*notes, _constant()))
        return ConstantSpend(float(mean_spend.max()), known)
    correlation = _correlation(x, mean_spend, count)
    m = float(count @ mean_spend / customers)
    space = Space(GammaGamma.parameters, ((4.0, 4.0, m), (1.0, 2.0, m), (30.0, 3.0, 0.1 * m)))
    notes += tuple(_correlated(correlation, customers))
    fitted = maximise(_Likelihood, (x, mean_spend), count, space, notes=notes)
    if fitted.values[1] <= 1:
        heavy = message(
            "Spend differs so much between customers (q = {q:.2f}, not above 1) that a new "
            "customer's mean spend has no limit: only medians and intervals can be given.",
            q=fitted.values[1],
        )
        fitted = replace(fitted, notes=(*fitted.notes, heavy))
    return GammaGamma(fitted, correlation)


def _correlation(x: Floats, mean_spend: Floats, count: Floats) -> float:
    """Return Pearson's correlation over customers, nan where all buy as often."""
    weight = count / count.sum()
    x, z = x - weight @ x, mean_spend - weight @ mean_spend
    spread = np.sqrt((weight @ x**2) * (weight @ z**2))
    return float(weight @ (x * z) / spread) if spread > 0 else float("nan")


def _left_out(customers: float, of: float) -> Iterator[Message]:
    if customers:
        yield message(
            "{customers} of {of} customers have a mean spend of 0 or less and say nothing of "
            "spend per purchase.",
            customers=int(customers),
            of=int(of),
        )


def _correlated(correlation: float, customers: float) -> Iterator[Message]:
    if abs(correlation) > max(_CORRELATED, _STRAY / np.sqrt(customers)):
        yield message(
            "Spend per purchase goes with how often customers buy (correlation {correlation:.2f}), "
            "which Gamma-Gamma takes for 0: worth is too low at one end and too high at the other.",
            correlation=correlation,
        )


def _nobody() -> Message:
    return message(
        "Nobody has a mean spend above 0 (what is bought, less what is given back): what a "
        "purchase is worth is not known. Check the signs of amounts, returns and costs."
    )


def _constant() -> Message:
    return message(
        "All purchases are worth the same, so that there is no Gamma-Gamma to fit: worth is the "
        "number of purchases times that amount."
    )


class _Likelihood:
    """Log-likelihood of some rows and its gradient; what x alone tells is taken once per x."""

    def __init__(self, rows: tuple[Floats, ...], count: Floats) -> None:
        x, mean_spend = rows
        self.x, self.at = np.unique(x, return_inverse=True)
        self.row_x, self.count = x, count
        self.count_x = np.bincount(self.at, count)
        self.spent = x * mean_spend
        self.log_spent = np.log(self.spent)
        self.rest = float(count @ np.log(mean_spend))
        self.sums = float(count.sum()), float(count @ self.log_spent)

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient, of the logarithms of the parameters."""
        p, q, gamma = np.exp(at)
        customers, log_spent = self.sums
        px = p * self.x
        # log(1 + γ / x z̄); that of 1 + x z̄ / γ follows, summed, without another logarithm.
        log_share = np.log1p(gamma / self.spent) * self.count
        share_x = np.bincount(self.at, log_share)
        log_other = share_x.sum() + log_spent - at[2] * customers
        value = -px @ share_x - q * log_other - self.rest - self.count_x @ betaln(px, q)
        both = digamma(px + q)
        by_p = self.x @ (self.count_x * (both - digamma(px)) - share_x)
        by_q = self.count_x @ both - customers * digamma(q) - log_other
        pull = (q * self.spent - p * gamma * self.row_x) / (gamma + self.spent)
        by_gamma = np.einsum("i,i", self.count, pull)  # no BLAS: its threads are in the way of ours
        return float(value), np.array([p * by_p, q * by_q, by_gamma])
