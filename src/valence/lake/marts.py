"""Mart declarations: what a capability publishes, from what, and how it is kept up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.messages import Message
from valence.lake.columns import Column

Rebuild = Literal["customer", "day", "whole"]


@dataclass(frozen=True, slots=True)
class BuildContext:
    """What a mart may know besides its input tables: never a clock, never a connection."""

    as_of: date
    currency: str
    margin_rate: Decimal | None
    # Published definitions by kind (singletons), as plain documents; a capability's own defaults
    # stand where none is published.
    definitions: Mapping[str, Mapping[str, object]]
    zone: str = ""  # of the business days: another one makes every mart anew


Inputs = Mapping[str, ir.Table]
Read = Callable[[ir.Table], Iterator[pa.RecordBatch]]
Compute = Callable[[Inputs, BuildContext], ir.Table]
# For what is no query: a fit, or the scores of a fitted model. Reads what it was reduced to; None
# lets what was published before stand.
Score = Callable[[Inputs, BuildContext, Read], Iterable[pa.RecordBatch] | None]


def rows_read(table: ir.Table, read: Read) -> list[dict[str, Any]]:
    """Return the rows of what was reduced to few."""
    return [row for batch in read(table) for row in batch.to_pylist()]


def _no_query(_: Inputs, context: BuildContext) -> ir.Table:
    raise NotImplementedError("this mart is scored")


@dataclass(frozen=True, slots=True)
class Mart:
    """One published table.

    `rebuild` says what one more import makes new: `customer`: the rows of the customers whose
    input rows changed; `day`: the rows of the days that changed; `whole`: everything. A mart
    with `customer` has a `customer_id` column and reads only inputs that have one, or it is a sum
    over customers: then it reads marts only, and `sums` names its columns beside the grain, the
    first a count of what it summed, which 0 makes a row go. A mart with `day` names its
    business-day column in `day`; its inputs have that column too, or are canonical tables with a
    business day of their own, which becomes it.

    Inputs are canonical tables (which arrive with a `customer_id` column joined from the
    identifier map, null where the row names nobody) and marts built before.

    A mart with `score` is made in Python, batch by batch, from expressions that the engine has
    reduced. Among its inputs is then, by its own name, what it published before, so that a fit
    can be kept until it is due (`score` returns None); not where its declaration changed or all
    is made anew.
    """

    name: str
    owner: str  # the capability
    title: Message
    grain: tuple[str, ...]
    rebuild: Rebuild
    inputs: tuple[str, ...]
    columns: tuple[Column, ...]
    compute: Compute = _no_query
    score: Score | None = None  # instead of `compute`; with `rebuild = "whole"`
    keeps: bool = False  # what it published before is always given: a history, not a cache
    day: str = ""
    windows: tuple[int, ...] = ()  # months before the build's day that its figures look back
    sums: tuple[str, ...] = ()  # whole numbers and money: what is taken off again is exact
    order_by: tuple[str, ...] = ()  # how rows lie in the files, so that point reads are fast
    definitions: tuple[str, ...] = ()  # kinds whose published version it depends on
    served: bool = False  # copied into the read-only database that pages read
    version: int = 1  # raised when `compute` changes: the next build makes the mart anew
