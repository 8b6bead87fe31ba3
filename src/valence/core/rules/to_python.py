"""A rule carried out on one customer in plain Python: each node becomes a closure, once."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from math import floor
from typing import Any

from valence.core.errors import BadInputError
from valence.core.rules import nodes as n
from valence.core.rules.bounds import FIRST_DAY, INT_MAX, LAST_DAY
from valence.core.rules.lower import lower
from valence.core.rules.types import Type
from valence.core.rules.values import of_type

Row = Mapping[str, Any]

_EXACT = Context(prec=60)  # two decimals of 38 digits multiplied would still fit
_DECIMAL_END = Decimal(10) ** 14
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule is asked of: one row, the day, and the rows of the histories."""

    row: Row
    today: date
    histories: Mapping[str, Sequence[Row]]


Closure = Callable[[Facts], Any]


def closure(node: n.Node) -> Closure:
    """Return a function of the facts that gives the node's value, None where it is missing."""
    return _BUILDERS[type(node)](node)


def _literal(node: n.Literal) -> Closure:
    value = node.value
    return lambda _: value


def _column(node: n.Column) -> Closure:
    name, kind = node.name, node.type

    def read(facts: Facts) -> Any:
        if name not in facts.row:
            raise BadInputError(
                "The rule asks for {name!r}, which is not given (given are {names}). "
                "Give it as None where it is missing.",
                name=name,
                names=", ".join(map(str, facts.row)) or "none",
            )
        return of_type(facts.row[name], kind, name)

    return read


def _one(apply: Callable[[Any], Any], operand: n.Node) -> Closure:
    """Build a closure that applies to one value, and gives missing for missing."""
    get = closure(operand)

    def calculate(facts: Facts) -> Any:
        value = get(facts)
        return None if value is None else apply(value)

    return calculate


def _two(
    apply: Callable[[Any, Any], Any], left: n.Node, right: n.Node, missing: object = None
) -> Closure:
    """Build a closure that applies to two values; if either is missing it gives `missing`."""
    get_left, get_right = closure(left), closure(right)

    def calculate(facts: Facts) -> Any:
        a, b = get_left(facts), get_right(facts)
        return missing if a is None or b is None else apply(a, b)

    return calculate


def _whole(value: int) -> int | None:
    return value if -INT_MAX - 1 <= value <= INT_MAX else None


def _narrow(value: Decimal) -> Decimal | None:
    return value if abs(value) < _DECIMAL_END else None


