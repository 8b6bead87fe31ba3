"""Tables: what the brand's systems export, each in its own words, with the truth left out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from valence.demo.arrays import Flags, Floats, Ints, decimals, mixed, numbered, picked, where
from valence.demo.customers import ACQUISITION, CHANNELS, CITIES, Customers
from valence.demo.goods import BRANDS, CATEGORIES
from valence.demo.identities import (
    CARD,
    SHOP,
    Accounts,
    People,
    email_of,
    name_of,
    phone_of,
)
from valence.demo.lived import Lived
from valence.demo.orders import COUPONS, Orders
from valence.demo.products import Products
from valence.demo.streams import Streams
from valence.demo.world import World

OUTLETS = [f"{city[0]} {i + 1}" for city in CITIES for i in range(city[3])]
_FIRST_OUTLET = np.cumsum([0, *(city[3] for city in CITIES)])[:-1]
_OUTLET_COUNT = np.array([city[3] for city in CITIES])
_NO_TEXT = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class Brand:
    """Everything that was drawn, from which the tables are read off."""

    world: World
    start: date
    days: int
    customers: Customers
    products: Products
    people: People
    accounts: Accounts
    orders: Orders
    lived: Lived


@dataclass(frozen=True, slots=True)
class Rows:
    """The lines of one system's export, sorted by time: sales, and returns as lines of their own.

    `line` points into the orders' lines; `refund` marks returns; ids are texts of the system.
    """

    line: Ints
    refund: Flags
    at_seconds: Ints
    order_id: Any
    refund_of: Any  # null on sales


def instants(start: date, seconds: Ints) -> Any:
    """Return wall-clock seconds since the first midnight as Arrow timestamps without a zone."""
    at: npt.NDArray[np.datetime64] = np.datetime64(start, "s") + seconds.astype("timedelta64[s]")
    return pa.array(at.astype("datetime64[us]"))


def rows_of(brand: Brand, in_system: Flags, sale: str, refund: str) -> Rows:
    """Return the rows of the orders flagged that were placed, ids counted up in order of time.

    What comes back after the end is not among them: nobody has seen it yet.
    """
    orders = brand.orders
    in_system = in_system & brand.lived.placed
    number = _numbers(orders, in_system)
    sold = np.flatnonzero(in_system[orders.order])
    back = sold[orders.returned[sold] > 0]
    back = back[orders.returned_at_seconds[back] < brand.days * 86_400]
    back = back[np.argsort(orders.returned_at_seconds[back], kind="stable")]
    line = np.concatenate([sold, back])
    is_refund = np.arange(len(line)) >= len(sold)
    at = np.concatenate([orders.at_seconds[orders.order[sold]], orders.returned_at_seconds[back]])
    own = np.concatenate([number[orders.order[sold]], np.arange(1, len(back) + 1)])
    sort = np.lexsort((line, own, is_refund, at))
    line, is_refund, at, own = line[sort], is_refund[sort], at[sort], own[sort]
    sale_id = numbered(sale, number[orders.order[line]], digits=8)
    order_id = where(is_refund, numbered(refund, own, digits=8), sale_id)
    return Rows(line, is_refund, at, order_id, where(is_refund, sale_id, _NO_TEXT))


def shop_orders(streams: Streams, brand: Brand) -> tuple[pa.Table, Rows]:
    """Return the online shop's lines (shop and app) and the rows they were made from."""
    orders, people = brand.orders, brand.people
    rows = rows_of(brand, orders.channel != CARD, "SO", "RT")
    order = orders.order[rows.line]
    account, email = accounts_used(streams, brand)
    guest = is_guest(streams, orders)
    style = mixed(np.where(guest, account + len(account), account), 5).astype(np.int64) & 0xFFFF
    used, form = account[order], style[order]
    who = orders.person[order]
    phone = brand.accounts.phone[used]
    user_id = where(guest[order], _NO_TEXT, brand.accounts.user_id.take(pa.array(used)))
    return pa.table(
        {
            "order_id": rows.order_id,
            "order_time": instants(brand.start, rows.at_seconds),
            "user_id": user_id,
            "email": email_of(people, who, email[order], form),
            "phone": phone_of(people, who, phone, form >> 4),
            **_goods(brand, rows, ("product_id", "product_name", "category")),
            **_money(brand, rows, ("quantity", "unit_price", "discount", "cost")),
            "currency": pa.repeat(brand.world.currency, len(who)),
            "coupon": picked(
                [*COUPONS], np.where(orders.coupon[order] > 0, orders.coupon[order], -1)
            ),
            "channel": picked([*CHANNELS], orders.channel[order]),
            "store": picked(
                OUTLETS, _outlet_of_pick_up(streams, brand.customers, brand.orders)[order]
            ),
            "status": where(rows.refund, "refunded", "completed"),
            "refund_of": rows.refund_of,
        }
    ), rows


