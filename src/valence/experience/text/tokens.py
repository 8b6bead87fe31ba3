"""Words of a batch, hashed all at once: what English is read by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.codes import END, Batch, Codes, Flags, Ints

Words64 = NDArray[np.uint64]
_BASE = 0x9E3779B97F4A7C15  # odd, so that every power has an inverse modulo 2**64
_INVERSE = pow(_BASE, -1, 1 << 64)
_STIR = np.uint64(0xFF51AFD7ED558CCD)
_AGAIN = np.uint64(0xC4CEB9FE1A85EC53)
APOSTROPHE = ord("'")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a batch, in their order."""

    hashes: Words64
    text_of: NDArray[np.int32]
    begins: Ints  # in the codes of the batch
    ends: Ints  # behind the last sign
    clause: Ints  # words of one clause share a number, no two clauses of the batch do


def tokens(texts: Batch) -> Tokens:
    """Return the words of all texts: runs of letters, digits and apostrophes within them."""
    codes = texts.codes
    inside = _letters(codes)
    # An apostrophe belongs to a word where letters stand on both sides: don't, but not 'so'.
    quote = np.flatnonzero(codes == APOSTROPHE)
    quote = quote[(quote > 0) & (quote < len(codes) - 1)]
    quote = quote[inside[quote - 1] & inside[quote + 1]]
    inside[quote] = True
    edge = np.diff(inside.astype(np.int8), prepend=np.int8(0))
    begins = np.flatnonzero(edge == 1)
    ends = np.flatnonzero(edge == -1)  # the last code is END, so every word ends
    breaks: Ints = np.cumsum(_breaks(codes), dtype=np.int64)
    return Tokens(
        _hashed(codes, begins, ends),
        texts.text_of[begins],
        begins,
        ends,
        breaks[begins],
    )


def word_hash(word: str) -> int:
    """Return the hash that `tokens` gives a word (lower case)."""
    value = 0
    for place, sign in enumerate(word):
        value = (value + (ord(sign) + 1) * pow(_BASE, place, 1 << 64)) % (1 << 64)
    return int(stirred(np.array([value ^ len(word)], np.uint64))[0])


def stirred(values: Words64) -> Words64:
    """Return hashes with their bits stirred (the finaliser of MurmurHash3)."""
    out = values ^ (values >> np.uint64(33))
    out *= _STIR
    out ^= out >> np.uint64(33)
    out *= _AGAIN
    out ^= out >> np.uint64(33)
    return out


def chained(runs: NDArray[np.uint64]) -> Words64:
    """Return one hash for each run of words, of any length: (n, words) to (n,)."""
    out = runs[:, 0].copy()
    for place in range(1, runs.shape[1]):
        out = stirred(out * np.uint64(31) + runs[:, place])
    return out


def _hashed(codes: Codes, begins: Ints, ends: Ints) -> Words64:
    """Hash each run of codes by the difference of two running sums, moved to its own beginning."""
    powers = _powers(len(codes))
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[0][: len(codes)], out=sums[1:])
    own = (sums[ends] - sums[begins]) * powers[1][begins]
    return stirred(own ^ (ends - begins).astype(np.uint64))


_POWERS: list[tuple[Words64, Words64]] = []


def _powers(size: int) -> tuple[Words64, Words64]:
    """The powers of the base and of its inverse, at least `size` of each, kept between calls."""
    if not _POWERS or len(_POWERS[0][0]) < size:
        length = max(1 << 16, 1 << (size - 1).bit_length())
        made = []
        for base in (_BASE, _INVERSE):
            run = np.full(length, base, np.uint64)
            run[0] = 1
            made.append(np.cumprod(run))
        _POWERS[:] = [(made[0], made[1])]
    return _POWERS[0]


def _letters(codes: Codes) -> Flags:
    known: Flags = _LETTER[np.minimum(codes, len(_LETTER) - 1)]
    return known


def _breaks(codes: Codes) -> Flags:
    known: Flags = _BREAK[np.minimum(codes, len(_BREAK) - 1)]
    return known


def _letter_table() -> Flags:
    """Letters and digits of alphabets that part words by blanks: Latin, Greek, Cyrillic."""
    return np.array([chr(n).isalnum() for n in range(0x0530)] + [False])


def _break_table() -> Flags:
    """Signs that end a clause, as `codes` reads them: half width."""
    table = np.zeros(0x2028, bool)
    table[[END, *map(ord, ".,;:!?()~|…—–")]] = True
    return table


_LETTER = _letter_table()
_BREAK = _break_table()
