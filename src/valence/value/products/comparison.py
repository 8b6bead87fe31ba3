"""Entry products compared by what the customers whom each won brought later.

Adjusted for who these customers are, as far as is known: an adjusted association, no proven effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from valence.lake.columns import arrow_schema
from valence.value.definitions import EntryDefinition
from valence.value.products.columns import ENTRY
from valence.value.products.comparison_words import (
    ALL,
    ALONE,
    CATEGORY,
    LESS,
    MORE,
    NOT_ALIKE,
    PRODUCT,
    SAME,
    TOO_FEW,
)
from valence.value.products.effects import (
    Codes,
    Compared,
    Floats,
    alike,
    compare,
    shrunk,
    told_apart,
)

DEFAULT = EntryDefinition()
_APART = "\x1f"
_COMMON = 0.01  # a channel or country with fewer of the customers counts among the others
_FIFTHS, _THIRDS = (0.2, 0.4, 0.6, 0.8), (1 / 3, 2 / 3)
_OTHERS = 2  # customers of other products who make a customer one that can be compared
_LEAST_ALIKE = 0.8  # share of a product's customers for whom others are there to compare with


@dataclass(frozen=True)
class Entries:
    """Customers with what they began with and what came later, as `entries` has them."""

    table: pa.Table
    later: Floats
    came_back: Floats

    @classmethod
    def of(cls, batches: Iterable[pa.RecordBatch]) -> Entries:
        """Return them from batches, in the same order whatever the engine."""
        table = pa.Table.from_batches(list(batches)).sort_by("customer_id")
        later = pc.cast(table["later_amount"], pa.float64(), safe=False).to_numpy()
        return cls(table, later, pc.cast(table["came_back"], pa.float64()).to_numpy())

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @cached_property
    def who(self) -> tuple[sparse.csr_array, Codes]:
        """Return what the comparison adjusts for, as columns, and the cell of those alike.

        Columns: month of the first purchase, its channel and country, and the logarithm of what
        was bought beside the entry product, bent at every fifth. The price of the entry product
        itself is no trait of who buys it, and is not adjusted for. Cells: quarter × channel ×
        country × third of that size.
        """
        months, _ = _codes(self.table["cohort_month"])
        channel, country = (_common(self.table[name]) for name in ("channel", "country"))
        beside = pc.cast(self.table["beside_amount"], pa.float64(), safe=False).to_numpy()
        size = np.log1p(np.maximum(beside, 0.0))
        bends = np.unique(np.quantile(size, _FIFTHS))
        sizes = np.stack([size, *(np.maximum(size - bend, 0.0) for bend in bends)], axis=1)
        cell = np.searchsorted(np.quantile(size, _THIRDS), size).astype(np.intp)
        for part in ((months // 3).astype(np.intp), channel, country):
            cell = cell * (part.max() + 1) + part
        parts = [*map(_dummies, (months, channel, country)), sizes - sizes.mean(axis=0)]
        return sparse.csr_array(sparse.hstack(parts)), np.unique(cell, return_inverse=True)[1]


def entry_products(entries: ir.Table, *, definition: EntryDefinition = DEFAULT) -> ir.Table:
    """Return which products and categories made lasting customers, adjusted for who they are.

    Not a query: the entries are read, compared here, and what comes out is a table in memory.

    Parameters
    ----------
    entries
        `entries`: customers with what they began with and what came later.
    definition
        How many customers a product needs, and how sure the intervals are.

    Returns
    -------
    Table
        One row for all customers (`level` is `all`), for each entry `product` and `category`:
        `customers` (n), `compared`, `later_value` and `back_share` (who bought again) as observed,
        both `adjusted` with their intervals, the `difference` from all with its interval and
        `shrunk_difference`, `place` by it, `verdict` (`more`, `less`, `not told apart`: at the rate
        of false discoveries), `overlap_share`. Amounts are floats.
    """
    batches = [batch for batch in entries.to_pyarrow_batches() if batch.num_rows]
    rows = compared_rows(Entries.of(batches), definition, {}) if batches else ()
    return ibis.memtable(as_table(rows))


def as_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Return rows as an Arrow table of the published columns."""
    schema = arrow_schema(ENTRY)
    return pa.Table.from_pylist([{n: row.get(n) for n in schema.names} for row in rows], schema)


def compared_rows(
    entries: Entries, definition: EntryDefinition, names: dict[tuple[str, str], str]
) -> Iterator[dict[str, Any]]:
    """Return one row for all customers, and one for each entry product and category.

    Parameters
    ----------
    entries
        The customers.
    definition
        How many customers a product needs, and how sure the intervals are.
    names
        What products are called, by namespace and id.
    """
    if not len(entries):
        return
    yield {
        "level": ALL,
        "customers": len(entries),
        "later_value": float(entries.later.mean()),
        "back_share": float(entries.came_back.mean()),
    }
    t = entries.table
    key = pc.binary_join_element_wise(t["namespace"], t["product_id"], _APART)
    for level, column in ((PRODUCT, key), (CATEGORY, t["category"])):
        group, found = _codes(column)
        labels = [_label(level, name, names) for name in found]
        yield from _rows(entries, group, labels, level, definition)


