"""Moments as whole microseconds since 1970, and back: the same on every engine, and fast.

Each engine has a function for it and Ibis has none for both: the difference of two moments with a
zone, which it has, costs DuckDB a hundred times as much (it asks the calendar of the zone).
"""

from __future__ import annotations

from typing import Any

import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from ibis.backends.sql.compilers import DuckDBCompiler, PySparkCompiler

from valence.lake.columns import IBIS

DAY = 86_400_000_000  # microseconds


class EpochMicros(ops.Unary):  # type: ignore[misc]  # Ibis has no types
    """Microseconds since 1970-01-01 UTC."""

    arg: ops.Value[dt.Timestamp]
    dtype = dt.int64


class MomentOfMicros(ops.Unary):  # type: ignore[misc]
    """The moment so many microseconds after 1970-01-01 UTC."""

    arg: ops.Value[dt.Integer]
    dtype = dt.dtype(IBIS["instant"])


def micros_of(moment: ir.TimestampValue) -> ir.IntegerValue:
    """Return a moment as whole microseconds since 1970-01-01 UTC (int64)."""
    return EpochMicros(moment).to_expr()


def moment_of(micros: ir.IntegerValue) -> ir.TimestampValue:
    """Return the moment of so many whole microseconds since 1970-01-01 UTC."""
    return MomentOfMicros(micros).to_expr()


def _said_as(name: str) -> Any:
    def visit(self: Any, _op: ops.Node, *, arg: Any) -> Any:
        return self.f[name](arg)

    return visit


for _compiler, _micros, _moment in (
    (DuckDBCompiler, "epoch_us", "make_timestamptz"),
    (PySparkCompiler, "unix_micros", "timestamp_micros"),
):
    _compiler.visit_EpochMicros = _said_as(_micros)
    _compiler.visit_MomentOfMicros = _said_as(_moment)
