"""The rule language: checked once, then the same on every engine and in Python.

`compile_rule` checks a condition, `compile_expression` a value, both against a `Catalog`; then
`Rule.matches` asks one customer, `Rule.filter` and `annotate` ask a table. Guide:
`docs/guide/rules.md`.
"""

from valence.core.rules.errors import Fault, RuleError
from valence.core.rules.rule import Expression, Rule, annotate, compile_expression, compile_rule
from valence.core.rules.types import COLUMN_TYPES, Catalog, History, Type, column_type

__all__ = [
    "COLUMN_TYPES",
    "Catalog",
    "Expression",
    "Fault",
    "History",
    "Rule",
    "RuleError",
    "Type",
    "annotate",
    "column_type",
    "compile_expression",
    "compile_rule",
]
