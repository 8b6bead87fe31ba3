"""What operators mean for which types: two typed nodes in, one out, or the reason why not."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import cast

from valence.core.messages import Message, message
from valence.core.rules import nodes as n
from valence.core.rules.errors import RefusedError
from valence.core.rules.types import NUMBERS, Type, words

_DECIMAL_END = Decimal(10) ** 14


def arithmetic(op: str, left: n.Node, right: n.Node) -> n.Node:
    """Return `left op right` for `+ - * /`.

    Raises
    ------
    RefusedError
        If the types do not go together.
    """
    if Type.DAY in (left.type, right.type):
        return _days(op, left, right)
    if left.type not in NUMBERS or right.type not in NUMBERS:
        raise RefusedError(
            message(
                "{op} takes numbers, but {left} stands on the left and {right} on the right.",
                op=op,
                left=words(left.type),
                right=words(right.type),
            )
        )
    kind = _result(op, left.type, right.type)
    return n.Arithmetic(kind, op, convert(left, kind), convert(right, kind))


def _result(op: str, left: Type, right: Type) -> Type:
    if op == "/" or Type.FLOAT in (left, right):
        return Type.FLOAT
    if left is right is Type.DECIMAL and op == "*":
        return Type.FLOAT  # an exact product would need more digits than engines agree on
    return Type.INT if left is right is Type.INT else Type.DECIMAL


def _days(op: str, left: n.Node, right: n.Node) -> n.Node:
    if op == "-" and left.type is right.type:
        return n.DaysBetween(Type.INT, right, left)
    if op in "+-" and left.type is Type.DAY and right.type is Type.INT:
        return n.AddDays(Type.DAY, left, right if op == "+" else negative(right))
    if op == "+" and left.type is Type.INT:
        return n.AddDays(Type.DAY, right, left)
    raise RefusedError(
        message(
            "With a day, only day - day, day + number of days and day - number of days make "
            "sense; here {left} {op} {right} is asked.",
            left=words(left.type),
            op=op,
            right=words(right.type),
        )
    )


def negative(node: n.Node) -> n.Node:
    """Return `-node`; a literal's is a literal."""
    number = _numeric("-", node)
    if isinstance(number, n.Literal):
        return n.Literal(number.type, -cast("int", number.value))
    return n.Unary(number.type, "-", number)


def absolute(node: n.Node) -> n.Node:
    """Return `abs(node)`."""
    return n.Unary(node.type, "abs", _numeric("abs", node))


def _numeric(what: str, node: n.Node) -> n.Node:
    if node.type not in NUMBERS:
        raise RefusedError(
            message("{what} takes a number, but this is {kind}.", what=what, kind=words(node.type))
        )
    return node


def convert(node: n.Node, kind: Type) -> n.Node:
    """Return a number as one of a wider type; a literal is converted at once."""
    if node.type is kind:
        return node
    if isinstance(node, n.Literal):
        value = Decimal(cast("int | Decimal", node.value))
        if kind is Type.FLOAT:
            return n.Literal(kind, float(value))
        if abs(value) < _DECIMAL_END:
            return n.Literal(kind, value)
    return n.Convert(kind, node)


def common(items: Sequence[n.Node], what: str) -> tuple[n.Node, ...]:
    """Return the values brought to one type, floats finite.

    Raises
    ------
    RefusedError
        If they are of different kinds.
    """
    kinds = {item.type for item in items}
    if kinds <= NUMBERS:
        kind = max(kinds, key=[Type.INT, Type.DECIMAL, Type.FLOAT].index)
        return tuple(n.finite(convert(item, kind)) for item in items)
    if len(kinds) > 1:
        raise RefusedError(
            message(
                "The values of {what} must be of one kind, but here are: {kinds}.",
                what=what,
                kinds=", ".join(sorted(str(words(kind)) for kind in kinds)),
            )
        )
    return tuple(items)


