"""Customers: what is true of each person and nobody sees: rate, hazard, taste, temper."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.demo.arrays import Flags, Floats, Ints
from valence.demo.goods import CATEGORIES, PERSONAS
from valence.demo.products import FIRST_HAZARD, TIERS, Products
from valence.demo.seasons import Season
from valence.demo.streams import Streams
from valence.demo.world import World

WEEK = 7.0  # days
CHANNELS = ("shop", "app", "store")
ACQUISITION = ("search", "social", "store", "referral", "ads", "marketplace", "direct")
_ACQUISITION_SHARES = (0.20, 0.24, 0.14, 0.12, 0.16, 0.08, 0.06)
# English, Chinese, weight, and how many outlets stand there.
CITIES = (
    ("Shanghai", "上海", 0.20, 3), ("Beijing", "北京", 0.13, 2), ("Hangzhou", "杭州", 0.10, 2),
    ("Shenzhen", "深圳", 0.10, 1), ("Guangzhou", "广州", 0.08, 1), ("Chengdu", "成都", 0.08, 1),
    ("Nanjing", "南京", 0.06, 1), ("Suzhou", "苏州", 0.06, 1), ("Wuhan", "武汉", 0.05, 0),
    ("Xi'an", "西安", 0.04, 0), ("Xiamen", "厦门", 0.04, 0), ("Qingdao", "青岛", 0.03, 0),
    ("Hong Kong", "香港", 0.03, 0),
)  # fmt: skip
# Which of shop, app and store a person uses, and how common that is.
_USES = (
    ((1, 0, 0), 0.28), ((0, 1, 0), 0.25), ((0, 0, 1), 0.14), ((1, 1, 0), 0.11),
    ((1, 0, 1), 0.09), ((0, 1, 1), 0.09), ((1, 1, 1), 0.04),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Customers:
    """The latent truth, one entry per person; rates per week, times in days from the start."""

    buys: Flags  # False: signed up and never bought
    acquired_days: Floats  # of the first order, or of signing up
    rate_week: Floats  # lambda: purchases a week on the seasonal clock, while active
    hazard_week: Floats  # mu after the first product's effect; NaN under BG/NBD
    dropout: Floats  # p after the first product's effect; NaN under Pareto/NBD
    hazard_factor: Floats  # the first product's effect on either
    spend_level: Floats  # mean 1: how much more this person's orders hold
    persona: Ints
    taste: Floats  # persons × categories, rows sum to 1
    tiers: Floats  # persons × price tiers, rows sum to 1
    first_product: Ints
    return_rate: Floats
    uses: Flags  # persons × channels: has an account or card there
    preference: Floats  # persons × channels, rows sum to 1
    price_sensitivity: Floats  # 0 to 1, as the next two
    delay_sensitivity: Floats
    message_sensitivity: Floats
    acquisition: Ints
    city: Ints

    def __len__(self) -> int:
        return len(self.buys)

    @property
    def coupon_share(self) -> Floats:
        """Chance that the person redeems a coupon on an order outside sales days."""
        return 0.06 + 0.34 * self.price_sensitivity


def make_customers(
    streams: Streams, world: World, count: int, days: int, calendar: Season, products: Products
) -> Customers:
    """Draw `count` persons, acquired within the first `days` of `calendar`."""
    buys = streams("registered only").random(count) >= world.registered_only_share
    level = _spend_level(streams, world, count)
    persona, taste = _tastes(streams, count)
    tiers = _tiers(level)
    first = _first_product(streams, taste, tiers, products)
    factor = np.array(FIRST_HAZARD)[products.flavour[first]]
    if not world.first_product_matters:
        factor = np.ones(count)
    uses, preference = _channels(streams, count)
    hazard, dropout = _leaving(streams, world, factor)
    rate = streams("purchase rate").gamma(world.rate_shape, 1 / world.rate_scale_weeks, count)
    return Customers(
        buys=buys,
        acquired_days=_acquired(streams, world, count, days, calendar),
        rate_week=np.where(buys, rate, 0.0),
        hazard_week=hazard,
        dropout=dropout,
        hazard_factor=factor,
        spend_level=level,
        persona=persona,
        taste=taste,
        tiers=tiers,
        first_product=np.where(buys, first, -1),
        return_rate=streams("return propensity").beta(1.1, 9.5, count),
        uses=uses,
        preference=preference,
        price_sensitivity=streams("price sensitivity").beta(1.6, 2.8, count),
        delay_sensitivity=streams("delay sensitivity").beta(1.5, 3.5, count),
        message_sensitivity=streams("message sensitivity").beta(1.3, 4.0, count),
        acquisition=_acquisition(streams, uses),
        city=streams("city").choice(len(CITIES), count, p=[c[2] for c in CITIES]),
    )


def _spend_level(streams: Streams, world: World, count: int) -> Floats:
    """Inverse gamma with mean 1, as the gamma-gamma model has it (Fader & Hardie 2013)."""
    level = (world.spend_shape - 1) / streams("spend level").gamma(world.spend_shape, 1.0, count)
    return np.asarray(np.clip(level, 0.05, 40.0))


def _tastes(streams: Streams, count: int) -> tuple[Ints, Floats]:
    shares = np.array([share for share, _ in PERSONAS.values()])
    lean = np.array([weights for _, weights in PERSONAS.values()], float)
    lean *= np.array([c.demand for c in CATEGORIES])
    centre = lean / lean.sum(axis=1, keepdims=True)
    persona = streams("persona").choice(len(shares), count, p=shares)
    # A Dirichlet row is independent gammas divided by their sum; 9 is how closely a person
    # follows the persona.
    drawn = streams("taste").gamma(9.0 * centre[persona]) + 1e-9
    return persona, drawn / drawn.sum(axis=1, keepdims=True)


def _tiers(level: Floats) -> Floats:
    economy = 0.45 / (0.45 + level)
    premium = (1 - economy) * level / (2.0 + level)
    tiers = np.column_stack([economy, 1 - economy - premium, premium])
    assert tiers.shape[1] == TIERS  # noqa: S101 - the columns are the price tiers of the catalogue
    return tiers


def _first_product(streams: Streams, taste: Floats, tiers: Floats, products: Products) -> Ints:
    category = pick_rows(taste, streams("first category").random(len(taste)))
    tier = pick_rows(tiers, streams("first tier").random(len(taste)))
    uniform = streams("first product").random(len(taste))
    return products.choose(category * TIERS + tier, uniform, products.first_weight)


def pick_rows(weights: Floats, uniform: Floats) -> Ints:
    """Return for each row a column drawn by the row's weights, with one uniform number each."""
    total = np.cumsum(weights, axis=1)
    return np.asarray((total[:, :-1] < uniform[:, None] * total[:, -1:]).sum(axis=1), np.int64)


