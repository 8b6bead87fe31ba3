"""Table pages: filter by rule, sort, paging, choice of columns, export; the same for the API."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import quote

import ibis
import ibis.expr.types as ir
from fastapi import Depends, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from starlette.datastructures import QueryParams

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message
from valence.core.rules import RuleError
from valence.kit.ask import Asked
from valence.kit.customers import LABEL, NUMBER, beside, labels, with_labels
from valence.kit.export import export
from valence.kit.filters import Marked, filtered, marked, nameable
from valence.kit.paging import Cursor, Order, Slice, Sort, decode, encode, ordered, page, shape_of
from valence.people.labels import Label

Kind = Literal[
    "text",
    "int",
    "float",
    "quantity",
    "percent",
    "money",
    "day",
    "month",
    "instant",
    "bool",
    "customer",
]  # customer: an id, shown as what the customer is called
_LEFT = frozenset({"text", "bool", "customer"})
SIZES = (50, 100, 200)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column as a reader sees it."""

    name: str  # of the column in the table
    title: Message
    kind: Kind = "text"
    meaning: Message | None = None
    shown: bool = True  # without being chosen
    link: str = ""  # address with {column} places, such as /customers/{customer_id}
    words: Mapping[str, Message] = field(default_factory=dict)  # how coded values are worded
    tones: Mapping[str, str] = field(default_factory=dict)  # drawn as a badge of that tone
    absent: Message = message("not known")  # noqa: RUF009 - a constant
    sortable: bool = True

    @property
    def numeric(self) -> bool:
        """Whether its cells stand at the right."""
        return self.kind not in _LEFT


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table that people look through."""

    name: str
    title: Message
    columns: tuple[TableColumn, ...]
    key: tuple[str, ...]  # columns that identify a row
    sort: str  # column, or -column for descending
    examples: tuple[tuple[Message, str], ...] = ()  # rules worth trying, and what they find
    customers: bool = False  # rows are customers: what is filtered can be saved as a segment
    empty: Message = message("No row fits this rule.")  # noqa: RUF009 - a constant

    @property
    def customer(self) -> str:
        """The column that holds the id of a customer; empty where none does."""
        return next((column.name for column in self.columns if column.kind == "customer"), "")

    def column(self, name: str) -> TableColumn:
        """Return the column of that name.

        Raises
        ------
        BadInputError
            With the near name, if there is none.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = [column.name for column in self.columns]
        raise BadInputError(
            "There is no column {name!r} here. {fix}", name=name, fix=did_you_mean(name, known)
        )


@dataclass(frozen=True, slots=True)
class TableQuery:
    """What a reader asks of a table: the parameters of its address."""

    where: str
    sort: Sort
    shown: tuple[str, ...]
    size: int
    cursor: str

    @classmethod
    def parsed(cls, params: QueryParams, spec: TableSpec) -> TableQuery:
        """Return the query of an address.

        Raises
        ------
        BadInputError
            If it names a column that is not there, or a limit that is no number.
        """
        sort = Sort.parsed(params.get("sort") or spec.sort)
        spec.column(sort.column)
        shown = tuple(spec.column(name).name for name in params.getlist("show") if name)
        limit = params.get("limit") or str(SIZES[0])
        if not limit.isdecimal() or not 1 <= int(limit) <= 1000:
            raise BadInputError("A page has 1 to 1000 rows, not {size!r}.", size=limit)
        default = tuple(column.name for column in spec.columns if column.shown)
        where = (params.get("where") or "").strip()
        return cls(where, sort, shown or default, int(limit), params.get("cursor") or "")


@dataclass(frozen=True, slots=True)
class TableCell:
    """One cell, ready to be shown."""

    text: str
    numeric: bool
    href: str = ""
    tone: str | None = None  # a badge of that tone; None: plain
    absent: Message | None = None  # why nothing stands here
    worded: bool = False  # a wording of ours, not data


