"""Sentiment: whether a text praises or complains, with a calibrated probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from valence.experience.text.codes import Batch, Flags, batch
from valence.experience.text.emoji import emoji_balance
from valence.experience.text.language import languages
from valence.experience.text.lexicon import Language
from valence.experience.text.linear import Floats, shipped
from valence.experience.text.tokens import tokens

AT_A_TIME = 4_096  # texts; more would leave the cache of the processor
MOST_SIGNS = 10_000  # of one text; what stands behind is not read
_FACE = 1.5  # log odds of one emoji
SCHEMA = pa.schema(
    [
        pa.field("language", pa.string()),
        pa.field("sentiment", pa.float64()),
        pa.field("probability", pa.float64()),
    ]
)


class Judged(NamedTuple):
    """What was found of each text of a batch."""

    language: NDArray[np.object_]
    probability: Floats  # of praise; NaN where nothing can be said


def sentiment(texts: Sequence[Any]) -> pa.Table:
    """Return the sentiment of each text.

    Parameters
    ----------
    texts
        Texts of customers; None is an empty one. Mark-up is left out, and of a text its first
        10,000 signs are read.

    Returns
    -------
    Table
        One row per text, in order: `language` (zh, en, mixed, other; empty without letters),
        `sentiment` (float, −1 complaint to 1 praise), `probability` (float, 0 to 1, that it is
        praise; `sentiment` is 2 × it − 1). Both are null where nothing can be said: in other
        languages, and where no word is known.

    Examples
    --------
    >>> found = sentiment(["送货很快，质量也好", "Never again, the worst service ever", ""])
    >>> found["language"].to_pylist()
    ['zh', 'en', '']
    >>> [None if s is None else s > 0 for s in found["sentiment"].to_pylist()]
    [True, False, None]
    """
    said = [shortened(text) for text in texts]
    parts = [judged(said[at : at + AT_A_TIME]) for at in range(0, len(said), AT_A_TIME)]
    language = [one for part in parts for one in part.language]
    p = np.concatenate([part.probability for part in parts]) if parts else np.zeros(0)
    none = np.isnan(p)
    columns = [
        pa.array(language, pa.string()),
        pa.array(2 * p - 1, mask=none),
        pa.array(p, mask=none),
    ]
    return pa.table(columns, schema=SCHEMA)


def shortened(text: Any) -> str:
    """Return as much of a text as is read."""
    said = "" if text is None else str(text)
    return said if len(said) <= MOST_SIGNS else said[:MOST_SIGNS]


def judged(texts: Sequence[str]) -> Judged:
    """Return language and probability of a batch of texts."""
    if not texts:
        return Judged(np.zeros(0, object), np.zeros(0))
    every = batch(texts)
    language = languages(every, tokens(every))
    logits = np.full(len(texts), np.nan)
    for one in ("zh", "en"):
        own = (language == one) | (language == "mixed")
        if own.any():
            _blended(logits, every, texts, own, "zh" if one == "zh" else "en")
    faces = emoji_balance(every)
    bare = (language == "") & (faces != 0)
    logits[bare] = _FACE * np.clip(faces[bare], -2, 2)
    with np.errstate(over="ignore"):
        return Judged(language, 1.0 / (1.0 + np.exp(-logits)))


def _blended(
    logits: Floats, every: Batch, texts: Sequence[str], own: Flags, language: Language
) -> None:
    """Put in what a model says of its texts; of a text in both languages, the mean of both."""
    whole = own.all()
    part = every if whole else batch([texts[at] for at in np.flatnonzero(own).tolist()])
    found, hits = shipped(language).of(part, language)
    found[hits == 0] = np.nan
    before = logits[own]
    both = ~np.isnan(before) & ~np.isnan(found)
    found = np.where(both, (before + found) / 2, np.where(np.isnan(found), before, found))
    logits[own] = found
