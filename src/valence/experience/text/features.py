"""What a text is to a model: the set of its hashed features, each once.

Chinese: runs of 1 to 3 characters, and longer ones that are words of the lexicon. English: words,
marked where a negation before them in the clause turns them, and pairs of words. What a model knows
of the lexicon stands in the weights of the features that are its words.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.chars import Hashes, Texts, gram_hashes, ngrams
from valence.experience.text.codes import Batch, Flags
from valence.experience.text.lexicon import Language, lexicon
from valence.experience.text.tokens import Tokens, Words64, stirred, tokens, word_hash

LONGEST = 3  # characters of a run
LONGEST_WORD = 6  # characters of a word of the lexicon
_BITS = 18  # of the table that tells most runs from words at once
TURNED = 4  # words behind a negation, in its clause, that it turns
_MARK = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(31)
_LOUD = (ord("!"), ord("?"))


@dataclass(frozen=True, slots=True)
class Found:
    """The features of a batch, by text, each once."""

    text_of: Texts
    hashes: Hashes


def features(texts: Batch, language: Language) -> Found:
    """Return the features of texts in a language."""
    return _once(_chinese(texts) if language == "zh" else _english(texts))


def _once(parts: list[tuple[Texts, Hashes]]) -> Found:
    keys = np.concatenate(
        [(text_of.astype(np.uint64) << np.uint64(32)) | hashes for text_of, hashes in parts]
    )
    keys.sort()
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    return Found((keys >> np.uint64(32)).astype(np.int32), keys.astype(np.uint32))


def _chinese(texts: Batch) -> list[tuple[Texts, Hashes]]:
    found = []
    words, maybe = _chinese_words()
    for grams in ngrams(texts, LONGEST_WORD):
        at, hashes = grams.at, grams.hashes
        if grams.length > LONGEST:
            near = np.flatnonzero(maybe[hashes >> np.uint32(32 - _BITS)])
            near = near[np.isin(hashes[near], words)]
            at, hashes = at[near], hashes[near]
        found.append((texts.text_of[at], hashes))
    return found


@cache
def _chinese_words() -> tuple[Hashes, Flags]:
    """The words of the lexicon, and a table of the first bits of their hashes."""
    words = np.unique(np.concatenate(known("zh")))
    maybe = np.zeros(1 << _BITS, bool)
    maybe[words >> np.uint32(32 - _BITS)] = True
    return words, maybe


def _english(texts: Batch) -> list[tuple[Texts, Hashes]]:
    words = tokens(texts)
    marked = np.where(turned(words), stirred(words.hashes + _MARK), words.hashes)
    follows = words.text_of[1:] == words.text_of[:-1]
    pairs = stirred(words.hashes[:-1] * _PAIR + words.hashes[1:])[follows]
    loud = np.flatnonzero(np.isin(texts.codes, _LOUD))
    return [
        (words.text_of, _short(marked)),
        (words.text_of[1:][follows], _short(pairs)),
        (texts.text_of[loud], texts.codes[loud]),
    ]


def turned(words: Tokens) -> Flags:
    """Return which words a negation shortly before them, in the same clause, turns."""
    turns = np.isin(words.hashes, _turns())
    out = np.zeros(len(turns), bool)
    for back in range(1, TURNED + 1):
        out[back:] |= turns[:-back] & (words.clause[back:] == words.clause[:-back])
    return out


@cache
def _turns() -> Words64:
    return np.array(sorted(map(word_hash, lexicon("en").turns)), np.uint64)


def _short(hashes: Words64) -> Hashes:
    return (hashes >> np.uint64(32)).astype(np.uint32)


@cache
def known(language: Language) -> tuple[NDArray[np.uint32], ...]:
    """Return the features that are words of praise, of complaint, and either of them turned."""
    words = lexicon(language)
    if language == "en":
        whole = [np.array(list(map(word_hash, part)), np.uint64) for part in words[:2]]
        return tuple(map(_short, [*whole, *(stirred(part + _MARK) for part in whole)]))
    praise, complaint = ({w for w in part if len(w) <= LONGEST_WORD} for part in words[:2])
    plain = praise | complaint
    turned_praise, turned_blame = (
        {t + w for t in words.turns for w in part if len(t + w) <= LONGEST_WORD} - plain
        for part in (praise, complaint)
    )
    sets = (praise, complaint, turned_praise, turned_blame - turned_praise)
    return tuple(np.sort(gram_hashes(sorted(part))) for part in sets)
