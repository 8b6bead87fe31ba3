"""Paging by key: opaque cursors that stay right while rows come and go, in any sort order."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that rows are sorted by; missing values come last either way."""

    column: str
    descending: bool = False

    @classmethod
    def parsed(cls, text: str) -> Sort:
        """Return the sort of `worth` or `-worth` (descending)."""
        return cls(text.removeprefix("-"), text.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.column}"


@dataclass(frozen=True, slots=True)
class Order:
    """A total order: the sort, then the key, whose columns identify a row."""

    sort: Sort
    key: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns whose values say where a row stands."""
        return (self.sort.column, *self.rest)

    @property
    def rest(self) -> tuple[str, ...]:
        """The key without the column that is sorted by."""
        return tuple(name for name in self.key if name != self.sort.column)


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows: that of `values`, and whether the page lies before it.

    No values: the end, which a page can only lie before. `seen` is how many rows lay before the
    place when it was made.
    """

    values: tuple[Any, ...] | None
    back: bool = False
    seen: int | None = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of rows, and the cursors that lead on."""

    rows: list[dict[str, Any]]
    first: int | None  # the number of its first row, from 1, where known
    previous: str | None
    next: str | None


def shape_of(*parts: object) -> str:
    """Return a fingerprint of what a cursor belongs to: the filter, the sort, the table."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


def encode(cursor: Cursor, shape: str) -> str:
    """Return the cursor as text for an address."""
    values = None if cursor.values is None else [_plain(value) for value in cursor.values]
    body = json.dumps([shape, values, int(cursor.back), cursor.seen], separators=(",", ":"))
    return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")


def decode(text: str, shape: str) -> Cursor:
    """Return the cursor of a text.

    Raises
    ------
    BadInputError
        If it is none, or one of another filter or sort.
    """
    try:
        padded = text + "=" * (-len(text) % 4)
        found = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        made_for, values, back, seen = found
        cursor = Cursor(None if values is None else tuple(values), bool(back), seen)
    except (ValueError, TypeError) as wrong:
        raise BadInputError("This is not a cursor: begin at the first page.") from wrong
    if made_for != shape:
        raise BadInputError(
            "This cursor belongs to another filter or sort: begin at the first page."
        )
    return cursor


def place_of(text: str, shape: str) -> Any:
    """Return the one value that a cursor of a list by a single key holds; None without a cursor.

    Raises
    ------
    BadInputError
        If it is none, or one of another filter or sort.
    """
    if not text:
        return None
    values = decode(text, shape).values
    if not values:
        raise BadInputError("This is not a cursor: begin at the first page.")
    return values[0]


def id_of(text: str, shape: str) -> UUID | None:
    """Return the id that a cursor holds; None without a cursor.

    Raises
    ------
    BadInputError
        If it holds none.
    """
    found = place_of(text, shape)
    try:
        return None if found is None else UUID(str(found))
    except ValueError as wrong:
        raise BadInputError("This is not a cursor: begin at the first page.") from wrong


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _typed(table: ir.Table, column: str, value: Any) -> ir.Value:
    """Return a value that was in JSON as a literal of the column's type."""
    kind = table[column].type()
    try:
        if kind.is_decimal():
            value = Decimal(value)
        elif kind.is_timestamp():
            value = datetime.fromisoformat(value)
        elif kind.is_date():
            value = date.fromisoformat(value)
        elif kind.is_floating():
            # As text: an engine may read the digits as a decimal first and round twice.
            return ibis.literal(repr(float(value))).cast(kind)
        return ibis.literal(value, type=kind)
    except (TypeError, ValueError, InvalidOperation) as wrong:
        raise BadInputError("This is not a cursor: begin at the first page.") from wrong


def ordered(table: ir.Table, order: Order, *, back: bool = False) -> ir.Table:
    """Return the table in that order, or in the opposite one; missing values last (or first)."""
    falls = order.sort.descending != back
    direction = ibis.desc if falls else ibis.asc
    keys = [direction(table[order.sort.column], nulls_first=back)]
    keys += [ibis.desc(table[name]) if back else ibis.asc(table[name]) for name in order.rest]
    return table.order_by(keys)


def beyond(table: ir.Table, order: Order, cursor: Cursor) -> ir.Table:
    """Keep the rows after the cursor's place, or those before it if it goes back."""
    if cursor.values is None:
        return table
    if len(cursor.values) != len(order.columns):
        raise BadInputError("This is not a cursor: begin at the first page.")
    at, *keys = cursor.values
    column = table[order.sort.column]
    key = _key_beyond(table, order.rest, keys, back=cursor.back)
    if at is None:
        missing = column.isnull()
        return table.filter((column.notnull() | (missing & key)) if cursor.back else missing & key)
    edge = _typed(table, order.sort.column, at)
    falls = order.sort.descending != cursor.back
    further = (column < edge) if falls else (column > edge)
    kept = further | ((column == edge) & key)
    return table.filter(kept if cursor.back else kept | column.isnull())


def _key_beyond(
    table: ir.Table, names: Sequence[str], values: Sequence[Any], *, back: bool
) -> ir.BooleanValue:
    """Compare a key of several columns as a whole, the first column first."""
    if not names:
        return ibis.literal(False)  # noqa: FBT003 - a row is not beyond itself
    name, *others = names
    column, edge = table[name], _typed(table, name, values[0])
    further = (column < edge) if back else (column > edge)
    if not others:
        return further
    return further | ((column == edge) & _key_beyond(table, others, values[1:], back=back))


def page(
    reader: Any, table: ir.Table, order: Order, size: int, cursor: Cursor | None, *, shape: str
) -> Slice:
    """Read one page of at most `size` rows at the cursor; None is the first page.

    Parameters
    ----------
    reader
        Has `rows(expression)`, as the lake's reader.
    shape
        What the cursors it returns shall belong to, see `shape_of`.
    """
    back = cursor is not None and cursor.back
    kept = table if cursor is None else beyond(table, order, cursor)
    found: list[dict[str, Any]] = reader.rows(ordered(kept, order, back=back).limit(size + 1))
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    seen = 0 if cursor is None else cursor.seen
    first = None if seen is None else max(0, seen - len(found)) if back else seen
    has_next = (cursor is not None and cursor.values is not None) if back else more
    has_previous = more if back else cursor is not None

    def place(row: dict[str, Any], *, back: bool, before: int | None) -> str:
        return encode(Cursor(tuple(row[c] for c in order.columns), back, before), shape)

    return Slice(
        found,
        None if first is None else first + 1,
        place(found[0], back=True, before=first) if found and has_previous else None,
        place(found[-1], back=False, before=None if first is None else first + len(found))
        if found and has_next
        else None,
    )
