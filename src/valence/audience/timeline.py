"""The timeline: all that one customer did and met, newest first, from the tables of the lake."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.lake.reader import Reader

SIZE = 20
ONE_DAY = timedelta(days=1)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of the timeline."""

    kind: str  # order, return, adjustment, contact, feedback, message, event
    at: datetime
    on: date
    key: str  # tells it from others of its kind at the same instant
    facts: Row


@dataclass(frozen=True, slots=True)
class Timeline:
    """One page of the timeline, and where the next one begins."""

    items: Sequence[Item]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Source:
    """One table that the timeline is made of."""

    table: str
    at: str
    on: str
    key: tuple[str, ...]
    facts: tuple[str, ...]
    kind: str = ""  # "": told by the column `kind`


_SOURCES = (
    _Source(
        "order_facts",
        "ordered_at",
        "ordered_on",
        ("namespace", "order_id"),
        (
            "namespace", "order_id", "kind", "channel", "store", "country", "units", "incomplete",
            "gross_amount", "returned_amount", "discount_amount", "revenue_amount", "cost_amount",
            "value_amount", "value_basis",
        ),
    ),
    _Source(
        "contacts",
        "opened_at",
        "opened_on",
        ("source", "contact_id"),
        (
            "source", "contact_id", "case_id", "channel", "category", "complaint", "answered_at",
            "solved_at", "reopened", "text",
        ),
        "contact",
    ),
    _Source(
        "feedback",
        "answered_at",
        "answered_on",
        ("source", "feedback_id"),
        (
            "source", "feedback_id", "metric", "touchpoint", "subject", "score", "scale", "text",
            "order_id", "channel",
        ),
        "feedback",
    ),
    _Source(
        "messages",
        "sent_at",
        "sent_on",
        ("source", "message_id"),
        (
            "source", "message_id", "channel", "campaign", "delivered_at", "opened_at",
            "clicked_at", "converted_at",
        ),
        "message",
    ),
    _Source(
        "events",
        "occurred_at",
        "occurred_on",
        ("source", "event_id"),
        ("source", "event_id", "name", "channel", "touchpoint", "campaign"),
        "event",
    ),
)  # fmt: skip
KINDS = (
    "order", "return", "adjustment", "cancelled", "contact", "feedback", "message", "event",
)  # fmt: skip


def timeline(
    reader: Reader,
    customer_id: str,
    id_keys: Callable[[], Sequence[str]],
    *,
    cursor: str = "",
    size: int = SIZE,
    days: Sequence[OrderDay] | None = None,
) -> Timeline:
    """Return one page of what a customer did and met, newest first.

    Parameters
    ----------
    reader
        The lake.
    customer_id
        Whose: orders are found by it.
    id_keys
        Gives the customer's identifiers, by which the other tables are found; asked only if one
        of them holds anything.
    cursor
        Where the page begins, as the page before gave it; empty: at the newest.
    size
        Most entries of a page.
    days
        `order_days` of the customer, where they are at hand.

    Raises
    ------
    BadInputError
        If the cursor is none.
    """
    before = decoded(cursor) if cursor else None
    items: list[Item] = []
    keys: Sequence[str] | None = None
    for source in _SOURCES:
        if not reader.has(source.table) or not reader.snapshot.rows(source.table):
            continue
        t = reader.table(source.table)
        if source.table == "order_facts":
            days = order_days(reader, customer_id) if days is None else days
            span = _span(days, before, size) if days else None
            if span is None:
                continue
            mine = (t.customer_id == customer_id) & t.ordered_on.between(*span)
        else:
            keys = id_keys() if keys is None else keys
            if not keys:
                continue
            mine = t.id_key.isin(list(keys))
        items += _read(reader, source, t.filter(mine), before, size)
    items.sort(key=_place, reverse=True)
    more = len(items) > size
    shown = items[:size]
    return Timeline(shown, encoded(shown[-1]) if more else None)


def lines_of(
    reader: Reader, namespace: str, order_id: str, on: date | None = None
) -> list[dict[str, Any]]:
    """Return the lines of one order in the order of the source; none where only totals came in.

    `on`, its business day, lets the engine pass over all other days' files.
    """
    if not reader.has("order_lines"):
        return []
    t = reader.table("order_lines")
    t = t.filter(t.namespace == namespace, t.order_id == order_id)
    if on is not None:
        t = t.filter(t.ordered_on == on)
    names = ("product_id", "description", "category", "quantity", "unit_price", "currency",
             "net_amount", "returned_amount", "discount_amount")  # fmt: skip
    rows = reader.rows(t.select(*names, "line_key").order_by("product_id", "line_key"))
    return _with_names(reader, namespace, rows)


