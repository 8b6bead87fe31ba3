"""What answers read by, whatever day the tables stand for."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

import ibis.expr.types as ir


class Tables(Protocol):
    """What answers read by: the lake's reader, or the tables of another day."""

    def has(self, name: str) -> bool:
        """Whether the table is there."""

    def table(self, name: str) -> ir.Table:
        """Return a table."""

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """Return the rows of an expression."""

    def one(self, expression: ir.Expr) -> dict[str, Any] | None:
        """Return its first row."""


class KeepingTables(Tables, Protocol):
    """Tables that also keep what several questions are asked of."""

    def kept(self, expression: ir.Table) -> AbstractContextManager[ir.Table]:
        """Run an expression once, and give its rows as a table until the block is left."""
