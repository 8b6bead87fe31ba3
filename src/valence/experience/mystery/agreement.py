"""Agreement of raters beyond chance: Cohen's kappa of two, Fleiss' kappa of any number."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt

from valence.core.intervals import normal_quantile

CONFIDENCE = 0.90
MINIMUM = 20  # items that several raters saw; of fewer nothing is said


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far raters agree beyond chance: 1 wholly, 0 as by chance, below that less."""

    items: int
    observed: float  # share of pairs of raters that agree
    expected: float  # by chance
    kappa: float | None  # None: everybody always says the same, so that chance explains all
    low: float | None = None
    high: float | None = None

    @property
    def enough(self) -> bool:
        """Whether it says anything."""
        return self.items >= MINIMUM


def cohen(first: Sequence[Hashable], second: Sequence[Hashable]) -> Agreement:
    """Return the agreement of two raters who each rated all items.

    Parameters
    ----------
    first, second
        What each said of the items, in the same order.

    Raises
    ------
    ValueError
        If they rated different numbers of items, or none.

    Notes
    -----
    κ = (p_o − p_e) / (1 − p_e), chance by each rater's own shares (Cohen 1960, Educational and
    Psychological Measurement 20). Its interval is by the jackknife.
    """
    if len(first) != len(second) or not first:
        raise ValueError(f"two raters of the same items are needed: {len(first)}, {len(second)}")
    pairs = list(zip(first, second, strict=True))
    observed, expected = _cohen(pairs)
    kappa = _kappa(observed, expected)
    parts = [_kappa(*_cohen(pairs[:at] + pairs[at + 1 :])) for at in range(len(pairs))]
    return _with_interval(len(pairs), observed, expected, kappa, parts)


def _cohen(pairs: Sequence[tuple[Hashable, Hashable]]) -> tuple[float, float]:
    n = len(pairs)
    if not n:
        return 0.0, 1.0
    observed = sum(a == b for a, b in pairs) / n
    said = {each for pair in pairs for each in pair}
    expected = sum(
        sum(a == each for a, _ in pairs) / n * sum(b == each for _, b in pairs) / n for each in said
    )
    return observed, expected


def fleiss(counts: Sequence[Sequence[int]]) -> Agreement:
    """Return the agreement of raters, any of whom may have rated any item.

    Parameters
    ----------
    counts
        One row per item: how many raters said each of the categories. Items that fewer than two
        rated tell nothing and are left out.

    Raises
    ------
    ValueError
        If no item was rated twice.

    Notes
    -----
    κ = (P̄ − P̄_e) / (1 − P̄_e) (Fleiss 1971, Psychological Bulletin 76), with the mean over items of
    the share of agreeing pairs where the number of raters differs by item. Its interval is by the
    jackknife over items.
    """
    rated = [tuple(row) for row in counts if sum(row) >= 2]
    if not rated:
        raise ValueError("no item was rated by two raters")
    observed, expected = _fleiss(rated)
    kappa = _kappa(observed, expected)
    parts = [
        _kappa(*_fleiss(rated[:at] + rated[at + 1 :])) if len(rated) > 1 else None
        for at in range(len(rated))
    ]
    return _with_interval(len(rated), observed, expected, kappa, parts)


def _fleiss(rated: Sequence[Sequence[int]]) -> tuple[float, float]:
    agreeing = [sum(n * (n - 1) for n in row) / (sum(row) * (sum(row) - 1)) for row in rated]
    whole = sum(sum(row) for row in rated)
    shares = [sum(row[at] for row in rated) / whole for at in range(len(rated[0]))]
    return sum(agreeing) / len(rated), sum(share * share for share in shares)


def _kappa(observed: float, expected: float) -> float | None:
    return None if 1 - expected < 1e-12 else (observed - expected) / (1 - expected)


def _with_interval(
    items: int,
    observed: float,
    expected: float,
    kappa: float | None,
    parts: Sequence[float | None],
) -> Agreement:
    known = [part for part in parts if part is not None]
    if kappa is None or len(known) < max(2, len(parts)):
        return Agreement(items, observed, expected, kappa)
    mean = sum(known) / len(known)
    n = len(known)
    error = sqrt((n - 1) / n * sum((part - mean) ** 2 for part in known))
    reach = normal_quantile(CONFIDENCE) * error
    return Agreement(
        items, observed, expected, kappa, max(-1.0, kappa - reach), min(1.0, kappa + reach)
    )
