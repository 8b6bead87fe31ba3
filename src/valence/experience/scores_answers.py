"""What the page, the route and the command of scores tell: plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.errors import BadInputError, did_you_mean
from valence.experience.limits import MINIMUM
from valence.experience.scores import METRICS, Change, Metric, Score, change, scored
from valence.lake.portable import count_if
from valence.lake.reading import Tables

MONTHS = 12  # that a score looks back on, and of the period before that it is held against
# What answers may be told apart by: their own columns, and what is known of the customer.
OF_ANSWER = ("touchpoint", "channel", "language", "source")
OF_CUSTOMER = ("tier", "segment", "main_channel", "rung", "bond")
BY = (*OF_ANSWER, *OF_CUSTOMER)


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
class Scores:
    """One question's score: all answers together, and each group."""

    metric: Metric
    by: str
    since: date
    until: date
    all: Told | None
    groups: Sequence[Told]
    months: Sequence[tuple[date, Told]]


def scores_of(
    tables: Tables,
    metric: str,
    *,
    until: date,
    since: date | None = None,
    by: str = "touchpoint",
    subject: str = "own",
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

    Raises
    ------
    BadInputError
        If there is no such question or group, or the period is empty.
    """
    checked = _metric(metric)
    if by not in BY:
        raise BadInputError(
            "Answers cannot be told apart by {by!r}. {near} Choose one of {names}.",
            by=by,
            near=did_you_mean(by, BY),
            names=", ".join(BY),
        )
    first = months_before(until, MONTHS) + timedelta(days=1) if since is None else since
    if first > until:
        raise BadInputError(
            "The period ends on {until}, before it begins on {since}.", until=until, since=first
        )
    t = _answers(tables, checked, by, subject)
    earlier = first - (until - first) - timedelta(days=1)  # as many days, just before
    now, before = t.filter(t.on >= first, t.on <= until), t.filter(t.on >= earlier, t.on < first)
    was = {row["name"]: _told(row) for row in _counted(tables, before, checked, ("name",))}
    groups = [_told(row, was.get(row["name"])) for row in _counted(tables, now, checked, ("name",))]
    whole = [_told(row) for row in _counted(tables, before, checked, ())]
    total = [_told(row, whole[0] if whole else None) for row in _counted(tables, now, checked, ())]
    months = _counted(tables, now.mutate(month=now.on.truncate("M")), checked, ("month",))
    return Scores(
        checked,
        by,
        first,
        until,
        total[0] if total else None,
        sorted(groups, key=lambda told: (not told.enough, told.score)),
        sorted(((row["month"], _told(row)) for row in months), key=lambda pair: pair[0]),
    )


def _metric(metric: str) -> Metric:
    for known in METRICS:
        if metric == known:
            return known
    raise BadInputError(
        "{metric!r} is no score of experience. Choose one of {names}.",
        metric=metric,
        names=", ".join(METRICS),
    )


def _answers(tables: Tables, metric: Metric, by: str, subject: str) -> ir.Table:
    t = tables.table("answers")
    t = t.filter(t.metric == metric, t.subject == subject, t.share.notnull())
    if by in OF_CUSTOMER:
        customers = tables.table("customers")
        if by not in customers.columns:
            return t.mutate(name=ibis.null("string"))
        known = customers.select("customer_id", name=customers[by])
        return t.left_join(known, "customer_id").drop("customer_id_right")
    return t.mutate(name=t[by].nullif(""))


def _counted(
    tables: Tables, t: ir.Table, metric: Metric, by: Sequence[str]
) -> list[dict[str, Any]]:
    grouped = t.group_by(*by) if by else t
    counts = grouped.aggregate(
        n=ibis._.count().cast("int64"), good=count_if(ibis._.good), bad=count_if(ibis._.bad)
    )
    return tables.rows(scored(counts.filter(counts.n > 0), metric))


def _told(row: dict[str, Any], before: Told | None = None) -> Told:
    held = None if before is None else Score(before.n, before.score, before.error)
    values = {name: row[name] for name in ("n", "good", "bad", "score", "low", "high", "error")}
    return Told(row.get("name"), before=held, **values)
