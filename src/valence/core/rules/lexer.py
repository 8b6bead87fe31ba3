"""Tokens of a rule's text; what was typed in another spelling is told, and read as it was meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from valence.core.messages import Message, message
from valence.core.rules import spelling
from valence.core.rules.errors import Fault, RuleError

MAX_LENGTH = 20_000  # characters; room for a list of a thousand product codes
MAX_TOKENS = 5_000
MAX_INT = 2**63 - 1
KEYWORDS = frozenset({"and", "or", "not", "in", "is"})

Kind = Literal["name", "number", "text", "operator", "end"]

_SPACE = re.compile(r"[\s\u3000\ufeff]+")
_NUMBER = re.compile(r"(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?")
_PLAIN_NUMBER = re.compile(r"(?:0|[1-9][0-9]*(?:_[0-9]+)*|0*(?=\.))?(?:\.[0-9]*)?(?:[eE].*)?")
_NAME = re.compile(r"[^\W\d]\w*")
_DIGITS = re.compile(r"[^\W_]+")
_SIGNS = re.compile(f"[{spelling.SIGNS}＜＞＝！＆｜]+")
_PLAIN = re.compile(r"\*\*|//|[-+*/(),]")
_ESCAPE = re.compile(r'\\(?:(["\'\\nt])|u([0-9a-fA-F]{4})|(.?))', re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word, sign or value of the text, and where it stands."""

    kind: Kind
    text: str  # as it should be typed: a keyword, an operator, a name
    start: int
    end: int
    value: int | Decimal | float | str | None = None


class _Unreadable(Exception):  # noqa: N818 - a signal within this module: the rest is not read
    pass


def tokens_of(source: str, known: Collection[str]) -> tuple[list[Token], list[Fault]]:
    """Return the tokens, ended by one of kind `end`, and the faults of spelling.

    `known` holds the names of the catalog: such a word is never taken for a mistyped keyword.

    Raises
    ------
    RuleError
        If the text is too long, or not even its words can be told apart.
    """
    if len(source) > MAX_LENGTH:
        why = message(
            "The rule has {length} characters; at most {most} are read. Split it into two.",
            length=len(source),
            most=MAX_LENGTH,
        )
        raise RuleError(source, [Fault(why, 0, len(source))])
    lexer = _Lexer(source, known)
    lexer.run()
    return lexer.tokens, lexer.faults


