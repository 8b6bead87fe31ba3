"""Filters of a table page: a rule over the columns of a table, and its faults shown in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import ibis.expr.datatypes as dt
import ibis.expr.types as ir

from valence.core import clock
from valence.core.messages import Message
from valence.core.rules import Catalog, RuleError, Type, compile_rule
from valence.core.rules.types import RESERVED


@dataclass(frozen=True, slots=True)
class MarkedFault:
    """One fault: the rule cut in three around it, and the sentence."""

    before: str
    at: str
    after: str
    said: Message


@dataclass(frozen=True, slots=True)
class Marked:
    """A refused rule: each fault in its place, and the rule with all of them mended, if known."""

    faults: Sequence[MarkedFault]
    corrected: str | None


def marked(error: RuleError) -> Marked:
    """Return a rule's faults, ready to be shown."""
    text = error.source
    faults = [
        MarkedFault(
            text[: fault.start],
            text[fault.start : fault.end] or "␣",  # a fault at the end has nothing under it
            text[fault.end :],
            fault.message,
        )
        for fault in error.faults
    ]
    return Marked(faults, error.corrected)


def filtered(table: ir.Table, text: str, *, today: date | None) -> ir.Table:
    """Return the rows of a table for which the rule is true; all of them for an empty rule.

    `today` in the rule is the `as_of` of the marts; before the first build, this day.

    Raises
    ------
    RuleError
        All that is wrong with the rule, each fault with its place.
    """
    if not text:
        return table
    rule = compile_rule(text, catalog(table))
    return rule.filter(table, as_of=today or clock.now().date())


def catalog(table: ir.Table) -> Catalog:
    """Return what a rule over this table may name: its columns of a type that rules know."""
    kinds = ((name, _type(kind)) for name, kind in table.schema().items())
    return Catalog({name: kind for name, kind in kinds if kind and name not in RESERVED})


def nameable(table: ir.Table, meanings: Mapping[str, Message]) -> list[tuple[str, Message | None]]:
    """Return the columns that a rule may name, each with its meaning where one is known."""
    return [(name, meanings.get(name)) for name in catalog(table).columns]


def _type(kind: dt.DataType) -> Type | None:
    tests = (
        (kind.is_boolean, Type.BOOL),
        (kind.is_integer, Type.INT),
        (kind.is_decimal, Type.DECIMAL),
        (kind.is_floating, Type.FLOAT),
        (kind.is_string, Type.TEXT),
        (kind.is_date, Type.DAY),
        (kind.is_timestamp, Type.INSTANT),
    )
    return next((found for test, found in tests if test()), None)
