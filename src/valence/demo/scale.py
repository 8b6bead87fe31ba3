"""Scale: canonical order tables of any size for benchmarks, drawn chunk by chunk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from valence.core.errors import BadInputError
from valence.demo.arrays import (
    Flags,
    Floats,
    Ints,
    decimals,
    hexed,
    joined,
    mixed,
    numbered,
    picked,
    where,
)
from valence.demo.seasons import season
from valence.demo.streams import Streams
from valence.lake.canonical import ORDER_LINES, ORDERS, CanonicalTable
from valence.lake.columns import arrow_schema
from valence.lake.internal import IDENTIFIER_MAP

END = date(2026, 10, 31)
_DAYS = 730
_CHUNK = 200_000  # orders; with their lines about 400 MB of Arrow and NumPy
_ORDER_LINES = 2.5  # wished-for lines of an order
_PRODUCTS, _CATEGORIES, _STORES = 5_000, 40, 60
_RETURNS = 0.04  # of later orders
_SPREAD = 1.4  # of the log of purchase rates: the top 5 % place a third of all orders
_NAMESPACE, _SOURCE = "bench", "bench"


@dataclass(frozen=True, slots=True)
class _Skeleton:
    """All orders in order of time: 11 bytes each, the only thing that grows with their number."""

    customer: npt.NDArray[np.int32]
    day: npt.NDArray[np.int16]
    first: Flags
    lines: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _Catalogue:
    popularity: Floats  # running total, ends at 1
    price_minor: Ints
    cost_ratio: Floats
    category: Ints


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A stretch of orders with their lines; money in minor units, signs as in the tables."""

    number: Ints
    customer: Ints
    at: npt.NDArray[np.datetime64]
    is_return: Flags
    channel: Ints
    order: Ints  # line → order of the chunk
    ordinal: Ints  # of the line in its order
    product: Ints
    quantity: Ints
    net_minor: Ints
    discount_minor: Ints
    cost_minor: Ints


def orders_at_scale(
    folder: Path,
    lines: int = 10_000_000,
    customers: int = 1_000_000,
    seed: int = 1,
    end: date = END,
) -> list[Path]:
    """Write orders.parquet, order_lines.parquet and identifier_map.parquet into `folder`.

    Exactly `lines` lines by exactly `customers` customers over the 730 days up to `end`, in order
    of time; columns and types are those of the canonical tables. Order counts are lognormal-Poisson
    (a few buy very often), products follow Zipf's law, days the demo brand's season; everybody has
    a first order, 4 % of the later ones are returns. Sums of orders equal those of their lines.

    Raises
    ------
    BadInputError
        If there is not at least one line per customer, or there is no customer.
    """
    if not 1 <= customers <= lines:
        raise BadInputError(
            "{lines} lines cannot be spread over {customers} customers; give at least 1 customer "
            "and a line for each.",
            lines=lines,
            customers=customers,
        )
    folder.mkdir(parents=True, exist_ok=True)
    streams = Streams(seed)
    skeleton = _skeleton(streams, lines, customers, end)
    catalogue = _catalogue(streams)
    paths = [folder / f"{name}.parquet" for name in ("orders", "order_lines", "identifier_map")]
    unlike = ["order_id", "row_hash", "id_key", "original_amount", "net_amount"]
    with (
        _writer(paths[0], ORDERS, unlike) as order_file,
        _writer(paths[1], ORDER_LINES, unlike) as line_file,
    ):
        for low in range(0, len(skeleton.customer), _CHUNK):
            chunk = _fill(streams, skeleton, catalogue, low, end)
            order_file.write_table(_orders(chunk, seed, end))
            line_file.write_table(_lines(chunk, catalogue, seed, end))
    _write_map(paths[2], customers, seed, end)
    return paths


def customer_ids(customer: Ints, seed: int) -> Any:
    """Return the customer_id of each customer number: a UUID text of version 7."""
    word = hexed(mixed(customer, seed * 4 + 2), mixed(customer, seed * 4 + 3)).to_pylist()
    return pa.array([f"{w[:8]}-{w[8:12]}-7{w[13:16]}-a{w[17:20]}-{w[20:]}" for w in word])


def _id_keys(customer: Ints, seed: int) -> Any:
    # The customer's number is part of it: keys stay apart whatever the hash does.
    digits = pc.utf8_slice_codeunits(hexed(mixed(customer, seed * 4 + 1)), 0, 13)
    return joined(digits, numbered("", customer, digits=9))  # 22 characters, as real ones have


