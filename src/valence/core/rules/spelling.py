"""What people type instead of what a rule needs: other characters, other words, other operators."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from valence.core.messages import Message, message

# Characters of other keyboards and of word processors, and what to type instead.
CHARACTERS: Mapping[str, str] = MappingProxyType(
    {
        "（": "(", "）": ")", "【": "(", "】": ")", "，": ",", "、": ",", "﹐": ",",
        "＋": "+", "－": "-", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-",
        "＊": "*", "×": "*", "·": "*", "／": "/", "÷": "/",
        "≥": ">=", "≧": ">=", "⩾": ">=", "≤": "<=", "≦": "<=", "⩽": "<=", "≠": "!=",
        "。": "", "；": "", ";": "",
    }
)  # fmt: skip

# Quotes that open, and what may close a text opened so.
QUOTES: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys("“”„‟＂〝〞", '“”„‟＂〝〞"'),
        **dict.fromkeys("‘’‚‛＇", "‘’‚‛＇'"),
        "「": "」",
        "『": "』",
        "«": "»",
        "《": "》",
        "‹": "›",
        "`": "`´'",
        "´": "´'",
    }
)
TYPOGRAPHIC = frozenset("".join(QUOTES) + "".join(QUOTES.values())) - {'"', "'"}

# Signs that make up operators, and their full-width forms.
SIGNS = "<>=!&|"
FULL_WIDTH_SIGNS = str.maketrans("＜＞＝！＆｜", SIGNS)

OPERATORS = frozenset({"==", "!=", "<", "<=", ">", ">=", "="})
OTHER_OPERATORS: Mapping[str, str] = MappingProxyType(
    {
        "===": "==", "!==": "!=", "<>": "!=", "=!": "!=", "=>": ">=", "=<": "<=",
        "&": "and", "&&": "and", "|": "or", "||": "or", "!": "not",
    }
)  # fmt: skip

# Words of other languages and of SQL; a column of that name goes before.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        **{word: word.lower() for word in ("AND", "OR", "NOT", "IN", "IS", "MISSING", "TODAY")},
        **{word: word.lower() for word in ("And", "Or", "Not", "In", "Is", "TRUE", "FALSE")},
        **dict.fromkeys(("null", "NULL", "Null", "nil", "None", "none", "empty"), "missing"),
        **dict.fromkeys(("且", "并且", "而且", "和", "同时"), "and"),
        **dict.fromkeys(("或", "或者"), "or"),
        **dict.fromkeys(("非", "不"), "not"),
        **dict.fromkeys(("等于", "是"), "=="),
        **dict.fromkeys(("不等于", "不是"), "!="),
        **dict.fromkeys(("大于", "高于"), ">"),
        **dict.fromkeys(("小于", "低于"), "<"),
        "大于等于": ">=",
        "小于等于": "<=",
        "属于": "in",
        "真": "true",
        "假": "false",
        "缺失": "missing",
        "为空": "is missing",
        "今天": "today",
    }
)

# Signs that have no place at all, each with the reason.
_HINTS: Mapping[str, Message] = MappingProxyType(
    {
        "**": message("Rules have no `**`; multiply the value by itself."),
        "//": message("Rules have no `//`; `/` divides, and gives a decimal fraction."),
        "%": message("Rules have no `%`; write a share as a number, such as 0.2 for 20 %."),
        "[": message("Rules have no `[ ]`; a list of values stands in ( ), as in x in (1, 2)."),
        "]": message("Rules have no `[ ]`; a list of values stands in ( ), as in x in (1, 2)."),
        "{": message("Rules have no { }; a list of values stands in ( ), as in x in (1, 2)."),
        "}": message("Rules have no { }; a list of values stands in ( ), as in x in (1, 2)."),
        ".": message("A name has no dot: write the column alone, such as `tier`."),
        "#": message("A rule has no comments; say it in the description."),
        "?": message("A rule has no `?`; join conditions by `and`, `or` and `not`."),
        ":": message("A rule has no `:`; it is one expression, such as tier == \"gold\"."),
    }
)  # fmt: skip


def refused_sign(sign: str) -> Message:
    """Return why this sign has no place in a rule."""
    if sign in _HINTS:
        return _HINTS[sign]
    if len(sign) == 1 and not sign.isprintable():
        return message(
            "The invisible character U+{code} has no place here; delete it.",
            code=f"{ord(sign):04X}",
        )
    return message("{sign!r} has no place in a rule.", sign=sign)