def _channels(streams: Streams, count: int) -> tuple[Flags, Floats]:
    kinds = np.array([kind for kind, _ in _USES], bool)
    uses = kinds[streams("channels used").choice(len(_USES), count, p=[p for _, p in _USES])]
    weight = (streams("channel preference").gamma(1.5, 1.0, (count, 3)) + 1e-6) * uses
    return uses, weight / weight.sum(axis=1, keepdims=True)


def _leaving(streams: Streams, world: World, factor: Floats) -> tuple[Floats, Floats]:
    """Hazard per week, or chance per repeat purchase; the one that the process lacks is NaN."""
    none = np.full(len(factor), np.nan)
    rng = streams("drop-out")
    if world.process == "pareto-nbd":
        hazard = rng.gamma(world.hazard_shape, 1 / world.hazard_scale_weeks, len(factor))
        return hazard * factor, none
    chance = np.clip(rng.beta(world.dropout_a, world.dropout_b, len(factor)), 1e-9, 1 - 1e-9)
    return none, 1 - (1 - chance) ** factor  # proportional hazards in discrete time


def _acquired(streams: Streams, world: World, count: int, days: int, calendar: Season) -> Floats:
    growth = np.exp(np.log1p(world.yearly_growth) * np.arange(days) / 365)
    total = np.concatenate([[0.0], np.cumsum(calendar.busyness[:days] * growth)])
    uniform = np.sort(streams("acquisition date").random(count)) * total[-1]
    return np.asarray(np.interp(uniform, total, np.arange(days + 1)), np.float64)


def _acquisition(streams: Streams, uses: Flags) -> Ints:
    drawn = streams("acquisition channel").choice(
        len(ACQUISITION), len(uses), p=_ACQUISITION_SHARES
    )
    store_only = uses[:, 2] & ~uses[:, 0] & ~uses[:, 1]
    met_in_store = ACQUISITION.index("store")
    # Who only knows the stores was won there or by a friend, never by an advertisement.
    drawn = np.where(store_only & (drawn != ACQUISITION.index("referral")), met_in_store, drawn)
    return np.where(~uses[:, 2] & (drawn == met_in_store), 0, drawn)
