"""Tables of the lake: what each holds, what each column means, a sample, and the download."""

from __future__ import annotations

import re
from datetime import datetime

import ibis.expr.types as ir
from fastapi.responses import Response

from valence.app.desk.lineage import TableInfo, lineage, table_info
from valence.app.desk.pages.builds import BUILDS
from valence.app.desk.pages.router import house_of, pages
from valence.app.desk.standing import ago
from valence.core.messages import Message, message
from valence.kit.ask import Ask, Asked
from valence.kit.charts import DataTable
from valence.kit.export import export
from valence.kit.page import Answer, Empty, Step
from valence.lake.columns import Kind
from valence.lake.head import MartState

SAMPLE = 20
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32,64}")
SORTED_ROWS = 200_000
KINDS: dict[Kind, Message] = {
    "text": message("text"),
    "int": message("whole number"),
    "amount": message("amount of money, 4 digits"),
    "float": message("number"),
    "bool": message("yes or no"),
    "day": message("day"),
    "instant": message("instant (UTC)"),
    "json": message("JSON"),
}
PRIVACY: dict[str, Message] = {
    "none": Message(""),
    "pseudonym": message("stands for a person"),
    "free text": message("may hold personal text"),
}
CELLS: dict[Kind, str] = {
    "text": "text",
    "int": "int",
    "amount": "money",
    "float": "float",
    "bool": "bool",
    "day": "day",
    "instant": "instant",
    "json": "text",
}
REBUILD: dict[str, Message] = {
    "customer": message("only customers with changed rows are made anew"),
    "day": message("only months with changed rows are made anew"),
    "whole": message("made anew whenever something that it rests on changed"),
}


@pages.get("/builds/tables/{name}", permission="house:read")
def table_page(ask: Ask, name: str) -> Response:
    """Show a table or mart, or its export where the address has `format=`."""
    house = house_of(ask)
    info = table_info(house, name)
    table = ask.reader.table(name)
    head = ask.reader.snapshot.head
    rows = head.tables[name].rows if name in head.tables else 0
    if how := ask.request.query_params.get("format"):
        titles = {column.name: column.name for column in info.columns}
        return export(ask.reader, _ordered(table, info, rows), how, name=name, titles=titles)
    drawn = lineage(house, head)
    node = drawn.nodes.get(name)
    return ask.page(
        "desk/table.html",
        crumbs=[BUILDS],
        info=info,
        answer=_answer(ask, info, rows),
        columns=[(c, KINDS[c.kind], PRIVACY[c.privacy]) for c in info.columns],
        sample=sample(ask, info, table, rows) if rows else None,
        rows=rows,
        inputs=[drawn.nodes[i] for i in node.inputs] if node else [],
        used_by=[drawn.nodes[i] for i in node.used_by] if node else [],
        rebuild=REBUILD[info.mart.rebuild] if info.mart else "",
        state=head.marts.get(name),
        built=_built(head.marts.get(name)),
        empty=Empty(
            message("Here you will see a sample of the rows."), message("The table is empty.")
        ),
        next=[Step(message("See what is made from what"), "/builds#lineage-card")],
    )


def _ordered(table: ir.Table, info: TableInfo, rows: int) -> ir.Table:
    """Order a table by its key; a large one comes as it lies: sorting it would take the memory."""
    keys = [name for name in info.key if name in table.columns]
    small = rows <= SORTED_ROWS and keys
    return table.order_by([table[name] for name in keys]) if small else table


def sample(ask: Asked, info: TableInfo, table: ir.Table, count: int) -> DataTable:
    """Return the first rows: by key where that is quick."""
    rows = ask.reader.rows(_ordered(table, info, count).limit(SAMPLE))
    return DataTable(
        "sample",
        [(column.name, CELLS[column.kind]) for column in info.columns],
        [[_cell(row[column.name], column.kind) for column in info.columns] for row in rows],
        absent=message("empty"),
    )


def _built(state: MartState | None) -> datetime | None:
    return None if state is None else datetime.fromisoformat(state.built_at)


def _cell(value: object, kind: Kind) -> object:
    if isinstance(value, str) and _ID.fullmatch(value):
        return f"…{value[-12:]}"  # told apart by its end: the beginning is the time it was made
    if kind in ("text", "json") and isinstance(value, str) and len(value) > 80:
        return f"{value[:79]}…"
    return value


def _answer(ask: Asked, info: TableInfo, rows: int) -> Answer:
    core = message("{rows} rows are published.", rows=ask.format.integer(rows))
    state = ask.reader.snapshot.head.marts.get(info.name)
    if state is None:
        return Answer(core)
    when = ago(ask.format, datetime.fromisoformat(state.built_at))
    return Answer(
        core,
        rest=message(
            "They stand for {day} and were made {ago}.",
            day=ask.format.day(ask.as_of),
            ago=when,
        ),
    )