def _skeleton(streams: Streams, lines: int, customers: int, end: date) -> _Skeleton:
    rng = streams("scale customers")
    calendar = season(end - timedelta(days=_DAYS - 1), end, _DAYS)
    acquired = calendar.unwarp(np.sort(rng.random(customers)) ** 0.8 * calendar.elapsed[-1])
    later = max(0.0, lines / _ORDER_LINES / customers - 1)
    share = rng.lognormal(-(_SPREAD**2) / 2, _SPREAD, customers)
    repeats = rng.poisson(later * share)
    while (surplus := customers + int(repeats.sum()) - lines) > 0:  # a line for each order
        some = np.flatnonzero(repeats)[:surplus]
        repeats[some] -= 1
    who = np.repeat(np.arange(customers, dtype=np.int32), repeats)
    low = calendar.warp(acquired)[who]
    # More than evenly soon after the first order: interest fades.
    drawn = low + (calendar.elapsed[-1] - low) * streams("scale days").random(len(who)) ** 1.5
    day = np.concatenate([acquired, calendar.unwarp(drawn)])
    by_time = np.argsort(day, kind="stable")
    day = np.minimum(day[by_time], _DAYS - 1).astype(np.int16)
    person = np.concatenate([np.arange(customers, dtype=np.int32), who])[by_time]
    count = _line_counts(streams("scale lines"), len(person), lines)
    return _Skeleton(person, day, by_time < customers, count)


