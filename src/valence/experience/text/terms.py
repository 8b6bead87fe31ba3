"""Terms that texts share: English words and pairs, and Chinese words found without a dictionary.

A Chinese word is a run of characters that stays together and stands beside many others: its
characters meet more often than by chance (cohesion), and what stands before and behind it varies
(branching entropy). A segmenter with a dictionary would miss what is new: names of products and
complaints of the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.chars import ngrams
from valence.experience.text.codes import Batch, Flags, Ints, batch
from valence.experience.text.language import han_signs
from valence.experience.text.lexicon import wordlists
from valence.experience.text.tokens import Tokens, chained, tokens, word_hash

Floats = NDArray[np.float64]
LONGEST = 5  # characters of a Chinese term
COHESION = 1.5  # log: a run stands at least 4.5 times as often as its parts would meet by chance
BRANCHING = 0.9  # nats: at least about two and a half neighbours, evenly, on either side
_SAME = 0.75  # of a term's texts hold a longer one around it: that one says more

# Signs that begin or end no word of their own, and signs that only end none.
_LOOSE = (
    "的了是我你他她它们这那就都也还在和与及把被让给跟对从向于而且或着过吧吗呢啊呀哦嘛哈么啦哇喔个些"
)
_NOT_LAST = (
    "不没很太非常最更挺再又才刚一二三两几每某该本此其之以为因所将要想会能可到去来说看做用买有"
)
_NOT_FIRST = "得地上下里中后前时候样点次种家们者性"


@dataclass(frozen=True)
class Terms:
    """Terms, and in which texts each stands."""

    names: list[str]
    language: list[str]  # zh or en, of each term
    term: Ints  # one entry for each term and text that holds it
    text: Ints

    def counts(self, texts: Flags) -> Ints:
        """Return how many of the flagged texts hold each term."""
        return np.bincount(self.term[texts[self.text]], minlength=len(self.names))


def terms(texts: Sequence[str], *, least: int) -> Terms:
    """Return the terms that stand in at least so many texts.

    Parameters
    ----------
    texts
        Texts in any language; Chinese and English terms are found.
    least
        Texts that must hold a term.

    Notes
    -----
    Branching entropy: Jin & Tanaka-Ishii (2006), "Unsupervised segmentation of Chinese text by use
    of branching entropy", COLING; cohesion as pointwise mutual information of the weakest split.
    """
    every = batch(texts)
    found = [*_chinese(every, least), *_english(every, tokens(every), least)]
    if not found:
        none = np.zeros(0, np.int64)
        return Terms([], [], none, none)
    sizes = [len(one.texts) for one in found]
    return _without_parts(
        Terms(
            [one.name for one in found],
            [one.language for one in found],
            np.repeat(np.arange(len(found)), sizes),
            np.concatenate([one.texts for one in found]),
        )
    )


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    language: str
    texts: Ints


def _chinese(every: Batch, least: int) -> list[_Term]:
    han = han_signs(every)
    lead, tail = _edges(every)
    counts: dict[int, tuple[NDArray[np.uint32], Ints]] = {}
    found: list[_Term] = []
    signs = max(int(han.sum()), 1)
    for grams in ngrams(every, LONGEST):
        n = grams.length
        whole = np.ones(len(grams.at), bool)
        for place in range(n):
            whole &= han[grams.at + place]
        at, hashes = grams.at[whole], grams.hashes[whole]
        known, first, back, count = np.unique(
            hashes, return_index=True, return_inverse=True, return_counts=True
        )
        counts[n] = (known, count)
        if n == 1 or not len(known):
            continue
        kept = (count >= least) & lead[at[first]] & tail[at[first] + n - 1]
        kept[kept] &= _cohesion(every, at[first[kept]], n, count[kept], counts, signs) >= COHESION
        found += _branching(every, at, back, kept, n, least)
    return found


def _edges(every: Batch) -> tuple[Flags, Flags]:
    """Which signs may begin a term, and which may end one."""
    loose, first, last = (
        np.array(sorted(map(ord, signs)), np.uint32) for signs in (_LOOSE, _NOT_FIRST, _NOT_LAST)
    )
    codes = every.codes
    bound = np.isin(codes, loose)
    return ~(bound | np.isin(codes, first)), ~(bound | np.isin(codes, last))


def _cohesion(
    every: Batch,
    at: Ints,
    n: int,
    count: Ints,
    counts: dict[int, tuple[NDArray[np.uint32], Ints]],
    signs: int,
) -> Floats:
    """The least log ratio of how often a run stands to how often its two parts would by chance."""
    least = np.full(len(at), np.inf)
    for cut in range(1, n):
        left = _count_at(every, at, cut, counts)
        right = _count_at(every, at + cut, n - cut, counts)
        least = np.minimum(least, np.log(count * float(signs) / (left * right)))
    return least


def _count_at(
    every: Batch, at: Ints, n: int, counts: dict[int, tuple[NDArray[np.uint32], Ints]]
) -> Floats:
    """How often the run of n signs stands that begins at each place."""
    rows = every.codes[at[:, None] + np.arange(n)]
    flat = np.concatenate([rows, np.zeros((len(at), 1), np.uint32)], axis=1).ravel()
    part = Batch(flat, np.zeros(len(flat), np.int32), at[:0], at[:0])
    grams = ngrams(part, n, n)[0] if len(at) else None
    if grams is None:
        return np.zeros(0)
    known, count = counts[n]
    return count[np.searchsorted(known, grams.hashes)].astype(np.float64)


def _branching(every: Batch, at: Ints, back: Ints, kept: Flags, n: int, least: int) -> list[_Term]:
    """The kept runs that stand beside many others, with their texts."""
    own = kept[back]
    place = np.cumsum(kept) - 1
    of, at = place[back[own]], at[own]
    count = int(kept.sum())
    if not count:
        return []
    left = np.where(at > 0, every.codes[np.maximum(at - 1, 0)], 0)
    right = every.codes[at + n]
    free = np.minimum(_entropy(of, left, count), _entropy(of, right, count)) >= BRANCHING
    keys = np.unique(of.astype(np.int64) << 32 | every.text_of[at])
    term, text = keys >> 32, keys & 0xFFFFFFFF
    texts = np.bincount(term, minlength=count)
    firsts = np.zeros(count, np.int64)
    firsts[of[::-1]] = at[::-1]
    starts = np.searchsorted(term, np.arange(count + 1))
    left_out = wordlists("plain")["no_theme_zh"]
    return [
        _Term(name, "zh", text[starts[one] : starts[one + 1]])
        for one in np.flatnonzero(free & (texts >= least))
        if (name := _read(every, int(firsts[one]), int(firsts[one]) + n)) not in left_out
    ]


def _entropy(of: Ints, beside: NDArray[np.uint32], count: int) -> Floats:
    """The entropy, in nats, of the signs that stand beside each run.

    What is no letter parts words for certain: each of them counts as a neighbour of its own.
    """
    bound = (beside < 0x3400) | ((beside > 0x9FFF) & (beside < 0x20000))
    n = np.bincount(of, minlength=count).astype(np.float64)
    keys, pairs = np.unique(of[~bound].astype(np.int64) << 32 | beside[~bound], return_counts=True)
    owner = keys >> 32
    share = pairs / n[owner]
    found = np.bincount(owner, weights=-share * np.log(share), minlength=count)
    alone = np.bincount(of[bound], minlength=count)
    return found + alone / np.maximum(n, 1) * np.log(np.maximum(n, 1))


def _english(every: Batch, words: Tokens, least: int) -> list[_Term]:
    plain = wordlists("plain")
    stop, turns = (
        np.array(sorted(map(word_hash, held)), np.uint64)
        for held in (plain["no_theme_en"], plain["negations"])
    )
    long = words.ends - words.begins > 1
    letter = (every.codes[words.begins] >= ord("a")) & long
    own = letter & ~np.isin(words.hashes, stop)
    turn = np.isin(words.hashes, turns)
    found = _counted(every, words.hashes, words.begins, words.ends, words.text_of, own & ~turn,
                     least)  # fmt: skip
    if len(words.hashes) > 1:
        pair = chained(np.stack([words.hashes[:-1], words.hashes[1:]], axis=1))
        near = (words.text_of[1:] == words.text_of[:-1]) & (words.clause[1:] == words.clause[:-1])
        near &= (own[:-1] | turn[:-1]) & own[1:] & ~turn[1:]
        found += _counted(every, pair, words.begins[:-1], words.ends[1:], words.text_of[:-1], near,
                          least)  # fmt: skip
    return found


def _counted(
    every: Batch,
    hashes: NDArray[np.uint64],
    begins: Ints,
    ends: Ints,
    text_of: NDArray[np.int32],
    kept: Flags,
    least: int,
) -> list[_Term]:
    at = np.flatnonzero(kept)
    known, first, back = np.unique(hashes[at], return_index=True, return_inverse=True)
    keys = np.unique(back.astype(np.int64) << 32 | text_of[at])
    term, text = keys >> 32, keys & 0xFFFFFFFF
    starts = np.searchsorted(term, np.arange(len(known) + 1))
    many = np.flatnonzero(np.diff(starts) >= least)
    return [
        _Term(_read(every, int(begins[at[first[one]]]), int(ends[at[first[one]]])), "en",
              text[starts[one] : starts[one + 1]])
        for one in many
    ]  # fmt: skip


def _read(every: Batch, begin: int, end: int) -> str:
    return every.codes[begin:end].tobytes().decode("utf-32-le", "replace")


def _without_parts(found: Terms) -> Terms:
    """Leave out terms that nearly always stand within a longer one."""
    size = np.bincount(found.term, minlength=len(found.names))
    place = {name: at for at, name in enumerate(found.names)}
    gone = np.zeros(len(found.names), bool)
    for at, (name, language) in enumerate(zip(found.names, found.language, strict=True)):
        for part in _parts(name, language):
            within = place.get(part)
            if within is not None and size[at] >= _SAME * size[within]:
                gone[within] = True
    kept = np.flatnonzero(~gone)
    moved = np.cumsum(~gone) - 1
    own = ~gone[found.term]
    return Terms(
        [found.names[at] for at in kept],
        [found.language[at] for at in kept],
        moved[found.term[own]],
        found.text[own],
    )


def _parts(name: str, language: str) -> set[str]:
    if language == "en":
        return set(name.split()) if " " in name else set()
    n = len(name)
    return {name[a:b] for a in range(n) for b in range(a + 2, n + 1) if b - a < n}
