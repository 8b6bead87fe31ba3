"""Tokens of a name, for a word index: beginnings of words; Chinese characters and their pairs.

Korean syllables and Japanese kana count as Chinese characters do: a name may be one of them.

A search asks for tokens, then reads the names that it found and looks for the words themselves:
tokens need only narrow down. So a word leaves its beginnings of 2, 3 and 5 letters and no more.
"""

from __future__ import annotations

import re
import unicodedata

from valence.people.masking import is_syllable

MOST_WORDS = 8
MOST_HAN = 12
_LENGTHS = (2, 3, 5)
# Accents of Latin, Greek and Cyrillic, and the vowel points of Hebrew and Arabic.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f]")
_WORDS = re.compile(r"[^\W_]+")


def folded(text: str) -> str:
    """Return a text as it is compared: NFKC, case folded, without accents."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFD", plain)))


def name_tokens(name: str) -> list[str]:
    """Return the tokens that a name is found by; at most 24 + 24."""
    words, han = _split(name)
    beginnings = [word[:n] for word in words[:MOST_WORDS] for n in _LENGTHS if len(word) >= n]
    characters = [c for run in han for c in run][:MOST_HAN]
    pairs = [run[i : i + 2] for run in han for i in range(len(run) - 1)][:MOST_HAN]
    return list(dict.fromkeys([*beginnings, *characters, *pairs]))


def search_tokens(text: str) -> list[str]:
    """Return the tokens that all have to be there for the text to be in a name."""
    words, han = _split(text)
    narrow = [
        word[: max(n for n in _LENGTHS if n <= len(word))]
        for word in words[:MOST_WORDS]
        if len(word) >= _LENGTHS[0]  # one letter narrows too little
    ]
    pairs = [run[i : i + 2] for run in han for i in range(len(run) - 1)]
    single = [run for run in han if len(run) == 1]
    return list(dict.fromkeys([*narrow, *pairs[:MOST_HAN], *single[:MOST_HAN]]))


def is_in(text: str, name: str) -> bool:
    """Whether each word of the text begins a word of the name, and its Chinese parts are in it."""
    words, han = _split(text)
    known, _ = _split(name)
    whole = folded(name)
    return all(any(k.startswith(word) for k in known) for word in words) and all(
        run in whole for run in han
    )


def _split(text: str) -> tuple[list[str], list[str]]:
    """Return the words, and the runs of Chinese characters."""
    words, han = [], []
    for word in _WORDS.findall(folded(text)):
        run = ""
        rest = ""
        for letter in word:
            if is_syllable(letter):
                run += letter
                if rest:
                    words.append(rest)
                    rest = ""
            else:
                rest += letter
                if run:
                    han.append(run)
                    run = ""
        words += [rest] if rest else []
        han += [run] if run else []
    return words, han