def compare(op: str, left: n.Node, right: n.Node, texts: tuple[str, str]) -> n.Node:
    """Return `left op right`; `texts` is what the rule says on either side.

    Raises
    ------
    RefusedError
        If the two can never be compared, or not so.
    """
    left, right = _comparable(op, left, right, texts)
    if left.type is Type.BOOL and op not in ("==", "!="):
        raise RefusedError(message("true and false have no order; compare them by == or !=."))
    if left.type is Type.FLOAT and op in ("==", "!="):
        raise RefusedError(*_float_equality(op, texts))
    return n.Compare(Type.BOOL, op, n.finite(left), n.finite(right))


def one_of(
    operand: n.Node, values: Sequence[n.Node], texts: tuple[str, str], *, negated: bool
) -> n.Node:
    """Return `operand in values`, all of them literals.

    Raises
    ------
    RefusedError
        If a value cannot be compared with the operand.
    """
    literals: list[n.Literal] = []
    for value in values:
        if not isinstance(value, n.Literal):
            raise RefusedError(
                message("`in` takes fixed values only; compare with a column or today by ==.")
            )
        _comparable("in", operand, value, texts)
        literals.append(value)
    if Type.FLOAT in {operand.type, *(value.type for value in literals)}:
        raise RefusedError(
            message(
                "Floats are never exactly equal, so `in` cannot be asked of them. Ask for a "
                "range, such as 4.5 <= {left} < 5.5.",
                left=texts[0],
            )
        )
    if Type.DECIMAL in {value.type for value in literals} or operand.type is Type.DECIMAL:
        literals = [n.Literal(Type.DECIMAL, Decimal(cast("int", v.value))) for v in literals]
        operand = n.Widen(Type.DECIMAL, operand) if operand.type is Type.INT else operand
    if operand.type is Type.BOOL:
        # Ibis puts no ( ) around a AND b before IN, which would come out as a AND (b IN …).
        sign, word = ("!=", "and") if negated else ("==", "or")
        steps = tuple(n.Compare(Type.BOOL, sign, operand, literal) for literal in literals)
        return n.Logic(Type.BOOL, word, steps)
    return n.OneOf(Type.BOOL, operand, tuple(literals), negated)


def _comparable(
    op: str, left: n.Node, right: n.Node, texts: tuple[str, str]
) -> tuple[n.Node, n.Node]:
    kinds = {left.type, right.type}
    if len(kinds) == 1:
        return left, right
    if not kinds <= NUMBERS:
        raise RefusedError(*_incomparable(op, left, right, texts))
    if Type.FLOAT in kinds:
        return convert(left, Type.FLOAT), convert(right, Type.FLOAT)
    return _widened(left), _widened(right)


def _widened(node: n.Node) -> n.Node:
    if isinstance(node, n.Literal):
        return n.Literal(Type.DECIMAL, Decimal(cast("int", node.value)))
    return n.Widen(Type.DECIMAL, node) if node.type is Type.INT else node


def _float_equality(op: str, texts: tuple[str, str]) -> tuple[Message, str]:
    sign = "<" if op == "==" else ">="
    other = texts[1] if texts[1].replace(".", "").isalnum() else f"({texts[1]})"
    instead = f"abs({texts[0]} - {other}) {sign} 0.0001"
    why = message(
        "Floats are never exactly equal, so {op} cannot be asked of them. Write {instead}, or ask "
        "for a range.",
        op=op,
        instead=instead,
    )
    return why, instead


def _incomparable(
    op: str, left: n.Node, right: n.Node, texts: tuple[str, str]
) -> tuple[Message, str | None]:
    for kind, other, said in ((left.type, right, texts[1]), (right.type, left, texts[0])):
        dated = kind in (Type.DAY, Type.INSTANT) and isinstance(other, n.Literal)
        if dated and other.type is Type.TEXT:
            typed = f"{kind}({said})"
            both = (texts[0], typed) if other is right else (typed, texts[1])
            why = message(
                "A text is not {kind}; write {typed}.",
                kind=words(kind),
                typed=f'{kind}("…")' if op == "in" else typed,
            )
            return why, None if op == "in" else f"{both[0]} {op} {both[1]}"
    return message(
        "{left} is {left_kind}, but {right} is {right_kind}: they cannot be compared.",
        left=texts[0],
        left_kind=words(left.type),
        right=texts[1],
        right_kind=words(right.type),
    ), None
