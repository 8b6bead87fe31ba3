"""The flexible basis on which customers alike before a moment are told: bends and products."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Codes = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

BLOCK = 65_536  # rows expanded at a time: a hundred columns of them are 52 MB
_SAMPLE = 50_000  # rows that scales and bends are told from
_BENDS = (0.1, 0.3, 0.5, 0.7, 0.9)
_FLAT = 1e-6
# Rows that tell something, from which on bends, and then products, can be afforded.
BENT, CROSSED = 150, 4_000
_FARTHEST = 6.0  # standard deviations: beyond, one customer would lead a whole line


@dataclass(frozen=True)
class Basis:
    """What is known of moments before they happened, to be expanded block by block.

    `mains` are the covariates on their own scale (roots of money and counts tamed by `tamed`),
    standardised; `codes` the numbers of a category. Expanded columns are the mains, their bends,
    their products, and a column for each category but the most common; each has mean 0 and
    variance 1 over a sample of the rows, those that vary nowhere are left out. A column of ones
    stands first.
    """

    mains: Singles  # (n, k)
    codes: Codes  # (n,)
    centre: tuple[Floats, Floats, Flags]  # means and spreads of the mains, and which vary
    bends: tuple[Floats, ...]  # where each main is bent
    crossed: bool
    categories: int
    kept: Codes
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, mains: Singles, codes: Codes, telling: int) -> Basis:
        """Return the basis of rows.

        Parameters
        ----------
        mains
            (n, k) covariates, tamed.
        codes
            (n,) a category as numbers from 0 on, 0 the most common.
        telling
            Rows that tell something, hence how much can be afforded: for the chance of a bad
            experience, those of the smaller group; for an outcome, all that it is learned from.
        """
        step = max(len(mains) // _SAMPLE, 1)
        sample = mains[::step].astype(np.float64)
        middle, spread = sample.mean(axis=0), sample.std(axis=0)
        live = spread > _FLAT
        centre = (middle[live], spread[live], live)
        scaled = _scaled(mains, centre)
        bends = tuple(
            _bends(scaled[::step, at]) if telling >= BENT else np.zeros(0)
            for at in range(scaled.shape[1])
        )
        categories = int(codes.max(initial=0))
        draft = cls(
            scaled, codes, centre, bends, telling >= CROSSED, categories,
            np.zeros(0, np.intp), np.zeros(0), np.zeros(0),
        )  # fmt: skip
        wide = draft._expanded(scaled[::step], codes[::step])
        mean, spread = wide.mean(axis=0), wide.std(axis=0)
        kept = np.flatnonzero(spread > _FLAT)
        return replace(draft, kept=kept, mean=mean[kept], spread=spread[kept])

    def of_others(self, mains: Singles, codes: Codes) -> Basis:
        """Return other rows on the same basis."""
        return replace(self, mains=_scaled(mains, self.centre), codes=codes)

    def some(self, rows: slice) -> Basis:
        """Return some of the rows."""
        return replace(self, mains=self.mains[rows], codes=self.codes[rows])

    def __len__(self) -> int:
        return len(self.mains)

    @property
    def width(self) -> int:
        """How many columns a block has, the ones among them."""
        return 1 + len(self.kept)

    def blocks(self) -> Iterator[tuple[slice, Floats]]:
        """Give the rows of the design block by block."""
        for low in range(0, len(self), BLOCK):
            rows = slice(low, min(low + BLOCK, len(self)))
            wide = self._expanded(self.mains[rows], self.codes[rows])[:, self.kept]
            yield rows, np.column_stack([np.ones(len(wide)), (wide - self.mean) / self.spread])

    def _expanded(self, mains: Singles, codes: Codes) -> Floats:
        z = mains.astype(np.float64)
        parts: list[Floats] = [z]
        parts += [
            np.maximum(z[:, at : at + 1] - bends, 0.0)
            for at, bends in enumerate(self.bends)
            if len(bends)
        ]
        if self.crossed:
            first, second = np.triu_indices(z.shape[1], k=1)
            parts.append(z[:, first] * z[:, second])
        own = indicators(codes, self.categories)
        parts.append(own)
        if self.crossed and self.categories:
            parts.append((own[:, :, None] * z[:, None, :3]).reshape(len(z), -1))
        return np.concatenate(parts, axis=1)


def tamed(values: npt.ArrayLike, size: float | None = None) -> Floats:
    """Return money or counts on a scale that large ones do not lead: asinh of their typical size.

    It is a logarithm for what is large, on either side of zero, and a line near zero. The typical
    size is the median of what is not zero, unless given.
    """
    x = np.nan_to_num(np.asarray(values, np.float64))
    if size is None:
        some = np.abs(x[x != 0])
        size = float(np.median(some)) if len(some) else 1.0
    return np.asarray(np.arcsinh(x / max(size, 1e-9)))


def common(values: Sequence[object] | npt.NDArray[Any], most: int = 6) -> Codes:
    """Return numbers for a category, the most common first; beyond `most`, and rare ones, one."""
    found, codes, count = np.unique(
        np.asarray(values).astype(str), return_inverse=True, return_counts=True
    )
    order = np.argsort(-count, kind="stable")
    place = np.empty(len(found), np.intp)
    place[order] = np.arange(len(found))
    rare = count < max(0.01 * count.sum(), 1)
    place = np.where(rare, most, np.minimum(place, most))
    return np.unique(place, return_inverse=True)[1][codes]


def indicators(codes: Codes, categories: int | None = None) -> Floats:
    """Return a column for each category but 0, the most common: 1 where a row is of it."""
    most = int(codes.max(initial=0)) if categories is None else categories
    return np.asarray(codes[:, None] == np.arange(1, most + 1), np.float64)


def _scaled(mains: Singles, centre: tuple[Floats, Floats, Flags]) -> Singles:
    middle, spread, live = centre
    z = (mains[:, live] - middle) / spread
    return np.clip(z, -_FARTHEST, _FARTHEST).astype(np.float32)


def _bends(main: Singles) -> Floats:
    """Return distinct quantiles, none at an end, where a bend would be the line itself."""
    at = np.unique(np.quantile(main.astype(np.float64), _BENDS))
    return np.asarray(at[(at > main.min() + _FLAT) & (at < main.max() - _FLAT)])
