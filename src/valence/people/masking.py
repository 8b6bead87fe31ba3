"""Masked: enough of a name, address or number to recognise it, too little to use it."""

from __future__ import annotations

import unicodedata

import phonenumbers

HIDDEN = "•••"
_SYLLABLES = ("CJK ", "HANGUL SYLLABLE ", "HIRAGANA ", "KATAKANA ")


def masked(kind: str, value: str) -> str:
    """Return a value as it is shown to who may not see it: 林 *, j***@x.com, +44 •••• 123."""
    match kind:
        case "name":
            return _name(value)
        case "email":
            local, _, domain = value.rpartition("@")
            return f"{_first(local)}***@{domain}"
        case "phone":
            return _phone(value)
        case "address":
            return HIDDEN
        case _:
            return HIDDEN + value[-3:] if len(value) > 6 else HIDDEN


def _name(value: str) -> str:
    words = value.split()
    if len(words) == 1 and is_syllable(words[0][0]):
        return f"{words[0][0]} {'*' * min(max(len(words[0]) - 1, 1), 3)}"
    return " ".join(f"{_first(word)}." for word in words[:3])


def _phone(value: str) -> str:
    try:
        code = f"+{phonenumbers.parse(value).country_code}"
    except phonenumbers.NumberParseException:
        code = ""
    return f"{code} •••• {value[-3:]}".strip()


def _first(word: str) -> str:
    """Return the first letter with the marks that belong to it."""
    end = 1
    while end < len(word) and (unicodedata.combining(word[end]) or word[end] in "\u200d\ufe0f"):
        end += 1
    return word[:end]


def is_syllable(letter: str) -> bool:
    """Whether a letter is a syllable by itself: a Chinese character, Korean, Japanese kana."""
    return unicodedata.name(letter, "").startswith(_SYLLABLES)
