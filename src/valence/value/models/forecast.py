"""What customers are foretold over a horizon: purchases, value, and an interval of the value.

Value is a random number of purchases, each worth a random amount. Given that a customer still
buys, the number depends on x and the age alone; given the number, the total in units of the
customer's scale of spend depends on it and on the purchases known alone. So totals are tabulated
once per distinct state (x, age, purchases known) and read off per customer: see `totals`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from valence.value.models.gamma_gamma import ConstantSpend, GammaGamma
from valence.value.models.histories import grouped
from valence.value.models.model import Floats, PurchaseModel
from valence.value.models.totals import States, coarse, tabulated

Ints = np.ndarray

_YEAR = 365.25  # days
_DISCOUNT_NODES = np.polynomial.legendre.leggauss(4)  # a smooth curve, weighted by a small rate


@dataclass(frozen=True, slots=True)
class Customers:
    """Customers, a row each.

    Attributes
    ----------
    frequency, recency, age
        (n,) as in `Histories`.
    purchases
        (n,) how many purchases the mean spend is of.
    mean_spend
        (n,) of these; where it is not above 0 the customer counts as one whose spend is not known.
    covariates
        (n, k) if the model was fitted with some.
    """

    frequency: Floats
    recency: Floats
    age: Floats
    purchases: Floats
    mean_spend: Floats
    covariates: Floats | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """What each customer is foretold over the horizon; every array is (n,).

    Attributes
    ----------
    alive
        Probability that the customer still buys.
    purchases
        Expected purchases, not discounted.
    spend
        Expected spend per purchase; inf where the spend model gives no mean.
    value
        Expected spend over the horizon, discounted.
    low, high
        Bounds of the interval of it, discounted on average.
    """

    alive: Floats
    purchases: Floats
    spend: Floats
    value: Floats
    low: Floats
    high: Floats

    def times(self, margin: float | Floats) -> Forecast:
        """Return the forecast of what is earned: spend times a margin, (n,) or one for all.

        With a negative margin the bounds change places.
        """
        ends = self.low * margin, self.high * margin
        return replace(
            self,
            spend=self.spend * margin,
            value=self.value * margin,
            low=np.minimum(*ends),
            high=np.maximum(*ends),
        )


def forecast(
    model: PurchaseModel,
    spend: GammaGamma | ConstantSpend,
    customers: Customers,
    *,
    t: float,
    interval: float = 0.9,
    discount: float = 0.0,
    unit_days: float = 7.0,
) -> Forecast:
    """Return what each customer is foretold over the next `t` units of time.

    Of a model that was fitted to nobody, all is nan.

    Parameters
    ----------
    model, spend
        Fitted models of buying and of spend per purchase.
    customers
        The customers; memory beyond some arrays of their number stays below 200 MB.
    t
        Horizon, in units of time.
    interval
        How probable it is, by the models, that the value is within the bounds.
    discount
        Per year, continuous within the horizon: a purchase after τ years counts (1 + discount)^−τ.
        Bounds are discounted by what each customer's expected purchases lose on average.
    unit_days
        Days in a unit of time.
    """
    if not np.isfinite(model.fitted.values).all():  # a fit of nobody
        return Forecast(*np.full((6, len(customers.frequency)), np.nan))
    known = _Known.of(customers)
    alive = _alive(model, known)
    purchases, present = _expected(model, known.states, t, discount, unit_days)
    purchases, present = purchases[known.state], present[known.state]
    low, high = _bounds(model, spend, known, alive, t=t, interval=interval) * present

    at = known.history
    each = spend.expected(known.purchases, customers.mean_spend)
    scale = spend.scale(known.purchases, customers.mean_spend)
    expected = (alive * purchases)[at]
    with np.errstate(invalid="ignore"):  # none of what has no limit is nothing
        value = np.where(expected > 0, expected * present[at] * each, 0.0)
    return Forecast(alive[at], expected, each, value, low[at] * scale, high[at] * scale)


def probability_transform(
    model: PurchaseModel,
    spend: GammaGamma | ConstantSpend,
    customers: Customers,
    observed: Floats,
    *,
    t: float,
    uniform: Floats,
) -> Floats:
    """Return the randomised probability integral transform of what came, (n,).

    Uniform on 0 to 1 if the models are right, whatever the atoms of the distribution (Czado,
    Gneiting & Held 2009): the share between 0.05 and 0.95 is the coverage of the 90 % interval.

    Parameters
    ----------
    model, spend, customers, t
        As in `forecast`.
    observed
        (n,) spend of each within the horizon, neither discounted nor times a margin.
    uniform
        (n,) independent uniform numbers that place a value within its atom.
    """
    known = _Known.of(customers)
    alive = _alive(model, known)[known.history]
    scale = spend.scale(known.purchases, customers.mean_spend)
    total = observed / (scale * known.stretch(spend)[known.history])
    states = known.state[known.history]
    asks = _Asks.of(states, len(known.states.x))
    below, upto = np.zeros((2, len(alive)))
    for table in tabulated(model, spend, known.states, t):
        ask, row = asks.about(table.rows)
        below[ask], upto[ask] = table.probabilities(row, total[ask])
    below = np.where(observed > 0, 1 - alive + alive * below, 0)
    upto = np.where(observed >= 0, 1 - alive + alive * upto, 0)
    return below + uniform * (upto - below)


class _Known(NamedTuple):
    """Customers by distinct history, and these by distinct state."""

    purchases: Floats  # (n,) that spend is known of
    history: Ints  # (n,) which history each customer has
    frequency: Floats  # (h,) of each history, as the three after it
    recency: Floats
    age: Floats
    known: Floats
    covariates: Floats | None
    state: Ints  # (h,) which state each history has
    states: States

    @classmethod
    def of(cls, customers: Customers) -> _Known:
        c = customers
        spent = np.isfinite(c.mean_spend) & (c.mean_spend > 0)
        purchases = np.where(spent, c.purchases, 0.0)
        z = () if c.covariates is None else tuple(c.covariates.T)
        first, history = grouped(purchases, c.frequency, c.age, *z, c.recency)
        x, t_x, age, known = (v[first] for v in (c.frequency, c.recency, c.age, purchases))
        z = tuple(column[first] for column in z)
        near = coarse(known)
        one, state = grouped(near, x, age, *z)
        covariates = np.stack(z, axis=1) if z else None
        of_state = covariates[one] if covariates is not None else None
        states = States(x[one], age[one], near[one], of_state)
        return cls(purchases, history, x, t_x, age, known, covariates, state, states)

    def stretch(self, spend: GammaGamma | ConstantSpend) -> Floats:
        """Return what totals of each history's state are to be multiplied by, (h,)."""
        return spend.stretch(self.known, self.states.known[self.state])


