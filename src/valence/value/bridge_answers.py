"""What the page and the command of the value bridge tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from valence.core.days import months_before
from valence.lake.reading import Tables
from valence.value.answers import summary_of
from valence.value.bridge import (
    ALL,
    GROWN,
    LOST,
    MOVES,
    NEW,
    NOBODY,
    REACTIVATED,
    SHRUNK,
    WINDOW,
    bridge,
    bridge_by,
    customer_moves,
)
from valence.value.years import SLACK

Row = Mapping[str, Any]
BARS = MOVES[:-1]
_NONE: Row = {
    "customers": 0,
    "opening_amount": Decimal(0),
    "change_amount": Decimal(0),
    "closing_amount": Decimal(0),
    "only_returns": 0,
    "only_returns_amount": Decimal(0),
}


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge of all customers between two days, with what the orders of nobody come to."""

    as_of: date
    since: date
    basis: str | None
    first_order_on: date | None
    moves: Mapping[str, Row]  # every move, and nobody

    @property
    def opening(self) -> Decimal:
        """Value of all customers in the twelve months up to the opening day."""
        return self._sum("opening_amount")

    @property
    def closing(self) -> Decimal:
        """Value of all customers in the twelve months up to the closing day."""
        return self._sum("closing_amount")

    @property
    def empty(self) -> bool:
        """Whether no order lies in the opening twelve months: there is nothing to lead from."""
        return self.first_order_on is None or self.first_order_on > self.since

    @property
    def whole(self) -> bool:
        """Whether the orders cover the opening twelve months."""
        begins = months_before(self.since, WINDOW) + SLACK
        return self.first_order_on is not None and self.first_order_on <= begins

    @property
    def whole_on(self) -> date | None:
        """The day from which on the orders cover both years."""
        first = self.first_order_on
        return None if first is None else months_before(first - SLACK, -2 * WINDOW)

    @property
    def kept(self) -> tuple[float, float] | None:
        """Share of the opening value that its customers bring still: at most as much, and in all.

        The first counts what shrank and left (gross retention of value), the second also what grew
        (net). None unless the opening value is above 0.
        """
        if self.opening <= 0:
            return None
        gross = self.opening + self.change(SHRUNK) + self.change(LOST)
        return float(gross / self.opening), float((gross + self.change(GROWN)) / self.opening)

    def change(self, move: str) -> Decimal:
        """Return the bar of a move."""
        amount: Decimal = self.moves[move]["change_amount"]
        return amount

    def lines(self) -> list[dict[str, Any]]:
        """Return the bridge as rows: customers by move, then nobody, then all orders."""
        found = [
            {"move": name, **self.moves[name]} for name in (*MOVES, NOBODY) if self._told(name)
        ]
        named = [self.moves[name] for name in MOVES]
        sums = {name: sum((r[name] for r in named), type(kind)(0)) for name, kind in _NONE.items()}
        nobody = self.moves[NOBODY]
        whole = {name: sums[name] + nobody[name] for name in sums}
        at = len(found) - self._told(NOBODY)
        found.insert(at, {"move": "customers", **sums})
        return [*found, {"move": "all orders", **whole}]

    def _told(self, name: str) -> bool:
        return name in BARS or any(self.moves[name].values())

    def _sum(self, column: str) -> Decimal:
        return sum((self.moves[name][column] for name in MOVES), Decimal(0))


def bridge_of(tables: Tables) -> Bridge | None:
    """Return the published bridge of the last twelve months; None before the first build."""
    if not tables.has("value_bridge") or (summary := summary_of(tables)) is None:
        return None
    t = tables.table("value_bridge")
    since = months_before(summary["as_of"], WINDOW)
    return _told(summary, since, tables.rows(t.filter(t.dimension == ALL)))


def bridge_between(tables: Tables, as_of: date, since: date) -> Bridge | None:
    """Return the bridge between any two days, made from the orders."""
    if (summary := summary_of(tables)) is None:
        return None
    made = bridge(tables.table("order_facts"), as_of=as_of, since=since)
    return _told(summary, since, tables.rows(made))


def by_of(tables: Tables, dimension: str, since: date | None = None) -> list[dict[str, Any]]:
    """Return the bridge by a dimension, the largest closing value first.

    The published one, or with `since` that from another opening day, made from the orders.
    """
    table = tables.table("value_bridge")
    if since is not None and (summary := summary_of(tables)):
        days = {"as_of": summary["as_of"], "since": since}
        customers, orders = tables.table("customers"), tables.table("order_facts")
        moves = customer_moves(orders, table=customers, **days)
        table = bridge(tables.table("order_days"), moves=moves, by=(dimension,), **days)
    found = bridge_by(table, dimension)
    return tables.rows(found.order_by(found.closing_amount.desc(), found.name))


def _told(summary: Row, since: date, rows: Sequence[Row]) -> Bridge:
    known = {row["move"]: {name: row[name] for name in _NONE} for row in rows}
    moves = {name: known.get(name, _NONE) for name in (*MOVES, NOBODY)}
    return Bridge(summary["as_of"], since, summary["value_basis"], summary["first_order_on"], moves)


def rule_of(move: str, since: date) -> str:
    """Return the rule that finds a move's customers on the table of customers of the last build."""
    bought, before = "orders_12m > 0", "orders_prior_12m > 0"
    stayed = f"({bought} and {before} or orders_12m == 0 and orders_prior_12m == 0)"
    began = f'first_order_on > day("{since}")'
    back = f'{bought} and orders_prior_12m == 0 and first_order_on <= day("{since}")'
    return {
        NEW: f"{bought} and {began}",
        GROWN: f"{stayed} and value_12m_amount > value_prior_12m_amount",
        SHRUNK: f"{stayed} and value_12m_amount < value_prior_12m_amount",
        REACTIVATED: back,
        LOST: f"{before} and orders_12m == 0",
    }[move]
