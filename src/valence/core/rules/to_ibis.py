"""A rule carried out by an engine: typed nodes as Ibis expressions over a table's columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from valence.core.rules import nodes as n
from valence.core.rules.bounds import FIRST_DAY, LAST_DAY, overflows
from valence.core.rules.lower import LOWER, UPPER
from valence.core.rules.types import Type

IBIS: Mapping[Type, str] = {
    Type.INT: "int64",
    Type.DECIMAL: "decimal(18, 4)",
    Type.FLOAT: "float64",
    Type.TEXT: "string",
    Type.BOOL: "boolean",
    Type.DAY: "date",
    Type.INSTANT: "timestamp('UTC', 6)",
}
_WHOLE = "decimal(19, 0)"  # any int64; sums and products of two fit 38 digits
_COMPARED = "decimal(23, 4)"  # any int64 beside any decimal(18, 4)
_WIDE = "decimal(38, 4)"
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Scope:
    """What a node's names mean: the table, the day, and the columns that hold aggregates."""

    table: ir.Table
    today: date
    aggregates: Mapping[n.Aggregate, str] = field(default_factory=dict)


def value(node: n.Node, scope: Scope) -> ir.Value:
    """Return the expression of a node; NULL is missing, and truths are never NULL."""
    built = _BUILDERS[type(node)](node, scope)
    return built.fill_null(False) if type(node) in _NULL_IF_MISSING else built  # noqa: FBT003


def condition(node: n.Node, scope: Scope) -> ir.BooleanValue:
    """Return the expression of a truth as a filter: NULL may stand for false.

    Without the COALESCE around each comparison, engines can push it down to the files.
    """
    if isinstance(node, n.Logic):
        return _joined(node, [condition(item, scope) for item in node.items])
    if isinstance(node, n.Truth):
        return value(node.operand, scope)
    if isinstance(node, n.Not):
        return ~value(node.operand, scope)
    return _BUILDERS[type(node)](node, scope)


def column(table: ir.Table, name: str, kind: Type) -> ir.Value:
    """Return a column in the type that the catalog declares."""
    found = table[name]
    wanted = ibis.dtype(IBIS[kind])
    return found if found.type().copy(nullable=True) == wanted else found.cast(wanted)


def fixed(given: n.Value, kind: Type) -> ir.Value:
    """Return a literal of exactly this value."""
    if kind is Type.FLOAT:
        # As text: an engine may read 0.30000000000000004 as a decimal first and round twice.
        return ibis.literal(repr(given)).cast("float64")
    large = kind is Type.DECIMAL and abs(given) >= 10**14  # type: ignore[arg-type, operator]
    return ibis.literal(given, type=_WIDE if large else IBIS[kind])


def fitted(exact: ir.Value, kind: Type) -> ir.Value:
    """Return an exact number as int64 or decimal(18, 4), NULL where it does not fit."""
    tried = exact.try_cast(IBIS[kind])
    # DuckDB rewrites TRY_CAST(a AS BIGINT) < 5 to a < 5, which forgets that a did not fit. An
    # operation that changes nothing stands in between.
    kept = tried | 0 if kind is Type.INT else tried.negate().negate()
    # Of constants DuckDB makes a NULL at once, of no type or another: so the type is said again,
    # as an operation, for `cast` would leave out what Ibis thinks is so already.
    return ops.Cast(kept, IBIS[kind]).to_expr()


def _joined(node: n.Logic, items: list[ir.BooleanValue]) -> ir.BooleanValue:
    """Join by and / or as a balanced tree: a thousand items stay ten levels deep."""
    while len(items) > 1:
        pairs = [items[i : i + 2] for i in range(0, len(items), 2)]
        items = [reduce(_LOGIC[node.op], pair) for pair in pairs]
    return items[0]


