"""Products: a catalogue with prices, costs and the part that each product plays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.demo.arrays import Floats, Ints
from valence.demo.goods import BRANDS, CATEGORIES
from valence.demo.streams import Streams
from valence.demo.world import World

TIERS = 3  # economy, core, premium: thirds of a category by price
FLAVOURS = ("staple", "star", "traffic", "image")
_SHARES = (0.66, 0.12, 0.14, 0.08)
_COST_RATIO = (0.48, 0.40, 0.70, 0.30)
_PRICE_LIFT = (1.0, 1.1, 0.72, 2.6)
_DEMAND = (1.0, 3.2, 2.6, 0.5)
_FIRST_DEMAND = (0.8, 3.6, 7.0, 0.4)  # a cheap well-known product is how most people start
# True effect of the first product on leaving: the factor on the drop-out hazard ever after.
FIRST_HAZARD = (1.0, 0.65, 1.45, 0.85)


@dataclass(frozen=True, slots=True)
class Products:
    """The catalogue, one entry per product; money in minor units of the brand's currency."""

    name: list[str]
    name_zh: list[str]
    category: Ints  # index in CATEGORIES
    tier: Ints  # 0 economy, 1 core, 2 premium
    flavour: Ints  # index in FLAVOURS
    brand: Ints  # index in BRANDS
    list_minor: Ints
    cost_minor: Ints
    weight: Floats  # popularity within its category and tier; sums to 1 there
    first_weight: Floats  # the same in a first order

    def __len__(self) -> int:
        return len(self.name)

    @property
    def cell(self) -> Ints:
        """Category and tier as one number."""
        return np.asarray(self.category * TIERS + self.tier, np.int64)

    def choose(self, cell: Ints, uniform: Floats, weight: Floats) -> Ints:
        """Return a product of each cell, drawn by `weight` with one uniform number each."""
        order = np.lexsort((np.arange(len(self)), self.cell))
        total = np.cumsum(weight[order])
        # Weights sum to 1 in a cell, so cell c owns the stretch (c, c + 1] of the running total.
        at = np.searchsorted(total, cell + uniform * (1 - 1e-9), side="right")
        return np.asarray(order[np.minimum(at, len(self) - 1)], dtype=np.int64)

    def cell_mean(self, values: Floats) -> Floats:
        """Return the mean of `values` by weight, as categories × tiers."""
        total = np.bincount(self.cell, values * self.weight, len(CATEGORIES) * TIERS)
        return total.reshape(len(CATEGORIES), TIERS).astype(np.float64)


def make_products(streams: Streams, world: World, *, per_category: int = 43) -> Products:
    """Return a catalogue of `per_category` (at most 48) products in each of 14 categories."""
    rng = streams("products")
    count = per_category * len(CATEGORIES)
    category = np.repeat(np.arange(len(CATEGORIES)), per_category)
    combination = np.concatenate(
        [np.sort(rng.permutation(48)[:per_category]) for _ in range(len(CATEGORIES))]
    )
    flavour = rng.choice(len(FLAVOURS), count, p=_SHARES)
    base = np.array([c.price for c in CATEGORIES])[category]
    yuan = base * np.array(_PRICE_LIFT)[flavour] * rng.lognormal(0.0, 0.38, count)
    list_minor = _shelf_price(yuan, world)
    ratio = np.clip(np.array(_COST_RATIO)[flavour] + rng.normal(0, 0.05, count), 0.15, 0.9)
    tier = _thirds(category, list_minor)
    appeal = rng.gamma(1.2, 1.0, count) + 0.05
    names = [_name(int(c), int(k)) for c, k in zip(category, combination, strict=True)]
    return Products(
        name=[en for en, _ in names],
        name_zh=[zh for _, zh in names],
        category=category,
        tier=tier,
        flavour=flavour,
        brand=rng.choice(len(BRANDS), count, p=(0.4, 0.2, 0.2, 0.12, 0.08)),
        list_minor=list_minor,
        cost_minor=np.maximum(1, np.rint(list_minor * ratio)).astype(np.int64),
        weight=_within_cells(category * TIERS + tier, appeal * np.array(_DEMAND)[flavour]),
        first_weight=_within_cells(
            category * TIERS + tier, appeal * np.array(_FIRST_DEMAND)[flavour]
        ),
    )


def _shelf_price(yuan: Floats, world: World) -> Ints:
    """Shelf prices end in 9, or in .90 where one unit of the currency is much money."""
    local = yuan * world.minor_per_yuan / 10**world.digits
    step = 10.0 if np.median(local) > 40 else 1.0
    shelf = np.maximum(step, np.rint(local / step) * step) - 0.1 * step
    return np.asarray(np.maximum(1, np.rint(shelf * 10**world.digits)), np.int64)


def _thirds(category: Ints, price: Ints) -> Ints:
    tier = np.empty(len(price), np.int64)
    for c in range(len(CATEGORIES)):
        inside = np.flatnonzero(category == c)
        rank = np.argsort(np.argsort(price[inside], kind="stable"), kind="stable")
        tier[inside] = rank * TIERS // len(inside)
    return tier


def _within_cells(cell: Ints, weight: Floats) -> Floats:
    return np.asarray(weight / np.bincount(cell, weight)[cell])


def _name(category: int, combination: int) -> tuple[str, str]:
    words = CATEGORIES[category]
    head, kind = words.heads[combination // 8], words.kinds[combination % 8]
    return f"{kind[0]} {head[0]}", f"{kind[1]}{head[1]}"
