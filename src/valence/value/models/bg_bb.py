"""BG/BB: buying or not at regular occasions (Fader, Hardie & Shang 2010).

For what comes round at fixed times, as a yearly donation, a monthly box or a conference: at each
occasion a living customer buys with probability p ~ Beta(α, β), and before it dies with
probability θ ~ Beta(γ, δ). A unit of time is an occasion: a history has x occasions with a
purchase, the last of them t_x, out of n.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
from scipy.special import betaln, digamma

from valence.core.errors import BadInputError
from valence.core.messages import message
from valence.value.models.fitting import Space, maximise
from valence.value.models.histories import checked, misgivings
from valence.value.models.model import Floats, Histories, PurchaseModel

_CELLS = 1_000_000  # (history, occasion) pairs at a time
Ints = np.ndarray


@dataclass(frozen=True, slots=True)
class BgBb(PurchaseModel):
    """BG/BB (Fader, Hardie & Shang 2010, "Customer-base analysis in a discrete-time setting").

    `alive` is about the next occasion, as equation 11 of the paper has it. Times that are no
    whole occasions count as a share of the one they end in.
    """

    name: ClassVar[str] = "bg-bb"
    parameters: ClassVar[tuple[str, ...]] = ("alpha", "beta", "gamma", "delta")

    @classmethod
    def fit(cls, histories: Histories) -> Self:
        """Return the model at its maximum likelihood; see `maximise`.

        Raises
        ------
        BadInputError
            A history that cannot be, with more purchases than occasions, or covariates.
        """
        h = _occasions(checked(histories))
        starts = ((1.0, 1.0, 0.5, 3.0), (0.5, 3.0, 0.5, 5.0), (3.0, 1.0, 1.0, 10.0))
        rows = (h.frequency, h.recency, h.age)
        space = Space(cls.parameters, starts)
        return cls(maximise(_Likelihood, rows, h.count, space, notes=misgivings(h)))

    def log_likelihoods(
        self,
        x: Floats,
        t_x: Floats,
        age: Floats,
        z: Floats | None = None,  # noqa: ARG002 (takes no covariates)
    ) -> Floats:
        """Return the log-likelihood of each history, (n,)."""
        return _Likelihood((x, t_x, age), np.ones(len(x))).each(np.log(self.fitted.values))

    def alive(
        self,
        x: Floats,
        t_x: Floats,
        age: Floats,
        z: Floats | None = None,  # noqa: ARG002 (takes no covariates)
    ) -> Floats:
        """Return the probability that each lives to the next occasion, (n,)."""
        alpha, beta, gamma, delta = self.fitted.values
        log = betaln(alpha + x, beta + age - x) - betaln(alpha, beta)
        log = log + betaln(gamma, delta + age + 1) - betaln(gamma, delta)
        alive: Floats = np.minimum(np.exp(log - self.log_likelihoods(x, t_x, age)), 1)
        return alive

    def expected_if_alive(
        self,
        t: float,
        x: Floats,
        age: Floats,
        z: Floats | None = None,  # noqa: ARG002 (takes no covariates)
    ) -> Floats:
        """Return the expected purchases at the next `t` occasions of those who live to the next."""
        alpha, beta, _, _ = self.fitted.values
        whole, share = divmod(t, 1)
        present = self._present(age, int(whole) + 1)
        occasions = present[:, :-1].sum(axis=1) + share * present[:, -1]
        expected: Floats = occasions * (alpha + x) / (alpha + beta + age)
        return expected

    def counts_if_alive(
        self,
        t: float,
        x: Floats,
        age: Floats,
        *,
        most: int,
        z: Floats | None = None,  # noqa: ARG002 (takes no covariates)
    ) -> Floats:
        """Return the probability of 0, 1, … purchases of those who live to the next occasion.

        Occasion by occasion: with k purchases at m occasions the next purchase has the
        probability (α + x + k) / (α + β + n + m), as in Pólya's urn, and death is independent.
        """
        alpha, beta, gamma, delta = self.fitted.values
        k = np.arange(most + 1)
        share = t % 1
        living, dead = np.zeros((2, len(x), most + 1))
        living[:, 0] = 1
        before = living
        for m in range(int(np.ceil(t))):
            if m:
                dies = (gamma / (gamma + delta + age + m))[:, None]
                dead = dead + dies * living
                living = living * (1 - dies)
            before = living + dead
            buys = living * ((alpha + x)[:, None] + k) / (alpha + beta + age + m)[:, None]
            buys[:, -1] = 0  # the last column holds that many and more
            living = living - buys
            living[:, 1:] += buys[:, :-1]
        after = living + dead
        counts: Floats = before + share * (after - before) if share else after
        return counts

    def _present(self, age: Floats, occasions: int) -> Floats:
        """Return the probability that who lives to the next occasion lives to each, (n, m)."""
        _, _, gamma, delta = self.fitted.values
        m = np.arange(occasions)
        lives = (delta + age[:, None] + m) / (gamma + delta + age[:, None] + m)
        lives[:, 0] = 1
        return np.asarray(np.cumprod(lives, axis=1), dtype=float)


def _occasions(h: Histories) -> Histories:
    """Return the histories, or raise BadInputError if they are not of occasions."""
    if h.covariates is not None:
        raise BadInputError(message("BG/BB takes no covariates; BG/NBD and Pareto/NBD do."))
    whole = all((c == np.floor(c)).all() for c in (h.frequency, h.recency, h.age))
    if not whole or (h.frequency > h.recency).any():
        raise BadInputError(
            message(
                "BG/BB is for occasions at which one buys or not: x, t_x and n are whole numbers "
                "with x ≤ t_x ≤ n. For purchases at any time use bg-nbd."
            )
        )
    return h


class _Likelihood:
    """Log-likelihood of some rows and its gradient.

    A history is the sum over when the customer may have died: never, or before any occasion after
    t_x. The logarithm of each such term depends on x and the occasion alone, so terms are looked
    up in tables (x, occasion), and derivatives are summed into tables of the same form.
    """

    def __init__(self, rows: tuple[Floats, ...], count: Floats) -> None:
        x, t_x, n = rows
        self.x, self.at_x = np.unique(x, return_inverse=True)
        self.t, self.n, self.count = t_x.astype(int), n.astype(int), count
        self.j = np.arange(self.n.max(initial=0) + 1)
        self.misses = np.maximum(self.j - self.x[:, None], 0)  # where below 0 it is never asked

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        """Return the log-likelihood and its gradient, of the logarithms of the parameters."""
        shape = (len(self.x), len(self.j))
        of_dead, of_alive = np.zeros(shape), np.zeros(shape)
        value = 0.0
        for part, log, log_alive, log_dead, place, owner in self._parts(at):
            value += float(self.count[part] @ log)
            weight = self.count[part] * np.exp(log_alive - log)
            np.add.at(of_alive, (self.at_x[part], self.n[part]), weight)
            share = np.exp(log_dead - log[owner]) * self.count[part][owner]
            of_dead += np.bincount(place, share, of_dead.size).reshape(shape)
        return value, self._gradient(at, of_dead, of_alive)

    def each(self, at: Floats) -> Floats:
        """Return the log-likelihood of each row."""
        return np.concatenate([np.zeros(0), *(log for _, log, *_ in self._parts(at))])

    def _parts(self, at: Floats) -> Iterator[tuple[slice, Floats, Floats, Floats, Ints, Ints]]:
        """Yield some rows at a time, with their likelihood and its terms.

        The terms of death are a ragged list: their logarithms, places in the table, and rows.
        """
        alpha, beta, gamma, delta = np.exp(at)
        bought = betaln(alpha + self.x[:, None], beta + self.misses) - betaln(alpha, beta)
        dead = bought + betaln(gamma + 1, delta + self.j) - betaln(gamma, delta)
        alive = bought + betaln(gamma, delta + self.j) - betaln(gamma, delta)
        size = max(1, _CELLS // len(self.j))
        for first in range(0, len(self.t), size):
            part = slice(first, first + size)
            at_x, t, n = self.at_x[part], self.t[part], self.n[part]
            terms = n - t
            owner = np.repeat(np.arange(len(t)), terms)
            place = np.arange(len(owner)) - np.repeat(np.cumsum(terms) - terms, terms) + t[owner]
            place += at_x[owner] * len(self.j)
            log_dead, log_alive = dead.ravel()[place], alive[at_x, n]
            # The first term is the largest of those of death: they fall with the occasion.
            top = np.maximum(log_alive, np.where(terms > 0, dead[at_x, t], -np.inf))
            total = np.exp(log_alive - top)
            total += np.bincount(owner, np.exp(log_dead - top[owner]), len(t))
            yield part, top + np.log(total), log_alive, log_dead, place, owner

    def _gradient(self, at: Floats, of_dead: Floats, of_alive: Floats) -> Floats:
        alpha, beta, gamma, delta = np.exp(at)
        x, j = self.x[:, None], self.j
        either = of_dead + of_alive
        both = digamma(alpha + beta) - digamma(alpha + beta + j)
        by_alpha = (either * (digamma(alpha + x) - digamma(alpha) + both)).sum()
        by_beta = (either * (digamma(beta + self.misses) - digamma(beta) + both)).sum()
        dead, alive = of_dead.sum(axis=0), of_alive.sum(axis=0)
        both_dead = digamma(gamma + delta) - digamma(gamma + delta + 1 + j)
        both_alive = digamma(gamma + delta) - digamma(gamma + delta + j)
        lived = digamma(delta + j) - digamma(delta)
        by_gamma = dead @ (1 / gamma + both_dead) + alive @ both_alive
        by_delta = dead @ (lived + both_dead) + alive @ (lived + both_alive)
        gradient: Floats = np.exp(at) * [by_alpha, by_beta, by_gamma, by_delta]
        return gradient
