"""How large whole numbers can get, known before a rule runs, and how large the rule itself gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from valence.core.rules import nodes as n

INT_MAX = 2**63 - 1
FIRST_DAY = -719_162  # 0001-01-01, in days from 1970-01-01
LAST_DAY = 2_932_896  # 9999-12-31
_ROWS = 2**48  # more than a history ever has


def magnitude(node: n.Node) -> int:
    """Return a bound that no absolute value of this whole number exceeds."""
    bound = _BOUNDS.get(type(node))
    return bound(node) if bound else INT_MAX + 1


def overflows(node: n.Arithmetic | n.Unary) -> bool:
    """Whether the exact result may leave int64, so that an engine needs wider numbers."""
    return result_bound(node) > INT_MAX


def expanded(node: n.Node) -> int:
    """Return how many nodes an engine meets, where some repeat the one below them in SQL."""
    below = sum(expanded(child) for child in node.children())
    return 1 + below * (2 if isinstance(node, (n.Finite, n.AddDays)) else 1)


def result_bound(node: n.Arithmetic | n.Unary) -> int:
    """Return the bound of the exact result, before overflow makes it missing."""
    if isinstance(node, n.Unary):
        return magnitude(node.operand)
    left, right = magnitude(node.left), magnitude(node.right)
    return left * right if node.op == "*" else left + right


def _choice(node: n.Choose) -> int:
    return max(magnitude(item) for item in node.items)


_BOUNDS: dict[type[n.Node], Callable[[Any], int]] = {
    n.Literal: lambda node: abs(node.value),
    n.Arithmetic: lambda node: min(result_bound(node), INT_MAX + 1),
    n.Unary: lambda node: min(result_bound(node), INT_MAX + 1),
    n.Choose: _choice,
    n.DaysBetween: lambda _: LAST_DAY - FIRST_DAY,
    n.TextFunction: lambda _: 2**31,
    n.DatePart: lambda _: 9999,
    n.Aggregate: lambda node: _ROWS if node.how in ("count", "distinct") else INT_MAX + 1,
}
