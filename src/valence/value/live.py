"""Any day, live: the tables of value for a day that no build stands for, by the same functions."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.clock import now
from valence.core.errors import BadInputError
from valence.definitions import definition_at
from valence.kit.opened import OpenBrand
from valence.lake.canonical import CANONICAL
from valence.lake.engines import Engine, engine
from valence.lake.internal import IDENTIFIER_MAP
from valence.lake.lake import Snapshot
from valence.lake.marts import BuildContext, Mart
from valence.value.kinds import KINDS
from valence.value.marts import MARTS
from valence.value.orders import CANCELLED


class LiveTables:
    """The tables of value as of one day; each is computed when first asked for, and kept."""

    def __init__(
        self,
        snapshot: Snapshot,
        runs: Engine,
        context: BuildContext,
        marts: Sequence[Mart] = MARTS,
    ) -> None:
        self._snapshot, self._engine, self._context = snapshot, runs, context
        self._marts: dict[str, Mart] = {mart.name: mart for mart in marts}
        self._made: dict[str, ir.Table] = {}

    @property
    def as_of(self) -> date:
        """The day that they stand for."""
        return self._context.as_of

    def has(self, name: str) -> bool:
        """Whether there is such a table."""
        return name in self._marts or name in self._snapshot.names

    def table(self, name: str) -> ir.Table:
        """Return a table; one of value is computed first."""
        if name not in self._made:
            self._made[name] = self._computed(name) if name in self._marts else self._read(name)
        return self._made[name]

    def rows(self, expression: ir.Expr) -> list[dict[str, Any]]:
        """Return the rows of an expression."""
        return self._engine.rows(expression)

    def one(self, expression: ir.Expr) -> dict[str, Any] | None:
        """Return the first row of an expression."""
        return next(iter(self.rows(expression)), None)

    def at(self, as_of: date) -> LiveTables:
        """Return the tables of another day, of the same engine: both may be joined."""
        context = replace(self._context, as_of=as_of)
        return LiveTables(self._snapshot, self._engine, context, list(self._marts.values()))

    def _read(self, name: str) -> ir.Table:
        files = self._snapshot.files(name)
        t = self._engine.table(files, self._snapshot.lake.columns(name))
        if name not in CANONICAL or not CANONICAL[name].customer:
            return t
        known = self.table(IDENTIFIER_MAP.name).select("id_key", "customer_id")
        return t.left_join(known, "id_key").drop("id_key_right")

    def _computed(self, name: str) -> ir.Table:
        mart = self._marts[name]
        inputs = {each: self.table(each) for each in mart.inputs}
        # Written down: what rests on it reads it once, as in a build.
        if mart.score is not None:
            batches = mart.score(inputs, self._context, self._engine.batches)
            written = self._engine.write_batches(batches or (), mart.columns)
        else:
            expression = mart.compute(inputs, self._context)
            written = self._engine.write(expression, mart.columns, order_by=mart.order_by)
        files: Sequence[str] = [str(path) for path, _ in written]
        return self._engine.table(files, mart.columns)


@contextmanager
def live_tables(
    house: OpenBrand,
    as_of: date,
    changed: Mapping[str, Mapping[str, object]] | None = None,
    instead: Sequence[Mart] = (),
) -> Iterator[LiveTables]:
    """Give the tables of value as of a day, computed from the orders of the lake.

    Parameters
    ----------
    house
        The brand.
    as_of
        The day.
    changed
        Fields of definitions to use instead of the published ones, by kind.
    instead
        Marts to use instead of those of the same name.

    Raises
    ------
    BadInputError
        If no orders have been imported, or none up to that day.
    """
    snapshot = house.lake.snapshot()
    with tempfile.TemporaryDirectory(prefix="valence-live-") as folder:
        lake = house.lake
        runs = engine(
            house.brand.settings.lake.engine, Path(folder), memory=lake.memory, threads=lake.threads
        )
        try:
            context = _context(house, as_of, changed or {})
            tables = LiveTables(snapshot, runs, context, [*MARTS, *instead])
            orders = tables.table("orders")
            real = ibis.coalesce(orders.kind, "") != CANCELLED
            first = ibis.coalesce(orders.ordered_on.min(where=real), orders.ordered_on.min())
            first = tables.one(orders.agg(first=first))
            if first is None or first["first"] is None:
                raise BadInputError(
                    "There are no orders to measure. Bring some in: `valence import orders.csv`."
                )
            if str(first["first"])[:10] > as_of.isoformat():
                raise BadInputError(
                    "There are no orders up to {day}: the first is of {first}. Take a later day.",
                    day=as_of,
                    first=str(first["first"])[:10],
                )
            yield tables
        finally:
            runs.close()


def _context(
    house: OpenBrand, as_of: date, changed: Mapping[str, Mapping[str, object]]
) -> BuildContext:
    settings = house.brand.settings
    with house.store.reading() as view:
        found = {kind.name: definition_at(view, kind.name, kind.name, now()) for kind in KINDS}
    documents = {name: v.document for name, v in found.items() if v is not None}
    for kind, fields in changed.items():
        documents[kind] = {**documents.get(kind, {}), **fields}
    return BuildContext(as_of, settings.brand.currency, settings.value.margin_rate, documents)
