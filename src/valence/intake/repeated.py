"""Repeated: amounts of whole orders that a file of lines says on each of their lines again."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping

from valence.core.messages import Message, message
from valence.intake.mapping import Cell
from valence.intake.reading import Source
from valence.intake.recognising import fit, named
from valence.intake.synonyms import words_for

_OF_ORDER = {"returned_amount": "order_returned", "discount_amount": "order_discount"}
_NO_NUMBER = re.compile(r"[^0-9.-]")
_PRODUCT = words_for("order_lines", "description")
_CENT = 0.011
_Row = Mapping[str, str | None]


def lines_after_all(source: Source) -> bool:
    """Whether rows that look like whole orders are lines: numbers come again with other amounts."""
    products = named(source, (*words_for("order_lines", "product_id"), *_PRODUCT))
    return bool(products) and _again(source)


def again_note(source: Source) -> Iterator[Message]:
    """Yield a warning if whole orders come twice with other amounts: the last row counts."""
    if _again(source):
        yield message(
            "Mind: order numbers come more than once in {file}, with other amounts. The last row "
            "of each counts. If the rows are lines of one order, write the mapping to a file "
            "(`valence mapping guess {file} > mapping.yaml`) and set `kind: order_lines`.",
            file=source.name,
        )


def _again(source: Source) -> bool:
    numbers = named(source, words_for("orders", "order_id"))
    amounts = named(source, words_for("orders", "net_amount"))
    amounts += named(source, words_for("orders", "gross_amount"))
    if not (numbers and amounts):
        return False
    columns = {"order_id": Cell(column=(numbers[0],))}
    several = (rows for rows in _rows_by_order(source, columns) if len(rows) > 1)
    return any(len({_number(row[amounts[0]]) for row in rows}) > 1 for rows in several)


def of_order(source: Source, columns: Mapping[str, Cell]) -> dict[str, Cell]:
    """Return the columns of lines, with what is the order's taken for the order's.

    A refund or discount that is the same on all lines of each order is that of the order; taken
    off every line it would count as often as the order has lines.
    """
    found = dict(columns)
    for line, order in _OF_ORDER.items():
        cell = found.get(line)
        if cell and order not in found and _repeats(source, columns, cell.column[0]):
            found[order] = found.pop(line)
    return found


def amount_notes(source: Source, columns: Mapping[str, Cell]) -> Iterator[Message]:
    """Yield what to mind about the amounts of lines."""
    net = columns.get("net_amount")
    if net and net.column and _repeats(source, columns, net.column[0]):
        yield message(
            "Mind: {column!r} of {file} is the same on all lines of each order. If it is the total "
            "of the order, it counts once for every line; name the amount of a line with "
            "`--column net_amount=NAME`, or its price with `--column unit_price=NAME`.",
            column=net.column[0],
            file=source.name,
        )
    if net or not {"quantity", "unit_price"} <= set(columns):
        return
    for column in named(source, words_for("order_lines", "net_amount")):
        if fit(source, column, "number") >= 0.5 and _differs(source, columns, column):
            yield message(
                "Mind: amounts of {file} are taken as price × quantity, and {column!r} says "
                "otherwise, such as after a discount. If that is what was paid for a line, say "
                "`--column 'net_amount={column}'`.",
                file=source.name,
                column=column,
            )
            return


def _rows_by_order(source: Source, columns: Mapping[str, Cell]) -> list[list[_Row]]:
    cell = columns.get("order_id")
    if cell is None or not cell.column:
        return []
    rows: dict[str, list[_Row]] = defaultdict(list)
    for row in source.sample:
        if number := row[cell.column[0]]:
            rows[number].append(row)
    return list(rows.values())


def _repeats(source: Source, columns: Mapping[str, Cell], column: str) -> bool:
    """Whether all lines of each order have one value, and not just that of one line or none."""
    several = [rows for rows in _rows_by_order(source, columns) if len(rows) > 1]
    values = [{_number(row[column]) for row in rows} for rows in several]
    told = [found for found in values if found != {0.0}]
    return len(told) > 1 and all(len(found) == 1 for found in told)


def _differs(source: Source, columns: Mapping[str, Cell], column: str) -> bool:
    """Whether a column differs from price × quantity where an order has one line."""
    price, quantity = columns["unit_price"].column[0], columns["quantity"].column[0]
    for rows in _rows_by_order(source, columns):
        if len(rows) > 1:
            continue
        made = _number(rows[0][price]) * _number(rows[0][quantity])
        if abs(made - _number(rows[0][column])) > _CENT:
            return True
    return False


def _number(cell: str | None) -> float:
    """A rough reading of an amount, good enough to compare two."""
    text = _NO_NUMBER.sub("", cell or "")
    try:
        return float(text)
    except ValueError:
        return 0.0