def _numbers(orders: Orders, in_system: Flags) -> Ints:
    """Number the orders flagged by time, from 1; the others are 0."""
    by_time = np.flatnonzero(in_system)
    by_time = by_time[np.argsort(orders.at_seconds[by_time], kind="stable")]
    number = np.zeros(len(in_system), np.int64)
    number[by_time] = np.arange(1, len(by_time) + 1)
    return number


def order_ids(brand: Brand) -> Any:
    """Return each order's id as its system exports it; of orders not placed it means nothing."""
    till = brand.orders.channel == CARD
    placed = brand.lived.placed
    shop, store = (_numbers(brand.orders, placed & one) for one in (~till, till))
    return where(till, numbered("T", store, digits=8), numbered("SO", shop, digits=8))


def store_orders(streams: Streams, brand: Brand) -> tuple[pa.Table, Rows]:
    """Return the stores' till lines and the rows they were made from."""
    orders, people = brand.orders, brand.people
    rows = rows_of(brand, orders.channel == CARD, "T", "TR")
    order = orders.order[rows.line]
    who = orders.person[order]
    count = len(orders.person)
    anonymous = streams("anonymous").random(count) < brand.world.anonymous_share
    shows_card = (streams("shows card").random(count) < 0.85) & ~anonymous
    tells_phone = (streams("tells phone").random(count) < 0.55) & ~anonymous
    style = streams("till typing").integers(0, 1 << 12, count)
    card = where(shows_card[order], people.card.take(pa.array(who)), _NO_TEXT)
    known = np.where(tells_phone[order], 0, -1)
    return pa.table(
        {
            "Receipt No": rows.order_id,
            "Date": instants(brand.start, rows.at_seconds),
            "Outlet": picked(OUTLETS, _outlet(streams, brand.customers, brand.orders)[order]),
            "Loyalty No": card,
            "Mobile": phone_of(people, who, known, style[order]),
            **_goods(brand, rows, ("SKU", "Item", "Department")),
            **_money(brand, rows, ("Qty", "Unit Price", "Markdown", "Cost")),
            "Type": where(rows.refund, "REFUND", "SALE"),
            "Original Receipt": rows.refund_of,
        }
    ), rows


def customer_records(streams: Streams, brand: Brand) -> pa.Table:
    """Return the accounts and cards: one row per record, not per person."""
    accounts, people = brand.accounts, brand.people
    rng = streams("record typing")
    style, retyped = rng.integers(0, 1 << 16, len(accounts)), rng.random(len(accounts)) < 0.7
    city = [c[1] if brand.world.language == "zh" else c[0] for c in CITIES]
    opened = instants(brand.start, np.floor(accounts.opened_days).astype(np.int64) * 86_400)
    person = accounts.person
    return pa.table(
        {
            "user_id": accounts.user_id,
            "email": email_of(people, person, accounts.email, style),
            "phone": phone_of(people, person, accounts.phone, style >> 4),
            "loyalty_no": where(accounts.shows_card, people.card.take(pa.array(person)), _NO_TEXT),
            "name": name_of(people, accounts, retyped),
            "city": picked(city, brand.customers.city[person]),
            "joined": opened.cast(pa.date32()),
            "acquisition_channel": picked([*ACQUISITION], brand.customers.acquisition[person]),
        }
    )


def product_list(brand: Brand) -> pa.Table:
    """Return the catalogue as the shop exports it, in its language."""
    products, digits = brand.products, brand.world.digits
    chinese = brand.world.language == "zh"
    categories = [c.name_zh if chinese else c.name for c in CATEGORIES]
    return pa.table(
        {
            "product_id": product_ids(products),
            "name": pa.array(products.name_zh if chinese else products.name),
            "category": picked(categories, products.category),
            "brand": picked([*BRANDS], products.brand),
            "list_price": decimals(products.list_minor, scale=digits),
            "cost": decimals(products.cost_minor, scale=digits),
        }
    )


