"""Streams: one random generator per named component, so that an added one changes no other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Streams:
    """The random streams of one run: each name has its own, and each call starts it afresh."""

    seed: int

    def __call__(self, name: str) -> np.random.Generator:
        """Return the generator of `name`, at its start."""
        digest = hashlib.sha256(f"{self.seed}:{name}".encode()).digest()
        return np.random.Generator(np.random.PCG64(int.from_bytes(digest[:16])))
