"""Shifted-beta-geometric: how long contracts last (Fader & Hardie 2007).

At the end of each period a contract ends with probability θ ~ Beta(α, β), else it is renewed. So
retention rises with age though nobody becomes more loyal: those likely to leave have left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.special import betaln, digamma

from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.value.models.fitting import Space, maximise
from valence.value.models.model import Fit, Floats, Histories, Parameter
from valence.value.models.quadrature import beta_mean


@dataclass(frozen=True, slots=True)
class Contracts:
    """Contracts, each row with how many are like it.

    Attributes
    ----------
    periods
        (n,) renewals that were due: for one that ended, the period at whose end it did (1 or
        more); for a running one, the periods it has survived (0 or more).
    ended
        (n,) whether it ended.
    count
        (n,) contracts of this kind.
    """

    periods: Floats
    ended: np.ndarray
    count: Floats

    @classmethod
    def from_survivors(cls, survivors: Floats) -> Contracts:
        """Return the contracts of one cohort from how many were left at 0, 1, 2, … periods."""
        survivors = np.asarray(survivors, dtype=float)
        if len(survivors) < 2 or (np.diff(survivors) > 0).any() or survivors[-1] < 0:
            raise BadInputError(
                message("Survivors are how many were left at each age from 0 on: they never rise.")
            )
        ages = np.arange(1, len(survivors))
        periods = np.append(ages, ages[-1]).astype(float)
        return cls(
            periods, np.append(ages > 0, False), np.append(-np.diff(survivors), survivors[-1])
        )


@dataclass(frozen=True, slots=True)
class ShiftedBetaGeometric:
    """The model of Fader & Hardie (2007, "How to project customer retention")."""

    name: ClassVar[str] = "shifted-beta-geometric"
    parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta")
    fitted: Fit

    @classmethod
    def of(cls, alpha: float, beta: float) -> ShiftedBetaGeometric:
        """Return the model with parameters from elsewhere."""
        known = zip(cls.parameters, (alpha, beta), strict=True)
        parameters = tuple(Parameter(name, value, float("nan")) for name, value in known)
        return cls(Fit(parameters, float("nan"), 0.0, converged=True))

    @classmethod
    def fit(cls, contracts: Contracts | Histories) -> ShiftedBetaGeometric:
        """Return the model at its maximum likelihood; see `maximise`.

        Raises
        ------
        BadInputError
            Purchases instead of contracts, or a contract that cannot be.
        """
        if isinstance(contracts, Histories):
            raise BadInputError(
                message(
                    "{model} is for contracts, whose end is seen. Customers of a shop leave "
                    "without a word: use bg-nbd, mbg-nbd or pareto-nbd for purchases at any time, "
                    "bg-bb for those at regular occasions.",
                    model=cls.name,
                )
            )
        c = contracts
        ended = np.asarray(c.ended, dtype=float)
        if not (c.periods == np.floor(c.periods)).all() or (c.periods < ended).any():
            raise BadInputError(
                message(
                    "A contract's periods are a whole number: 1 or more where it ended, else 0 or "
                    "more."
                )
            )
        space = Space(cls.parameters, ((1.0, 2.0), (0.5, 5.0), (5.0, 5.0)))
        return cls(maximise(_Likelihood, (c.periods, ended), c.count, space))

    def survival(self, periods: Floats) -> Floats:
        """Return the probability that a new contract survives so many periods."""
        alpha, beta = self.fitted.values
        survival: Floats = np.exp(betaln(alpha, beta + periods) - betaln(alpha, beta))
        return survival

    def retention(self, period: Floats) -> Floats:
        """Return the share of contracts in their nth period (1 or more) that are renewed after it.

        Equation 8 of Fader & Hardie (2007).
        """
        alpha, beta = self.fitted.values
        return (beta + period - 1) / (alpha + beta + period - 1)

    def residual_lifetime(self, survived: Floats, *, discount: float) -> Floats:
        """Return the discounted expected residual lifetime, in periods, just before a renewal.

        Equation 6 of Fader & Hardie (2010, "Customer-base valuation in a contractual setting").

        Parameters
        ----------
        survived
            (n,) renewals of each running contract so far.
        discount
            Per period, 0 or more. At 0 the lifetime may have no limit: inf where α ≤ 1.

        Returns
        -------
        Floats
            (n,) the coming renewal counts in full, the one after it discounted once, and so on.
        """
        if not discount >= 0:
            raise BadInputError(message("A discount rate is 0 or more, not {rate}.", rate=discount))
        alpha, beta = self.fitted.values
        survived = np.asarray(survived, dtype=float)
        renewed = (beta + survived) / (alpha + beta + survived)
        later = beta + survived + 1
        if discount == 0:
            lasts = (alpha + later - 1) / (alpha - 1) if alpha > 1 else np.full(len(later), np.inf)
            return renewed * lasts
        factor = 1 / (1 + discount)

        def annuity(theta: Floats, rows: np.ndarray) -> Floats:  # noqa: ARG001 (the same for all)
            worth: Floats = 1 / (1 - factor * (1 - theta))
            return worth

        ones = np.ones(len(later))
        mean = beta_mean(annuity, alpha * ones, later, at_0=ones / (1 - factor), at_1=ones)
        return renewed * mean

    def expected_periods(self, survived: Floats, *, horizon: int, discount: float = 0.0) -> Floats:
        """Return the expected renewals within the next `horizon` periods, (n,), discounted.

        The coming renewal counts in full, the one after it discounted once, and so on.
        """
        survived = np.asarray(survived, dtype=float)[:, None]
        ahead = np.arange(1, horizon + 1)
        alpha, beta = self.fitted.values
        kept = np.exp(betaln(alpha, beta + survived + ahead) - betaln(alpha, beta + survived))
        expected: Floats = kept @ (1 + discount) ** -(ahead - 1.0)
        return expected


class _Likelihood:
    """Log-likelihood of some contracts and its gradient."""

    def __init__(self, rows: tuple[Floats, ...], count: Floats) -> None:
        self.periods, self.ended = rows
        self.survived, self.count = self.periods - self.ended, count

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient, of the logarithms of the parameters."""
        alpha, beta = np.exp(at)
        a, b = alpha + self.ended, beta + self.survived
        value = self.count @ (betaln(a, b) - betaln(alpha, beta))
        both = digamma(alpha + beta) - digamma(a + b)
        by_alpha = self.count @ (digamma(a) - digamma(alpha) + both)
        by_beta = self.count @ (digamma(b) - digamma(beta) + both)
        return float(value), np.array([alpha * by_alpha, beta * by_beta])
