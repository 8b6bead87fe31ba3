"""Rules over whole tables: all that they ask of a history is one group-by, joined by the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.core.rules import nodes as n
from valence.core.rules.to_ibis import IBIS, Scope, column, condition, fitted, value
from valence.core.rules.to_python import Facts, closure
from valence.core.rules.types import Type

_ZERO_IF_NONE = frozenset({"count", "distinct", "sum"})


def annotated(
    table: ir.Table,
    asked: Mapping[str, n.Node],
    *,
    as_of: date,
    histories: Mapping[str, ir.Table],
    key: str,
) -> ir.Table:
    """Return the table with one column more per node; no row is added, lost or doubled."""
    joined, names = _with_aggregates(table, asked.values(), as_of, histories, key)
    scope = Scope(joined, as_of, names)
    kept = [joined[name] for name in table.columns if name not in asked]
    return joined.select(*kept, **{name: _shown(node, scope) for name, node in asked.items()})


def filtered(
    table: ir.Table,
    asked: n.Node,
    *,
    as_of: date,
    histories: Mapping[str, ir.Table],
    key: str,
) -> ir.Table:
    """Return the rows for which the condition is true."""
    joined, names = _with_aggregates(table, [asked], as_of, histories, key)
    return joined.filter(condition(asked, Scope(joined, as_of, names))).select(*table.columns)


def _shown(node: n.Node, scope: Scope) -> ir.Value:
    if node.type is Type.BOOL and not n.may_be_missing(node):
        return condition(node, scope).fill_null(False)  # noqa: FBT003
    return value(node, scope)


def _with_aggregates(
    table: ir.Table,
    asked: Iterable[n.Node],
    as_of: date,
    histories: Mapping[str, ir.Table],
    key: str,
) -> tuple[ir.Table, dict[n.Aggregate, str]]:
    """Join to the table what the nodes ask of histories, and name the column of each."""
    wanted: dict[str, dict[n.Aggregate, str]] = {}
    for node in asked:
        for part in node.walk():
            if isinstance(part, n.Aggregate):
                of_table = wanted.setdefault(part.table, {})
                of_table.setdefault(part, f"__{part.table}_{len(of_table)}")
    joined, names = table, {}
    for name, aggregates in wanted.items():
        if name not in histories:
            raise BadInputError(
                "The rule asks for rows of {table!r}, and this table was not given.", table=name
            )
        found = _grouped(histories[name], aggregates, as_of, key)
        joined = _joined(joined, found, aggregates, key)
        names.update(aggregates)
    return joined, names


def _joined(
    table: ir.Table, found: ir.Table, aggregates: Mapping[n.Aggregate, str], key: str
) -> ir.Table:
    own = f"{next(iter(aggregates.values()))}_key"
    both = table.left_join(found.rename({own: key}), table[key] == found.rename({own: key})[own])
    columns = {
        name: ibis.ifelse(both[own].isnull(), ibis.literal(0).cast(IBIS[node.type]), both[name])
        if node.how in _ZERO_IF_NONE
        else both[name]
        for node, name in aggregates.items()
    }
    return both.select(*[both[name] for name in table.columns], **columns)


def _grouped(
    rows: ir.Table, aggregates: Mapping[n.Aggregate, str], as_of: date, key: str
) -> ir.Table:
    day = column(rows, next(iter(aggregates)).day_column, Type.DAY)
    windows = {node: _window(node, as_of) for node in aggregates}
    earliest = min(first for first, _ in windows.values())
    counted = rows.filter(rows[key].notnull(), day >= earliest, day <= as_of)
    scope = Scope(counted, as_of)
    return counted.group_by(key).aggregate(
        **{
            name: _REDUCE[node.how](node, scope, _where(node, scope, windows[node], earliest))
            for node, name in aggregates.items()
        }
    )


def _window(node: n.Aggregate, as_of: date) -> tuple[date, date | None]:
    """Return the first day that counts, and the day before which rows count."""
    facts = Facts({}, as_of, {})
    since, before = node.window.since, node.window.before
    first = (closure(since)(facts) if since else None) or date.min
    if node.window.last:
        start = max(1, as_of.toordinal() - node.window.last + 1)
        first = max(first, date.fromordinal(start))
    return first, closure(before)(facts) if before else None


def _where(
    node: n.Aggregate, scope: Scope, window: tuple[date, date | None], earliest: date
) -> ir.BooleanValue | None:
    """Return which rows this aggregate counts, beyond what was filtered for all of them."""
    first, before = window
    day = column(scope.table, node.day_column, Type.DAY)
    # Never NULL: Spark counts by adding truths up, and a sum of nothing but NULL is NULL, not 0.
    parts = [value(node.condition, scope)] if node.condition else []
    if first > earliest:
        parts.append(day >= first)
    if before is not None:
        parts.append(day < before)
    return reduce(lambda a, b: a & b, parts) if parts else None


def _values(node: n.Aggregate, scope: Scope) -> ir.Value:
    if node.value is None:  # only a count has no value
        raise AssertionError(node)
    return value(node.value, scope)


def _sum(node: n.Aggregate, scope: Scope, where: ir.BooleanValue | None) -> ir.Value:
    """Add up exactly: in 38 digits, floats as whole millionths, so that order does not matter."""
    values = _values(node, scope)
    if node.type is Type.DECIMAL:
        total = values.cast("decimal(38, 4)").sum(where=where).cast("decimal(38, 4)")
        return fitted(ibis.coalesce(total, ibis.literal(0).cast("decimal(38, 4)")), Type.DECIMAL)
    if node.type is Type.FLOAT:
        values = (values * 1e6 + 0.5).floor().cast("int64")
    total = values.cast("decimal(38, 0)").sum(where=where).cast("decimal(38, 0)")
    whole = fitted(ibis.coalesce(total, ibis.literal(0).cast("decimal(38, 0)")), Type.INT)
    return whole.cast("float64") / 1e6 if node.type is Type.FLOAT else whole


def _by_time(node: n.Aggregate, scope: Scope, where: ir.BooleanValue | None) -> ir.Value:
    """Take the value of the smallest or largest (day, instant, value), whatever the rows' order."""
    values = _values(node, scope)
    key = {"day": column(scope.table, node.day_column, Type.DAY)}
    known = values.notnull()
    if node.order_column:
        key["at"] = column(scope.table, node.order_column, Type.INSTANT)
        known &= key["at"].notnull()
    packed = ibis.struct({**key, "value": values})
    counted = known if where is None else known & where
    chosen = packed.min(where=counted) if node.how == "first" else packed.max(where=counted)
    return chosen["value"]


_REDUCE: Mapping[str, Callable[[n.Aggregate, Scope, Any], ir.Value]] = {
    "count": lambda _, scope, where: scope.table.count(where=where).cast("int64"),
    "distinct": lambda node, scope, where: _values(node, scope).nunique(where=where).cast("int64"),
    "min": lambda node, scope, where: _values(node, scope).min(where=where),
    "max": lambda node, scope, where: _values(node, scope).max(where=where),
    "sum": _sum,
    "first": _by_time,
    "last": _by_time,
}
