"""Which language a text is in: Chinese, English, both, or another that no model reads."""

from __future__ import annotations

from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.codes import Batch, Codes, Flags
from valence.experience.text.lexicon import lexicon, wordlists
from valence.experience.text.tokens import Tokens, Words64, tokens, word_hash

Said = Literal["zh", "en", "mixed", "other", ""]  # empty: no letter in it
LANGUAGES: tuple[Said, ...] = ("zh", "en", "mixed", "other", "")
_NONE, _HAN, _LATIN, _KANA, _OTHER = range(5)
_LEAST = {"han": 4, "words": 3}  # of either language, before a text counts as of both
_PART = 0.2
_SHORT = 3  # words that may all be unknown (names, brands) and still be English


def languages(texts: Batch, words: Tokens | None = None) -> NDArray[np.object_]:
    """Return the language of each text: zh, en, mixed, other; empty where there are no letters.

    A Chinese character weighs as much as an English word. Words of the Latin alphabet are English
    unless function words of other languages, or letters with accents, outweigh those of English.
    """
    words = words or tokens(texts)
    count = len(texts)
    script = _scripts(texts.codes)
    signs = [np.bincount(texts.text_of[script == kind], minlength=count) for kind in range(5)]
    han, kana, other = signs[_HAN], signs[_KANA], signs[_OTHER]
    written = script[words.begins] == _LATIN
    latin = np.bincount(words.text_of[written], minlength=count)
    english = _counted(words, _common("en"), count)
    foreign = _counted(words, _common("other"), count) + _accented(texts, words, count)
    # Short texts without any function word are English: "fast delivery", "ok".
    is_english = (latin > 0) & (english >= foreign) & ((english > 0) | (latin <= _SHORT))
    japanese = kana * 10 > han + kana
    strange = (other > han + signs[_LATIN]) | ((kana > 0) & japanese)
    part = _PART * (han + latin)
    both = is_english & (han >= _LEAST["han"]) & (latin >= _LEAST["words"])
    both &= (han >= part) & (latin >= part)
    found = np.full(count, "", object)
    found[latin + han + kana + other > 0] = "other"
    found[is_english] = "en"
    found[(han > 0) & (han >= latin)] = "zh"
    found[both] = "mixed"
    found[strange] = "other"
    return found


def _counted(words: Tokens, known: Words64, count: int) -> NDArray[np.intp]:
    return np.bincount(words.text_of[np.isin(words.hashes, known)], minlength=count)


def _accented(texts: Batch, words: Tokens, count: int) -> NDArray[np.intp]:
    """How many words hold a Latin letter that English does without."""
    far = (texts.codes >= 0xC0) & (texts.codes < 0x250)
    sums = np.concatenate([[0], np.cumsum(far)])
    return np.bincount(words.text_of[sums[words.ends] > sums[words.begins]], minlength=count)


@cache
def _common(which: str) -> Words64:
    plain = wordlists("plain")
    foreign = plain["foreign"] - plain["english"] - {"die", "war"}
    english = plain["english"].union(*lexicon("en")) - foreign
    said = english if which == "en" else foreign
    return np.array(sorted(map(word_hash, said)), np.uint64)


def _scripts(codes: Codes) -> NDArray[np.int8]:
    found: NDArray[np.int8] = _SCRIPT[np.minimum(codes, len(_SCRIPT) - 1)]
    beyond = (codes >= 0x20000) & (codes < 0x323B0)  # rare Chinese characters
    if beyond.any():
        found[beyond] = _HAN
    return found


def _script_table() -> NDArray[np.int8]:
    table = np.zeros(0x10000, np.int8)
    for code in range(0x80, 0x3000):
        if chr(code).isalpha():
            table[code] = _LATIN if code < 0x250 else _OTHER
    table[ord("a") : ord("z") + 1] = _LATIN
    table[0x1E00:0x1F00] = _LATIN  # Vietnamese and others
    table[0x3005] = table[0x3007] = _HAN
    table[0x3041:0x3100] = _KANA
    table[0x3131:0x318F] = _OTHER
    table[0x3400:0x4DC0] = _HAN
    table[0x4E00:0xA000] = _HAN
    table[0xA000:0xD800] = _OTHER  # Hangul and others
    table[0xF900:0xFB00] = _HAN
    table[0xFB1D:0xFE00] = _OTHER  # Hebrew and Arabic forms
    table[0xFF66:0xFFA0] = _KANA
    table[-1] = _NONE
    return table


_SCRIPT = _script_table()


def han_signs(texts: Batch) -> Flags:
    """Return which signs of a batch are Chinese characters."""
    found: Flags = _scripts(texts.codes) == _HAN
    return found
