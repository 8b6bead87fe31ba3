"""Future: what each person is expected to bring after the end, known from the latent truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.demo.arrays import Floats
from valence.demo.customers import WEEK, Customers
from valence.demo.goods import CATEGORIES
from valence.demo.orders import (
    COUPON_RATE,
    SALE_UPTAKE,
    WHOLE_LINE,
    further_lines,
    further_units,
    return_chance,
)
from valence.demo.products import Products
from valence.demo.seasons import Season
from valence.demo.troubles import FADES

_PERSONS_AT_ONCE = 20_000  # × 365 days of float64 is 58 MB


@dataclass(frozen=True, slots=True)
class Basket:
    """Expected content of one repeat order at list price, per person, in minor units."""

    revenue: Floats  # before any discount and return
    kept_revenue: Floats  # without what comes back
    kept_margin: Floats  # the same after cost

    def margin(self, rate: Floats) -> Floats:
        """Expected final margin of an order with the discount `rate`."""
        return self.kept_margin - rate * self.kept_revenue


@dataclass(frozen=True, slots=True)
class Expected:
    """Expectations for a stretch after the end, given the truth: whether each has left included."""

    orders: Floats
    margin_minor: Floats


def expected_basket(customers: Customers, products: Products) -> Basket:
    """Return the expected basket in closed form, by the law of total expectation.

    Lines 1 + Poisson, categories by taste, price tiers by spend level, products by weight, units
    1 + Poisson; a line comes back by person, channel and category, whole or by one unit.
    """
    units = 1 + further_units(customers)[:, None] * np.array([c.units for c in CATEGORIES])
    chance = np.minimum(
        return_chance(customers)[:, :, None] * np.array([c.returns for c in CATEGORIES]), 1.0
    )
    back = np.einsum("pk,pkc->pc", customers.preference, chance)
    kept = units - back * (WHOLE_LINE * units + (1 - WHOLE_LINE))
    price = products.cell_mean(products.list_minor.astype(float))
    margin = price - products.cell_mean(products.cost_minor.astype(float))
    lines = 1 + further_lines(customers)
    by_price = customers.taste * (customers.tiers @ price.T)
    by_margin = customers.taste * (customers.tiers @ margin.T)
    return Basket(
        revenue=lines * (by_price * units).sum(axis=1),
        kept_revenue=lines * (by_price * kept).sum(axis=1),
        kept_margin=lines * (by_margin * kept).sum(axis=1),
    )


def expected_future(
    customers: Customers,
    basket: Basket,
    left_days: Floats,
    calendar: Season,
    begin: int,
    days: int,
    shaken: Floats,
) -> Expected:
    """Return expected orders and final margin of the `days` after day `begin`, per person.

    `shaken` is how much bad experiences thin a person's orders at `begin`, fading from then on. Who
    left before `begin` brings 0. For the others the chance of being active falls by the own
    hazard: by calendar time under Pareto/NBD; under BG/NBD by purchases, where thinning a Poisson
    process gives the rate lambda × exp(-lambda p u) on the warped clock u.
    """
    span = slice(begin, begin + days)
    middle = np.arange(days) + 0.5
    warped = calendar.elapsed[begin : begin + days + 1]
    warped_middle = (warped[:-1] + warped[1:]) / 2 - warped[0]
    sale = calendar.sale_rate[span]
    # Per day: orders, their sale discount, and the share of them in no sale.
    weights = np.column_stack([np.ones(days), SALE_UPTAKE * sale, 1 - SALE_UPTAKE * (sale > 0)])
    weights *= calendar.busyness[span][:, None]
    orders, margin = np.zeros(len(customers)), np.zeros(len(customers))
    active = np.flatnonzero((left_days > begin) & customers.buys)
    by_time = np.isnan(customers.dropout).all()
    for low in range(0, len(active), _PERSONS_AT_ONCE):
        who = active[low : low + _PERSONS_AT_ONCE]
        rate = customers.rate_week[who] / WEEK
        if by_time:
            decay, clock = customers.hazard_week[who] / WEEK, middle
        else:
            decay, clock = rate * customers.dropout[who], warped_middle
        comes = np.exp(-np.outer(decay, clock))
        thinned = shaken[who] > 0
        comes[thinned] *= np.exp(-np.outer(shaken[who][thinned], np.exp(-middle / FADES)))
        bought, sale_rate, no_sale = (rate[:, None] * (comes @ weights)).T
        given_off = sale_rate + no_sale * customers.coupon_share[who] * COUPON_RATE
        orders[who] = bought
        margin[who] = bought * basket.kept_margin[who] - given_off * basket.kept_revenue[who]
    return Expected(orders, margin)
