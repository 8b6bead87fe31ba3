"""Orders: what is in each basket, what it cost, what was given off, and what came back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from valence.demo.arrays import Floats, Ints
from valence.demo.customers import Customers, pick_rows
from valence.demo.goods import CATEGORIES
from valence.demo.products import TIERS, Products
from valence.demo.purchases import Purchases
from valence.demo.seasons import Season
from valence.demo.streams import Streams

COUPON_RATE = 0.10
SALE_UPTAKE = 0.85  # share of orders on a sales day that meet its condition
WHOLE_LINE = 0.8  # share of returns that send back all units, else one
COUPONS = ("", "TEA10", "WELCOME10", "618", "1111", "1212", "XMAS", "NEWYEAR")
_OF_SALE = np.array([0, 3, 4, 5, 6, 7])  # from seasons.SALE_CODES to COUPONS

# By hour of the day. Nothing between 1 and 5, where daylight saving would make or lose an hour.
_ONLINE_HOURS = np.array(
    [3, 0, 0, 0, 0, 0, 2, 3, 4, 5, 6, 6, 8, 6, 5, 5, 5, 6, 7, 9, 12, 13, 10, 6], float
)
_STORE_HOURS = np.array(
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5, 7, 8, 8, 9, 10, 10, 9, 9, 8, 6, 3, 0, 0], float
)


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders (one entry each) and their lines (one entry each), money in minor units."""

    person: Ints
    at_seconds: Ints  # wall clock, from midnight of the first day
    channel: Ints  # index in customers.CHANNELS
    coupon: Ints  # index in COUPONS
    order: Ints  # line → order
    product: Ints
    quantity: Ints
    unit_minor: Ints  # list price of one unit
    discount_minor: Ints  # of the whole line
    cost_minor: Ints  # of the whole line
    returned: Ints  # units that come back, 0 for most
    refund_minor: Ints  # what is paid back for them
    returned_cost_minor: Ints
    returned_at_seconds: Ints

    @property
    def net_minor(self) -> Ints:
        """Per line: paid, before anything comes back."""
        return self.quantity * self.unit_minor - self.discount_minor

    @property
    def final_margin_minor(self) -> Ints:
        """Per line: what remains after cost and after what comes back, whenever it does."""
        return self.net_minor - self.cost_minor - self.refund_minor + self.returned_cost_minor


def further_lines(customers: Customers) -> Floats:
    """Expected lines of an order beyond the first, per person."""
    return np.clip(0.75 * customers.spend_level, 0.05, 7.0)


def further_units(customers: Customers) -> Floats:
    """Expected units of a line beyond the first, per person and before the category's factor."""
    return np.clip(0.28 * customers.spend_level, 0.02, 6.0)


def return_chance(customers: Customers) -> Floats:
    """Chance that an average line comes back, persons × channels (stores: tried on the spot)."""
    return np.asarray(customers.return_rate[:, None] * np.array([1.0, 1.0, 0.4]))


def make_orders(
    streams: Streams,
    name: str,
    purchases: Purchases,
    customers: Customers,
    products: Products,
    calendar: Season,
) -> Orders:
    """Fill the baskets of `purchases`; `name` tells the streams of past and future apart."""
    who, day = purchases.person, np.minimum(purchases.at_days, len(calendar.busyness) - 1)
    channel = pick_rows(customers.preference[who], streams(f"{name} channel").random(len(who)))
    rate, coupon = _given_off(streams, name, purchases, customers, calendar, day.astype(np.int64))
    count = 1 + streams(f"{name} lines").poisson(further_lines(customers)[who])
    order = np.repeat(np.arange(len(who)), count)
    product = _choose(streams, name, who[order], customers, products)
    lead = np.cumsum(count) - count  # each order's first line
    product[lead[purchases.first]] = customers.first_product[who[purchases.first]]
    category = products.category[product]
    units = np.array([c.units for c in CATEGORIES])[category]
    quantity = 1 + streams(f"{name} units").poisson(further_units(customers)[who[order]] * units)
    unit = products.list_minor[product]
    discount = np.rint(quantity * unit * rate[order]).astype(np.int64)
    at_seconds = _wall_clock(streams, name, day.astype(np.int64), channel)
    returned, delay = _returns(
        streams, name, (who, channel), order, (category, quantity), customers
    )
    # Paid back is the unit's paid price to the minor unit, so that price × units is exact.
    refund = (quantity * unit - discount) // quantity * returned
    return Orders(
        person=who,
        at_seconds=at_seconds,
        channel=channel,
        coupon=coupon,
        order=order,
        product=product,
        quantity=quantity,
        unit_minor=unit,
        discount_minor=discount,
        cost_minor=quantity * products.cost_minor[product],
        returned=returned,
        refund_minor=refund,
        returned_cost_minor=returned * products.cost_minor[product],
        returned_at_seconds=at_seconds[order] + delay,
    )


def _choose(
    streams: Streams, name: str, who: Ints, customers: Customers, products: Products
) -> Ints:
    category = pick_rows(customers.taste[who], streams(f"{name} category").random(len(who)))
    tier = pick_rows(customers.tiers[who], streams(f"{name} tier").random(len(who)))
    uniform = streams(f"{name} product").random(len(who))
    return products.choose(category * TIERS + tier, uniform, products.weight)


def _given_off(
    streams: Streams,
    name: str,
    purchases: Purchases,
    customers: Customers,
    calendar: Season,
    day: Ints,
) -> tuple[Floats, Ints]:
    """Discount rate and coupon code of each order: the sales day's, else perhaps a coupon."""
    in_sale = streams(f"{name} sale uptake").random(len(day)) < SALE_UPTAKE
    in_sale &= calendar.sale_rate[day] > 0
    with_coupon = (
        streams(f"{name} coupon").random(len(day)) < (customers.coupon_share[purchases.person])
    )
    rate = np.where(in_sale, calendar.sale_rate[day], np.where(with_coupon, COUPON_RATE, 0.0))
    own = np.where(purchases.first, COUPONS.index("WELCOME10"), COUPONS.index("TEA10"))
    code = np.where(in_sale, _OF_SALE[calendar.sale_code[day]], np.where(with_coupon, own, 0))
    return rate, code


def _wall_clock(streams: Streams, name: str, day: Ints, channel: Ints) -> Ints:
    uniform = streams(f"{name} hour").random(len(day))
    online, store = (np.cumsum(h) / h.sum() for h in (_ONLINE_HOURS, _STORE_HOURS))
    hour = np.where(channel == 2, np.searchsorted(store, uniform), np.searchsorted(online, uniform))
    second = streams(f"{name} second").integers(0, 3_600, len(day))
    return np.asarray(day * 86_400 + hour * 3_600 + second, np.int64)


def _returns(
    streams: Streams,
    name: str,
    order_of: tuple[Ints, Ints],
    order: Ints,
    line_of: tuple[Ints, Ints],
    customers: Customers,
) -> tuple[Ints, Ints]:
    """Units that come back, per line, and after how many seconds."""
    (who, channel), (category, quantity) = order_of, line_of
    chance = return_chance(customers)[who, channel][order]
    chance = np.minimum(chance * np.array([c.returns for c in CATEGORIES])[category], 1.0)
    back = streams(f"{name} returned").random(len(order)) < chance
    whole = streams(f"{name} whole line").random(len(order)) < WHOLE_LINE
    # Ten days on average; at least a day, and whole days, so that shops keep their hours.
    delay = 1 + streams(f"{name} return delay").gamma(2.2, 4.0, len(order)).astype(np.int64)
    return np.where(back, np.where(whole, quantity, 1), 0), delay * 86_400
