"""What the page of themes tells, read from the published tables: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.intervals import MINIMUM, two_sided, wilson
from valence.experience.text.said import words_of
from valence.kit.codes import AT_LENGTH
from valence.lake.portable import count_if
from valence.lake.reader import Reader

Row = Mapping[str, Any]
CONFIDENCE = 0.90
MONTHS = 12  # that are looked at, and as many before them


@dataclass(frozen=True, slots=True)
class Aspect:
    """How customers feel about one thing."""

    aspect: str
    n: int  # texts with a sentiment about it
    complaints: int
    n_before: int = 0  # of the twelve months before
    complaints_before: int = 0

    @property
    def enough(self) -> bool:
        """Whether there are texts enough for a share."""
        return self.n >= MINIMUM

    @property
    def share(self) -> float:
        """The share that complains, 0 to 1."""
        return self.complaints / self.n if self.n else 0.0

    @property
    def low(self) -> float:
        """Lower end of the share's 90 % interval (Wilson)."""
        return wilson(self.complaints, self.n, CONFIDENCE)[0]

    @property
    def high(self) -> float:
        """Upper end."""
        return wilson(self.complaints, self.n, CONFIDENCE)[1]

    @property
    def change(self) -> float | None:
        """Change of the share since the twelve months before; None where either is too few."""
        if min(self.n, self.n_before) < MINIMUM:
            return None
        return self.share - self.complaints_before / self.n_before

    @property
    def sure(self) -> bool:
        """Whether the change is more than chance (90 %)."""
        if self.change is None:
            return False
        p = (self.complaints + self.complaints_before) / (self.n + self.n_before)
        error = (p * (1 - p) * (1 / self.n + 1 / self.n_before)) ** 0.5
        chance = two_sided(self.change, error)
        return chance is not None and chance < 1 - CONFIDENCE

    def told(self) -> dict[str, Any]:
        """Return it for the API; no share below the minimum of texts."""
        said = self.enough
        return {
            "aspect": self.aspect,
            "texts": self.n,
            "complaints": self.complaints,
            "share": self.share if said else None,
            "low": self.low if said else None,
            "high": self.high if said else None,
            "enough": said,
            "change": self.change,
            "significant": self.sure,
        }


_LISTS = ("aspects", "words", "new", "said_in")


@dataclass(frozen=True, slots=True)
class SaidIn:
    """Words of one kind: answers to a question, service contacts, interviews."""

    metric: str
    texts: int
    judged: int
    complaints: int

    def told(self) -> dict[str, Any]:
        """Return it for the API; no share below the minimum of texts."""
        said = self.judged >= MINIMUM
        low, high = wilson(self.complaints, self.judged, CONFIDENCE) if said else (None, None)
        share = self.complaints / self.judged if said else None
        return {**asdict(self), "share": share, "low": low, "high": high, "enough": said}


@dataclass(frozen=True, slots=True)
class Themes:
    """What customers say, in short."""

    since: date | None
    until: date | None
    texts: int  # answers and contacts with words about the own brand; no interviews
    judged: int  # of them, with a sentiment
    complaints: int
    languages: Mapping[str, int]
    said_in: Sequence[SaidIn]  # the most texts first; interviews too
    aspects: Sequence[Aspect]  # the most complaints first
    words: Sequence[Row]  # frequent words of complaints, the most frequent first
    new: Sequence[Row]  # newly frequent ones, the surest first
    enough: bool  # whether there were complaints enough to call a word new

    def told(self, limit: int = 0) -> dict[str, Any]:
        """Return everything for the API and the command; of lists the first `limit`."""
        most = limit or None
        return {
            **{n: v for n, v in asdict(self).items() if n not in _LISTS},
            "said_in": [one.told() for one in self.said_in],
            "aspects": [one.told() for one in self.aspects[:most]],
            "new": [dict(row) for row in self.new[:most]],
            "words": [dict(row) for row in self.words[:most]],
        }


