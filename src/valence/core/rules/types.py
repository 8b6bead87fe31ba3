"""Types of the rule language, and the catalog of columns and histories that a rule may name."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from valence.core.errors import BadInputError
from valence.core.messages import Message, message

_T = TypeVar("_T")

RESERVED = frozenset(
    {"and", "or", "not", "in", "is", "true", "false", "True", "False", "missing", "today", "None"}
)


class Type(StrEnum):
    """What a value is; every expression has exactly one, known before it runs."""

    INT = "int64"
    DECIMAL = "decimal"  # decimal(18, 4)
    FLOAT = "float64"
    TEXT = "text"
    BOOL = "bool"
    DAY = "day"
    INSTANT = "instant"


NUMBERS = frozenset({Type.INT, Type.DECIMAL, Type.FLOAT})

# A kind of column of the lake, by its plain name; `json` has no place in a rule.
COLUMN_TYPES: Mapping[str, Type] = MappingProxyType(
    {
        "text": Type.TEXT,
        "int": Type.INT,
        "amount": Type.DECIMAL,
        "float": Type.FLOAT,
        "bool": Type.BOOL,
        "day": Type.DAY,
        "instant": Type.INSTANT,
    }
)


def column_type(kind: str) -> Type:
    """Return the type that a column of this kind (`text`, `int`, `amount`…) has in a rule.

    Raises
    ------
    BadInputError
        If rules cannot read columns of that kind.
    """
    if kind not in COLUMN_TYPES:
        raise BadInputError(
            "Rules cannot read a column of the kind {kind!r}, only of: {kinds}.",
            kind=kind,
            kinds=", ".join(COLUMN_TYPES),
        )
    return COLUMN_TYPES[kind]


def words(kind: Type) -> Message:
    """Return what people call the type."""
    return _WORDS[kind]


_WORDS = {
    Type.INT: message("a whole number"),
    Type.DECIMAL: message("an amount"),
    Type.FLOAT: message("a decimal fraction (float)"),
    Type.TEXT: message("text"),
    Type.BOOL: message("true or false"),
    Type.DAY: message("a day"),
    Type.INSTANT: message("an instant"),
}


@dataclass(frozen=True)
class History:
    """A table with many rows per customer, such as events: its columns, and the day of a row.

    `order_column`, an instant, says which of two rows of one day came later.
    """

    columns: Mapping[str, Type]
    day_column: str
    order_column: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", _checked(self.columns))
        _expect(self.columns, self.day_column, Type.DAY)
        if self.order_column is not None:
            _expect(self.columns, self.order_column, Type.INSTANT)


@dataclass(frozen=True)
class Catalog:
    """Everything that a rule may name: columns of the customer, and histories by their name."""

    columns: Mapping[str, Type]
    histories: Mapping[str, History] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", _checked(self.columns))
        _checked(self.histories)
        object.__setattr__(self, "histories", MappingProxyType(dict(self.histories)))
        if both := sorted(self.columns.keys() & self.histories.keys()):
            raise BadInputError(
                "A column and a history may not have one name: {names}. Rename one.",
                names=", ".join(both),
            )

    def every_name(self) -> frozenset[str]:
        """Return all names that could stand in a rule, those within histories included."""
        inside = (history.columns for history in self.histories.values())
        return frozenset(self.columns).union(self.histories, *inside)


def _expect(columns: Mapping[str, Type], name: str, kind: Type) -> None:
    if columns.get(name) is not kind:
        raise BadInputError(
            "A history is ordered by {name!r}, so this must be one of its columns and {kind}.",
            name=name,
            kind=words(kind),
        )


def _checked(columns: Mapping[str, _T]) -> Mapping[str, _T]:
    if wrong := sorted(_unusable(columns)):
        raise BadInputError(
            "These names cannot stand in a rule: {names}. A name is letters, digits and _, "
            "in normal form (NFKC), and none of: {reserved}.",
            names=", ".join(map(repr, wrong)),
            reserved=", ".join(sorted(RESERVED)),
        )
    return MappingProxyType(dict(columns))


def _unusable(names: Iterable[str]) -> list[str]:
    return [
        name
        for name in names
        if not name.isidentifier()
        or name in RESERVED
        or unicodedata.normalize("NFKC", name) != name
    ]
