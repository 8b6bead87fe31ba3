"""A linear model over hashed features: one byte of weight for each, in a table.

An entry holds the weight and eight bits of the feature's hash, so that of 200 features that were
never seen in training at most one meets the weight of another.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from valence.experience.text.codes import Batch
from valence.experience.text.features import Found, features
from valence.experience.text.lexicon import Language

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights of features, and what makes a probability of their sum."""

    table: NDArray[np.uint16]  # 2**bits entries: eight bits of the hash, eight of the weight
    scale: float  # logits for one step of weight
    bias: float

    def logits(self, found: Found, count: int) -> tuple[Floats, Floats]:
        """Return the log odds of praise of each text, and how many of its features are known.

        The sum of weights is divided by the square root of that number, as in training.
        """
        shift = np.uint32(32 - (len(self.table).bit_length() - 1))
        entries = self.table[found.hashes >> shift]
        known = (entries >> np.uint16(8)) == (found.hashes & np.uint32(0xFF))
        known &= (entries & np.uint16(0xFF)) != 0
        own = found.text_of[known]
        weights = entries[known].astype(np.uint8).view(np.int8)
        sums = np.bincount(own, weights=weights, minlength=count)
        hits = np.bincount(own, minlength=count).astype(np.float64)
        return sums * self.scale / np.sqrt(np.maximum(hits, 1.0)) + self.bias, hits

    def of(self, texts: Batch, language: Language) -> tuple[Floats, Floats]:
        """Return the log odds of praise of texts, and how many of their features are known."""
        return self.logits(features(texts, language), len(texts))

    def packed(self) -> bytes:
        """Return the model as a compressed file."""
        out = io.BytesIO()
        np.savez_compressed(out, table=self.table, numbers=np.array([self.scale, self.bias]))
        return out.getvalue()


def unpacked(data: bytes) -> LinearModel:
    """Return the model of a compressed file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        scale, bias = map(float, held["numbers"])
        return LinearModel(held["table"], scale, bias)


def quantised(hashes: NDArray[np.uint32], weights: Floats, bias: float, bits: int) -> LinearModel:
    """Return weights of features as a table; of two with one place the heavier stays."""
    most = float(np.abs(weights).max(initial=1e-9))
    steps = np.rint(weights / most * 127).astype(np.int8)
    held = steps != 0
    order = np.argsort(np.abs(weights[held]), kind="stable")  # the heavier are written later
    kept, steps = hashes[held][order], steps[held][order]
    table = np.zeros(1 << bits, np.uint16)
    entries = ((kept & np.uint32(0xFF)).astype(np.uint16) << np.uint16(8)) | steps.view(np.uint8)
    table[kept >> np.uint32(32 - bits)] = entries
    return LinearModel(table, most / 127, bias)


@cache
def shipped(language: Language) -> LinearModel:
    """Return the model of a language that comes with the package."""
    path = files("valence.experience.text").joinpath("models", f"{language}.npz")
    return unpacked(path.read_bytes())