_LOGIC: Mapping[str, Callable[[Any, Any], ir.BooleanValue]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
}
_COMPARE: Mapping[str, Callable[[Any, Any], ir.BooleanValue]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_ARITHMETIC: Mapping[str, Callable[[Any, Any], ir.Value]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b.nullif(0.0),
}


def _arithmetic(node: n.Arithmetic, scope: Scope) -> ir.Value:
    left, right = value(node.left, scope), value(node.right, scope)
    apply = _ARITHMETIC[node.op]
    if node.type is Type.FLOAT or (node.type is Type.INT and not overflows(node)):
        return apply(left, right)
    if node.type is Type.INT:
        # Computed where nothing overflows, then back: TRY_CAST gives NULL for what does not fit.
        return fitted(apply(left.cast(_WHOLE), right.cast(_WHOLE)), Type.INT)
    # Two of decimal(19, 4) make a product of 38 digits, the most there is.
    wide = "decimal(19, 4)" if node.op == "*" else _WIDE
    return fitted(apply(left.cast(wide), right.cast(wide)), Type.DECIMAL)


def _unary(node: n.Unary, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    wide = node.type is Type.INT and overflows(node)
    if wide:
        operand = operand.cast(_WHOLE)
    result = -operand if node.op == "-" else operand.abs()
    return fitted(result, Type.INT) if wide else result


def _convert(node: n.Convert, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    if node.type is Type.DECIMAL:
        return fitted(operand, Type.DECIMAL)
    if node.operand.type is Type.INT:
        return operand.cast("float64")
    # Ten-thousandths are whole: each of the two steps rounds once, alike on every engine.
    scale = ibis.literal(10_000).cast("decimal(19, 4)")
    return (operand.cast("decimal(19, 4)") * scale).cast("int64").cast("float64") / 10_000.0


def _finite(node: n.Finite, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    known = operand.abs() <= fixed(node.limit, Type.FLOAT)  # NaN is above all numbers
    return ibis.ifelse(known, operand, ibis.null("float64"))


def _add_days(node: n.AddDays, scope: Scope) -> ir.Value:
    start = n.DaysBetween(Type.INT, n.Literal(Type.DAY, _EPOCH), node.day)
    sum_ = value(n.Arithmetic(Type.INT, "+", start, node.days), scope)
    in_range = sum_.between(FIRST_DAY, LAST_DAY)
    days = ibis.ifelse(in_range, sum_, ibis.null("int64"))
    return (ibis.literal(_EPOCH) + days.as_interval("D")).cast("date")


def _days_between(node: n.DaysBetween, scope: Scope) -> ir.Value:
    start, end = value(node.start, scope), value(node.end, scope)
    return (end.epoch_days().cast("int64") - start.epoch_days().cast("int64")).cast("int64")


def _compare(node: n.Compare, scope: Scope) -> ir.Value:
    return _COMPARE[node.op](value(node.left, scope), value(node.right, scope))


def _one_of(node: n.OneOf, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    values = [fixed(literal.value, literal.type) for literal in node.values]
    return operand.notin(values) if node.negated else operand.isin(values)


def _is_missing(node: n.IsMissing, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    return operand.notnull() if node.negated else operand.isnull()


def _choose(node: n.Choose, scope: Scope) -> ir.Value:
    choose = {"coalesce": ibis.coalesce, "min": ibis.least, "max": ibis.greatest}[node.how]
    return choose(*[value(item, scope) for item in node.items])


def _text_test(node: n.TextTest, scope: Scope) -> ir.Value:
    operand, part = value(node.operand, scope), value(node.part, scope)
    return operand.startswith(part) if node.how == "startswith" else operand.contains(part)


def _text_function(node: n.TextFunction, scope: Scope) -> ir.Value:
    operand = value(node.operand, scope)
    if node.how == "lower":
        return operand.translate(UPPER, LOWER).lower()
    return operand.length().cast("int64")


def _date_part(node: n.DatePart, scope: Scope) -> ir.Value:
    day = value(node.operand, scope)
    parts = {"year": day.year, "month": day.month}
    part = parts[node.part]() if node.part in parts else day.day_of_week.index() + 1
    return part.cast("int64")


def _aggregate(node: n.Aggregate, scope: Scope) -> ir.Value:
    return scope.table[scope.aggregates[node]]


_BUILDERS: Mapping[type[n.Node], Callable[[Any, Scope], Any]] = {
    n.Literal: lambda node, _: fixed(node.value, node.type),
    n.Column: lambda node, scope: column(scope.table, node.name, node.type),
    n.Today: lambda _, scope: ibis.literal(scope.today),
    n.Arithmetic: _arithmetic,
    n.Unary: _unary,
    n.Convert: _convert,
    n.Widen: lambda node, scope: value(node.operand, scope).cast(_COMPARED),
    n.Finite: _finite,
    n.AddDays: _add_days,
    n.DaysBetween: _days_between,
    n.Compare: _compare,
    n.OneOf: _one_of,
    n.IsMissing: _is_missing,
    n.Logic: lambda node, scope: _joined(node, [value(item, scope) for item in node.items]),
    # No NOT: within IN or = it would come out as NOT (a IN b), for ibis writes no ( ) around it.
    n.Not: lambda node, scope: ibis.ifelse(value(node.operand, scope), False, True),  # noqa: FBT003
    n.Truth: lambda node, scope: value(node.operand, scope),
    n.Choose: _choose,
    n.TextTest: _text_test,
    n.TextFunction: _text_function,
    n.DatePart: _date_part,
    n.Aggregate: _aggregate,
}
# These come out NULL where a side is missing, and must say false.
_NULL_IF_MISSING = frozenset({n.Compare, n.OneOf, n.TextTest, n.Truth})
