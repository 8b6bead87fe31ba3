"""The typed tree of a rule: what both engines and Python carry out, operator by operator.

Whatever could differ between engines (overflow, a zero divisor, missing values, floats that are not
finite) is settled here, so that carrying out a node leaves nothing to decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal

from valence.core.rules.types import Type

Value = int | Decimal | float | str | bool | date | datetime | None


MAX_FLOAT = 1.7976931348623157e308
MAX_SUMMED = 9e12  # a float of more millionths than int64 holds is not added up


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of a rule with the type of its value."""

    type: Type

    def children(self) -> Iterator[Node]:
        """Yield the nodes directly below."""
        for part in fields(self):
            value = getattr(self, part.name)
            for item in value if isinstance(value, tuple) else (value,):
                if isinstance(item, Node):
                    yield item

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A fixed value, never missing."""

    value: Value


@dataclass(frozen=True, slots=True)
class Column(Node):
    """The value of a column: of the customer, or of a history's row."""

    name: str


@dataclass(frozen=True, slots=True)
class Today(Node):
    """The day as of which the rule is asked."""


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`+ - * /` of two numbers that both have the node's type; missing on overflow or / 0."""

    op: str  # +, -, *, /
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Unary(Node):
    """The negative or absolute value of a number; missing on overflow."""

    op: str  # -, abs
    operand: Node


@dataclass(frozen=True, slots=True)
class Convert(Node):
    """A number as another type: to float64, or a whole number to decimal (missing if too large)."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Widen(Node):
    """A whole number as an exact decimal of any size, fit for comparison only."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Finite(Node):
    """A float, or missing if it is not a number, or further from 0 than the limit."""

    operand: Node
    limit: float = MAX_FLOAT


@dataclass(frozen=True, slots=True)
class AddDays(Node):
    """A day so many days later; missing beyond the years 1 to 9999."""

    day: Node
    days: Node


@dataclass(frozen=True, slots=True)
class DaysBetween(Node):
    """How many days lie from `start` to `end`."""

    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """`== != < <= > >=` of two values of one kind; false if either is missing."""

    op: str  # ==, !=, <, <=, >, >=
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """`in` or `not in` fixed values; both false if the operand is missing."""

    operand: Node
    values: tuple[Literal, ...]
    negated: bool


@dataclass(frozen=True, slots=True)
class IsMissing(Node):
    """`is missing` or `is not missing`."""

    operand: Node
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`and` or `or` of truths, none of which is ever missing."""

    op: str  # and, or
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a truth that is never missing."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """A bool that may be missing, as a condition: missing counts as false."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Choose(Node):
    """The first, smallest or largest value that is not missing."""

    how: str  # coalesce, min, max
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class TextTest(Node):
    """Whether a text starts with or contains a part; false if either is missing."""

    how: str  # startswith, contains
    operand: Node
    part: Node


@dataclass(frozen=True, slots=True)
class TextFunction(Node):
    """A text in small letters, or how many characters (code points) it has."""

    how: str  # lower, len
    operand: Node


@dataclass(frozen=True, slots=True)
class DatePart(Node):
    """The year, the month (1 to 12) or the weekday (Monday = 1) of a day."""

    part: str  # year, month, weekday
    operand: Node


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a history count: `last` days up to today, from `since`, before `before`."""

    last: int | None = None
    since: Node | None = None
    before: Node | None = None


@dataclass(frozen=True, slots=True)
class Aggregate(Node):
    """One value out of many rows of a history, none of them after today.

    `count`, `distinct` and `sum` of no rows are 0, the others missing. Missing values never count.
    Floats are added up in whole millionths, so that their order makes no difference.
    """

    how: str  # count, sum, min, max, first, last, distinct
    table: str
    value: Node | None
    condition: Node | None
    window: Window
    day_column: str
    order_column: str | None = None


def may_be_missing(node: Node) -> bool:
    """Whether a bool must be asked for with Truth before it is a condition."""
    return isinstance(node, (Column, Choose, Aggregate))


def finite(node: Node) -> Node:
    """Return the node such that a float of it is finite or missing."""
    if node.type is not Type.FLOAT or isinstance(
        node, (Literal, Convert, Finite, Choose, Aggregate)
    ):
        return node
    return Finite(Type.FLOAT, node)


def truth(node: Node) -> Node:
    """Return a bool such that it is never missing."""
    return Truth(Type.BOOL, node) if may_be_missing(node) else node
