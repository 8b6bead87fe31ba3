"""Themes: what customers complain about often, and what they have begun to complain about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from valence.core.intervals import normal_quantile
from valence.experience.text.definition import ThemesDefinition
from valence.experience.text.terms import Terms, terms

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DEFAULT = ThemesDefinition()
CONFIDENCE = 0.90
NEW_Z = 3.0  # of hundreds of words, hardly one stands so far out by chance
FEWEST = 30  # complaints in either time; below, nothing is called new
_HAIR = 1e-9  # without any praise both odds are the prior's, but for rounding
_MOST_PRIOR = 500.0  # pseudo-counts of the prior, spread as the words of both sets are

SCHEMA = pa.schema(
    [
        pa.field("term", pa.string()),
        pa.field("language", pa.string()),
        pa.field("complaints", pa.int64()),
        pa.field("praise", pa.int64()),
        pa.field("now", pa.int64()),
        pa.field("before", pa.int64()),
        pa.field("share_now", pa.float64()),
        pa.field("share_before", pa.float64()),
        pa.field("log_odds", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("z", pa.float64()),
        pa.field("new", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True)
class LogOdds:
    """The log of how much likelier a word is in one set of texts than in another, per word."""

    value: Floats
    error: Floats

    @property
    def z(self) -> Floats:
        """Standard errors from no difference."""
        return self.value / self.error


def log_odds(one: Ints, other: Ints, *, prior: float | None = None) -> LogOdds:
    """Return the weighted log-odds ratios of words, with an informative Dirichlet prior.

    Parameters
    ----------
    one, other
        How often each word stands in either set: (words,).
    prior
        Size of the prior, in counts; it is spread as the words of both sets are. By default that of
        the smaller set, and 500 at most: a larger one would outweigh what few texts say.

    Notes
    -----
    Monroe, Colaresi & Quinn (2008), "Fightin' Words", Political Analysis 16 (4), equations 16, 19
    and 22: rare words are drawn to no difference instead of standing at the ends of the list.
    """
    if prior is None:
        prior = min(max(min(float(one.sum()), float(other.sum())), 1.0), _MOST_PRIOR)
    both = (one + other).astype(np.float64)
    alpha = prior * both / max(both.sum(), 1.0)
    total = float(alpha.sum())

    def odds(counts: Ints) -> Floats:
        held = counts + alpha
        rest: Floats = counts.sum() + total - held
        # A word in neither set has no odds: it is told apart from nothing, not divided by.
        return np.asarray(np.log(np.maximum(held, 1e-9) / np.maximum(rest, 1e-9)), np.float64)

    error = np.sqrt(1 / np.maximum(one + alpha, 1e-9) + 1 / np.maximum(other + alpha, 1e-9))
    return LogOdds(odds(one) - odds(other), np.asarray(error, np.float64))


def themes(
    texts: Sequence[str | None],
    on: Sequence[date],
    sentiment: Sequence[float | None],
    *,
    as_of: date,
    definition: ThemesDefinition = DEFAULT,
) -> pa.Table:
    """Return the words of complaints: how often each stands, and whether it is newly frequent.

    Parameters
    ----------
    texts
        What customers said.
    on
        The day of each text.
    sentiment
        Of each text, −1 to 1; below 0 it is a complaint, above 0 praise.
    as_of
        The last day. Texts after it, and before the days that are compared, are left out.
    definition
        How many days are new, with how many before them they are compared, how many texts a word
        must stand in, and words to leave out.

    Returns
    -------
    Table
        One row per word or pair of words, the most frequent in complaints first: `term`,
        `language` (text); `complaints`, `praise` (int, texts of all these days that hold it),
        `now`, `before` (int, complaints of the new days and of those before them),
        `share_now`, `share_before` (float, of all complaints of the time), `log_odds` of now
        against before with `low` and `high` (its 90 % interval) and `z`; `new` (bool, z of 3 or
        more; null where either time has fewer than 30 complaints). Only words that are no rarer
        in complaints than in praise.
    """
    first, new = window(as_of, definition)
    days = np.array([day.toordinal() for day in on], np.int64)
    felt = np.array([np.nan if s is None else s for s in sentiment], np.float64)
    inside = (days >= first.toordinal()) & (days <= as_of.toordinal())
    inside &= ~np.isnan(felt) & (felt != 0)
    at = np.flatnonzero(inside)
    bad = felt[at] < 0
    late = days[at] >= new.toordinal()
    found = terms([texts[place] or "" for place in at.tolist()], least=definition.minimum_texts)
    return _told(found, bad, late, definition)


def window(as_of: date, definition: ThemesDefinition) -> tuple[date, date]:
    """Return the first day that is looked at, and the first that is new."""
    new = as_of - timedelta(days=definition.new_days - 1)
    return new - timedelta(days=definition.before_days), new


def _told(
    found: Terms,
    bad: NDArray[np.bool_],
    late: NDArray[np.bool_],
    definition: ThemesDefinition,
) -> pa.Table:
    complaints, praise = found.counts(bad), found.counts(~bad)
    now, before = found.counts(bad & late), found.counts(bad & ~late)
    moved = log_odds(now, before)
    worse = log_odds(complaints, praise).value >= -_HAIR
    left_out = {word.strip().lower() for word in definition.leave_out}
    named = np.array([name not in left_out for name in found.names], bool)
    kept = np.flatnonzero((complaints >= definition.minimum_texts) & worse & named)
    kept = kept[np.lexsort((np.array([found.names[at] for at in kept]), -complaints[kept]))]
    texts_now, texts_before = int((bad & late).sum()), int((bad & ~late).sum())
    enough = min(texts_now, texts_before) >= FEWEST
    half = normal_quantile(CONFIDENCE) * moved.error
    new = (moved.z >= NEW_Z) & (now >= definition.minimum_texts)
    return pa.table(
        [
            pa.array([found.names[at] for at in kept], pa.string()),
            pa.array([found.language[at] for at in kept], pa.string()),
            *(pa.array(part[kept], pa.int64()) for part in (complaints, praise, now, before)),
            *(
                pa.array(part[kept] / max(texts, 1), mask=np.full(len(kept), texts == 0))
                for part, texts in ((now, texts_now), (before, texts_before))
            ),
            *(
                pa.array(part[kept], pa.float64(), mask=np.full(len(kept), not enough))
                for part in (moved.value, moved.value - half, moved.value + half, moved.z)
            ),
            pa.array(new[kept], pa.bool_(), mask=np.full(len(kept), not enough)),
        ],
        schema=SCHEMA,
    )
