"""Kano: what kind of quality each feature has, how sure that is, and whether it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.core.intervals import MINIMUM, sure, two_shares, wilson
from valence.lake.portable import count_if, given

Category = Literal["M", "O", "A", "I", "R", "Q"]
# Must-be, one-dimensional (performance), attractive, indifferent, reverse, questionable; of two
# that are named as often the first counts: M > O > A > I (Berger et al. 1993).
CATEGORIES: tuple[Category, ...] = ("M", "O", "A", "I", "R", "Q")
# The 5 × 5 table of Kano et al. (1984) as Berger et al. (1993) print it. Rows: how it is if the
# feature is there; columns: if it is not. 1 like, 2 must be, 3 neutral, 4 can live with, 5 dislike.
TABLE: tuple[str, ...] = ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ")
ANSWERS = range(1, 6)
CONFIDENCE = 0.90


def kano_counts(pairs: ir.Table, *, by: Sequence[str] = ("item",)) -> ir.Table:
    """Return how many named each category of each feature.

    Parameters
    ----------
    pairs
        One row per person and feature: `functional`, `dysfunctional` (int, 1 like to 5 dislike);
        rows without both, or with another number, are left out.
    by
        Columns that make the groups: the feature, and a segment if wanted.

    Returns
    -------
    Table
        The columns of `by`, a count of each of `M O A I R Q`, and `n`, their sum.

    Raises
    ------
    BadInputError
        If a column is missing.
    """
    t = given(pairs, "functional", "dysfunctional", *by)
    t = t.filter(t.functional.isin(list(ANSWERS)), t.dysfunctional.isin(list(ANSWERS)))
    cell = (t.functional.cast("int64") - 1) * 5 + t.dysfunctional.cast("int64") - 1
    flat = "".join(TABLE)
    counts = {
        category: count_if(cell.isin([at for at, found in enumerate(flat) if found == category]))
        for category in CATEGORIES
    }
    grouped = t.group_by(*by) if by else t
    return grouped.aggregate(**counts, n=t.count().cast("int64"))


@dataclass(frozen=True, slots=True)
class Kano:
    """One feature's answers, counted by category, and what follows from them."""

    counts: Mapping[Category, int]

    @property
    def n(self) -> int:
        """People who answered both questions."""
        return sum(self.counts.values())

    @property
    def enough(self) -> bool:
        """Whether people enough answered to say anything."""
        return self.n >= MINIMUM

    @property
    def ranked(self) -> list[Category]:
        """The categories, the one named most often first; ties by M > O > A > I."""
        return sorted(CATEGORIES, key=lambda one: (-self.counts.get(one, 0), CATEGORIES.index(one)))

    @property
    def category(self) -> Category | None:
        """The category named most often; None without answers."""
        return self.ranked[0] if self.n else None

    @property
    def total_strength(self) -> float:
        """Share for whom the feature matters at all: (M + O + A) / n."""
        return sum(self.counts.get(one, 0) for one in CATEGORIES[:3]) / self.n

    @property
    def category_strength(self) -> float:
        """By how large a share the first category leads the second."""
        first, second = self.ranked[:2]
        return (self.counts.get(first, 0) - self.counts.get(second, 0)) / self.n

    @property
    def fong(self) -> tuple[float, float]:
        """The lead of the first category over the second in people, and how much it must exceed.

        Fong (1996), "Using the self-stated importance questionnaire to interpret Kano
        questionnaire results", Center for Quality of Management Journal 5 (3): at 90 %.
        """
        first, second = (self.counts.get(one, 0) for one in self.ranked[:2])
        both = first + second
        return first - second, 1.65 * sqrt(both * (2 * self.n - both) / (2 * self.n))

    @property
    def clear(self) -> bool:
        """Whether the first category is more than chance by Fong's test."""
        lead, needed = self.fong
        return lead > needed

    def better(self, confidence: float = CONFIDENCE) -> tuple[float, float, float] | None:
        """Return (A + O) / (A + O + M + I), 0 to 1, and its interval: what the feature adds."""
        return self._share("AO", confidence)

    def worse(self, confidence: float = CONFIDENCE) -> tuple[float, float, float] | None:
        """Return −(O + M) / (A + O + M + I), −1 to 0, and its interval: what its lack costs."""
        found = self._share("OM", confidence)
        return None if found is None else (-found[0], -found[2], -found[1])

    def _share(self, of: str, confidence: float) -> tuple[float, float, float] | None:
        n = sum(self.counts.get(one, 0) for one in CATEGORIES[:4])
        if not n:
            return None
        hits = sum(count for one, count in self.counts.items() if one in of)
        return hits / n, *wilson(hits, n, confidence)


def kano_of(rows: Sequence[Mapping[str, object]], item: str = "item") -> dict[str, Kano]:
    """Return what `kano_counts` found, by feature.

    Raises
    ------
    BadInputError
        If a feature stands there twice: then it was also grouped by something else.
    """
    found: dict[str, Kano] = {}
    for row in rows:
        name = str(row[item])
        if name in found:
            raise BadInputError(
                "{name!r} stands there more than once. Count one segment at a time.", name=name
            )
        found[name] = Kano({one: int(str(row[one])) for one in CATEGORIES})
    return found


@dataclass(frozen=True, slots=True)
class Drift:
    """How one feature moved between two waves."""

    before: Kano
    now: Kano
    better: float  # change of Better
    better_probability: float | None  # of as large a change by chance
    worse: float  # change of the size of Worse: more means that its lack costs more
    worse_probability: float | None
    became_basic: bool  # what delighted is now expected

    @property
    def enough(self) -> bool:
        """Whether people enough answered in both waves to say anything."""
        return self.before.enough and self.now.enough

    @property
    def moved(self) -> bool:
        """Whether the category changed."""
        return self.before.category != self.now.category


def drift(before: Kano, now: Kano, *, confidence: float = CONFIDENCE) -> Drift | None:
    """Return how a feature moved between two waves of other people; None without answers.

    Delight turns into basic (Kano 2001, "Life cycle and creation of attractive quality"): Better
    falls or the size of Worse rises, by more than chance, and the category goes towards must-be.
    """
    pairs = [(before.better(), now.better()), (before.worse(), now.worse())]
    changes = []
    sizes = [sum(k.counts.get(one, 0) for one in CATEGORIES[:4]) for k in (before, now)]
    for first, second in pairs:
        if first is None or second is None:
            return None
        was, now_is = ((abs(found[0]), n) for found, n in zip((first, second), sizes, strict=True))
        changes.append((now_is[0] - was[0], two_shares(was, now_is)))
    (better, better_p), (worse, worse_p) = changes
    aged = (better < 0 and sure(better_p, confidence)) or (worse > 0 and sure(worse_p, confidence))
    way = ("A", "O", "M")
    then, later = before.category, now.category
    towards = then in way and later in way and way.index(later) > way.index(then)
    return Drift(before, now, better, better_p, worse, worse_p, aged and towards)
