"""Visits: what the shop's and the app's tracking saw, and what the couriers reported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Flags, Ints, numbered, picked, where
from valence.demo.customers import CHANNELS
from valence.demo.identities import phone_of
from valence.demo.lived import DAY
from valence.demo.streams import Streams
from valence.demo.tables import (
    Brand,
    accounts_used,
    instants,
    is_guest,
    order_ids,
    product_ids,
)

# In the order in which they follow each other, with the names of Segment's e-commerce events, and
# the mean seconds until the next.
STEPS = (
    "Page Viewed", "Products Searched", "Product Viewed", "Product Added", "Checkout Started",
    "Coupon Applied", "Payment Info Entered",
)  # fmt: skip
_APP_OPENED = "Application Opened"
_SECONDS = np.array([35.0, 30.0, 70.0, 90.0, 45.0, 20.0, 40.0])
# Chances of each step in a visit that ends with an order, and in one that ends in nothing: there,
# each given the one before.
_BUYING = np.array([1.0, 0.45, 0.97, 1.0, 0.97, 1.0, 0.93])
_LOOKING = np.array([1.0, 0.85, 0.80, 0.30, 0.42, 1.0, 0.40])
_COUPON = STEPS.index("Coupon Applied")
_CONSENTS = 0.6  # share of visits that may be tracked
_NO_TEXT = pa.scalar(None, pa.string())
COURIERS = ("Cainiao", "SF", "JD Logistics")


@dataclass(frozen=True, slots=True)
class _Visits:
    """One entry per visit: the steps that were taken (visits × steps) and when the first was."""

    account: Ints  # -1 for nobody
    channel: Ints
    product: Ints
    begin: Ints  # seconds
    took: Flags
    gaps: Ints  # seconds from each step to the next


def web_events(streams: Streams, brand: Brand) -> pa.Table:
    """Return the tracked steps of visits: those before each online order, and those in vain."""
    visits = [_before_orders(streams, brand), _in_vain(streams, brand)]
    parts = [_flat(one) for one in visits]
    account, channel, product = (
        np.concatenate([getattr(one, name) for one in visits])
        for name in ("account", "channel", "product")
    )
    shift = np.repeat([0, len(visits[0].begin)], [len(part[0]) for part in parts])
    visit = np.concatenate([part[0] for part in parts]) + shift
    step, at = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    seen = (at >= 0) & (at < brand.days * DAY)
    order = np.lexsort((step, visit, at))
    order = order[seen[order]]
    visit, step, at = visit[order], step[order], at[order]
    opened = (step == 0) & (channel[visit] == 1)
    return pa.table(
        {
            "event_id": numbered("E", np.arange(1, len(at) + 1), digits=9),
            "time": instants(brand.start, at),
            "event": picked([*STEPS, _APP_OPENED], np.where(opened, len(STEPS), step)),
            "user_id": picked(brand.accounts.user_id, account[visit]),
            "channel": picked([*CHANNELS], channel[visit]),
            "session": numbered("S", visit + 1, digits=8),
            "product_id": picked(
                product_ids(brand.products),
                np.where((step == 2) | (step == 3), product[visit], -1),
            ),
        }
    )


def _before_orders(streams: Streams, brand: Brand) -> _Visits:
    """Return the visits that ended with an order; the last step is just before it."""
    rng, orders = streams("visits that bought"), brand.orders
    tracked = rng.random(len(orders.person)) < _CONSENTS
    took = rng.random((len(orders.person), len(STEPS))) < _BUYING
    took[:, _COUPON] = orders.coupon > 0
    gaps = _gaps(rng, len(orders.person))
    account, _ = accounts_used(streams, brand)
    account = np.where(is_guest(streams, orders), -1, account)
    lead = np.searchsorted(orders.order, np.arange(len(orders.person)))
    rows = np.flatnonzero(tracked & brand.lived.placed & (orders.channel != 2))
    return _Visits(
        account[rows],
        orders.channel[rows],
        orders.product[lead[rows]],
        orders.at_seconds[rows] - gaps[rows].sum(axis=1),
        took[rows],
        gaps[rows],
    )


def _in_vain(streams: Streams, brand: Brand) -> _Visits:
    """Return the visits that ended in nothing: before an order, and now and then."""
    rng, orders, accounts = streams("visits in vain"), brand.orders, brand.accounts
    customers = brand.customers
    first = np.full((len(customers), 3), -1)
    own = np.flatnonzero(~accounts.second)
    first[accounts.person[own], accounts.system[own]] = own
    online = np.flatnonzero(brand.lived.placed & (orders.channel != 2))
    before = np.repeat(online, rng.poisson(0.7, len(orders.person))[online])
    who = orders.person[before]
    at = orders.at_seconds[before] - (DAY * (0.02 + rng.exponential(3.0, len(before)))).astype(int)
    # Between times, the more often the more they buy; and a while after having left for good.
    until = np.minimum(brand.lived.left_days + 90.0, brand.days)
    long = np.maximum(until - customers.acquired_days, 0.0)
    reach = (first[:, :2] >= 0).any(axis=1)
    often = reach * (0.004 + 0.5 * customers.rate_week / 7.0) * long
    idle = np.repeat(np.arange(len(customers)), rng.poisson(np.minimum(often, 60.0)))
    idle_day = np.floor(customers.acquired_days[idle] + rng.random(len(idle)) * long[idle])
    idle_at = (idle_day * DAY + (7.0 + 16.0 * rng.random(len(idle))) * 3_600).astype(np.int64)
    person = np.concatenate([who, idle])
    in_app = rng.random(len(person)) * customers.preference[person, :2].sum(axis=1)
    channel = (in_app < customers.preference[person, 1]).astype(np.int64)
    account = first[person, channel]
    account = np.where(account >= 0, account, first[person, 1 - channel])
    took = np.logical_and.accumulate(rng.random((len(person), len(STEPS))) < _LOOKING, axis=1)
    took[:, 1] &= rng.random(len(person)) < 0.5
    took[:, _COUPON] = False
    visits = _Visits(
        account, channel, orders.product[rng.integers(0, len(orders.product), len(person))],
        np.concatenate([at, idle_at]), took, _gaps(rng, len(person)),
    )  # fmt: skip
    keep = (rng.random(len(person)) < _CONSENTS) & (account >= 0)
    return _Visits(*(getattr(visits, name)[keep] for name in _Visits.__slots__))


def _gaps(rng: np.random.Generator, count: int) -> Ints:
    return (3 + rng.exponential(_SECONDS, (count, len(STEPS)))).astype(np.int64)


def _flat(visits: _Visits) -> tuple[Ints, Ints, Ints]:
    """Visit, step and time of every step taken."""
    visit, step = np.nonzero(visits.took)
    at = visits.begin[:, None] + np.cumsum(visits.gaps, axis=1) - visits.gaps
    return visit, step, at[visit, step]


def deliveries(streams: Streams, brand: Brand) -> pa.Table:
    """Return what couriers report: each parcel's arrival, and that a promise was not kept."""
    orders, lived = brand.orders, brand.lived
    parcels, end = lived.parcels, brand.days * DAY
    came = np.where(lived.late, parcels.late, parcels.on_time)
    sent = lived.placed & parcels.sent
    there = np.flatnonzero(sent & (came < end))
    waiting = np.flatnonzero(sent & lived.late & (parcels.promised < end))
    row = np.concatenate([there, waiting])
    delayed = np.arange(len(row)) >= len(there)
    at = np.where(delayed, parcels.promised[row], came[row])
    order = np.lexsort((row, at))
    row, delayed, at = row[order], delayed[order], at[order]
    account, _ = accounts_used(streams, brand)
    courier = streams("courier").choice(len(COURIERS), len(orders.person), p=(0.5, 0.3, 0.2))
    number = brand.accounts.phone[account[row]]
    guest = is_guest(streams, orders)[row]
    user_id = where(guest, _NO_TEXT, brand.accounts.user_id.take(pa.array(account[row])))
    phone: Any = phone_of(brand.people, orders.person[row], number, np.zeros(len(row), np.int64))
    return pa.table(
        {
            "scan_no": numbered("D", np.arange(1, len(row) + 1), digits=8),
            "scan": where(delayed, "Delivery Delayed", "Order Delivered"),
            "scanned": instants(brand.start, at),
            "promised": instants(brand.start, parcels.promised[row]),
            "courier": picked([*COURIERS], courier[row]),
            "order_id": order_ids(brand).take(pa.array(row)),
            "user_id": user_id,
            "recipient_phone": phone,
        }
    )