class _Asks(NamedTuple):
    """Who asks about which state: `order` lists them by state, from `start` of each on."""

    order: Ints
    start: Ints

    @classmethod
    def of(cls, states: Ints, count: int) -> _Asks:
        order = np.argsort(states, kind="stable")
        return cls(order, np.searchsorted(states[order], np.arange(count + 1)))

    def about(self, rows: Ints) -> tuple[Ints, Ints]:
        """Return who asks about some states, and which of these each asks about."""
        many = self.start[rows + 1] - self.start[rows]
        row = np.repeat(np.arange(len(rows)), many)
        within = np.arange(len(row)) - np.repeat(np.cumsum(many) - many, many)
        return self.order[self.start[rows][row] + within], row


def _alive(model: PurchaseModel, known: _Known) -> Floats:
    return model.alive(known.frequency, known.recency, known.age, known.covariates)


def _expected(
    model: PurchaseModel, states: States, t: float, discount: float, unit_days: float
) -> tuple[Floats, Floats]:
    """Return the expected purchases of those who still buy, and what share is left discounted."""

    def until(time: float) -> Floats:
        return model.expected_if_alive(time, states.x, states.age, states.z)

    purchases = until(t)
    if not discount or not t:
        return purchases, np.ones(len(purchases))
    rate = np.log1p(discount) * unit_days / _YEAR
    # By parts: the sum of exp(−rate τ) over purchases, from the expected number until each τ.
    present = np.exp(-rate * t) * purchases
    for node, weight in zip(*_DISCOUNT_NODES, strict=True):
        time = t * (1 + node) / 2
        present = present + rate * t / 2 * weight * np.exp(-rate * time) * until(time)
    some = purchases > 0
    return purchases, np.divide(present, purchases, out=np.ones(len(purchases)), where=some)


def _bounds(
    model: PurchaseModel,
    spend: GammaGamma | ConstantSpend,
    known: _Known,
    alive: Floats,
    *,
    t: float,
    interval: float,
) -> Floats:
    """Return the bounds of each history's total, (2, h), in units of the scale of spend."""
    bounds = np.zeros((2, len(alive)))
    asks = _Asks.of(known.state, len(known.states.x))
    for table in tabulated(model, spend, known.states, t):
        ask, row = asks.about(table.rows)
        for place, level in enumerate((0.5 - interval / 2, 0.5 + interval / 2)):
            # Of those who still buy: the others are all at 0.
            among = 1 - (1 - level) / np.maximum(alive[ask], 1e-300)
            bounds[place, ask] = table.quantiles(row, among)
    return bounds * known.stretch(spend)
