"""Aspects: what a text talks about, and how it feels about each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from valence.experience.text.chars import gram_hashes, ngrams
from valence.experience.text.codes import END, SPACE, Batch, Flags, Ints, batch
from valence.experience.text.definition import ThemesDefinition
from valence.experience.text.language import han_signs
from valence.experience.text.sentiment import AT_A_TIME, judged, shortened
from valence.experience.text.tokens import Tokens, chained, tokens, word_hash

DEFAULT = ThemesDefinition()
SCHEMA = pa.schema(
    [
        pa.field("text", pa.int64()),
        pa.field("aspect", pa.string()),
        pa.field("sentiment", pa.float64()),
        pa.field("probability", pa.float64()),
    ]
)
_ENDS = np.array(sorted(map(ord, ".,;:!?~…\n|")), np.uint32)
_TURNS_ZH = ("但是", "但", "可是", "不过", "就是", "只是", "然而", "可惜")
_TURNS_EN = ("but", "however", "although", "though", "yet", "except")
_SHORT = 8  # letters of a clause that says too little by itself: what follows is read with it
_HAN = 3  # letters that a Chinese character is worth


def aspects(
    texts: Sequence[Any],
    definition: ThemesDefinition = DEFAULT,
    *,
    probability: Sequence[float | None] | None = None,
) -> pa.Table:
    """Return the aspects that each text talks about, and how it feels about each.

    Parameters
    ----------
    texts
        Texts of customers.
    definition
        The aspects and their words. English words are found as whole words, Chinese ones wherever
        they stand.
    probability
        Of praise of the whole texts, where known: for clauses in which no word is known.

    Returns
    -------
    Table
        One row per text and aspect: `text` (int, its place from 0), `aspect` (text), `sentiment`
        (float, −1 to 1) and `probability` (float, 0 to 1, of praise) of the clauses in which the
        aspect stands, their mean where there are several; null where nothing can be said.

    Examples
    --------
    >>> found = aspects(["The food was great, but delivery took forever"])
    >>> dict(zip(found["aspect"].to_pylist(), [s > 0 for s in found["sentiment"].to_pylist()]))
    {'delivery': False, 'speed': False}
    """
    parts = []
    for at in range(0, len(texts), AT_A_TIME):
        said = [shortened(text) for text in texts[at : at + AT_A_TIME]]
        whole = None if probability is None else list(probability[at : at + AT_A_TIME])
        parts.append(_of_batch(said, definition, whole, at))
    return pa.concat_tables(parts) if parts else SCHEMA.empty_table()


@dataclass(frozen=True)
class _Words:
    """The words of all aspects, by language and length: sorted hashes, and the aspects of each."""

    chinese: Mapping[int, tuple[NDArray[np.uint32], list[tuple[int, ...]]]]
    english: Mapping[int, tuple[NDArray[np.uint64], list[tuple[int, ...]]]]


@lru_cache(maxsize=8)
def _words(definition: ThemesDefinition) -> _Words:
    said = [
        (word, language, place)
        for place, aspect in enumerate(definition.aspects)
        for language, words in (("zh", aspect.zh), ("en", aspect.en))
        for word in words
    ]
    return _hashed(said)


@lru_cache(maxsize=8)
def _named(names: tuple[tuple[str, str], ...]) -> _Words:
    return _hashed([(name, language, place) for place, (name, language) in enumerate(names)])


def _hashed(said: Sequence[tuple[str, str, int]]) -> _Words:
    """The words of places (aspects, terms), by language and length."""
    chinese: dict[int, dict[int, set[int]]] = {}
    english: dict[int, dict[int, set[int]]] = {}
    for word, language, place in said:
        if language == "zh":
            own = chinese.setdefault(len(word.strip()), {})
            own.setdefault(int(gram_hashes([word.strip()])[0]), set()).add(place)
        else:
            hashes = [word_hash(each) for each in word.lower().split()]
            whole = int(chained(np.array([hashes], np.uint64))[0])
            english.setdefault(len(hashes), {}).setdefault(whole, set()).add(place)
    return _Words(
        {n: (np.array(sorted(held), np.uint32), [tuple(held[h]) for h in sorted(held)])
         for n, held in chinese.items()},
        {n: (np.array(sorted(held), np.uint64), [tuple(held[h]) for h in sorted(held)])
         for n, held in english.items()},
    )  # fmt: skip


def texts_with(texts: Sequence[str | None], names: Sequence[tuple[str, str]]) -> tuple[Ints, Ints]:
    """Return which texts hold which terms, each pair once: places of texts, places of terms.

    Parameters
    ----------
    texts
        Texts of customers.
    names
        Terms with their language: Chinese ones are found wherever they stand, English ones as
        whole words.
    """
    every = batch([shortened(text) for text in texts])
    at, term = _mentions(every, tokens(every), _named(tuple(names)))
    keys = np.unique(every.text_of[at].astype(np.int64) * max(len(names), 1) + term)
    return keys // max(len(names), 1), keys % max(len(names), 1)


def _of_batch(
    said: Sequence[str], definition: ThemesDefinition, whole: list[float | None] | None, first: int
) -> pa.Table:
    every = batch(said)
    words = tokens(every)
    at, aspect = _mentions(every, words, _words(definition))
    if not len(at):
        return SCHEMA.empty_table()
    starts = _clauses(every, words)
    clause = np.searchsorted(starts, at, side="right") - 1
    pairs = np.unique(np.stack([clause, aspect]), axis=1)
    clause, aspect = pairs[0], pairs[1]
    used, back = np.unique(clause, return_inverse=True)
    chance = judged([_clause(every, starts, one) for one in used]).probability[back]
    text = every.text_of[starts[clause]].astype(np.int64)
    if whole is not None:
        known = np.array([np.nan if p is None else p for p in whole], np.float64)
        chance = np.where(np.isnan(chance), known[text], chance)
    return _means(text, aspect, chance, definition, first)


def _mentions(every: Batch, words: Tokens, known: _Words) -> tuple[Ints, Ints]:
    """Where words of aspects stand (places in the codes), and the aspect of each."""
    found: list[tuple[Ints, list[tuple[int, ...]], Ints]] = []
    if known.chinese:
        for grams in ngrams(every, max(known.chinese)):
            if grams.length in known.chinese:
                hashes, of = known.chinese[grams.length]
                found.append(_looked_up(grams.at, grams.hashes, hashes, of))
    for length, (hashes64, of) in known.english.items():
        if len(words.hashes) >= length:
            runs = np.lib.stride_tricks.sliding_window_view(words.hashes, length)
            last = words.text_of[length - 1 :]
            same = words.text_of[: len(last)] == last
            places = words.begins[: len(last)][same]
            found.append(_looked_up(places, chained(runs[same]), hashes64, of))
    at = [np.repeat(places, [len(of[k]) for k in which]) for places, of, which in found]
    aspect = [np.array([a for k in which for a in of[k]], np.int64) for _, of, which in found]
    if not at:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(at), np.concatenate(aspect)


def _looked_up(
    places: Ints, hashes: NDArray[Any], known: NDArray[Any], of: list[tuple[int, ...]]
) -> tuple[Ints, list[tuple[int, ...]], Ints]:
    # A table of bits first: nearly every run is no word at all, and a search costs ten times more.
    bits = np.zeros(1 << 16, bool)
    bits[(known & known.dtype.type(0xFFFF)).astype(np.int64)] = True
    maybe = np.flatnonzero(bits[(hashes & hashes.dtype.type(0xFFFF)).astype(np.int64)])
    which = np.minimum(np.searchsorted(known, hashes[maybe]), len(known) - 1)
    held = known[which] == hashes[maybe]
    return places[maybe[held]].astype(np.int64), of, which[held].astype(np.int64)


def _clauses(every: Batch, words: Tokens) -> Ints:
    """Where clauses begin: behind a sign that ends one, at a word that turns, at each text."""
    codes = every.codes
    ends = np.isin(codes, _ENDS) | (codes == END)
    # Chinese parts clauses by blanks too.
    blank = np.flatnonzero(codes == SPACE)
    han = han_signs(every)
    near = han[np.maximum(blank - 1, 0)] & han[np.minimum(blank + 1, len(codes) - 1)]
    ends[blank[near]] = True
    starts = np.flatnonzero(ends[:-1]) + 1
    turns = [grams.at[np.isin(grams.hashes, _TURN_SIGNS)] for grams in ngrams(every, 2)]
    turns.append(words.begins[np.isin(words.hashes, _TURN_WORDS)])
    found: Ints = np.unique(np.concatenate([every.starts, starts, *turns]).astype(np.int64))
    return found[found < len(codes)]


_TURN_WORDS = np.array(sorted(map(word_hash, _TURNS_EN)), np.uint64)
_TURN_SIGNS = np.sort(gram_hashes(_TURNS_ZH))


def _clause(every: Batch, starts: Ints, one: int) -> str:
    """The words of a clause; of a short one, with those behind it in its text."""
    begin, text_end = int(starts[one]), int(every.ends[every.text_of[starts[one]]])
    end, following, said = begin, one + 1, 0
    while said < _SHORT and end < text_end:
        end = int(starts[following]) if following < len(starts) else text_end
        end, following = min(end, text_end), following + 1
        said = int(np.where(every.codes[begin:end] >= 0x2E80, _HAN, 1).sum())
    return every.codes[begin:end].tobytes().decode("utf-32-le", "surrogatepass")


def _means(
    text: Ints, aspect: Ints, chance: NDArray[np.float64], definition: ThemesDefinition, first: int
) -> pa.Table:
    keys = text * len(definition.aspects) + aspect
    every, back = np.unique(keys, return_inverse=True)
    told: Flags = ~np.isnan(chance)
    n = np.bincount(back[told], minlength=len(every))
    sums = np.bincount(back[told], weights=chance[told], minlength=len(every))
    p = np.divide(sums, n, out=np.zeros(len(every)), where=n > 0)
    names = np.array([one.name for one in definition.aspects], object)
    return pa.table(
        [
            pa.array(every // len(definition.aspects) + first, pa.int64()),
            pa.array(names[every % len(definition.aspects)], pa.string()),
            pa.array(2 * p - 1, mask=n == 0),
            pa.array(p, mask=n == 0),
        ],
        schema=SCHEMA,
    )
