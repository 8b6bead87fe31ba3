"""Simulate: draw the brand once, keep what its systems saw apart from what is true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pyarrow as pa

from valence.core.errors import BadInputError
from valence.demo import tables, truth
from valence.demo.customers import make_customers
from valence.demo.future import expected_basket, expected_future
from valence.demo.identities import make_accounts, make_people
from valence.demo.lived import live
from valence.demo.orders import make_orders
from valence.demo.outreach import messages
from valence.demo.products import make_products
from valence.demo.purchases import YEAR, make_history
from valence.demo.research import research
from valence.demo.seasons import season
from valence.demo.service import make_contacts, service_contacts
from valence.demo.streams import Streams
from valence.demo.visits import deliveries, web_events
from valence.demo.voice import surveys
from valence.demo.world import World

END = date(2026, 10, 31)
_MOST_CUSTOMERS = 10_000_000  # phone numbers are seven free digits


@dataclass(frozen=True, slots=True)
class Simulation:
    """One simulated brand: Arrow tables by name, seen and true apart.

    `observed` has shop_orders, store_orders (one row per line), customers (one row per record),
    products, web_events, deliveries, service_contacts, surveys, research and messages, with typed
    columns named as in the files. `truth` has persons, identifiers, records, orders, answers,
    experiences, future_orders, products and world.
    """

    world: World
    start: date
    end: date
    observed: dict[str, pa.Table]
    truth: dict[str, pa.Table]


def simulate(
    customers: int = 20_000,
    months: int = 24,
    seed: int = 1,
    end: date = END,
    *,
    horizon: int = 12,
    world: World | None = None,
) -> Simulation:
    """Simulate the brand from its launch, `months` before the day after `end`, to `end`.

    Parameters
    ----------
    customers
        Persons acquired in that time, 1 to 10 million.
    months
        Whole months that are observed, 1 to 120.
    seed
        The same seed gives the same tables, to the byte.
    end
        Last observed day.
    horizon
        Months after `end` that are drawn for the truth alone, 12 to 120, rounded up to whole years
        of 365 days.
    world
        The brand's constants; the default is `World()`.

    Raises
    ------
    BadInputError
        If a number lies outside its range.
    """
    _within("customers", customers, 1, _MOST_CUSTOMERS)
    _within("months", months, 1, 120)
    _within("horizon", horizon, 12, 120)
    world = world or World()
    start = _months_from(end + timedelta(days=1), -months)
    days = (end - start).days + 1
    years = -(-horizon // 12)
    streams = Streams(seed)
    calendar = season(start, end, days + years * YEAR, flat=not world.seasonal)
    products = make_products(streams, world)
    persons = make_customers(streams, world, customers, days, calendar, products)
    history = make_history(streams, persons, calendar, days, years)
    bought = make_orders(streams, "order", history.observed, persons, products, calendar)
    later = [
        make_orders(streams, f"future order {year}", part, persons, products, calendar)
        for year, part in enumerate(history.future)
    ]
    lived = live(
        streams, world, persons, [bought, *later],
        picked_up=tables.pick_up(streams, persons, bought), left_days=history.left_days, days=days,
    )  # fmt: skip
    people = make_people(streams, world, persons)
    accounts = make_accounts(streams, persons, people, days)
    brand = tables.Brand(world, start, days, persons, products, people, accounts, bought, lived)
    shop, shop_rows = tables.shop_orders(streams, brand)
    store, store_rows = tables.store_orders(streams, brand)
    contacts = make_contacts(streams, brand)
    answers, felt = surveys(streams, brand, contacts)
    basket = expected_basket(persons, products)
    year = expected_future(persons, basket, lived.left_days, calendar, days, YEAR, lived.shaken)
    return Simulation(
        world=world,
        start=start,
        end=end,
        observed={
            "shop_orders": shop,
            "store_orders": store,
            "customers": tables.customer_records(streams, brand),
            "products": tables.product_list(brand),
            "web_events": web_events(streams, brand),
            "deliveries": deliveries(streams, brand),
            "service_contacts": service_contacts(streams, brand, contacts),
            "surveys": answers,
            "research": research(streams, brand),
            "messages": messages(streams, brand),
        },
        truth={
            "persons": truth.persons(brand, basket, year, later[0]),
            "identifiers": truth.identifiers(brand),
            "records": truth.records(brand),
            "orders": truth.orders(brand, {"shop_orders": shop_rows, "store_orders": store_rows}),
            "answers": felt,
            "experiences": truth.experiences(brand),
            "future_orders": truth.future_orders(brand, later),
            "products": truth.products(brand),
            "world": truth.world(brand, seed),
        },
    )


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadInputError(
            "{name} of the simulated brand is {value}; give {low} to {high}.",
            name=name,
            value=value,
            low=low,
            high=high,
        )


def _months_from(day: date, months: int) -> date:
    """Return the day `months` later (or earlier), at most the 28th where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, day.day if day.day <= 28 else 28)
