"""What models of buying share: the histories they are fitted to, a fit, and what it can say.

All times are in one unit (`Histories.unit_days` days), so a model knows no calendar.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from valence.core.messages import Message

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Histories:
    """Distinct purchase histories, each with how many customers have it.

    Attributes
    ----------
    frequency
        (n,) days with a purchase after the first one (x).
    recency
        (n,) time from the first to the last purchase (t_x), 0 where x is 0.
    age
        (n,) time from the first purchase to the end of what was observed (T), 0 or more.
    count
        (n,) customers with this history.
    covariates
        (n, k) what multiplies the rates as exp(z γ), or None.
    names
        Names of the k covariates.
    unit_days
        Days in a unit of time: 1, or 7 for weeks.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    count: Floats
    covariates: Floats | None = None
    names: tuple[str, ...] = ()
    unit_days: float = 7.0

    @property
    def customers(self) -> float:
        """How many customers there are."""
        return float(self.count.sum())


@dataclass(frozen=True, slots=True)
class Parameter:
    """One fitted parameter with its standard error (nan where the data do not tell)."""

    name: str
    value: float
    standard_error: float


@dataclass(frozen=True, slots=True)
class Fit:
    """What came out of a fit.

    Attributes
    ----------
    parameters
        In the order that the model names them; covariate effects last.
    log_likelihood
        Of all customers at the parameters.
    customers
        How many the fit rests on.
    converged
        Whether the search ended at a maximum; a fit that did not must not be used unseen.
    notes
        What a reader has to know: a parameter at its bound, too few repeat buyers, …
    """

    parameters: tuple[Parameter, ...]
    log_likelihood: float
    customers: float
    converged: bool
    notes: tuple[Message, ...] = ()

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters alone."""
        return tuple(p.value for p in self.parameters)


@dataclass(frozen=True, slots=True)
class PurchaseModel(ABC):
    """A fitted model of how often customers buy and whether they still do.

    Every model here has one form: given that a customer still buys, what comes depends on x and
    the age alone, not on t_x. So a model says how probable that is, and what follows if so.

    Arrays `x, t_x, age` are (n,), one row a customer or a distinct history; `z` is (n, k) where
    the model was fitted with covariates. `t` is in units of time, 0 or more.
    """

    name: ClassVar[str]  # as in `--model`: bg-nbd, mbg-nbd, pareto-nbd, bg-bb
    parameters: ClassVar[tuple[str, ...]]  # names of the positive ones, effects not among them
    fitted: Fit

    @classmethod
    def of(cls, *values: float) -> Self:
        """Return the model with parameters from elsewhere, in the order that `fit` gives them."""
        names = (*cls.parameters, *(f"effect_{n}" for n in range(len(values))))
        known = (Parameter(name, float(v), np.nan) for name, v in zip(names, values, strict=False))
        return cls(Fit(tuple(known), np.nan, 0.0, converged=True))

    @classmethod
    @abstractmethod
    def fit(cls, histories: Histories) -> Self:
        """Return the model at its maximum likelihood."""

    @abstractmethod
    def log_likelihoods(
        self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the log-likelihood of each history, (n,)."""

    @abstractmethod
    def alive(self, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None) -> Floats:
        """Return the probability that each still buys, (n,)."""

    @abstractmethod
    def expected_if_alive(
        self, t: float, x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the expected purchases in the next `t` units of those who still buy, (n,)."""

    @abstractmethod
    def counts_if_alive(
        self, t: float, x: Floats, age: Floats, *, most: int, z: Floats | None = None
    ) -> Floats:
        """Return the probability of 0, 1, … purchases of those who still buy, (n, most + 1).

        The last column holds `most` and more, so that each row sums to 1.
        """

    def expected(
        self, t: float, x: Floats, t_x: Floats, age: Floats, z: Floats | None = None
    ) -> Floats:
        """Return the expected purchases of each in the next `t` units, (n,)."""
        return self.alive(x, t_x, age, z) * self.expected_if_alive(t, x, age, z)

    def expected_new(self, t: Floats, z: Floats | None = None) -> Floats:
        """Return the expected repeat purchases of a new customer up to each `t`, (m,).

        With `z`, (1, k), of a customer with these covariates.
        """
        none = np.zeros(1)
        return np.array([self.expected(float(end), none, none, none, z)[0] for end in t])

    def counts(
        self, t: float, x: Floats, t_x: Floats, age: Floats, *, most: int, z: Floats | None = None
    ) -> Floats:
        """Return the probability of 0, 1, … purchases in the next `t` units, (n, most + 1).

        The last column holds `most` and more, so that each row sums to 1.
        """
        alive = self.alive(x, t_x, age, z)
        counts = self.counts_if_alive(t, x, age, most=most, z=z) * alive[:, None]
        counts[:, 0] += 1 - alive
        return counts