def _line_counts(rng: np.random.Generator, orders: int, lines: int) -> npt.NDArray[np.int32]:
    """One and a geometric number more per order, then evened out so that they sum to `lines`."""
    further = lines / orders - 1
    count = rng.geometric(1 / (1 + further), orders).astype(np.int32)
    while (missing := lines - int(count.sum())) != 0:
        able = np.arange(orders) if missing > 0 else np.flatnonzero(count > 1)
        step = max(1, len(able) // abs(missing))
        count[able[::step][: abs(missing)]] += np.sign(missing)
    return count


def _catalogue(streams: Streams) -> _Catalogue:
    rng = streams("scale products")
    popularity = 1 / (np.arange(_PRODUCTS) + 10.0)
    return _Catalogue(
        popularity=np.cumsum(popularity / popularity.sum()),
        price_minor=np.rint(rng.lognormal(7.8, 0.8, _PRODUCTS)).astype(np.int64) + 50,
        cost_ratio=rng.uniform(0.3, 0.75, _PRODUCTS),
        category=rng.integers(0, _CATEGORIES, _PRODUCTS),
    )


def _fill(
    streams: Streams, skeleton: _Skeleton, catalogue: _Catalogue, low: int, end: date
) -> _Chunk:
    rng = streams(f"scale chunk {low}")
    part = slice(low, low + _CHUNK)
    day, count = skeleton.day[part].astype(np.int64), skeleton.lines[part]
    orders = len(day)
    second = np.sort(rng.integers(6 * 3600, 23 * 3600, orders))
    second = second[np.argsort(np.argsort(day + rng.random(orders), kind="stable"))]
    start = np.datetime64(end - timedelta(days=_DAYS - 1), "us")
    at = start + ((day * 86_400 + second) * 1_000_000).astype("timedelta64[us]")
    is_return = (rng.random(orders) < _RETURNS) & ~skeleton.first[part]
    order = np.repeat(np.arange(orders), count)
    ordinal = np.arange(len(order)) - np.repeat(np.cumsum(count) - count, count)
    product = np.searchsorted(catalogue.popularity, rng.random(len(order)) * (1 - 1e-12))
    units = rng.geometric(0.62, len(order))
    price = catalogue.price_minor[product]
    discount = np.where(rng.random(len(order)) < 0.2, units * price // 10, 0)
    cost = np.rint(units * price * catalogue.cost_ratio[product]).astype(np.int64)
    sign = np.where(is_return[order], -1, 1)
    return _Chunk(
        number=np.arange(low + 1, low + 1 + orders),
        customer=skeleton.customer[part].astype(np.int64),
        at=at,
        is_return=is_return,
        channel=rng.choice(3, orders, p=(0.45, 0.3, 0.25)),
        order=order,
        ordinal=ordinal,
        product=product,
        quantity=sign * units,
        net_minor=sign * (units * price - discount),
        discount_minor=np.where(sign > 0, discount, 0),
        cost_minor=sign * cost,
    )


def _money(net: Ints, discount: Ints, cost: Ints) -> dict[str, Any]:
    return {
        "currency": "EUR",
        "original_amount": decimals(net * 100, scale=4),
        "net_amount": decimals(net * 100, scale=4),
        "discount_amount": decimals(discount * 100, scale=4),
        "tax_amount": decimals(np.zeros(len(net), np.int64), scale=4),
        "cost_amount": decimals(cost * 100, scale=4),
        "returned_amount": decimals(np.zeros(len(net), np.int64), scale=4),
    }


def _orders(chunk: _Chunk, seed: int, end: date) -> pa.Table:
    count = len(chunk.number)
    lead = np.flatnonzero(chunk.ordinal == 0)
    net, discount, cost, units = (
        np.add.reduceat(values, lead)
        for values in (chunk.net_minor, chunk.discount_minor, chunk.cost_minor, chunk.quantity)
    )
    outlet = chunk.number * 7919 % _STORES
    return _canonical(
        ORDERS,
        {
            "order_id": numbered("O", chunk.number, digits=9),
            "ordered_at": pa.array(chunk.at).cast(pa.timestamp("us", "UTC")),
            "ordered_on": pa.array(chunk.at.astype("datetime64[D]")),
            "kind": where(chunk.is_return, "return", "sale"),
            "status": where(chunk.is_return, "refunded", "completed"),
            **_money(net, discount, cost),
            "units": pa.array(units.astype(np.float64)),
            "lines": pa.array(np.bincount(chunk.order, minlength=count)),
            "incomplete": False,
            "channel": picked(["shop", "app", "store"], chunk.channel),
            "store": picked(
                [f"Outlet {i + 1}" for i in range(_STORES)],
                np.where(chunk.channel == 2, outlet, -1),
            ),
            "country": "Germany",
            "id_key": _id_keys(chunk.customer, seed),
            "row_hash": hexed(mixed(chunk.number, seed * 4 + 1000)),
        },
        count,
        end,
    )


def _lines(chunk: _Chunk, catalogue: _Catalogue, seed: int, end: date) -> pa.Table:
    order, count = chunk.order, len(chunk.order)
    names = [f"P{i + 1:05d}" for i in range(_PRODUCTS)]
    at = chunk.at[order]
    unit = chunk.net_minor * 100 // chunk.quantity  # to four decimals
    return _canonical(
        ORDER_LINES,
        {
            "order_id": numbered("O", chunk.number, digits=9).take(pa.array(order)),
            "line_key": pa.array(chunk.ordinal + 1).cast(pa.string()),
            "ordered_at": pa.array(at).cast(pa.timestamp("us", "UTC")),
            "ordered_on": pa.array(at.astype("datetime64[D]")),
            "product_id": picked(names, chunk.product),
            "description": picked([f"Product {n}" for n in names], chunk.product),
            "category": picked(
                [f"Category {i + 1}" for i in range(_CATEGORIES)],
                catalogue.category[chunk.product],
            ),
            "quantity": pa.array(chunk.quantity.astype(np.float64)),
            "unit_price": decimals(unit, scale=4),
            **_money(chunk.net_minor, chunk.discount_minor, chunk.cost_minor),
            "id_key": _id_keys(chunk.customer, seed).take(pa.array(order)),
            "row_hash": hexed(mixed(chunk.number[order] * 1024 + chunk.ordinal, seed * 4 + 1001)),
        },
        count,
        end,
    )


def _canonical(table: CanonicalTable, values: dict[str, Any], count: int, end: date) -> pa.Table:
    """Return the columns of `table`: those given (arrays, or one value for all), else empty."""
    loaded = datetime(end.year, end.month, end.day, tzinfo=UTC) + timedelta(days=1)
    given = {
        "namespace": _NAMESPACE,
        "source": _SOURCE,
        "id_type": "user_id",
        "batch_id": "scale",
        "loaded_at": loaded,
        **values,
    }
    schema = arrow_schema(table.columns)
    arrays = []
    for field in schema:
        value = given.get(field.name)
        if not isinstance(value, pa.Array):
            value = pa.repeat(pa.scalar(value, field.type), count)
        arrays.append(value)
    return pa.Table.from_arrays(arrays, schema=schema)


def _writer(path: Path, table: CanonicalTable, unlike: list[str]) -> pq.ParquetWriter:
    # A dictionary of values that are nearly all different costs time and saves nothing.
    names = [c.name for c in table.columns if c.name not in unlike]
    return pq.ParquetWriter(
        path, arrow_schema(table.columns), compression="zstd", use_dictionary=names
    )


def _write_map(path: Path, customers: int, seed: int, end: date) -> None:
    with _writer(path, IDENTIFIER_MAP, ["id_key", "customer_id", "row_hash"]) as file:
        for low in range(0, customers, _CHUNK):
            who = np.arange(low, min(low + _CHUNK, customers))
            columns = {
                "id_key": _id_keys(who, seed),
                "customer_id": customer_ids(who, seed),
                "row_hash": hexed(mixed(who, seed * 4 + 1002)),
            }
            file.write_table(_canonical(IDENTIFIER_MAP, columns, len(who), end))
