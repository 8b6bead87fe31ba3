"""Functions over the rows of a history: counts, sums, first and last, within a window of days."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from valence.core.messages import message
from valence.core.rules import nodes as n
from valence.core.rules import operators
from valence.core.rules.errors import RefusedError
from valence.core.rules.types import NUMBERS, History, Type, words

WINDOW = ("last", "since", "before")
LONGEST_WINDOW = 36_500  # days; a hundred years

_ANY = frozenset(Type)
_ORDERED = _ANY - {Type.BOOL}


@dataclass(frozen=True, slots=True)
class Asked:
    """A call as it was typed: the table, its value and condition, and the window."""

    name: str
    table: str
    history: History
    value: n.Node | None
    condition: n.Node | None
    window: n.Window

    def aggregate(self, how: str, kind: Type, value: n.Node | None = None) -> n.Aggregate:
        """Return the aggregate of this call's rows."""
        chosen = self.value if value is None else value
        return n.Aggregate(
            kind,
            how,
            self.table,
            None if how == "count" or chosen is None else _usable(chosen, how),
            self.condition,
            self.window,
            self.history.day_column,
            self.history.order_column if how in ("first", "last") else None,
        )


@dataclass(frozen=True, slots=True)
class HistoryFunction:
    """A function of a history: its form, the types of its value (none: no value), what it makes."""

    form: str
    takes: frozenset[Type]
    make: Callable[[Asked], n.Node]

    def call(self, asked: Asked) -> n.Node:
        """Return the node of a call.

        Raises
        ------
        RefusedError
            If the value is of the wrong type, or the same for every row.
        """
        if asked.value is None:
            return self.make(asked)
        if not any(isinstance(part, n.Column) for part in asked.value.walk()):
            raise RefusedError(
                message(
                    "{name} is written {form}; the value must be read from a column of {table}.",
                    name=asked.name,
                    form=self.form,
                    table=asked.table,
                )
            )
        if asked.value.type in self.takes:
            return self.make(asked)
        raise RefusedError(
            message(
                "{name} is written {form}; the value given here is {kind}.",
                name=asked.name,
                form=self.form,
                kind=words(asked.value.type),
            )
        )


def _usable(value: n.Node, how: str) -> n.Node:
    if how == "sum" and value.type is Type.FLOAT:
        return n.Finite(Type.FLOAT, value, n.MAX_SUMMED)
    return n.finite(value)


def _plain(asked: Asked) -> n.Node:
    """Aggregate to the value's own type; the function's name is that of the aggregate."""
    return asked.aggregate(asked.name, asked.value.type if asked.value else Type.INT)


def _counted(asked: Asked) -> n.Node:
    return asked.aggregate(asked.name, Type.INT)


def _exists(asked: Asked) -> n.Node:
    zero = n.Literal(Type.INT, 0)
    return n.Compare(Type.BOOL, ">", asked.aggregate("count", Type.INT), zero)


def _days_since(asked: Asked) -> n.Node:
    day = n.Column(Type.DAY, asked.history.day_column)
    latest = asked.aggregate("max", Type.DAY, day)
    return n.DaysBetween(Type.INT, latest, n.Today(Type.DAY))


def _mean(asked: Asked) -> n.Node:
    if asked.value is None:  # the table of functions asks for a value
        raise AssertionError(asked)
    value = _usable(asked.value, "sum")
    known = n.IsMissing(Type.BOOL, value, negated=True)
    both = known if asked.condition is None else n.Logic(Type.BOOL, "and", (asked.condition, known))
    rows = replace(asked, condition=both).aggregate("count", Type.INT)
    return operators.arithmetic("/", asked.aggregate("sum", value.type), rows)


_CONDITION = "condition, last=30"
HISTORY_FUNCTIONS: Mapping[str, HistoryFunction] = MappingProxyType(
    {
        "count": HistoryFunction(f"count(table, {_CONDITION})", frozenset(), _counted),
        "exists": HistoryFunction(f"exists(table, {_CONDITION})", frozenset(), _exists),
        "days_since": HistoryFunction(f"days_since(table, {_CONDITION})", frozenset(), _days_since),
        "sum": HistoryFunction(f"sum(table, number, {_CONDITION})", NUMBERS, _plain),
        "mean": HistoryFunction(f"mean(table, number, {_CONDITION})", NUMBERS, _mean),
        "min": HistoryFunction(f"min(table, value, {_CONDITION})", _ORDERED, _plain),
        "max": HistoryFunction(f"max(table, value, {_CONDITION})", _ORDERED, _plain),
        "first": HistoryFunction(f"first(table, value, {_CONDITION})", _ANY, _plain),
        "last": HistoryFunction(f"last(table, value, {_CONDITION})", _ANY, _plain),
        "distinct": HistoryFunction(
            f"distinct(table, value, {_CONDITION})", _ANY - {Type.FLOAT}, _counted
        ),
    }
)
