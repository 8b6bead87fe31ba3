"""Character n-grams of a batch, hashed: what Chinese is read by, without a segmenter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.codes import END, Batch, batch

Hashes = NDArray[np.uint32]
Texts = NDArray[np.int32]
_PRIME = np.uint32(0x01000193)


@dataclass(frozen=True, slots=True)
class Grams:
    """The n-grams of one length, in the order of the batch."""

    length: int
    hashes: Hashes
    at: NDArray[np.intp]  # where each begins in the codes


def ngrams(texts: Batch, longest: int, shortest: int = 1) -> list[Grams]:
    """Return, for each length, all n-grams that lie within one text."""
    codes = texts.codes
    found = []
    running = codes * _PRIME
    inside = codes != END
    for length in range(1, longest + 1):
        if length > 1:
            running = (running[:-1] ^ codes[length - 1 :]) * _PRIME
            running += np.uint32(length)
            inside = inside[:-1] & (codes[length - 1 :] != END)
        if length >= shortest:
            at = np.flatnonzero(inside)
            found.append(Grams(length, stirred(running[at]), at))
    return found


def gram_hashes(words: Sequence[str]) -> Hashes:
    """Return the hashes that `ngrams` gives to words, each as one run of characters: (words,)."""
    every = batch(words)
    lengths = every.ends - every.starts
    found = np.zeros(len(words), np.uint32)  # of an empty one
    for grams in ngrams(every, int(lengths.max(initial=0))):
        whole = np.flatnonzero(lengths == grams.length)
        found[whole] = grams.hashes[np.searchsorted(grams.at, every.starts[whole])]
    return found


def stirred(hashes: Hashes) -> Hashes:
    """Return hashes with their bits stirred (the finaliser of MurmurHash3)."""
    out = hashes ^ (hashes >> np.uint32(16))
    out *= np.uint32(0x85EBCA6B)
    out ^= out >> np.uint32(13)
    out *= np.uint32(0xC2B2AE35)
    out ^= out >> np.uint32(16)
    return out
