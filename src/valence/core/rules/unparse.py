"""The canonical text of a rule: one way to write each, the same for every way to type it."""

from __future__ import annotations

import ast
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from valence.core.rules.grammar import Tree
from valence.core.rules.lexer import Token, quoted

# How tightly each binds; an operand that binds less tightly than its place asks for gets ( ).
_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)

_BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", _SUM),
    ast.Sub: ("-", _SUM),
    ast.Mult: ("*", _PRODUCT),
    ast.Div: ("/", _PRODUCT),
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip


def unparse(tree: Tree) -> str:
    """Return the canonical text; it reads back as the same rule, and as the same text."""
    return _Writer(tree).write(tree.root, _OR)


class _Writer:
    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self._writers: dict[type[ast.AST], Callable[[Any], tuple[str, int]]] = {
            ast.Name: self._leaf,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.Compare: self._comparison,
            ast.Call: self._call,
            ast.Tuple: self._tuple,
        }

    def write(self, node: ast.expr, place: int) -> str:
        text, binds = self._writers[type(node)](node)
        return text if binds >= place else f"({text})"

    def _leaf(self, node: ast.Name) -> tuple[str, int]:
        return leaf(self.tree.token(node.id)), _ATOM

    def _logic(self, node: ast.BoolOp) -> tuple[str, int]:
        word, binds = ("and", _AND) if isinstance(node.op, ast.And) else ("or", _OR)
        return f" {word} ".join(self.write(v, binds + 1) for v in node.values), binds

    def _unary(self, node: ast.UnaryOp) -> tuple[str, int]:
        if isinstance(node.op, ast.Not):
            return f"not {self.write(node.operand, _NOT)}", _NOT
        return f"-{self.write(node.operand, _SIGN)}", _SIGN

    def _binary(self, node: ast.BinOp) -> tuple[str, int]:
        sign, binds = _BINARY[type(node.op)]
        return f"{self.write(node.left, binds)} {sign} {self.write(node.right, binds + 1)}", binds

    def _comparison(self, node: ast.Compare) -> tuple[str, int]:
        text = self.write(node.left, _COMPARE + 1)
        for op, side in zip(node.ops, node.comparators, strict=True):
            listed = isinstance(op, (ast.In, ast.NotIn)) and not isinstance(side, ast.Tuple)
            right = f"({self.write(side, _OR)})" if listed else self.write(side, _COMPARE + 1)
            text += f" {_COMPARISONS[type(op)]} {right}"
        return text, _COMPARE

    def _call(self, node: ast.Call) -> tuple[str, int]:
        parts = [self.write(argument, _OR) for argument in node.args]
        parts += [
            f"{self.tree.token(keyword.arg or '').text}={self.write(keyword.value, _OR)}"
            for keyword in node.keywords
        ]
        return f"{self.write(node.func, _ATOM)}({', '.join(parts)})", _ATOM

    def _tuple(self, node: ast.Tuple) -> tuple[str, int]:
        return f"({', '.join(self.write(value, _OR) for value in node.elts)})", _ATOM


def leaf(token: Token) -> str:
    """Return the canonical text of a name or a value."""
    value = token.value
    if token.kind == "name":
        return token.text.lower() if token.text in ("True", "False") else token.text
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Decimal):
        whole, _, digits = format(value, "f").partition(".")
        return f"{whole}.{digits.rstrip('0') or '0'}"
    if isinstance(value, float):
        return _float(value)
    return str(value)


def _float(value: float) -> str:
    """Write a float so that it reads back as one, and not as an exact decimal."""
    text = repr(value)
    if "e" in text or len(text.partition(".")[2].rstrip("0")) > 4:
        return text
    return f"{text.removesuffix('.0')}e0"
