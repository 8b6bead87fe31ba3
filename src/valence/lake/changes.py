"""What changed since a mart was made: the customers and the months that are to be made anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column
from valence.lake.engines import Engine
from valence.lake.internal import IDENTIFIER_MAP, TOUCHED
from valence.lake.marts import Mart
from valence.lake.plan import Planned, canonical_inputs

_CUSTOMER = (Column("customer_id", "text", "Customer to make anew."),)
_KEYS = (Column("id_key", "text", "One of the customer's identifiers."), *_CUSTOMER)


@dataclass(frozen=True, slots=True)
class Changed:
    """Customers to make anew, as small written tables: they are joined many times."""

    customers: ir.Table  # customer_id
    keys: ir.Table  # id_key, customer_id


class Changes:
    """What the marks of imports, and another day, make old.

    Parameters
    ----------
    engine
        Reads and writes.
    table
        Gives a canonical table or mart by name.
    marts
        Every mart of the build, by name.
    """

    def __init__(
        self, engine: Engine, table: Callable[[str], ir.Table], marts: Mapping[str, Mart]
    ) -> None:
        self._engine, self._table, self._marts = engine, table, marts
        # One set serves all marts: whom an edge of any window touches is made anew in each.
        self._windows = sorted({0, *(months for mart in marts.values() for months in mart.windows)})
        self._customers: dict[tuple[int, date | None, date], Changed] = {}

    def customers(self, item: Planned, as_of: date) -> Changed:
        """Return the customers whose rows changed, or whom the other day gives other rows."""
        key = (item.since, item.as_of_before, as_of)
        if key not in self._customers:
            touched = self._touched_since(item)
            known = self._table(IDENTIFIER_MAP.name)
            found = [
                known.semi_join(touched.filter(touched.id_key.notnull()), "id_key"),
                touched.filter(touched.customer_id.notnull()),
                *self._between_days(item, as_of),
            ]
            each = ibis.union(*(t.select("customer_id") for t in found)).distinct()
            customers = self._kept(each, _CUSTOMER)
            keys = known.semi_join(customers, "customer_id").select("id_key", "customer_id")
            self._customers[key] = Changed(customers, self._kept(keys, _KEYS))
        return self._customers[key]

    def months(self, item: Planned, as_of: date) -> list[str]:
        """Return the months (2025-01) with a changed day, or a day that another day lets in."""
        rests_on = sorted(canonical_inputs(item.mart, self._marts))
        names = [name for name in rests_on if CANONICAL[name].day]
        touched = self._touched_since(item)
        days = touched.filter(touched.table_name.isin(names), touched.day.notnull())
        found = [days.select(month=days.day.truncate("M"))]
        remapped = touched.filter(touched.table_name == IDENTIFIER_MAP.name)
        for name in names:
            rows = self._table(name).semi_join(remapped, "id_key")
            found.append(rows.select(month=rows[CANONICAL[name].day].truncate("M")))
        months = {str(row["month"])[:7] for row in self._engine.rows(ibis.union(*found).distinct())}
        if item.as_of_before is not None and item.as_of_before != as_of:
            day, high = sorted((item.as_of_before, as_of))
            months |= {f"{day + timedelta(days=n):%Y-%m}" for n in range(1, (high - day).days + 1)}
        return sorted(months)

    def _touched_since(self, item: Planned) -> ir.Table:
        touched = self._table(TOUCHED.name)
        return touched.filter(touched.sequence > item.since)

    def _kept(self, expression: ir.Table, columns: Sequence[Column]) -> ir.Table:
        written = self._engine.write(expression, columns)
        return self._engine.table([str(path) for path, _ in written], columns)

    def _between_days(self, item: Planned, as_of: date) -> list[ir.Table]:
        """Rows that another day lets in or leaves out, at the day and where its windows begin."""
        before = item.as_of_before
        if before is None or before == as_of:
            return []
        ends = [
            sorted((months_before(before, window), months_before(as_of, window)))
            for window in self._windows
        ]
        known = self._table(IDENTIFIER_MAP.name)
        known = known.filter(known.customer_id.notnull()).select("id_key", "customer_id")
        names = {n for mart in self._marts.values() for n in canonical_inputs(mart, self._marts)}
        found = []
        for name in sorted(names):
            if (declared := CANONICAL[name]).customer and declared.day:
                table = self._table(name)
                day = table[declared.day]
                rows = table.filter(ibis.or_(*((day > low) & (day <= high) for low, high in ends)))
                found.append(known.semi_join(rows, "id_key"))
        return found


def within(day: ir.DateValue, months: Sequence[str]) -> ir.BooleanValue:
    """Return whether a day lies in one of the months, as ranges that let an engine skip files."""
    spans = []
    for month in months:
        first = date.fromisoformat(f"{month}-01")
        following = (first + timedelta(days=32)).replace(day=1)
        spans.append((day >= first) & (day < following))
    return ibis.or_(*spans) if spans else ibis.literal(value=False)
