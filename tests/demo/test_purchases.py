"""The purchase process against published means, on the plain clock."""

from datetime import date

import numpy as np
import pytest

from valence.demo.customers import make_customers
from valence.demo.products import make_products
from valence.demo.purchases import YEAR, make_history
from valence.demo.seasons import season
from valence.demo.streams import Streams
from valence.demo.world import World

PLAIN = {"seasonal": False, "first_product_matters": False, "registered_only_share": 0.0}
DAYS, PERSONS = 730, 40_000


def _history(world, seed=5, years=1):
    streams = Streams(seed)
    calendar = season(
        date(2024, 11, 1), date(2026, 10, 31), DAYS + years * YEAR, flat=not world.seasonal
    )
    products = make_products(streams, world)
    customers = make_customers(streams, world, PERSONS, DAYS, calendar, products)
    return customers, make_history(streams, customers, calendar, DAYS, years)


def _mean_and_error(customers, purchases, expected):
    repeats = np.bincount(purchases.person, minlength=PERSONS) - 1
    gap = repeats - expected((DAYS - customers.acquired_days) / 7)
    return gap.mean(), gap.std() / np.sqrt(PERSONS)


def test_pareto_nbd_repeats_have_the_mean_of_schmittlein_morrison_and_colombo_1987():
    world = World(process="pareto-nbd", **PLAIN)
    r, alpha = world.rate_shape, world.rate_scale_weeks
    s, beta = world.hazard_shape, world.hazard_scale_weeks

    def expected(t):  # equation (17): E[X(t)]
        return r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + t)) ** (s - 1))

    customers, history = _history(world)
    gap, error = _mean_and_error(customers, history.observed, expected)
    assert abs(gap) < 4 * error


def test_bg_nbd_repeats_have_the_mean_of_fader_hardie_and_lee_2005():
    world = World(process="bg-nbd", **PLAIN)
    r, alpha, a, b = (
        world.rate_shape,
        world.rate_scale_weeks,
        world.dropout_a,
        world.dropout_b,
    )

    def expected(t):  # equation (9): E[X(t)], the hypergeometric function by its series
        z = t / (alpha + t)
        term, total = np.ones_like(z), np.ones_like(z)
        for n in range(2_000):
            term = term * (r + n) * (b + n) / ((a + b - 1 + n) * (n + 1)) * z
            total += term
        return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * total)

    customers, history = _history(world)
    gap, error = _mean_and_error(customers, history.observed, expected)
    assert abs(gap) < 4 * error


@pytest.mark.parametrize("process", ["pareto-nbd", "bg-nbd"])
def test_nobody_buys_before_the_first_order_or_after_leaving(process):
    customers, history = _history(World(process=process))
    for part in (history.observed, *history.future):
        assert (part.at_days >= customers.acquired_days[part.person] - 1e-9).all()
        assert (part.at_days <= part.left_days[part.person] + 1e-9).all()
    assert history.observed.at_days.max() < DAYS <= history.future[0].at_days.min()
    assert history.observed.first.sum() == customers.buys.sum()


def test_a_longer_horizon_changes_nothing_that_was_observed():
    _, short = _history(World())
    _, long = _history(World(), years=3)
    assert np.array_equal(short.observed.person, long.observed.person)
    assert np.array_equal(short.observed.at_days, long.observed.at_days)
    assert np.array_equal(short.future[0].at_days, long.future[0].at_days)


def test_a_first_product_that_binds_lets_fewer_leave():
    customers, history = _history(World())
    active = history.left_days > DAYS
    bound, loosened = customers.hazard_factor < 0.8, customers.hazard_factor > 1.2
    assert active[bound & customers.buys].mean() > 1.15 * active[loosened & customers.buys].mean()