def product_ids(products: Products) -> Any:
    """Return the ids, such as `P0042`, the same in every system."""
    return numbered("P", np.arange(1, len(products) + 1), digits=4)


def is_guest(streams: Streams, orders: Orders) -> Flags:
    """Per order: whether it was placed in the shop without signing in."""
    return np.asarray(
        (streams("guest").random(len(orders.person)) < 0.05) & (orders.channel == SHOP), bool
    )


def accounts_used(streams: Streams, brand: Brand) -> tuple[Ints, Ints]:
    """Per order: the record it was placed with, and which address that held then (-1: none)."""
    accounts, orders, people = brand.accounts, brand.orders, brand.people
    index = np.arange(len(accounts))
    first = np.full((len(brand.customers), 3), -1)
    first[accounts.person[~accounts.second], accounts.system[~accounts.second]] = index[
        ~accounts.second
    ]
    again = np.full(len(brand.customers), -1)
    again[accounts.person[accounts.second]] = index[accounts.second]
    who, at_days = orders.person, orders.at_seconds / 86_400
    usable = again[who] >= 0
    usable &= accounts.system[again[who]] == orders.channel
    usable &= accounts.opened_days[again[who]] <= at_days
    with_second = usable & (streams("second record used").random(len(who)) < 0.6)
    used = np.where(with_second, again[who], first[who, orders.channel])
    email = accounts.email[used]
    not_yet = (email == 1) & ~accounts.second[used] & (at_days < people.email_changed_days[who])
    return used, np.where(not_yet, 0, email)


def _outlet(streams: Streams, customers: Customers, orders: Orders) -> Ints:
    """Per order: an outlet of the person's city, or any where the city has none."""
    uniform = streams("outlet").random(len(orders.person))
    city = customers.city[orders.person]
    here = _FIRST_OUTLET[city] + (uniform * _OUTLET_COUNT[city]).astype(np.int64)
    return np.where(_OUTLET_COUNT[city] > 0, here, (uniform * len(OUTLETS)).astype(np.int64))


def pick_up(streams: Streams, customers: Customers, orders: Orders) -> Flags:
    """Per order: whether it is an app order that is picked up at an outlet."""
    picks: Flags = streams("pick-up").random(len(orders.person)) < 0.15
    picks &= orders.channel == 1
    picks &= _OUTLET_COUNT[customers.city[orders.person]] > 0
    return picks


def _outlet_of_pick_up(streams: Streams, customers: Customers, orders: Orders) -> Ints:
    """Per order: the outlet where an app order is picked up, -1 where it is sent."""
    picks = pick_up(streams, customers, orders)
    return np.where(picks, _outlet(streams, customers, orders), -1)


def _goods(brand: Brand, rows: Rows, names: tuple[str, str, str]) -> dict[str, Any]:
    product = brand.orders.product[rows.line]
    chinese = brand.world.language == "zh"
    categories = [c.name_zh if chinese else c.name for c in CATEGORIES]
    words = brand.products.name_zh if chinese else brand.products.name
    columns = (
        product_ids(brand.products).take(pa.array(product)),
        picked(words, product),
        picked(categories, brand.products.category[product]),
    )
    return dict(zip(names, columns, strict=True))


def _money(brand: Brand, rows: Rows, names: tuple[str, str, str, str]) -> dict[str, Any]:
    """Quantity, unit price, discount and cost; a return pays the paid price back, undiscounted."""
    orders, line, digits = brand.orders, rows.line, brand.world.digits
    back = orders.returned[line]
    paid_back = orders.refund_minor[line] // np.maximum(back, 1)
    columns = (
        pa.array(np.where(rows.refund, -back, orders.quantity[line])),
        decimals(np.where(rows.refund, paid_back, orders.unit_minor[line]), scale=digits),
        decimals(np.where(rows.refund, 0, orders.discount_minor[line]), scale=digits),
        decimals(
            np.where(rows.refund, -orders.returned_cost_minor[line], orders.cost_minor[line]),
            scale=digits,
        ),
    )
    return dict(zip(names, columns, strict=True))


def days_of(at_days: Floats, start: date) -> Any:
    """Return days from the start as dates; null where infinite or beyond the year 2200."""
    known = at_days < 80_000
    whole = np.where(known, np.floor(at_days), 0).astype(np.int64)
    at: npt.NDArray[np.datetime64] = np.datetime64(start, "D") + whole.astype("timedelta64[D]")
    return pa.array(at, mask=~known)
