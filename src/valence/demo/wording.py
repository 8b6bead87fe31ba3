"""Wording: phrases put together to what a customer writes, never all alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from valence.demo.arrays import Flags, Ints, joined, picked, where
from valence.demo.phrases import ASPECTS, CLOSINGS, OPENINGS
from valence.demo.phrases_chinese import CHINESE
from valence.demo.phrases_english import ENGLISH, Said

BAD, MIDDLING, GOOD = 0, 1, 2  # tones
_NO_TEXT = pa.scalar(None, pa.string())


@dataclass(frozen=True, slots=True)
class Meant:
    """What texts say, one entry each: one or two aspects, whether of good, and the tone."""

    chinese: Flags
    first: Ints  # index in ASPECTS
    first_good: Flags
    second: Ints  # -1 for none
    second_good: Flags
    tone: Ints


def worded(rng: np.random.Generator, meant: Meant) -> Any:
    """Return the texts, in Chinese or English."""
    count = len(meant.first)
    luck = rng.random((4, count))
    texts = []
    for language, words in (("en", ENGLISH), ("zh", CHINESE)):
        opening, closing = (
            _of_tone(sets[language], meant.tone, luck[i])
            for i, sets in ((0, OPENINGS), (1, CLOSINGS))
        )
        first = _phrase(words, meant.first, meant.first_good, luck[2])
        second = _phrase(words, meant.second, meant.second_good, luck[3])
        if language == "en":
            one = joined(opening, " ", first, " ", pc.fill_null(second, ""), " ", closing)
            texts.append(pc.utf8_trim(pc.replace_substring_regex(one, r" {2,}", " "), " "))
        else:
            more = pc.fill_null(joined("，", second), "")
            texts.append(joined(opening, first, more, closing, "。"))
    return where(meant.chinese, texts[1], texts[0])


def _of_tone(sets: tuple[tuple[str, ...], ...], tone: Ints, luck: Any) -> Any:
    sizes = np.array([len(one) for one in sets])
    begin = np.cumsum(sizes) - sizes
    return picked([w for one in sets for w in one], begin[tone] + (luck * sizes[tone]).astype(int))


def _phrase(words: dict[str, Said], aspect: Ints, good: Flags, luck: Any) -> Any:
    lists = [words[name][side] for name in ASPECTS for side in (0, 1)]
    sizes = np.array([len(one) for one in lists])
    begin = np.cumsum(sizes) - sizes
    which = 2 * np.maximum(aspect, 0) + good
    at = begin[which] + (luck * sizes[which]).astype(np.int64)
    return picked([w for one in lists for w in one], np.where(aspect >= 0, at, -1))


def language_of(chinese: Flags) -> Any:
    """Return `zh` or `en`."""
    return where(chinese, "zh", "en")


def only(flags: Flags, texts: Any) -> Any:
    """Return the texts where flagged, else null."""
    return where(flags, texts, _NO_TEXT)