@dataclass(frozen=True, slots=True)
class TableView:
    """A page of a table, ready for the macro `table_card` of `kit/table.html`."""

    spec: TableSpec
    query: TableQuery
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[TableCell]]
    total: int
    first: int | None
    previous: str | None
    next: str | None
    last: str | None
    fault: Marked | None = None  # what is wrong with the rule
    names: Sequence[tuple[str, Message | None]] = ()  # what a rule may name
    save: str | None = None  # where a segment is saved; None: nothing installed can

    def sort_of(self, column: TableColumn) -> str:
        """Return the sort that a click on the column's head asks for."""
        same = self.query.sort.column == column.name
        if same:
            return str(Sort(column.name, not self.query.sort.descending))
        return str(Sort(column.name, column.numeric))  # the largest first, names from A


def table_view(ask: Asked, spec: TableSpec, table: ir.Table) -> TableView:
    """Return the page of a table that the address of the request asks for.

    A rule with a fault gives no rows and the fault, so that the page can show it in its place.
    """
    query = TableQuery.parsed(ask.request.query_params, spec)
    columns = [column for column in spec.columns if column.name in query.shown]
    names = nameable(table, {c.name: c.meaning or c.title for c in spec.columns})
    save = _segments(ask) if spec.customers else None
    try:
        found, total = read(ask, spec, table, query)
    except RuleError as wrong:
        fault = marked(wrong)
        return TableView(spec, query, columns, (), 0, None, None, None, None, fault, names, save)
    named = _named(ask, spec, query.shown, found.rows)
    cells = [[_cell(ask, c, row, named) for c in columns] for row in found.rows]
    last = encode(Cursor(None, back=True, seen=total), _shape(spec, query)) if found.next else None
    return TableView(
        spec,
        query,
        columns,
        cells,
        total,
        found.first,
        found.previous,
        found.next,
        last,
        names=names,
        save=save,
    )


def read(ask: Asked, spec: TableSpec, table: ir.Table, query: TableQuery) -> tuple[Slice, int]:
    """Return the rows of one page, and how many rows the rule leaves.

    Raises
    ------
    RuleError
        If the rule cannot be used.
    """
    shape = _shape(spec, query)
    cursor = decode(query.cursor, shape) if query.cursor else None
    kept = filtered(table, query.where, today=ask.as_of)
    order = Order(query.sort, spec.key)
    found = page(ask.reader, kept, order, query.size, cursor, shape=shape)
    total = int(ask.reader.rows(kept.aggregate(rows=kept.count()))[0]["rows"])
    return found, total


def table_export(
    ask: Asked, spec: TableSpec, table: ir.Table, how: str, *, file: str = ""
) -> Response:
    """Return all rows that the rule leaves as a download: sorted, and of the columns shown.

    Beside the id of a customer stand what they are called and the number that their source knows
    them by. Amounts bring their currency: in the titles for Excel, else in a column of its own.
    `file` names the download, where the table's name does not tell it from others.
    """
    query = TableQuery.parsed(ask.request.query_params, spec)
    kept = ordered(filtered(table, query.where, today=ask.as_of), Order(query.sort, spec.key))
    columns = [c for c in spec.columns if c.name in query.shown or c.name in spec.key]
    names = list(dict.fromkeys([*spec.key, *(c.name for c in columns)]))
    units = {c.name: unit for c in columns if (unit := _unit(ask, c))}
    chosen = kept.select(*names)
    if how != "excel" and any(column.kind == "money" for column in columns):
        chosen = chosen.mutate(currency=ibis.literal(ask.format.currency))
    return export(
        ask.reader,
        chosen,
        how,
        name=file or spec.name,
        titles=_titles(ask, spec, units),
        units=units,
        beside=beside(ask, spec.customer) if spec.customer in names else None,
    )


def _titles(ask: Asked, spec: TableSpec, units: Mapping[str, str]) -> dict[str, str]:
    titles = {column.name: ask._(column.title) for column in spec.columns}
    if spec.customer:
        titles[LABEL], titles[NUMBER] = titles[spec.customer], ask._("Number in the source")
        titles[spec.customer] = ask._("Customer id")
    said = message("{title} ({unit})")
    return {
        name: ask._(said.text, title=title, unit=units[name]) if name in units else title
        for name, title in titles.items()
    }


