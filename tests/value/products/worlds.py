"""Customers won by products that differ in what they do, and in whom they win: the truth known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

MONTHS, CHANNELS, COUNTRIES = 12, ("app", "shop", "store"), ("CN", "DE", "FR", "UK")
_OF_CHANNEL = np.array([0.0, 25.0, -8.0])
_OF_COUNTRY = np.array([0.0, -10.0, 15.0, 30.0])


@dataclass(frozen=True)
class World:
    """Entries as `valence.value.entries` has them, and each product's true difference from all."""

    table: pa.Table
    products: list[str]
    difference: np.ndarray  # true, of the later value
    naive: np.ndarray  # observed mean less that of all


def world(seed: int, *, customers: int = 12_000, products: int = 24, spread: float = 12.0) -> World:
    """Draw customers whose month, channel, country and basket shape what they buy first and later.

    What they bring later is none for many, and skewed for the rest; its mean is that of who they
    are and their product's own effect. `spread` is the standard deviation of these effects; with 0
    products do nothing, whatever the observed means say.
    """
    rng = np.random.default_rng(seed)
    month = rng.integers(0, MONTHS, customers)
    channel = rng.choice(3, customers, p=(0.5, 0.3, 0.2))
    country = rng.choice(4, customers, p=(0.6, 0.2, 0.15, 0.05))
    basket = rng.lognormal(3.5 + 0.3 * (channel == 1) - 0.2 * (country == 2), 0.8, customers)
    size = np.log1p(basket)
    taste = rng.normal(0, 0.6, products) + rng.normal(0, 0.35, (MONTHS, products))[month]
    taste = taste + rng.normal(0, 0.6, (3, products))[channel]
    taste = taste + rng.normal(0, 0.4, (4, products))[country]
    taste = taste + np.outer(size - size.mean(), rng.normal(0, 0.6, products))
    first = np.argmax(taste + rng.gumbel(size=taste.shape), axis=1)
    effect = rng.normal(0, spread, products)
    of_who = 30 + 2.0 * month + _OF_CHANNEL[channel] + _OF_COUNTRY[country]
    mean = of_who + 22 * np.maximum(size - 2, 0) ** 1.4 + effect[first]
    comes = 1 / (1 + np.exp(0.8 - 0.25 * (size - 3.5) - 0.3 * (channel == 1)))
    back = rng.random(customers) < comes
    later = np.where(back, np.maximum(mean, 1) / comes * rng.gamma(1.0, 1.0, customers), 0.0)
    share = np.bincount(first, minlength=products) / customers
    observed = np.bincount(first, later, products) / np.maximum(share * customers, 1)
    names = [f"P{number:02d}" for number in range(products)]
    table = pa.table(
        {
            "customer_id": [f"c{number:06d}" for number in range(customers)],
            "namespace": pa.array(["shop"] * customers),
            "product_id": pa.array(names).take(pa.array(first)),
            "category": pa.array([f"C{number // 4}" for number in range(products)]).take(
                pa.array(first)
            ),
            "cohort_month": pa.array(
                (np.datetime64("2024-01") + month).astype("datetime64[D]"), pa.date32()
            ),
            "channel": pa.array(CHANNELS).take(pa.array(channel)),
            "country": pa.array(COUNTRIES).take(pa.array(country)),
            "first_amount": basket + 20.0,
            "beside_amount": basket,
            "later_amount": later,
            "came_back": back,
        }
    )
    return World(table, names, effect - share @ effect, observed - later.mean())
