"""The last twelve months against the twelve before, to the day: one answer for every page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import NormalDist
from typing import Any
from weakref import WeakKeyDictionary

import ibis.expr.types as ir

from valence.core.days import months_before
from valence.lake.portable import count_if
from valence.lake.reading import Tables
from valence.value.orders import SALE

SLACK = timedelta(days=7)  # a history that begins a week late still counts as two years
SPANS = ("12m", "prior_12m")
_Z = NormalDist().inv_cdf(0.975)  # of a 95 % interval

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Moved:
    """A figure of the last twelve months beside that of the twelve before.

    `error` is the standard error of the difference, were these customers and orders drawn by
    chance from many such.
    """

    now: float
    before: float
    error: float

    @property
    def change(self) -> float:
        """The difference."""
        return self.now - self.before

    @property
    def share(self) -> float | None:
        """The change as a share of what was before; None where that was not above 0."""
        return self.change / self.before if self.before > 0 else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference."""
        return self.change - _Z * self.error, self.change + _Z * self.error

    @property
    def sure(self) -> bool:
        """Whether the change is beyond what chance alone would bring."""
        return abs(self.change) > _Z * self.error


@dataclass(frozen=True, slots=True)
class Years:
    """Figures of the twelve months up to a day, each beside that of the twelve before.

    `value` is of all orders, `named` of those whose customer is known, `each` per customer who
    bought, `given_back` what was returned as a share of what was sold, before returns.
    """

    comparable: bool  # the history covers the twelve months before
    value: Moved
    named: Moved
    customers: Moved
    each: Moved | None  # None where nobody bought
    given_back: Moved | None  # None where nothing was sold
    returned: float  # of the last twelve months
    orders: int  # of the last twelve months

    @property
    def nobody(self) -> float:
        """Value of the last twelve months that came without a known customer."""
        return self.value.now - self.named.now


_kept: WeakKeyDictionary[Tables, Years | None] = WeakKeyDictionary()


def years(tables: Tables) -> Years | None:
    """Return the last twelve months against the twelve before; None before the first build.

    It is kept with what it was read by. Two errors are taken from what customers did in both
    years, so that who does the same again adds nothing: that of a sum from the squares of each
    customer's change (the variance of a sum over a Poisson number of customers), that of a mean
    by its linearisation. The error of the share given back takes each order as one draw.
    """
    if tables not in _kept:
        row = tables.one(tables.table("value_summary")) if tables.has("value_summary") else None
        _kept[tables] = None if row is None else _years(tables, row)
    return _kept[tables]


def comparable(summary: Row) -> bool:
    """Whether the history covers the twelve months before the last twelve."""
    first: date | None = summary["first_order_on"]
    return first is not None and first <= months_before(summary["as_of"], 24) + SLACK


def _years(tables: Tables, row: Row) -> Years:
    orders = [_orders(tables, row["as_of"], *ends) for ends in ((0, 12), (12, 24))]
    bought = [row[f"customers_{span}"] for span in SPANS]
    named = [float(row[f"named_value_{span}_amount"]) for span in SPANS]
    each = [value / n if n else None for value, n in zip(named, bought, strict=True)]
    t = tables.table("customers")
    errors = tables.one(_errors(t, bought, each)) or {}
    squares = {name: float(value or 0) for name, value in errors.items()}
    late, before = orders
    nobody = float(late["nobody_squares"] or 0) + float(before["nobody_squares"] or 0)
    return Years(
        comparable(row),
        Moved(
            float(row["value_12m_amount"]),
            float(row["value_prior_12m_amount"]),
            sqrt(squares["value"] + nobody),
        ),
        Moved(named[0], named[1], sqrt(squares["value"])),
        Moved(bought[0], bought[1], sqrt(squares["customers"])),
        None if each[0] is None else Moved(each[0], each[1] or 0.0, sqrt(squares["each"])),
        _given_back(late, before),
        float(late["returned"] or 0),
        late["orders"],
    )


def _orders(tables: Tables, as_of: date, least: int, most: int) -> Row:
    """Sums over the orders of some months up to a day."""
    t = tables.table("order_facts")
    t = t.filter(
        t.ordered_on > months_before(as_of, most), t.ordered_on <= months_before(as_of, least)
    )
    gross, returned, value = (
        t[f"{name}_amount"].cast("float64") for name in ("gross", "returned", "value")
    )
    row = tables.one(
        t.agg(
            gross=gross.sum(),
            returned=returned.sum(),
            gross_squares=(gross * gross).sum(),
            returned_squares=(returned * returned).sum(),
            products=(gross * returned).sum(),
            nobody_squares=(value * value).sum(where=t.customer_id.isnull()),
            orders=count_if(t.kind == SALE),
        )
    )
    return {} if row is None else row


def _errors(t: ir.Table, bought: list[int], each: list[float | None]) -> ir.Table:
    """Sums over customers of their squared part in each difference."""
    value = [t[f"value_{span}_amount"].cast("float64") for span in SPANS]
    buys = [(t[f"orders_{span}"] > 0).ifelse(1.0, 0.0) for span in SPANS]
    moved, came = value[0] - value[1], buys[0] - buys[1]
    parts = [
        (v - b * (mean or 0.0)) * (1 / n if n else 0.0)
        for v, b, n, mean in zip(value, buys, bought, each, strict=True)
    ]
    apart = parts[0] - parts[1]
    return t.agg(
        value=(moved * moved).sum(), customers=(came * came).sum(), each=(apart * apart).sum()
    )


def _given_back(late: Row, before: Row) -> Moved | None:
    now, error = _share(late)
    if now is None:
        return None
    then, other = _share(before)
    return Moved(now, then or 0.0, sqrt(error * error + other * other))


def _share(sums: Row) -> tuple[float | None, float]:
    """Share given back of what was sold, and its standard error (of a ratio of sums)."""
    gross = sums["gross"] or 0.0
    if gross <= 0:
        return None, 0.0
    share = (sums["returned"] or 0.0) / gross
    squares = sums["returned_squares"] - 2 * share * sums["products"]
    squares += share * share * sums["gross_squares"]
    return share, sqrt(max(0.0, squares)) / gross
