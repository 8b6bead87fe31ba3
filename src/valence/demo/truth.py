"""Truth: what really is and will be, as tables of their own that no importer ever sees."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Ints, decimals, joined, picked
from valence.demo.customers import ACQUISITION, CHANNELS, CITIES
from valence.demo.future import Basket, Expected
from valence.demo.goods import CATEGORIES, PERSONAS
from valence.demo.identities import DUPLICATES
from valence.demo.orders import Orders
from valence.demo.products import FIRST_HAZARD, FLAVOURS
from valence.demo.tables import Brand, Rows, days_of, instants, order_ids, product_ids
from valence.demo.troubles import MATTERS


def persons(brand: Brand, basket: Basket, year: Expected, ahead: Orders) -> pa.Table:
    """Return one row per person: latent parameters, expectation and what really followed.

    `expected_*_12m` are means given everything latent, having left included; `realised_*_12m` are
    one draw from the same future, the orders `ahead`. Both count the final margin of orders placed
    within the 12 months, after what comes back of them. Money in major units of the currency.
    """
    customers, unit = brand.customers, 10.0**brand.world.digits
    placed, left_days = brand.lived.placed_later[0], brand.lived.left_days
    bought = np.bincount(ahead.person[placed], minlength=len(customers))
    whose = ahead.person[ahead.order]
    margin = np.bincount(whose, ahead.final_margin_minor * placed[ahead.order], len(customers))
    return pa.table(
        {
            "person": pa.array(np.arange(len(customers))),
            "name": brand.people.names.name,
            "buys": pa.array(customers.buys),
            "persona": picked([*PERSONAS], customers.persona),
            "city": picked([c[0] for c in CITIES], customers.city),
            "acquisition_channel": picked([*ACQUISITION], customers.acquisition),
            "acquired_on": days_of(customers.acquired_days, brand.start),
            "duplicate": picked([*DUPLICATES], brand.people.duplicate),
            "rate_week": pa.array(customers.rate_week),
            "hazard_week": pa.array(customers.hazard_week, from_pandas=True),
            "dropout": pa.array(customers.dropout, from_pandas=True),
            "first_product": picked(product_ids(brand.products), customers.first_product),
            "hazard_factor": pa.array(customers.hazard_factor),
            "left_on": days_of(left_days, brand.start),
            "active_at_end": pa.array(customers.buys & (left_days > brand.days)),
            "spend_level": pa.array(customers.spend_level),
            "order_margin": pa.array(basket.kept_margin / unit),
            "order_revenue": pa.array(basket.revenue / unit),
            "return_rate": pa.array(customers.return_rate),
            "price_sensitivity": pa.array(customers.price_sensitivity),
            "delay_sensitivity": pa.array(customers.delay_sensitivity),
            "message_sensitivity": pa.array(customers.message_sensitivity),
            **{f"prefers_{c}": customers.preference[:, i] for i, c in enumerate(CHANNELS)},
            "taste": pa.FixedSizeListArray.from_arrays(
                pa.array(customers.taste.ravel()), len(CATEGORIES)
            ),
            "expected_orders_12m": pa.array(year.orders),
            "expected_margin_12m": pa.array(year.margin_minor / unit),
            "realised_orders_12m": pa.array(bought),
            "realised_margin_12m": pa.array(margin / unit),
        }
    )


def identifiers(brand: Brand) -> pa.Table:
    """Return every identifier of every person in its normal form, each once."""
    accounts, people = brand.accounts, brand.people
    parts = [_texts(accounts.person, "user_id", accounts.user_id)]
    for which in (0, 1):
        held = accounts.email == which
        # Orders placed before a change still carry the address of then.
        earlier = (people.email_changed_days[accounts.person] < np.inf) & (accounts.email == 1)
        held |= earlier if which == 0 else False
        who = accounts.person[held & (accounts.email >= 0)]
        parts.append(_texts(who, "email", people.email[which].take(pa.array(who))))
        who = accounts.person[accounts.phone == which]
        parts.append(_texts(who, "phone", _e164(people.phone[which][who])))
    # A number may be told at a till without standing in any record.
    everyone = np.arange(len(brand.customers))[brand.customers.uses[:, 2]]
    parts.append(_texts(everyone, "phone", _e164(people.phone[0][everyone])))
    parts.append(_texts(everyone, "loyalty_no", people.card.take(pa.array(everyone))))
    together = pa.concat_tables(parts).filter(pc.field("value").is_valid())
    distinct = together.group_by(["person", "id_type", "value"], use_threads=False).aggregate([])
    return distinct.sort_by(
        [("person", "ascending"), ("id_type", "ascending"), ("value", "ascending")]
    )


def records(brand: Brand) -> pa.Table:
    """Return the person behind each row of `customers`, in its order."""
    second = brand.accounts.second
    kind = np.where(second, brand.people.duplicate[brand.accounts.person], -1)
    return pa.table(
        {
            "row": pa.array(np.arange(len(brand.accounts))),
            "user_id": brand.accounts.user_id,
            "person": pa.array(brand.accounts.person),
            "duplicate": picked([*DUPLICATES], kind),
        }
    )


def orders(brand: Brand, files: dict[str, Rows]) -> pa.Table:
    """Return the person behind each order of each file, anonymous ones included."""
    parts = []
    for file, rows in files.items():
        _, at = np.unique(rows.order_id.to_numpy(zero_copy_only=False), return_index=True)
        at = np.sort(at)
        who = brand.orders.person[brand.orders.order[rows.line[at]]]
        table = pa.table(
            {
                "file": pa.repeat(file, len(at)),
                "order_id": rows.order_id.take(pa.array(at)),
                "person": pa.array(who),
                "ordered_at": instants(brand.start, rows.at_seconds[at]),
                "refund_of": rows.refund_of.take(pa.array(at)),
            }
        )
        parts.append(table)
    return pa.concat_tables(parts)


def experiences(brand: Brand) -> pa.Table:
    """Return one row per order about which there was something to say, whoever said it.

    `lost_late_12m` and `lost_unsolved_12m` are what the late delivery and the unsolved contact cost
    in margin over the 365 days after, by a twin who was spared just that and met all else with the
    same draws; null where there was none. `drove_out` marks what the customer left for.
    """
    lived, unit = brand.lived, 10.0**brand.world.digits
    rows = np.flatnonzero(lived.matter > 0)
    person = brand.orders.person[rows]
    late, unsolved = lived.late[rows], lived.unsolved[rows]
    return pa.table(
        {
            "person": pa.array(person),
            "file": picked(
                ["shop_orders", "shop_orders", "store_orders"], brand.orders.channel[rows]
            ),
            "order_id": order_ids(brand).take(pa.array(rows)),
            "matter": picked([*MATTERS], lived.matter[rows]),
            "late": pa.array(late),
            "spoke": pa.array(lived.spoke[rows]),
            "unsolved": pa.array(unsolved),
            "late_chance": pa.array(lived.late_chance[rows]),
            "unsolved_chance": pa.array(lived.unsolved_chance[rows]),
            "lost_late_12m": pa.array(lived.lost_late[rows] / unit, mask=~late),
            "lost_unsolved_12m": pa.array(lived.lost_unsolved[rows] / unit, mask=~unsolved),
            "drove_out": pa.array(lived.drove_out[person] == rows),
        }
    )


def future_orders(brand: Brand, years: list[Orders]) -> pa.Table:
    """Return the orders after the end: who, when, paid, and final margin; one row per order."""
    parts = zip(years, brand.lived.placed_later, strict=True)
    return pa.concat_tables([_future_orders(brand, *part) for part in parts])


def _future_orders(brand: Brand, ahead: Orders, placed: Flags) -> pa.Table:
    count, digits = len(ahead.person), brand.world.digits
    net = np.bincount(ahead.order, ahead.net_minor, count)
    margin = np.bincount(ahead.order, ahead.final_margin_minor, count)
    return pa.table(
        {
            "person": pa.array(ahead.person),
            "ordered_at": instants(brand.start, ahead.at_seconds),
            "channel": picked([*CHANNELS], ahead.channel),
            "net": decimals(np.rint(net).astype(np.int64), scale=digits),
            "final_margin": decimals(np.rint(margin).astype(np.int64), scale=digits),
        }
    ).filter(pa.array(placed))


def products(brand: Brand) -> pa.Table:
    """Return the part that each product plays."""
    flavour = brand.products.flavour
    factor = np.array(FIRST_HAZARD) if brand.world.first_product_matters else np.ones(4)
    return pa.table(
        {
            "product_id": product_ids(brand.products),
            "flavour": picked([*FLAVOURS], flavour),
            "first_hazard_factor": pa.array(factor[flavour]),
            "tier": pa.array(brand.products.tier),
            "weight": pa.array(brand.products.weight),
            "first_weight": pa.array(brand.products.first_weight),
        }
    )


def world(brand: Brand, seed: int) -> pa.Table:
    """Return the brand's constants as one row."""
    columns = {**asdict(brand.world), "seed": seed, "start": brand.start, "days": brand.days}
    return pa.table({name: pa.array([value]) for name, value in columns.items()})


def _texts(person: Ints, kind: str, value: Any) -> pa.Table:
    return pa.table(
        {"person": pa.array(person), "id_type": pa.repeat(kind, len(person)), "value": value}
    )


def _e164(number: Ints) -> Any:
    mainland = number > 10_000_000_000
    code = picked(["+1", "+86"], mainland.astype(np.int64))
    return joined(code, pa.array(number).cast(pa.string()))
