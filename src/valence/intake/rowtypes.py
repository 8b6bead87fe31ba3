"""Row types: the column by which a file of orders says that a row gives back or was called off."""

from __future__ import annotations

from dataclasses import replace

from valence.core.messages import Message, message
from valence.intake.guessing import Guess, Guessed
from valence.intake.mapping import Cell
from valence.intake.reading import Source, clear_rejects
from valence.intake.recognising import named
from valence.intake.statuses import CANCELLED, REFUNDED, RETURNED, SOLD, means
from valence.intake.synonyms import COLUMNS
from valence.lake.workbench import Workbench, quoted

_MOST = 30  # values of a column that sorts rows; more are no types
_FEW = 12  # values that are worth naming


def with_row_type(bench: Workbench, source: Source, offered: Guess) -> Guess:
    """Return a guess with the column that says which rows give back, if there is one.

    Such a column is known by its words, over all rows: a refund may come late in a file. A sale
    and its refund often bear one order number, so the rows are lines of their order.
    """
    if offered.mapping.kind not in {"orders", "order_lines"}:
        return offered
    called = named(source, COLUMNS["row_type"])
    notes = list(offered.notes)
    for column in _candidates(source, offered, called):
        values = _values(bench, source, column)
        if column in offered.unused or _sorts_rows(values):
            back = [value for value in values if means(value, (*RETURNED, *CANCELLED))]
            if back:
                return _taken(source, offered, column, back)
        sorts = column in called and column in offered.unused and 1 < len(values) <= _FEW
        if sorts and not all(means(value, SOLD) for value in values):
            notes.append(_unclear(source, column, values))
    return replace(offered, notes=tuple(notes))


def passed_over(bench: Workbench, source: Source, offered: Guess) -> Guess:
    """Return a mapping that somebody confirmed, with a warning if it passes returns over.

    The file that it was confirmed with may have had sales only.
    """
    if offered.mapping.kind not in {"orders", "order_lines"}:
        return offered
    for column in named(source, COLUMNS["row_type"]):
        if column not in offered.unused:
            continue
        back = [v for v in _values(bench, source, column) if means(v, (*RETURNED, *CANCELLED))]
        if back:
            said = message(
                "Mind: {column!r} of {file} says {words}, and the mapping that was confirmed "
                "before does not read it, so that these rows count as sales. Say "
                "`--column 'row_type={column}'` and import again.",
                column=column,
                file=source.name,
                words=", ".join(back),
            )
            return replace(offered, notes=(*offered.notes, said))
    return offered


def _candidates(source: Source, offered: Guess, called: list[str]) -> list[str]:
    """Columns that may sort rows: by name, by the words of the first rows, and the status."""
    known = (*RETURNED, *CANCELLED, *SOLD)
    found = [column for column in called if column in offered.unused]
    status = offered.mapping.columns.get("status")
    found += list(status.column) if status else []
    for column in offered.unused:
        cells = {cell.strip() for row in source.sample if (cell := row[column]) and cell.strip()}
        few = column not in found and 0 < len(cells) <= _FEW
        if few and all(means(cell, known) for cell in cells):
            found.append(column)
    return found


def _values(bench: Workbench, source: Source, column: str) -> list[str]:
    """The values of a column, none if they are too many to sort rows."""
    found = bench.rows(
        f"SELECT trim({quoted(column)}::VARCHAR) AS v, count(*) FROM ({source.relation}) "
        f"WHERE v <> '' GROUP BY v ORDER BY 2 DESC, v LIMIT {_MOST + 1}"
    )
    clear_rejects(bench)
    return [row[0] for row in found] if len(found) <= _MOST else []


def _sorts_rows(values: list[str]) -> bool:
    """Whether a status tells sales from returns row by row, not how far an order is."""
    sold = any(means(value, SOLD) for value in values)
    return sold and any(means(v, RETURNED) and not means(v, REFUNDED) for v in values)


def _taken(source: Source, offered: Guess, column: str, back: list[str]) -> Guess:
    mapping = offered.mapping
    renamed = {"units": "quantity", "returned_amount": "order_returned"}
    as_lines = mapping.kind == "orders"
    columns = {
        renamed.get(target, target) if as_lines else target: cell
        for target, cell in mapping.columns.items()
        if column not in cell.column
    }
    columns["row_type"] = Cell(column=(column,))
    name = "order-lines" if mapping.name == "orders" else mapping.name
    said = message(
        "{column!r} of {file} says which rows are no sale: {words}. Their amounts are taken off, "
        "or left out where the order was cancelled.",
        column=column,
        file=source.name,
        words=", ".join(back),
    )
    told = tuple(one for one in offered.columns if one.column != column)
    return replace(
        offered,
        mapping=mapping.model_copy(
            update={"kind": "order_lines", "name": name, "columns": columns}
        ),
        columns=(*told, Guessed(column, "row_type", 1.0, said)),
        unused=tuple(one for one in offered.unused if one != column),
        notes=(*offered.notes, said),
    )


def _unclear(source: Source, column: str, values: list[str]) -> Message:
    return message(
        "Mind: {column!r} of {file} is not imported; it holds {values}. If one of these marks a "
        "return, write the mapping to a file (`valence mapping guess {file}`), add `row_type: "
        "{column}` to its columns of kind order_lines and the word under `returns: statuses`.",
        column=column,
        file=source.name,
        values=", ".join(values),
    )
