"""What the page, the route and the command of scores tell: plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.errors import BadInputError
from valence.core.intervals import MINIMUM, wilson
from valence.experience.apart import BY, MONTH, checked, told_apart
from valence.experience.scores import CONFIDENCE, Change, Metric, Score, change, known_metric
from valence.experience.weighing import (
    Count,
    Stood,
    Weighing,
    base_of,
    cells_of,
    loudest,
    score_of,
    weighing,
    with_stratum,
)
from valence.lake.portable import count_if
from valence.lake.reading import Tables

__all__ = ["BY", "MONTHS", "Scores", "Told", "Weighed", "scores_of", "subjects_of"]

_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
MONTHS = 12  # that a score looks back on, and of the period before that it is held against


@dataclass(frozen=True, slots=True)
class Told:
    """The score of one group of answers, and how it moved since the period before."""

    name: str | None  # None: all together, or not known
    n: int
    good: int
    bad: int
    score: float
    low: float
    high: float
    error: float
    good_share: float  # of good answers, 0 to 1: weighed as the score is
    bad_share: float
    before: Score | None = None

    @property
    def enough(self) -> bool:
        """Whether there are answers enough to say anything."""
        return self.n >= MINIMUM

    @property
    def moved(self) -> Change | None:
        """The change since the period before; None where either has too few answers."""
        if self.before is None or not self.before.enough or not self.enough:
            return None
        return change(Score(self.n, self.score, self.error), self.before)

    def told(self) -> dict[str, Any]:
        """Return it as one row; without a score below the minimum of answers."""
        said = self.enough
        moved = self.moved
        return {
            "name": self.name,
            "n": self.n,
            "good": self.good,
            "bad": self.bad,
            "good_share": self.good_share if said else None,
            "bad_share": self.bad_share if said else None,
            "score": round(self.score, 2) if said else None,
            "low": round(self.low, 2) if said else None,
            "high": round(self.high, 2) if said else None,
            "enough": said,
            "n_before": None if self.before is None else self.before.n,
            "change": None if moved is None else round(moved.difference, 2),
            "probability": None if moved is None else moved.probability,
            "significant": None if moved is None else moved.significant(),
        }


@dataclass(frozen=True, slots=True)
class Weighed:
    """What weighing did to the score of all answers."""

    how: Weighing
    plain: Told  # with every answer counted once
    left_out: int  # answers of nobody of whom the traits are known
    loudest: Stood | None  # who answers more than their share

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        loud = self.loudest
        return {
            "traits": list(self.how.traits),
            "surveys_alike": self.how.surveys_alike,
            "unweighted": self.plain.told()["score"],
            "left_out": self.left_out,
            "loudest": None if loud is None else loud.stratum,
            "loudest_answers_share": None if loud is None else loud.answers,
            "loudest_customers_share": None if loud is None else loud.customers,
        }


@dataclass(frozen=True, slots=True)
class Scores:
    """One question's score: all answers together, and each group."""

    metric: Metric
    subject: str  # own, or the competitor that was asked about
    by: str
    since: date
    until: date
    all: Told | None
    groups: Sequence[Told]
    months: Sequence[tuple[date, Told]]
    surveys: Sequence[str]  # whose answers are in it
    weighed: Weighed | None = None  # None: every answer counts once

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "metric": self.metric,
            "subject": self.subject,
            "by": self.by,
            "since": self.since,
            "until": self.until,
            "weighed": None if self.weighed is None else self.weighed.told(),
            "surveys": list(self.surveys),
            "all": None if self.all is None else self.all.told(),
            "groups": [told.told() for told in self.groups],
            "months": [{**told.told(), "month": month} for month, told in self.months],
        }


def scores_of(  # noqa: PLR0913 - what can be asked, each by its name
    tables: Tables,
    metric: str,
    *,
    until: date,
    since: date | None = None,
    by: str = "touchpoint",
    subject: str = "own",
    weigh: str = "",
    surveys_alike: bool = False,
) -> Scores:
    """Return the score of a question: of all answers, of each group, and month by month.

    Parameters
    ----------
    tables
        The published tables.
    metric
        nps, csat or ces.
    until
        The last day that counts.
    since
        The first; by default twelve months before. The period of the same length before it is
        what the score is held against.
    by
        One of `BY`.
    subject
        `own` for the brand itself, or a competitor.
    weigh
        Traits of customers (`tier,main_channel`) by which answers stand for the whole base, as it
        is now; empty: every answer counts once.
    surveys_alike
        Whether each survey counts the same, however many answered it.

    Raises
    ------
    BadInputError
        If there is no such question, group or trait, or the period is empty or beyond 1900 to 2200.
    """
    asked, how = known_metric(metric), weighing(weigh, surveys_alike=surveys_alike)
    checked(by)
    until = _told_of(until)
    first = _told_of(since or months_before(until, MONTHS) + timedelta(days=1))
    if first > until:
        raise BadInputError(
            "The period ends on {until}, before it begins on {since}.", until=until, since=first
        )
    t = tables.table("answers")
    about = subject.strip().lower() or "own"
    t = t.filter(t.metric == asked, t.subject == about, t.share.notnull())
    t = with_stratum(tables, told_apart(tables, t, by), how.traits)
    earlier = first - (until - first) - timedelta(days=1)  # as many days, just before
    now, before = t.filter(t.on >= first, t.on <= until), t.filter(t.on >= earlier, t.on < first)
    counted, counted_before = _counted(tables, now, "name"), _counted(tables, before, "name")
    months = _counted(tables, now.mutate(month=now.on.truncate("M")), "month")
    book = _Book(asked, how, base_of(tables, how.traits, by) if how.traits else {})
    was: dict[Any, Told | None] = {
        # A month is held against the one before it.
        _next(name) if by == MONTH else name: book.told(name, rows)
        for name, rows in _each(counted_before, "name")
    }
    groups = []
    for name, rows in _each(counted, "name"):
        groups.append(book.told(name, rows, was.get(name)))
        if by == MONTH:
            was[_next(name)] = groups[-1]
    before_all = book.told(None, counted_before, whole=True)
    whole = book.told(None, counted, before_all, whole=True)
    return Scores(
        asked,
        about,
        by,
        first,
        until,
        whole,
        [g for g in groups if g]
        if by == MONTH
        else sorted((g for g in groups if g), key=lambda told: (not told.enough, told.score)),
        [
            (m, told)
            for m, rows in _each(months, "month")
            if (told := book.told(None, rows, whole=True))
        ],
        sorted({row["survey"] for row in counted}),
        None if how.plain else book.weighed(counted),
    )


