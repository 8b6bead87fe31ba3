"""A compiled rule: checked once, then asked of one customer in Python or of a whole table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from valence.core.messages import message
from valence.core.rules import nodes as n
from valence.core.rules.bounds import expanded
from valence.core.rules.check import Checker
from valence.core.rules.errors import Fault, RuleError
from valence.core.rules.grammar import MAX_EXPANDED, Order, Tree
from valence.core.rules.lexer import tokens_of
from valence.core.rules.to_python import Closure, Facts, Row, closure
from valence.core.rules.types import Catalog, Type
from valence.core.rules.unparse import unparse

if TYPE_CHECKING:
    import ibis.expr.types as ir

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Expression:
    """A checked expression of any type.

    `text` is its canonical form; `names` are the customer's columns that it reads, `histories` the
    tables with the columns that it reads there.
    """

    text: str
    type: Type
    node: n.Node = field(repr=False)
    names: frozenset[str] = field(repr=False)
    histories: Mapping[str, frozenset[str]] = field(repr=False, hash=False)

    @cached_property
    def _closure(self) -> Closure:
        return closure(self.node)

    def value(
        self, profile: Row, *, as_of: date, histories: Mapping[str, Sequence[Row]] = _NONE
    ) -> n.Value:
        """Return the value for one customer, None where it is missing.

        Parameters
        ----------
        profile
            The customer's columns by name; those in `names` must be there, None where missing.
        as_of
            The day that `today` means. Rows of histories after it do not count.
        histories
            The customer's rows of each table in `histories`, in any order.

        Raises
        ------
        BadInputError
            If a column or table that the rule reads is not given, or a value is of another type.
        """
        got: n.Value = self._closure(Facts(profile, _day(as_of), histories))
        return got

    def ibis(self, table: ir.Table, *, as_of: date) -> ir.Value:
        """Return the expression over the columns of a table, for a rule that asks no history.

        Raises
        ------
        ValueError
            If the rule asks for histories: use `annotate`, or `Rule.filter`.
        """
        from valence.core.rules.to_ibis import Scope, value  # noqa: PLC0415 - ibis is heavy

        if self.histories:
            raise ValueError(f"the rule asks for {sorted(self.histories)}; use annotate or filter")
        return value(self.node, Scope(table, _day(as_of)))


@dataclass(frozen=True)
class Rule(Expression):
    """A checked condition, never missing: true or false for each customer."""

    def matches(
        self, profile: Row, *, as_of: date, histories: Mapping[str, Sequence[Row]] = _NONE
    ) -> bool:
        """Return whether the condition is true for one customer; parameters as of `value`."""
        return bool(self.value(profile, as_of=as_of, histories=histories))

    def filter(
        self,
        table: ir.Table,
        *,
        as_of: date,
        histories: Mapping[str, ir.Table] = _NONE,
        key: str = "customer_id",
    ) -> ir.Table:
        """Return the rows of the table for which the rule is true; parameters as of `annotate`."""
        from valence.core.rules.to_ibis_tables import filtered  # noqa: PLC0415 - ibis is heavy

        return filtered(table, self.node, as_of=_day(as_of), histories=histories, key=key)


def compile_rule(text: str, catalog: Catalog) -> Rule:
    """Check a condition, such as `tier == "gold" and days_since_order > 60`.

    Raises
    ------
    RuleError
        All that is wrong with it, each with its place and what to type instead.
    """
    tree, node = _checked(text, catalog, want_condition=True)
    return Rule(unparse(tree), node.type, node, *_reads(node))


def compile_expression(text: str, catalog: Catalog) -> Expression:
    """Check an expression of any type, such as `net_amount / orders`.

    Raises
    ------
    RuleError
        All that is wrong with it, each with its place and what to type instead.
    """
    tree, node = _checked(text, catalog, want_condition=False)
    return Expression(unparse(tree), node.type, node, *_reads(node))


def annotate(
    table: ir.Table,
    rules: Mapping[str, Expression],
    *,
    as_of: date,
    histories: Mapping[str, ir.Table] = _NONE,
    key: str = "customer_id",
) -> ir.Table:
    """Return the table with one column more per rule, named as in `rules`.

    However many rules ask of one history, it is grouped once and joined once.

    Parameters
    ----------
    table
        One row per customer, with the columns that the rules name.
    rules
        Rules (bool columns, never NULL) and expressions (NULL where missing).
    as_of
        The day that `today` means. Rows of histories after it do not count.
    histories
        The tables that the rules ask for, each with the column `key`.
    key
        The column by which rows of histories belong to rows of the table.
    """
    from valence.core.rules.to_ibis_tables import annotated  # noqa: PLC0415 - ibis is heavy

    asked = {name: rule.node for name, rule in rules.items()}
    return annotated(table, asked, as_of=_day(as_of), histories=histories, key=key)


def _checked(text: str, catalog: Catalog, *, want_condition: bool) -> tuple[Tree, n.Node]:
    tokens, faults = tokens_of(text, catalog.every_name())
    if any(fault.replacement is None for fault in faults):
        raise RuleError(text, faults)  # what was meant is unknown: more faults would be noise
    order = Order(tokens)
    faults += order.check()
    if not order.readable:
        raise RuleError(text, faults)
    try:
        tree = Tree(text, tokens)
    except RuleError as unreadable:
        raise RuleError(text, [*faults, *unreadable.faults]) from None
    checker = Checker(tree, catalog)
    check = checker.condition if want_condition else checker.check
    node = check(tree.root)
    faults += checker.faults
    if node is None or faults:
        raise RuleError(text, faults)
    if expanded(node) > MAX_EXPANDED:
        why = message("The rule unfolds into too large a calculation. Split it into two.")
        raise RuleError(text, [Fault(why, 0, len(text))])
    return tree, n.finite(node)


def _reads(node: n.Node) -> tuple[frozenset[str], Mapping[str, frozenset[str]]]:
    own: set[str] = set()
    histories: dict[str, set[str]] = {}
    todo = [(node, own)]
    while todo:
        part, names = todo.pop()
        if isinstance(part, n.Column):
            names.add(part.name)
        if isinstance(part, n.Aggregate):
            names = histories.setdefault(part.table, set())
            names.update(name for name in (part.day_column, part.order_column) if name)
        todo.extend((child, names) for child in part.children())
    frozen = {table: frozenset(names) for table, names in histories.items()}
    return frozenset(own), MappingProxyType(frozen)


def _day(as_of: date) -> date:
    if type(as_of) is not date:  # a datetime is a date too, and has a time of day
        raise TypeError(f"as_of is a date, not {as_of!r}")
    return as_of