def _label(level: str, name: str, names: dict[tuple[str, str], str]) -> dict[str, Any]:
    if level == CATEGORY:
        return {"category": name, "name": name}
    namespace, _, product = name.partition(_APART)
    said = names.get((namespace, product)) or product
    return {"namespace": namespace, "product_id": product, "name": said}


def _rows(
    entries: Entries,
    group: Codes,
    labels: Sequence[dict[str, Any]],
    level: str,
    definition: EntryDefinition,
) -> Iterator[dict[str, Any]]:
    """Rows of one level; groups too small to compare, and the unknown, stay as one among others."""
    count = np.bincount(group, minlength=len(labels) + 1)
    mean, back = (
        np.bincount(group, each, minlength=len(count)) / np.maximum(count, 1)
        for each in (entries.later, entries.came_back)
    )
    large = np.flatnonzero(count[:-1] >= definition.minimum_customers)
    place = np.full(len(count), len(large), np.intp)
    place[large] = np.arange(len(large))
    told = _told(entries, place[group], len(large), definition) if len(large) > 1 else {}
    order = _places(told)
    for at, label in enumerate(labels):
        row = {"level": level, **label, "customers": int(count[at])}
        known = {"later_value": float(mean[at]), "back_share": float(back[at])}
        if count[at] < definition.minimum_customers:
            yield {**row, "compared": False, "not_compared": TOO_FEW}
        elif not told:
            yield {**row, **known, "compared": False, "not_compared": ALONE}
        else:
            found = int(place[at])
            yield {**row, **known, **told[found], "place": order.get(found)}


def _told(
    entries: Entries, group: Codes, groups: int, definition: EntryDefinition
) -> dict[int, dict[str, Any]]:
    """What the comparison says of each of the first `groups` groups."""
    covariates, cell = entries.who
    overlap = alike(group, cell, _OTHERS)[:groups]
    value = compare(group, entries.later, covariates).first(groups)
    back = compare(group, entries.came_back, covariates).first(groups)
    ends = {"value": value.interval(definition.confidence)}
    ends["back"] = back.interval(definition.confidence)
    fair = overlap >= _LEAST_ALIKE
    apart, drawn = np.zeros(groups, bool), np.full(groups, np.nan)
    apart[fair] = told_apart(value.p_values()[fair], definition.false_discoveries)
    drawn[fair] = shrunk(value.difference[fair], value.error[fair])
    return {
        at: {
            "compared": bool(fair[at]),
            "not_compared": None if fair[at] else NOT_ALIKE,
            "overlap_share": float(overlap[at]),
            **_adjusted("value", value, ends["value"], at),
            **_adjusted("back", back, ends["back"], at),
            "difference": float(value.difference[at]),
            "difference_low": float(ends["value"][0][at]),
            "difference_high": float(ends["value"][1][at]),
            "shrunk_difference": float(drawn[at]) if fair[at] else None,
            "verdict": (MORE if value.difference[at] > 0 else LESS) if apart[at] else SAME,
        }
        for at in range(groups)
    }


def _adjusted(name: str, found: Compared, ends: tuple[Floats, Floats], at: int) -> dict[str, float]:
    low, high = ends
    around = {"": found.difference[at], "_low": low[at], "_high": high[at]}
    return {f"adjusted_{name}{end}": float(found.overall + by) for end, by in around.items()}


def _places(told: dict[int, dict[str, Any]]) -> dict[int, int]:
    """1 for the largest shrunk difference; equals share a place."""
    drawn = {at: row["shrunk_difference"] for at, row in told.items() if row["compared"]}
    return {at: 1 + sum(other > own for other in drawn.values()) for at, own in drawn.items()}


def _codes(column: pa.ChunkedArray) -> tuple[Codes, list[Any]]:
    """Numbers for the values of a column, by their order, and one after them for the missing."""
    values = column.combine_chunks()
    found = sorted(pc.unique(values.drop_null()).to_pylist())
    at = pc.index_in(values, pa.array(found, values.type))
    codes = pc.fill_null(at, len(found)).to_numpy(zero_copy_only=False).astype(np.intp)
    return codes, found


def _common(column: pa.ChunkedArray) -> Codes:
    """Numbers for the common values of a column; the others, and the missing, share one."""
    codes, _ = _codes(column)
    often = np.bincount(codes) >= max(_COMMON * len(codes), 1)
    number = np.where(often, np.cumsum(often) - 1, often.sum())
    return np.unique(number[codes], return_inverse=True)[1]


def _dummies(codes: Codes) -> sparse.csr_array:
    """A column for each number but the first."""
    rows, width = np.flatnonzero(codes), int(codes.max())
    return sparse.csr_array((np.ones(len(rows)), (rows, codes[rows] - 1)), (len(codes), width))
