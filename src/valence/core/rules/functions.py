"""Functions of one value or a few: their arguments, and the nodes they become."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import cast

from valence.core.messages import Message, message
from valence.core.rules import nodes as n
from valence.core.rules import operators
from valence.core.rules.errors import RefusedError
from valence.core.rules.types import Type, words

_ANY = frozenset(Type)
_TEXT = frozenset({Type.TEXT})
_DAY = frozenset({Type.DAY})
_ORDERED = _ANY - {Type.BOOL}

_DAY_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function: how it is written, what it takes, how many at most, and what it makes."""

    form: str
    takes: tuple[frozenset[Type], ...]
    make: Callable[[Sequence[n.Node]], n.Node]
    most: int | None = None  # as many as `takes` has

    def call(self, name: str, arguments: Sequence[n.Node]) -> n.Node:
        """Return the node of a call.

        Raises
        ------
        RefusedError
            If number or types of the arguments are wrong.
        """
        most = self.most or len(self.takes)
        if not len(self.takes) <= len(arguments) <= most:
            raise RefusedError(message("{name} is written {form}.", name=name, form=self.form))
        for i, argument in enumerate(arguments):
            allowed = self.takes[min(i, len(self.takes) - 1)]
            if argument.type not in allowed:
                raise RefusedError(
                    message(
                        "{name} is written {form}; the value given here is {kind}.",
                        name=name,
                        form=self.form,
                        kind=words(argument.type),
                    )
                )
        return self.make(arguments)


def _text_function(how: str, kind: Type) -> Callable[..., n.Node]:
    return lambda a: n.TextFunction(kind, how, a[0])


def _text_test(how: str) -> Callable[..., n.Node]:
    return lambda a: n.TextTest(Type.BOOL, how, a[0], a[1])


def _choose(how: str) -> Callable[..., n.Node]:
    def make(arguments: Sequence[n.Node]) -> n.Node:
        items = operators.common(arguments, how)
        return n.Choose(items[0].type, how, items)

    return make


def _part(part: str) -> Callable[..., n.Node]:
    return lambda a: n.DatePart(Type.INT, part, a[0])


def _day(arguments: Sequence[n.Node]) -> n.Node:
    text = _fixed(arguments[0], "day", 'day("2025-01-31")')
    if _DAY_FORM.fullmatch(text):
        try:
            return n.Literal(Type.DAY, date.fromisoformat(text))
        except ValueError:
            pass
    raise RefusedError(_no_such("day", text, 'day("2025-01-31")'))


def _instant(arguments: Sequence[n.Node]) -> n.Node:
    form = 'instant("2025-01-31T10:00:00Z")'
    text = _fixed(arguments[0], "instant", form)
    if _INSTANT_FORM.fullmatch(text):
        try:
            return n.Literal(Type.INSTANT, datetime.fromisoformat(text).astimezone(UTC))
        except (ValueError, OverflowError):
            pass
    raise RefusedError(_no_such("instant", text, form))


def _fixed(node: n.Node, name: str, form: str) -> str:
    if isinstance(node, n.Literal):
        return cast("str", node.value)
    raise RefusedError(
        message("{name} takes a fixed text only, such as {form}.", name=name, form=form)
    )


def _no_such(kind: str, text: str, form: str) -> Message:
    return message("There is no {kind} {text!r}; write {form}.", kind=kind, text=text, form=form)


MANY = 100

FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "lower": Function("lower(text)", (_TEXT,), _text_function("lower", Type.TEXT)),
        "len": Function("len(text)", (_TEXT,), _text_function("len", Type.INT)),
        "abs": Function("abs(number)", (_ANY,), lambda a: operators.absolute(a[0])),
        "min": Function("min(a, b, …)", (_ORDERED, _ORDERED), _choose("min"), MANY),
        "max": Function("max(a, b, …)", (_ORDERED, _ORDERED), _choose("max"), MANY),
        "coalesce": Function("coalesce(a, b, …)", (_ANY, _ANY), _choose("coalesce"), MANY),
        "startswith": Function(
            "startswith(text, beginning)", (_TEXT, _TEXT), _text_test("startswith")
        ),
        "contains": Function("contains(text, part)", (_TEXT, _TEXT), _text_test("contains")),
        "year": Function("year(day)", (_DAY,), _part("year")),
        "month": Function("month(day)", (_DAY,), _part("month")),
        "weekday": Function("weekday(day)", (_DAY,), _part("weekday")),
        "days_between": Function(
            "days_between(day, later day)",
            (_DAY, _DAY),
            lambda a: n.DaysBetween(Type.INT, a[0], a[1]),
        ),
        "day": Function('day("2025-01-31")', (_TEXT,), _day),
        "instant": Function('instant("2025-01-31T10:00:00Z")', (_TEXT,), _instant),
    }
)
