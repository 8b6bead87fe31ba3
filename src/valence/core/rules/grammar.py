"""The order of tokens, checked sign by sign, and the tree that Python's parser makes of them."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.core.rules.errors import Fault, RuleError
from valence.core.rules.lexer import Token

MAX_DEPTH = 40  # parentheses, calls and operators within each other
MAX_EXPANDED = 20_000  # nodes of the calculation, those counted twice that an engine repeats

_BINARY = frozenset({"and", "or", "==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/"})
_PREFIX = frozenset({"not", "-", "+"})


class Tree:
    """The parsed rule: a tree of `ast` whose leaves are tokens, and where each node stands."""

    def __init__(self, source: str, tokens: list[Token]) -> None:
        self.source = source
        self.tokens = tokens
        self._starts: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        self.root = self._parse()
        self._check_depth()

    def token(self, leaf: str) -> Token:
        """Return the token for which a name of the tree (`_12`) stands."""
        return self.tokens[int(leaf[1:])]

    def span(self, node: ast.expr | ast.keyword) -> tuple[int, int]:
        """Return the first character of the node in the source and the one after its last."""
        first = self.tokens[self._starts[node.col_offset]]
        last = self.tokens[self._ends[node.end_col_offset or 0]]
        return first.start, max(first.end, last.end)

    def text(self, node: ast.expr) -> str:
        """Return what the source says at the node."""
        start, end = self.span(node)
        return self.source[start:end]

    def _parse(self) -> ast.expr:
        # Every name and value is replaced by the number of its token. So positions are plain
        # ASCII, a column may bear the name of a Python keyword, decimals stay exact, and the
        # parser sees nothing but operators, parentheses and harmless names.
        pieces, at = [], 0
        for i, token in enumerate(self.tokens[:-1]):
            piece = token.text if token.kind == "operator" else f"_{i}"
            self._starts[at], self._ends[at + len(piece)] = i, i
            pieces.append(piece)
            at += len(piece) + 1
        try:
            return ast.parse(" ".join(pieces), mode="eval").body
        except (RecursionError, MemoryError):
            raise RuleError(self.source, [self._too_deep()]) from None
        except SyntaxError as wrong:
            first = self._starts.get((wrong.offset or 1) - 1, 0)
            token = self.tokens[first]
            why = message("The rule cannot be read from here on.")
            raise RuleError(self.source, [Fault(why, token.start, token.end)]) from None

    def _check_depth(self) -> None:
        level: list[ast.AST] = [self.root]
        for _ in range(MAX_DEPTH):
            level = [child for node in level for child in ast.iter_child_nodes(node)]
            # Operators and contexts are nodes without fields: they add no depth.
            level = [node for node in level if node._fields and not isinstance(node, ast.Load)]
            if not level:
                return
        raise RuleError(self.source, [self._too_deep()])

    def _too_deep(self) -> Fault:
        why = message(
            "The rule is nested too deeply: more than {most} operators or parentheses lie within "
            "each other. Split it into several rules, or list values by `in (…)`.",
            most=MAX_DEPTH,
        )
        return Fault(why, 0, len(self.source))


@dataclass(slots=True)
class _Open:
    """A parenthesis that is open: its token, and whether arguments of a function stand in it."""

    token: Token
    call: bool
    named: bool = False  # an argument by name has come


class Order:
    """Checks which token may follow which, and words what is missing."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._value_due = True
        self._at = 0
        self._token = self._before = Token("end", "", 0, 0)
        self.readable = False  # whether a tree can be made, once checked

    def check(self) -> list[Fault]:
        """Return the faults of order; after the first that cannot be mended, no more is read."""
        for at in range(len(self.tokens)):
            self._at, self._token = at, self.tokens[at]
            step = self._want_value if self._value_due else self._want_operator
            if not step():
                return self.faults
            self._before = self._token
        self.readable = True
        return self.faults

    def _fault(self, why: Message, token: Token, replacement: str | None = None) -> bool:
        self.faults.append(Fault(why, token.start, max(token.end, token.start), replacement))
        return False

    def _want_value(self) -> bool:
        if self._token.kind in ("name", "number", "text"):
            self._value_due = False
            return True
        if self._token.text in _PREFIX:
            return self._token.text != "not" or self._may_negate()
        if self._token.text == "(":
            self._open.append(_Open(self._token, call=False))
            return len(self._open) <= MAX_DEPTH or self._fault(_TOO_DEEP, self._token)
        if self._token.text == ")" and self._open and self._may_end():
            self._open.pop()
            self._value_due = False
            return True
        return self._no_value()

    def _may_negate(self) -> bool:
        if self._before.text in ("", "and", "or", "not", "(", ",", "is"):
            return True
        return self._fault(
            message(
                "After {sign}, put ( ) around not and what follows it.", sign=self._before.text
            ),
            self._token,
        )

    def _may_end(self) -> bool:
        """() of a call without arguments, and a comma after the last value, are fine."""
        return self._before.text == "," or (self._before.text == "(" and self._open[-1].call)

    def _no_value(self) -> bool:
        if self._at == 0 and self._token.kind == "end":
            return self._fault(
                message('The rule is empty; write one, such as tier == "gold".'), self._token
            )
        if self._before.text in ("", "("):
            return self._fault(
                message("A value is missing before {sign}.", sign=self._token.text or ")"),
                self._token,
            )
        if self._token.text == "==" and self._before.text in ("=", "=="):
            return self._fault(message("Write == without a space within."), self._token)
        return self._fault(
            message("A value is missing after {sign}.", sign=self._before.text), self._before
        )

    def _want_operator(self) -> bool:
        if self._token.kind == "end":
            return self._all_closed()
        if self._token.kind != "operator":
            return self._two_values()
        if self._token.text == "not" and self.tokens[self._at + 1].text == "in":
            return True  # the operator is complete with the next self._token
        self._value_due = True
        if self._token.text in _BINARY or self._token.text in ("in", "is"):
            return True
        special = {"(": self._call, ")": self._close, ",": self._comma, "=": self._equals}
        if self._token.text in special:
            return special[self._token.text]()
        return self._fault(
            message("An operator is missing before not; did you mean `and not`, or `not in`?"),
            self._token,
        )

    def _two_values(self) -> bool:
        if self._token.text in ("contains", "startswith"):
            why = message(
                "{name} is a function: write {name}({first}, …).",
                name=self._token.text,
                first=_shown(self._before),
            )
            return self._fault(why, self._token)
        return self._fault(
            message(
                "An operator is missing between {first} and {second}, such as == or and.",
                first=_shown(self._before),
                second=_shown(self._token),
            ),
            self._token,
        )

    def _all_closed(self) -> bool:
        if self._open:
            why = message("This parenthesis is never closed; a ) is missing.")
            return self._fault(why, self._open[-1].token)
        return True

    def _call(self) -> bool:
        if self._before.kind != "name":
            return self._two_values()
        self._open.append(_Open(self._token, call=True))
        return len(self._open) <= MAX_DEPTH or self._fault(_TOO_DEEP, self._token)

    def _close(self) -> bool:
        if not self._open:
            return self._fault(message("This ) closes nothing; delete it."), self._token, "")
        self._open.pop()
        self._value_due = False
        return True

    def _comma(self) -> bool:
        if self._open:
            return not self._open[-1].named or self._still_named()
        return self._fault(
            message("A comma joins no conditions; write `and` or `or`, or ( ) around a list."),
            self._token,
        )

    def _still_named(self) -> bool:
        after, sign = (
            self.tokens[self._at + 1],
            self.tokens[min(self._at + 2, len(self.tokens) - 1)],
        )
        if after.text == ")" or sign.text == "=":
            return True
        return self._fault(
            message("Values and conditions come first, then what has a name, such as last=30."),
            after,
        )

    def _equals(self) -> bool:
        named = self._before.kind == "name"
        inside = bool(self._open) and self._open[-1].call
        if named and inside and self.tokens[self._at - 2].text in ("(", ","):
            self._open[-1].named = True
            return True  # an argument by name: last=30
        self._fault(message("Type == to compare; a single = sets a value."), self._token, "==")
        self.tokens[self._at] = Token("operator", "==", self._token.start, self._token.end)
        return True


_TOO_DEEP = message(
    "The parentheses are nested too deeply; at most {most} may lie within each other.",
    most=MAX_DEPTH,
)


def _shown(token: Token) -> str:
    return f'"{token.value}"' if token.kind == "text" else token.text