def _unit(ask: Asked, column: TableColumn) -> str:
    return {"money": ask.format.currency, "percent": "0–1", "instant": "UTC"}.get(column.kind, "")


def table_page(
    ask: Asked, spec: TableSpec, table: ir.Table, template: str, /, *, file: str = "", **values: Any
) -> Response:
    """Return the page of a table, or its export where the address has `format=`, called `file`.

    The template sees the table as `table`; show it with `table_card(table)`.
    """
    if how := ask.request.query_params.get("format"):
        return table_export(ask, spec, table, how, file=file)
    view = table_view(ask, spec, table)
    return ask.page(template, status=422 if view.fault else 200, table=view, **values)


class TablePage(BaseModel):
    """One page of rows, as the API gives it."""

    items: list[dict[str, Any]] = Field(description="The rows, with every column of the table.")
    total: int = Field(description="How many rows the rule leaves.")
    next: str | None = Field(description="Cursor of the next page; null at the end.")
    previous: str | None = Field(description="Cursor of the page before; null at the beginning.")
    as_of: date | None = Field(description="The day up to which the figures tell.")
    currency: str = Field(description="Currency of the amounts, ISO 4217.")


def _documented(  # the names are what is documented
    where: Annotated[str, Query(description="A rule, such as `orders > 3`.")] = "",
    sort: Annotated[str, Query(description="A column, or `-column` for descending.")] = "",
    cursor: Annotated[str, Query(description="From `next` or `previous` of a page.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000, description="Rows on a page.")] = SIZES[0],
) -> None:
    """Say in the API's description what `TableQuery` reads from the address."""


TableParams = Annotated[None, Depends(_documented)]
"""For handlers of `table_api`: `params: TableParams` documents and checks the parameters."""


def table_api(ask: Asked, spec: TableSpec, table: ir.Table) -> TablePage:
    """Return one page of rows for the API.

    Raises
    ------
    RuleError
        If the rule cannot be used: a problem detail with the place of each fault.
    """
    query = TableQuery.parsed(ask.request.query_params, spec)
    found, total = read(ask, spec, table, query)
    return TablePage(
        items=with_labels(ask, found.rows, spec.customer) if spec.customer else found.rows,
        total=total,
        next=found.next,
        previous=found.previous,
        as_of=ask.as_of,
        currency=ask.format.currency,
    )


def _shape(spec: TableSpec, query: TableQuery) -> str:
    return shape_of(spec.name, query.where, str(query.sort))


def _segments(ask: Asked) -> str | None:
    """Return the address that saves a segment, where a capability declares one."""
    return next((each.save_segment for each in ask.house.capabilities if each.save_segment), None)


def _named(
    ask: Asked, spec: TableSpec, shown: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Mapping[str, Label]:
    """Return what the customers of the rows are called, where their column is shown."""
    if spec.customer not in shown:
        return {}
    return labels(ask, [row[spec.customer] for row in rows if row[spec.customer]])


def _cell(
    ask: Asked, column: TableColumn, row: Mapping[str, Any], named: Mapping[str, Label]
) -> TableCell:
    value = row[column.name]
    if value is None or value == "":
        return TableCell("", column.numeric, absent=column.absent)
    href = ""
    if column.link:
        said = {name: str(part) for name, part in row.items() if part is not None}
        if "?where=" in column.link:  # places stand within the quotes of a rule
            said = {name: re.sub(r'(["\\\\])', r"\\\1", part) for name, part in said.items()}
        href = column.link.format_map({name: quote(part, safe="") for name, part in said.items()})
    words = column.words.get(str(value))
    text = ask._(words) if words else ask.format.cell(value, column.kind)
    if column.kind == "customer":
        text = str(named[value])
    tone = column.tones.get(str(value), "") if column.tones else None
    return TableCell(text, column.numeric, href, tone, worded=words is not None)