@dataclass(frozen=True, slots=True)
class _Book:
    """How counted answers become a score."""

    metric: Metric
    how: Weighing
    base: Mapping[str, Mapping[str, int]]

    def told(
        self,
        name: Any,
        rows: Iterable[Mapping[str, Any]],
        before: Told | None = None,
        *,
        whole: bool = False,
    ) -> Told | None:
        """Return the score of counted rows; None where there is none that counts."""
        rows = [row for row in rows if row["stratum"] is not None]
        # A group that is a trait of customers stands for its own customers, any other for all.
        base = self.base.get("" if whole or name is None else name) or self.base.get("", {})
        cells = cells_of(rows)
        made = score_of(self.metric, cells, base, self.how)
        # Satisfaction is the share of good answers: so shares are weighed as the score is.
        liked = score_of("csat", cells, base, self.how)
        turned = {key: Count(count.n, count.bad) for key, count in cells.items()}
        disliked = score_of("csat", turned, base, self.how)
        if made is None or liked is None or disliked is None:
            return None
        n, good, bad = (sum(row[key] for row in rows) for key in ("n", "good", "bad"))
        if self.metric == "nps":
            low, high = made.interval()
        else:
            hits = made.score / 100 * made.effective
            low, high = (100 * end for end in wilson(hits, made.effective, CONFIDENCE))
        least = -100.0 if self.metric == "nps" else 0.0
        held = None if before is None else Score(before.n, before.score, before.error)
        return Told(
            name, n, good, bad, made.score, max(low, least), min(high, 100.0), made.error,
            liked.score / 100, disliked.score / 100, held,
        )  # fmt: skip

    def weighed(self, rows: Sequence[Mapping[str, Any]]) -> Weighed | None:
        """Return what weighing did to the score of all."""
        plain = _Book(self.metric, Weighing(), {}).told(
            None, [{**row, "stratum": ""} for row in rows], whole=True
        )
        if plain is None:
            return None
        known = [row for row in rows if row["stratum"] is not None]
        out = sum(row["n"] for row in rows) - sum(row["n"] for row in known)
        return Weighed(self.how, plain, out, loudest(cells_of(known), self.base.get("", {})))


def subjects_of(tables: Tables, metric: Metric) -> list[str]:
    """Return whom a question was asked about: `own` first, then competitors."""
    t = tables.table("answers")
    t = t.filter(t.metric == metric, t.share.notnull()).select("subject").distinct()
    return sorted({row["subject"] for row in tables.rows(t)}, key=lambda who: (who != "own", who))


def _told_of(day: date) -> date:
    """A day of which scores can be told: days beyond leave no room for the period before."""
    if not _FIRST <= day <= _LAST:
        raise BadInputError(
            "{day} is out of reach. Give a day from {first} to {last}.",
            day=day, first=_FIRST, last=_LAST,
        )  # fmt: skip
    return day


def _next(month: str) -> str:
    """The month after one such as 2026-12."""
    year, number = map(int, month.split("-"))
    return f"{year + number // 12}-{number % 12 + 1:02}"


def _counted(tables: Tables, t: ir.Table, by: str) -> list[dict[str, Any]]:
    counts = (
        t.mutate(survey=t.source)
        .group_by(by, "survey", "stratum")
        .aggregate(
            n=ibis._.count().cast("int64"), good=count_if(ibis._.good), bad=count_if(ibis._.bad)
        )
    )
    return tables.rows(counts)


def _each(rows: Iterable[Mapping[str, Any]], by: str) -> list[tuple[Any, list[Mapping[str, Any]]]]:
    """The rows of each group, in the order of their names; what is not said comes last."""
    found: dict[Hashable, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row[by]].append(row)
    return sorted(found.items(), key=lambda pair: (pair[0] is None, str(pair[0])))