class _Lexer:
    def __init__(self, source: str, known: Collection[str]) -> None:
        self.source = source
        self.known = known
        self.at = 0
        self.tokens: list[Token] = []
        self.faults: list[Fault] = []
        self._readers: tuple[tuple[re.Pattern[str], Callable[[str], None]], ...] = (
            (_NUMBER, self._number),
            (_NAME, self._name),
            (_SIGNS, self._signs),
            (_PLAIN, self._plain),
            (_DIGITS, self._other_digits),
        )

    def run(self) -> None:
        try:
            while self._skip_space():
                self._next()
                self._check_length()
        except _Unreadable:
            raise RuleError(self.source, self.faults) from None
        self.tokens.append(Token("end", "", len(self.source), len(self.source)))

    def _check_length(self) -> None:
        if len(self.tokens) > MAX_TOKENS:
            self._fault(message("The rule is too long. Split it into two."), self.at)
            raise _Unreadable

    def _skip_space(self) -> bool:
        if space := _SPACE.match(self.source, self.at):
            self.at = space.end()
        return self.at < len(self.source)

    def _next(self) -> None:
        here = self.source[self.at]
        if here in "\"'":
            self._quoted(here)
        elif here in spelling.QUOTES:
            self._typographic(here)
        elif here in spelling.CHARACTERS:
            self._character(here)
        else:
            for pattern, reader in self._readers:
                if found := pattern.match(self.source, self.at):
                    reader(found.group())
                    return
            self._fault(spelling.refused_sign(here), self.at + 1)
            self.at += 1

    def _token(self, kind: Kind, text: str, end: int, value: object = None) -> None:
        self.tokens.append(Token(kind, text, self.at, end, value))  # type: ignore[arg-type]
        self.at = end

    def _fault(self, why: Message, end: int, replacement: str | None = None) -> None:
        self.faults.append(Fault(why, self.at, end, replacement))

    def _instead(self, wrong: str, right: str) -> None:
        why = message("Type {right} instead of {wrong}.", right=right, wrong=wrong)
        if not right:
            why = message("{wrong} has no place in a rule; delete it.", wrong=wrong)
        end = self.at + len(wrong)
        replacement = right
        if right[-1:].isalpha():  # a&&b must become a and b, not aandb
            replacement = _spaced(self.source, self.at, end, right)
        self._fault(why, end, replacement)

    def _meant(self, wrong: str, right: str) -> None:
        self._instead(wrong, right)
        end = self.at + len(wrong)
        for word in right.split():
            value = word in {"missing", "true", "false", "today"}
            self.tokens.append(Token("name" if value else "operator", word, self.at, end))
        self.at = end

    def _character(self, here: str) -> None:
        self._meant(here, spelling.CHARACTERS[here])

    def _number(self, text: str) -> None:
        end = self.at + len(text)
        run_on = _NAME.match(self.source, end)
        if run_on or not _PLAIN_NUMBER.fullmatch(text):
            end = run_on.end() if run_on else end
            self._fault(
                message(
                    "{number} is not a number as rules write it, such as 30, 1000 or 0.25.",
                    number=self.source[self.at : end],
                ),
                end,
            )
            self._token("number", "1", end, 1)
            return
        value = _value(text.replace("_", ""))
        if value is None:
            self._fault(
                message(
                    "{number} is too large; the largest whole number is {most}.",
                    number=text,
                    most=MAX_INT,
                ),
                end,
            )
        self._token("number", text, end, 1 if value is None else value)

    def _name(self, text: str) -> None:
        end = self.at + len(text)
        plain = unicodedata.normalize("NFKC", text)
        if plain != text and plain.isidentifier():
            why = message("Type {right} instead of {wrong}.", right=plain, wrong=text)
            self._fault(why, end, plain)
        if plain in KEYWORDS:
            self._token("operator", plain, end)
        elif plain in spelling.WORDS and plain not in self.known:
            if plain != text:
                self.faults.pop()
            self._meant(text, spelling.WORDS[plain])
        else:
            self._token("name", plain, end)

    def _other_digits(self, text: str) -> None:
        plain = unicodedata.normalize("NFKC", text)
        if plain == text or not (plain.isascii() and plain.isdigit()):
            self._fault(spelling.refused_sign(text), self.at + len(text))
            self.at += len(text)
            return
        self._instead(text, plain)
        value = _value(str(int(plain[:19])))
        self._token("number", plain, self.at + len(text), 1 if value is None else value)

    def _signs(self, text: str) -> None:
        plain = text.translate(spelling.FULL_WIDTH_SIGNS)
        if plain in spelling.OPERATORS:
            if plain != text:
                self._instead(text, plain)
            self._token("operator", plain, self.at + len(text))
        elif plain in spelling.OTHER_OPERATORS:
            self._meant(text, spelling.OTHER_OPERATORS[plain])
        else:
            self._fault(spelling.refused_sign(plain), self.at + len(text))
            raise _Unreadable

    def _plain(self, text: str) -> None:
        end = self.at + len(text)
        if len(text) == 2:
            self._fault(spelling.refused_sign(text), end)
        self._token("operator", text[0], end)

    def _quoted(self, quote: str) -> None:
        end = self.at + 1
        while end < len(self.source) and self.source[end] != quote:
            end += 2 if self.source[end] == "\\" else 1
        if end < len(self.source) and "\n" not in self.source[self.at : end]:
            self._text(self.source[self.at + 1 : end], end + 1)
            return
        self._unclosed(quote)

    def _unclosed(self, quote: str) -> None:
        line = self.source[self.at :].split("\n", 1)[0]
        closers = [i for i, c in enumerate(line) if c in spelling.TYPOGRAPHIC]
        if not closers:
            self._fault(
                message("The text that {quote} opens here is never closed.", quote=quote),
                self.at + len(line),
            )
            raise _Unreadable
        end = self.at + closers[0] + 1
        wrong = self.source[end - 1]
        why = message("Type {right} instead of {wrong}.", right=quote, wrong=wrong)
        self.faults.append(Fault(why, end - 1, end, quote))
        self._text(self.source[self.at + 1 : end - 1], end)

    def _typographic(self, quote: str) -> None:
        rest = self.source[self.at + 1 :]
        closers = [i for i, c in enumerate(rest) if c in spelling.QUOTES[quote] or c == "\n"]
        if not closers or rest[closers[0]] == "\n":
            self._fault(
                message('Type " instead of {wrong}, before and after the text.', wrong=quote),
                self.at + 1,
            )
            raise _Unreadable
        inner = rest[: closers[0]]
        end = self.at + len(inner) + 2
        self._fault(
            message(
                'Type " instead of {first} and {last}.', first=quote, last=self.source[end - 1]
            ),
            end,
            quoted(inner),
        )
        self._token("text", inner, end, inner)

    def _text(self, inner: str, end: int) -> None:
        def escape(found: re.Match[str]) -> str:
            simple, code, other = found.groups()
            if other is not None:
                self._fault(
                    message(
                        "{escape} means nothing in a text; write \\\\ for a backslash.",
                        escape=found.group(),
                    ),
                    end,
                )
            return chr(int(code, 16)) if code else _ESCAPED.get(simple, simple or "")

        value = _ESCAPE.sub(escape, inner)
        if bad := [c for c in value if c == "\0" or 0xD800 <= ord(c) <= 0xDFFF]:
            self._fault(spelling.refused_sign(bad[0]), end)
        self._token("text", value, end, value)


def _spaced(source: str, start: int, end: int, word: str) -> str:
    before = " " if start and not source[start - 1].isspace() and source[start - 1] != "(" else ""
    after = " " if end < len(source) and not source[end].isspace() else ""
    return f"{before}{word}{after}"


def _value(number: str) -> int | Decimal | float | None:
    """Read a number: whole, an exact decimal where decimal(18, 4) holds it, else a float."""
    if number.isdigit():
        return int(number) if len(number) <= 19 and int(number) <= MAX_INT else None
    if "e" in number.lower():
        value = float(number)
        return value if value <= 1.7976931348623157e308 else None
    exact = Decimal(number)
    whole, _, digits = number.partition(".")
    if len(digits.rstrip("0")) <= 4 and len(whole.lstrip("0")) <= 14:
        return exact.quantize(Decimal("0.0001"))
    return float(number)


def quoted(text: str) -> str:
    """Return a text as a rule writes it: in double quotes, what cannot be seen escaped."""
    shown = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    inner = "".join(
        shown.get(c) or (c if c.isprintable() or ord(c) > 0xFFFF else f"\\u{ord(c):04x}")
        for c in text
    )
    return f'"{inner}"'