def order_of(
    reader: Reader, customer_id: str, namespace: str, order_id: str, on: date | None = None
) -> Item | None:
    """Return one order of a customer as an entry of the timeline; None if there is none."""
    if not reader.has("order_facts"):
        return None
    t = reader.table("order_facts")
    t = t.filter(t.customer_id == customer_id, t.namespace == namespace, t.order_id == order_id)
    if on is not None:
        t = t.filter(t.ordered_on == on)
    found = _read(reader, _SOURCES[0], t, None, 1)
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class OrderDay:
    """What one customer ordered, or gave back, on one day."""

    on: date
    kind: str  # sale, return, adjustment, cancelled
    orders: int
    value: float


def order_days(reader: Reader, customer_id: str) -> list[OrderDay]:
    """Return the days with orders of a customer, newest first.

    One narrow read of all orders; whatever else is read of them then needs these days only.
    """
    if not reader.has("order_facts"):
        return []
    t = reader.table("order_facts")
    t = t.filter(t.customer_id == customer_id)
    days = t.group_by("ordered_on", "kind").agg(
        orders=t.count().cast("int64"), value=t.value_amount.sum()
    )
    rows = reader.rows(days.order_by(days.ordered_on.desc(), days.kind))
    return [
        OrderDay(row["ordered_on"], row["kind"], row["orders"], float(row["value"] or 0))
        for row in rows
    ]


def counts(days: Sequence[OrderDay]) -> dict[str, int]:
    """Return how many sales, returns and adjustments a customer has."""
    found: dict[str, int] = {}
    for day in days:
        found[day.kind] = found.get(day.kind, 0) + day.orders
    return found


def _span(
    days: Sequence[OrderDay], before: tuple[datetime, str, str] | None, size: int
) -> tuple[date, date] | None:
    """Return the days that hold the next page of orders, so that other days' files are skipped.

    The business day may be another than the instant's day in UTC: one day more on either side.
    """
    last = days[0].on if before is None else before[0].date() + ONE_DAY
    sure = last if before is None else before[0].date() - ONE_DAY
    within = [day for day in days if day.on <= last]
    if not within:
        return None
    seen = 0
    for day in within:
        seen += day.orders if day.on <= sure else 0
        if seen > size:
            return day.on, last
    return within[-1].on, last


def encoded(item: Item) -> str:
    """Return the place after an entry as text for an address."""
    return _encoded(item.at, item.kind, item.key)


def place_before(at: datetime) -> str:
    """Return the place after all entries from a moment on, as text for an address."""
    return _encoded(at.astimezone(UTC), "", "")


def _encoded(at: datetime, kind: str, key: str) -> str:
    body = json.dumps([at.isoformat(), kind, key])
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decoded(text: str) -> tuple[datetime, str, str]:
    """Return the place that a cursor names.

    Raises
    ------
    BadInputError
        If it is none.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        at, kind, key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return datetime.fromisoformat(at), str(kind), str(key)
    except (ValueError, TypeError) as wrong:
        raise BadInputError("This is not a cursor: begin at the newest entry.") from wrong


def _read(
    reader: Reader,
    source: _Source,
    t: ir.Table,
    before: tuple[datetime, str, str] | None,
    size: int,
) -> list[Item]:
    at = ibis.coalesce(t[source.at], t[source.on].cast("timestamp('UTC', 6)"))
    key = t[source.key[0]] + "\x1f" + t[source.key[1]]
    kind = _kind(t) if not source.kind else ibis.literal(source.kind)
    t = t.mutate(item_at=at, item_key=key, item_kind=kind)
    if before is not None:
        instant, last_kind, last_key = before
        edge = ibis.literal(instant, "timestamp('UTC', 6)")
        same = (t.item_kind < last_kind) | ((t.item_kind == last_kind) & (t.item_key < last_key))
        t = t.filter((t.item_at < edge) | ((t.item_at == edge) & same))
    order = [t.item_at.desc(), t.item_kind.desc(), t.item_key.desc()]
    names = dict.fromkeys((*source.facts, "item_at", "item_key", "item_kind", source.on))
    rows = reader.rows(t.order_by(order).limit(size + 1).select(*names))
    return [
        Item(
            row["item_kind"],
            row["item_at"].astimezone(UTC),
            row[source.on],
            row["item_key"],
            {name: row[name] for name in source.facts},
        )
        for row in rows
    ]


def _kind(t: ir.Table) -> ir.StringValue:
    return (t.kind == "sale").ifelse("order", t.kind)


def _place(item: Item) -> tuple[datetime, str, str]:
    return item.at, item.kind, item.key


def _with_names(reader: Reader, namespace: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the lines that name no product what the table of products calls it."""
    nameless = {row["product_id"] for row in rows if row["product_id"] and not row["description"]}
    if not nameless or not reader.has("products"):
        return rows
    t = reader.table("products")
    t = t.filter(t.namespace == namespace, t.product_id.isin(sorted(nameless)))
    names = {row["product_id"]: row["name"] for row in reader.rows(t.select("product_id", "name"))}
    return [
        {**row, "description": row["description"] or names.get(row["product_id"])} for row in rows
    ]