_ARITHMETIC: dict[tuple[Type, str], Callable[[Any, Any], Any]] = {
    (Type.INT, "+"): lambda a, b: _whole(a + b),
    (Type.INT, "-"): lambda a, b: _whole(a - b),
    (Type.INT, "*"): lambda a, b: _whole(a * b),
    (Type.DECIMAL, "+"): lambda a, b: _narrow(_EXACT.add(a, b)),
    (Type.DECIMAL, "-"): lambda a, b: _narrow(_EXACT.subtract(a, b)),
    (Type.DECIMAL, "*"): lambda a, b: _narrow(_EXACT.multiply(a, b)),
    (Type.FLOAT, "+"): operator.add,
    (Type.FLOAT, "-"): operator.sub,
    (Type.FLOAT, "*"): operator.mul,
    (Type.FLOAT, "/"): lambda a, b: a / b if b else None,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_DATE_PARTS: dict[str, Callable[[date], int]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "weekday": date.isoweekday,
}


def _unary(node: n.Unary) -> Closure:
    apply: Callable[[Any], Any] = operator.neg if node.op == "-" else abs
    if node.type is Type.INT:
        return _one(lambda value: _whole(apply(value)), node.operand)
    return _one(apply, node.operand)


def _convert(node: n.Convert) -> Closure:
    if node.type is Type.DECIMAL:
        return _one(lambda value: _narrow(Decimal(value)), node.operand)
    if node.operand.type is Type.INT:
        return _one(float, node.operand)
    # As the engines do it: ten-thousandths are whole, and each of the two steps rounds once.
    return _one(lambda value: int(value.scaleb(4, _EXACT)) / 10000.0, node.operand)


def _finite(node: n.Finite) -> Closure:
    limit = node.limit
    return _one(lambda value: value if abs(value) <= limit else None, node.operand)


def _later(day: date, days: int) -> date | None:
    return (
        day + timedelta(days=days)
        if FIRST_DAY <= day.toordinal() - _EPOCH + days <= LAST_DAY
        else None
    )


def _one_of(node: n.OneOf) -> Closure:
    operand, negated = closure(node.operand), node.negated
    values = frozenset(literal.value for literal in node.values)

    def check(facts: Facts) -> bool:
        value = operand(facts)
        return value is not None and (value in values) is not negated

    return check


def _is_missing(node: n.IsMissing) -> Closure:
    operand, negated = closure(node.operand), node.negated
    return lambda facts: (operand(facts) is None) is not negated


def _logic(node: n.Logic) -> Closure:
    items = tuple(closure(item) for item in node.items)
    if node.op == "and":
        return lambda facts: all(item(facts) for item in items)
    return lambda facts: any(item(facts) for item in items)


def _not(node: n.Not) -> Closure:
    operand = closure(node.operand)
    return lambda facts: not operand(facts)


def _truth(node: n.Truth) -> Closure:
    operand = closure(node.operand)
    return lambda facts: operand(facts) is True


_PICK: dict[str, Callable[[Any], Any]] = {"coalesce": next, "min": min, "max": max}


def _choose(node: n.Choose) -> Closure:
    items = tuple(closure(item) for item in node.items)
    pick = _PICK[node.how]

    def choose(facts: Facts) -> Any:
        known = [value for item in items if (value := item(facts)) is not None]
        return pick(iter(known)) if known else None

    return choose


def _text_test(node: n.TextTest) -> Closure:
    apply = str.startswith if node.how == "startswith" else operator.contains
    return _two(apply, node.operand, node.part, missing=False)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of a history that an aggregate counts: its window, condition and value."""

    node: n.Aggregate
    day: Closure
    condition: Closure
    since: Closure
    before: Closure

    def values(self, facts: Facts, value: Closure) -> Iterator[tuple[Any, Facts]]:
        """Yield each value that is not missing, and the facts of its row."""
        first, end = self._window(facts)
        for row in _history(facts, self.node.table):
            own = Facts(row, facts.today, facts.histories)
            on = self.day(own)
            if on is None or not first <= on <= facts.today or (end is not None and on >= end):
                continue
            if self.condition(own) and (found := value(own)) is not None:
                yield found, own

    def _window(self, facts: Facts) -> tuple[date, date | None]:
        first = self.since(facts) or date.min
        if last := self.node.window.last:
            first = max(first, date.fromordinal(max(1, facts.today.toordinal() - last + 1)))
        return first, self.before(facts)


def _history(facts: Facts, table: str) -> Sequence[Row]:
    if table not in facts.histories:
        raise BadInputError(
            "The rule asks for rows of {table!r}, and none are given. Pass "
            "histories with {table!r}: an empty list if the customer has none.",
            table=table,
        )
    return facts.histories[table]


def _aggregate(node: n.Aggregate) -> Closure:
    def optional(part: n.Node | None, absent: object) -> Closure:
        return closure(part) if part else lambda _: absent

    window = node.window
    rows = _Rows(
        node,
        closure(n.Column(Type.DAY, node.day_column)),
        optional(node.condition, absent=True),
        optional(window.since, None),
        optional(window.before, None),
    )
    value = optional(node.value, absent=True)
    if node.how in ("first", "last"):
        return _by_time(node, rows, value)
    reduce = _reducer(node)
    return lambda facts: reduce([found for found, _ in rows.values(facts, value)])


def _by_time(node: n.Aggregate, rows: _Rows, value: Closure) -> Closure:
    """Build first or last: by day, then by instant, then by the value itself."""
    names = [(node.day_column, Type.DAY), (node.order_column, Type.INSTANT)]
    keys = [closure(n.Column(kind, name)) for name, kind in names if name]
    pick: Callable[[Any], Any] = min if node.how == "first" else max

    def calculate(facts: Facts) -> Any:
        found = [
            (*(key(own) for key in keys), value_of) for value_of, own in rows.values(facts, value)
        ]
        placed = [row for row in found if None not in row]
        return pick(placed)[-1] if placed else None

    return calculate


def _reducer(node: n.Aggregate) -> Callable[[list[Any]], Any]:
    if node.how == "sum":
        return _SUM[node.type]
    reducers: dict[str, Callable[[list[Any]], Any]] = {
        "count": len,
        "distinct": lambda values: len(set(values)),
        "min": lambda values: min(values, default=None),
        "max": lambda values: max(values, default=None),
    }
    return reducers[node.how]


def _sum_ints(values: list[int]) -> int | None:
    return _whole(sum(values))


def _sum_decimals(values: list[Decimal]) -> Decimal | None:
    total = Decimal(0)
    for value in values:
        total = _EXACT.add(total, value)
    return _narrow(total)


def _sum_floats(values: list[float]) -> float | None:
    millionths = _whole(sum(floor(value * 1e6 + 0.5) for value in values))
    return None if millionths is None else float(millionths) / 1e6


_SUM: dict[Type, Callable[[list[Any]], Any]] = {
    Type.INT: _sum_ints,
    Type.DECIMAL: _sum_decimals,
    Type.FLOAT: _sum_floats,
}

_BUILDERS: dict[type[n.Node], Callable[[Any], Closure]] = {
    n.Literal: _literal,
    n.Column: _column,
    n.Today: lambda _: lambda facts: facts.today,
    n.Arithmetic: lambda node: _two(_ARITHMETIC[node.type, node.op], node.left, node.right),
    n.Unary: _unary,
    n.Convert: _convert,
    n.Widen: lambda node: _one(Decimal, node.operand),
    n.Finite: _finite,
    n.AddDays: lambda node: _two(_later, node.day, node.days),
    n.DaysBetween: lambda node: _two(lambda a, b: (b - a).days, node.start, node.end),
    n.Compare: lambda node: _two(_COMPARE[node.op], node.left, node.right, missing=False),
    n.OneOf: _one_of,
    n.IsMissing: _is_missing,
    n.Logic: _logic,
    n.Not: _not,
    n.Truth: _truth,
    n.Choose: _choose,
    n.TextTest: _text_test,
    n.TextFunction: lambda node: _one(lower if node.how == "lower" else len, node.operand),
    n.DatePart: lambda node: _one(_DATE_PARTS[node.part], node.operand),
    n.Aggregate: _aggregate,
}