def themes_of(tables: Reader) -> Themes:
    """Return what customers of the own brand said in the last twelve months of the build."""
    until = tables.snapshot.as_of
    since = None if until is None else months_before(until, MONTHS)
    t = own(tables.table("feedback_texts"))
    t = t if since is None else t.filter(t.on > since)
    sums = t.group_by("language", "metric").agg(
        texts=t.count().cast("int64"),
        judged=t.sentiment.count().cast("int64"),
        complaints=count_if(t.sentiment < 0.0),
    )
    rows = sorted(tables.rows(sums), key=lambda row: -row["texts"])
    counted = [row for row in rows if row["metric"] not in AT_LENGTH]
    words = tables.table("complaint_words")
    listed = tables.rows(words.order_by(words.complaints.desc(), words.term))
    new = [row for row in listed if row["new"]]
    texts, judged, complaints = (
        sum(int(row[name] or 0) for row in counted) for name in ("texts", "judged", "complaints")
    )
    return Themes(
        since,
        until,
        texts,
        judged,
        complaints,
        {name: texts for name, (texts, *_) in _summed(counted, "language")},
        [SaidIn(name, *counts) for name, counts in _summed(rows, "metric")],
        _aspects(tables, since),
        listed,
        sorted(new, key=lambda row: -row["z"]),
        any(row["new"] is not None for row in listed),
    )


def _summed(rows: Sequence[Row], by: str) -> list[tuple[str, tuple[int, ...]]]:
    """Texts, judged and complaints by one column, the most texts first."""
    sums: dict[str, list[int]] = {}
    for row in rows:
        held = sums.setdefault(row[by], [0, 0, 0])
        for at, name in enumerate(("texts", "judged", "complaints")):
            held[at] += int(row[name] or 0)
    return sorted(
        ((name, tuple(held)) for name, held in sums.items()), key=lambda each: -each[1][0]
    )


def _aspects(tables: Reader, since: date | None) -> list[Aspect]:
    t = own(tables.table("feedback_aspects"))
    t = t.filter(t.sentiment.notnull(), ~t.metric.isin(AT_LENGTH))
    if since is not None:
        t = t.filter(t.on > months_before(since, MONTHS))
        t = t.mutate(late=t.on > since)
    else:
        t = t.mutate(late=t.on.notnull())
    bad = t.sentiment < 0.0
    found = t.group_by("aspect").agg(
        n=count_if(t.late),
        complaints=count_if(t.late & bad),
        n_before=count_if(~t.late),
        complaints_before=count_if(~t.late & bad),
    )
    rows = [
        Aspect(row["aspect"], *(int(row[n]) for n in _COUNTS))
        for row in tables.rows(found)
        if row["n"]
    ]
    return sorted(rows, key=lambda one: (-one.complaints, -one.n, one.aspect))


_COUNTS = ("n", "complaints", "n_before", "complaints_before")


def own(table: ir.Table) -> ir.Table:
    """Return the rows about the own brand."""
    return table.filter(table.subject == "own")


def verbatims_of(tables: Reader, *, aspect: str = "", word: str = "") -> ir.Table:
    """Return texts with what was found of them: of an aspect, of a word, or all.

    Parameters
    ----------
    tables
        The published tables.
    aspect
        Only texts about it, as many as are counted for it; `sentiment` is then that of the clauses
        about it.
    word
        Only complaints that hold it.
    """
    t = own(tables.table("feedback_texts"))
    key = ("source", "feedback_id")
    if aspect:
        a = tables.table("feedback_aspects")
        a = a.filter(a.aspect == aspect, ~a.metric.isin(AT_LENGTH))
        a = a.select(*key, felt=a.sentiment)
        t = t.inner_join(a, key)
        t = t.mutate(sentiment=t.felt).drop("felt")
    if word:
        w = tables.table("complaint_word_texts")
        t = t.semi_join(w.filter(w.term == word), key)
    contacts = tables.table("contacts") if tables.has("contacts") else None
    return t.inner_join(words_of(tables.table("feedback"), contacts), key)


def felt(texts: ir.Table, mood: str) -> ir.Table:
    """Return the texts of a mood: `bad`, `good`, or every one."""
    if mood == "bad":
        return texts.filter(texts.sentiment < 0.0)
    return texts.filter(texts.sentiment > 0.0) if mood == "good" else texts
