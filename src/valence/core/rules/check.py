"""The type check: from the parsed tree to typed nodes, with every fault on the way told."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from valence.core.errors import did_you_mean, near_name
from valence.core.messages import Message, message
from valence.core.rules import nodes as n
from valence.core.rules import operators
from valence.core.rules.errors import Fault, RefusedError
from valence.core.rules.functions import FUNCTIONS
from valence.core.rules.grammar import Tree
from valence.core.rules.history import (
    HISTORY_FUNCTIONS,
    LONGEST_WINDOW,
    WINDOW,
    Asked,
    HistoryFunction,
)
from valence.core.rules.types import Catalog, Type, words

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/",
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip


class _ToldError(Exception):
    """A piece below is faulty, and its fault is already told."""


class _PlacedError(RefusedError):
    """Refused at another place than the node that is being checked."""

    def __init__(
        self, at: ast.expr | ast.keyword, why: Message, replacement: str | None = None
    ) -> None:
        self.at = at
        super().__init__(why, replacement)


class Checker:
    """Turns the tree of one rule into typed nodes; what is wrong gathers in `faults`."""

    def __init__(self, tree: Tree, catalog: Catalog, *, inside: str | None = None) -> None:
        self.tree = tree
        self.catalog = catalog
        self.inside = inside  # the history within whose function this is
        self.faults: list[Fault] = []
        history = catalog.histories[inside] if inside else None
        self.columns = history.columns if history else catalog.columns
        self._visitors: dict[type[ast.AST], Callable[[Any], n.Node]] = {
            ast.Name: self._leaf,
            ast.BoolOp: self._logic,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.Compare: self._comparisons,
            ast.Call: self._call,
            ast.Tuple: self._tuple,
        }

    def check(self, node: ast.expr) -> n.Node | None:
        """Return the typed node, or nothing after a fault."""
        return self._guarded(node, self._visitors[type(node)])

    def condition(self, node: ast.expr) -> n.Node | None:
        """Return the node as a condition that is never missing, or nothing after a fault."""
        return self._guarded(node, self._condition)

    def _guarded(self, node: ast.expr, visit: Callable[[Any], n.Node]) -> n.Node | None:
        try:
            return visit(node)
        except RefusedError as refused:
            at = refused.at if isinstance(refused, _PlacedError) else node
            self.faults.append(Fault(refused.why, *self.tree.span(at), refused.replacement))
        except _ToldError:
            pass
        return None

    def _needed(self, *checked: n.Node | None) -> tuple[n.Node, ...]:
        """Return the nodes; where one is lacking, its fault is told and so this one's end."""
        there = tuple(node for node in checked if node is not None)
        if len(there) < len(checked):
            raise _ToldError
        return there

    def _condition(self, node: ast.expr) -> n.Node:
        (checked,) = self._needed(self.check(node))
        if checked.type is Type.BOOL:
            return n.truth(checked)
        text = self.tree.text(node)
        hint = message("Compare it with something, such as {text} > 0.", text=text)
        if checked.type is Type.TEXT:
            hint = message('Compare it with something, such as {text} == "gold".', text=text)
        if checked.type in (Type.DAY, Type.INSTANT):
            hint = message("Compare it with something, or write {text} is missing.", text=text)
        raise RefusedError(
            message(
                "A condition is true or false, but {text} is {kind}. {hint}",
                text=text,
                kind=words(checked.type),
                hint=hint,
            )
        )

    def _leaf(self, node: ast.Name) -> n.Node:
        token = self.tree.token(node.id)
        if token.kind == "text":
            return n.Literal(Type.TEXT, token.value)
        if token.kind == "number":
            kinds = {int: Type.INT, float: Type.FLOAT}
            return n.Literal(kinds.get(type(token.value), Type.DECIMAL), token.value)
        return self._name(token.text)

    def _name(self, name: str) -> n.Node:
        if name in self.columns:
            return n.Column(self.columns[name], name)
        if name in ("true", "True", "false", "False"):
            return n.Literal(Type.BOOL, name.lower() == "true")
        if name == "today":
            return n.Today(Type.DAY)
        raise RefusedError(*self._unknown(name))

    def _unknown(self, name: str) -> tuple[Message, str | None]:
        if name == "missing":
            return (
                message("`missing` is not a value; write x is missing, or x is not missing."),
                None,
            )
        if name in self.catalog.histories:
            return (
                message(
                    "{name} is a table with many rows; ask for count({name}), for example.",
                    name=name,
                ),
                None,
            )
        if self.inside and name in self.catalog.columns:
            return (
                message(
                    "{name} is a column of the customer; within a function over {table} only "
                    "its own columns can stand: {names}.",
                    name=name,
                    table=self.inside,
                    names=", ".join(sorted(self.columns)),
                ),
                None,
            )
        if name in FUNCTIONS or name in HISTORY_FUNCTIONS:
            return message("{name} is a function; its values follow in ( ).", name=name), None
        return self._no_column(name), near_name(name, self.columns)

    def _no_column(self, name: str) -> Message:
        fix = did_you_mean(name, self.columns)
        if self.inside:
            return message(
                "{table} has no column {name!r}. {fix}", table=self.inside, name=name, fix=fix
            )
        return message("There is no column {name!r}. {fix}", name=name, fix=fix)

    def _tuple(self, node: ast.Tuple) -> n.Node:
        raise _PlacedError(node, message("A list of values stands only after `in` or `not in`."))

    def _logic(self, node: ast.BoolOp) -> n.Node:
        items = self._needed(*[self.condition(value) for value in node.values])
        return n.Logic(Type.BOOL, "and" if isinstance(node.op, ast.And) else "or", items)

    def _unary(self, node: ast.UnaryOp) -> n.Node:
        if isinstance(node.op, ast.Not):
            return n.Not(Type.BOOL, *self._needed(self.condition(node.operand)))
        if isinstance(node.op, ast.UAdd):
            raise RefusedError(message("A + before a value does nothing; delete it."))
        return operators.negative(*self._needed(self.check(node.operand)))

    def _binary(self, node: ast.BinOp) -> n.Node:
        left, right = self._needed(self.check(node.left), self.check(node.right))
        return operators.arithmetic(_SIGNS[type(node.op)], left, right)

    def _comparisons(self, node: ast.Compare) -> n.Node:
        if len(node.ops) == 1:
            return self._comparison(node.ops[0], node.left, node.comparators[0])
        sides = [node.left, *node.comparators]
        steps = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            try:
                steps.append(self._comparison(op, left, right))
            except RefusedError as refused:  # its replacement is for the whole, not for a step
                raise _PlacedError(right, refused.why) from None
        return n.Logic(Type.BOOL, "and", tuple(steps))

    def _comparison(self, op: ast.cmpop, left: ast.expr, right: ast.expr) -> n.Node:
        if isinstance(op, (ast.Is, ast.IsNot)):
            return self._is(left, right, negated=isinstance(op, ast.IsNot))
        if isinstance(op, (ast.In, ast.NotIn)):
            return self._in(left, right, negated=isinstance(op, ast.NotIn))
        sign = _SIGNS[type(op)]
        if sign in ("==", "!=") and self._bare(right) == "missing":
            self._needed(self.check(left))
            instead = f"{self.tree.text(left)} is {'not ' * (sign == '!=')}missing"
            raise RefusedError(message("Write {instead}.", instead=instead), instead)
        first, second = self._needed(self.check(left), self.check(right))
        texts = (self.tree.text(left), self.tree.text(right))
        return operators.compare(sign, first, second, texts)

    def _bare(self, node: ast.expr) -> str | None:
        """Return the bare name that stands here, be it a column, a table or a function."""
        if not isinstance(node, ast.Name):
            return None
        token = self.tree.token(node.id)
        return token.text if token.kind == "name" else None

    def _is(self, left: ast.expr, right: ast.expr, *, negated: bool) -> n.Node:
        (operand,) = self._needed(self.check(left))
        if self._bare(right) != "missing":
            raise RefusedError(
                message("After `is` comes `missing` or `not missing`; to compare, type ==.")
            )
        if operand.type is Type.BOOL and not n.may_be_missing(operand):
            return n.Literal(Type.BOOL, negated)  # a truth is never missing
        return n.IsMissing(Type.BOOL, n.finite(operand), negated)

    def _in(self, left: ast.expr, right: ast.expr, *, negated: bool) -> n.Node:
        listed = right.elts if isinstance(right, ast.Tuple) else [right]
        checked = [self.check(left), *[self.check(value) for value in listed]]
        operand, *values = self._needed(*checked)
        texts = (self.tree.text(left), self.tree.text(right))
        return operators.one_of(operand, values, texts, negated=negated)

    def _call(self, node: ast.Call) -> n.Node:
        name = self._bare(node.func) or ""
        table = self._bare(node.args[0]) if node.args else None
        if name in HISTORY_FUNCTIONS and (
            name not in FUNCTIONS or table in self.catalog.histories or node.keywords
        ):
            return self._history_call(name, HISTORY_FUNCTIONS[name], node)
        if name not in FUNCTIONS:
            raise _PlacedError(node.func, *self._no_function(name))
        arguments = self._needed(*[self.check(argument) for argument in node.args])
        if node.keywords:
            raise RefusedError(
                message("{name} is written {form}.", name=name, form=FUNCTIONS[name].form)
            )
        return FUNCTIONS[name].call(name, arguments)

    def _no_function(self, name: str) -> tuple[Message, str | None]:
        known = {*FUNCTIONS, *HISTORY_FUNCTIONS}
        near = near_name(name, known)
        fix = message("Functions are: {names}.", names=", ".join(sorted(known)))
        if near:
            fix = message("Did you mean {near!r}?", near=near)
        return message("There is no function {name!r}. {fix}", name=name, fix=fix), near

    def _history_call(self, name: str, function: HistoryFunction, node: ast.Call) -> n.Node:
        if self.inside:
            raise RefusedError(message("A function over a history cannot stand within another."))
        least = 2 if function.takes else 1
        if not least <= len(node.args) <= least + 1:
            raise RefusedError(message("{name} is written {form}.", name=name, form=function.form))
        table = self._bare(node.args[0])
        if table is None or table not in self.catalog.histories:
            raise _PlacedError(node.args[0], *self._no_history(name, node.args[0]))
        rows = Checker(self.tree, self.catalog, inside=table)
        rows.faults = self.faults
        before = len(self.faults)
        rest = node.args[1:]
        value = rows.check(rest.pop(0)) if function.takes else None
        condition = rows.condition(rest[0]) if rest else None
        window = self._window(node.keywords, rows.columns)
        if len(self.faults) > before:
            raise _ToldError
        history = self.catalog.histories[table]
        return function.call(Asked(name, table, history, value, condition, window))

    def _no_history(self, name: str, node: ast.expr) -> tuple[Message, str | None]:
        given = self.tree.text(node)
        if not self.catalog.histories:
            return message(
                "{name} asks a table with many rows per customer, such as events, and no such "
                "table can be asked here. Use the columns of the row itself.",
                name=name,
            ), None
        why = message(
            "{name} works on the rows of a table, and {given} is none. {fix}",
            name=name,
            given=given,
            fix=did_you_mean(given, self.catalog.histories),
        )
        return why, near_name(given, self.catalog.histories)

    def _window(self, keywords: Sequence[ast.keyword], columns: Mapping[str, Type]) -> n.Window:
        given: dict[str, Any] = {}
        for keyword in keywords:
            name = self.tree.token(keyword.arg or "").text
            if name in given or name not in WINDOW:
                why, instead = self._no_keyword(name, keyword, columns)
                self.faults.append(Fault(why, *self.tree.span(keyword), instead))
                continue
            read = self._days if name == "last" else self._boundary
            given[name] = self._guarded(keyword.value, partial(read, name))
        days = given.get("last")
        given["last"] = days.value if isinstance(days, n.Literal) else None
        return n.Window(**given)

    def _no_keyword(
        self, name: str, keyword: ast.keyword, columns: Mapping[str, Type]
    ) -> tuple[Message, str | None]:
        if name in WINDOW:
            return message("{name}= is given twice.", name=name), None
        if name in columns:
            why = message("Type == to compare; a single = sets a value.")
            return why, f"{name} == {self.tree.text(keyword.value)}"
        return message(
            "{name}= means nothing here. {fix}", name=name, fix=did_you_mean(name, WINDOW)
        ), None

    def _days(self, name: str, node: ast.expr) -> n.Node:
        (value,) = self._needed(self.check(node))
        days = value.value if isinstance(value, n.Literal) else None
        if type(days) is int and 1 <= days <= LONGEST_WINDOW:
            return value
        raise RefusedError(
            message(
                "{name} is a number of days from 1 to {most}, such as last=30.",
                name=name,
                most=LONGEST_WINDOW,
            )
        )

    def _boundary(self, name: str, node: ast.expr) -> n.Node:
        (value,) = self._needed(self.check(node))
        varies = any(isinstance(part, (n.Column, n.Aggregate)) for part in value.walk())
        if value.type is Type.DAY and not varies:
            return value
        raise RefusedError(
            message(
                '{name} is a fixed day, such as {name}=day("2025-01-31") or {name}=today - 7.',
                name=name,
            )
        )
