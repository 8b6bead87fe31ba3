"""NPS, CSAT and CES of any group of answers: share, score, interval, and whether it moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.errors import BadInputError
from valence.core.intervals import MINIMUM, normal_quantile, sure, two_sided
from valence.lake.columns import Kind
from valence.lake.portable import count_if, days_in, filled, given, ratio, wilson
from valence.lake.scales import on_scale

Metric = Literal["nps", "csat", "ces"]
METRICS: tuple[Metric, ...] = ("nps", "csat", "ces")
CONFIDENCE = 0.90
# Where on the scale, 0 to 1, the good answers begin and the bad ones end. NPS: 9 and 10 against 0
# to 6 of 10 (Reichheld 2003). CSAT: the two best of five, the two worst. CES is asked as "it was
# easy" on 1 to 7, so higher is easier: 5 to 7 agree (Dixon, Freeman & Toman 2010, as CES 2.0).
GOOD: dict[Metric, float] = {"nps": 0.9, "csat": 0.75, "ces": 4 / 6}
BAD: dict[Metric, float] = {"nps": 0.6, "csat": 0.25, "ces": 2 / 6}
HAIR = 1e-9  # a share of a scale is a quotient
_COLUMNS: dict[str, Kind] = {
    "answered_on": "day", "subject": "text", "score": "float", "scale": "text",
}  # fmt: skip
_OWN = ("", "own")


def known_metric(name: str) -> Metric:
    """Return a score of experience by its name.

    Raises
    ------
    BadInputError
        If there is none of that name.
    """
    for known in METRICS:
        if name == known:
            return known
    raise BadInputError(
        "{metric!r} is no score of experience. Choose one of {names}.",
        metric=name,
        names=", ".join(METRICS),
    )


def answers(
    feedback: ir.Table,
    *,
    metric: Metric,
    since: date | None = None,
    until: date | None = None,
    subject: str = "own",
) -> ir.Table:
    """Return the answers to one question, each as good, bad, or between.

    Parameters
    ----------
    feedback
        Canonical feedback, or any table with `metric` and `score`.
    metric
        nps, csat or ces.
    since, until
        The first and the last day that count.
    subject
        `own` for the brand itself, or the competitor that was asked about.

    Returns
    -------
    Table
        The rows with a score on its scale, with `share` (float, 0 to 1 on the scale), `good` and
        `bad` (bool: promoters and detractors for NPS).

    Raises
    ------
    BadInputError
        If the metric is none of the three, or a column is missing.
    """
    known_metric(metric)
    t = days_in(filled(given(feedback, "metric", "score"), _COLUMNS), "answered_on")
    about = ibis.coalesce(t.subject, "").lower()
    wanted = about.isin(_OWN) if subject == "own" else about == subject.lower()
    t = t.filter(t.metric.lower() == metric, wanted)
    t = t.mutate(metric=t.metric.lower(), score=t.score.cast("float64"))
    if since is not None:
        t = t.filter(t.answered_on >= as_day(since))
    if until is not None:
        t = t.filter(t.answered_on <= as_day(until))
    t = t.mutate(share=on_scale(t))
    t = t.filter(t.share.notnull())
    return t.mutate(good=t.share >= GOOD[metric] - HAIR, bad=t.share <= BAD[metric] + HAIR)


def scores(
    feedback: ir.Table,
    *,
    metric: Metric,
    by: Sequence[str] = (),
    since: date | None = None,
    until: date | None = None,
    subject: str = "own",
    confidence: float = CONFIDENCE,
) -> ir.Table:
    """Return the score of each group of answers, with its interval.

    Parameters
    ----------
    feedback, metric, since, until, subject
        As in `answers`.
    by
        Columns that make the groups: touchpoint, channel, store, …; none for all together.
    confidence
        Of the interval.

    Returns
    -------
    Table
        The columns of `by`, `n` (int), `good`, `bad` (int; promoters and detractors), `score`
        (float; NPS from −100 to 100, else the share of good answers from 0 to 100), `low`, `high`
        (float, its interval), `mean` (float, 0 to 1 on the scale), `error` (float, the standard
        error of the score).

    Notes
    -----
    NPS is 100 (p − d) with variance (p + d − (p − d)²) / n of the mean of +1, 0 and −1; its
    interval is kept within −100 and 100. Shares have Wilson's interval.
    """
    t = answers(feedback, metric=metric, since=since, until=until, subject=subject)
    for name in by:
        given(t, name)
    t = t.group_by(*by) if by else t
    t = t.aggregate(
        n=ibis._.count().cast("int64"),
        good=count_if(ibis._.good),
        bad=count_if(ibis._.bad),
        mean=ibis._.share.mean(),
    )
    return scored(t.filter(t.n > 0), metric, confidence)


def scored(t: ir.Table, metric: Metric, confidence: float = CONFIDENCE) -> ir.Table:
    """Add score, interval and standard error to counts `n`, `good` and `bad`, as in `scores`."""
    good, bad = ratio(t.good, t.n), ratio(t.bad, t.n)
    if metric == "nps":
        net = good - bad
        variance = (good + bad - net * net) / t.n.cast("float64")
        error = (variance > 0).ifelse(variance, 0.0).sqrt()
        z = normal_quantile(confidence)
        low, high = (ibis.greatest(net - error * z, -1.0), ibis.least(net + error * z, 1.0))
    else:
        net = good
        variance = good * (1.0 - good) / t.n.cast("float64")
        error = (variance > 0).ifelse(variance, 0.0).sqrt()
        low, high = wilson(net, t.n, confidence=confidence)
    return t.mutate(score=net * 100.0, low=low * 100.0, high=high * 100.0, error=error * 100.0)


@dataclass(frozen=True, slots=True)
class Score:
    """A score that an engine has reduced to a few numbers."""

    n: int
    score: float
    error: float
    kish: float | None = None  # as many answers it is worth, where they are weighed; None: n

    @property
    def effective(self) -> float:
        """How many answers that count once it is worth (Kish 1965, Survey Sampling, 11.7)."""
        return float(self.n) if self.kish is None else self.kish

    @classmethod
    def of(cls, metric: Metric, n: int, good: int, bad: int) -> Score:
        """Return the score of so many answers, of one or more."""
        p, d = good / n, bad / n if metric == "nps" else 0.0
        return cls(n, 100 * (p - d), 100 * sqrt(max(p + d - (p - d) ** 2, 0.0) / n))

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Return its interval by the normal curve, on the scale of the score."""
        reach = normal_quantile(confidence) * self.error
        return self.score - reach, self.score + reach

    @property
    def enough(self) -> bool:
        """Whether there are answers enough to say anything."""
        return self.n >= MINIMUM


@dataclass(frozen=True, slots=True)
class Change:
    """How a score differs from another of other people."""

    difference: float
    error: float
    probability: float | None  # of a difference as large by chance

    def significant(self, confidence: float = CONFIDENCE) -> bool:
        """Whether it is more than chance."""
        return sure(self.probability, confidence)


def change(now: Score, before: Score) -> Change:
    """Return how a score moved between two independent groups of answers.

    Where each group is of one mind there is no error in either: then it is that of both together.
    """
    error = sqrt(now.error**2 + before.error**2)
    difference = now.score - before.score
    if not error and difference:
        n, m = now.n, before.n
        error = abs(difference) * sqrt(n * m) / (n + m) * sqrt(1 / n + 1 / m)
    return Change(difference, error, two_sided(difference, error))


def reweighted(strata: Mapping[str, Score], base: Mapping[str, float]) -> Score | None:
    """Return the score that the whole customer base would have given: post-stratification.

    Who answers is not who buys. Each stratum (a value tier, a channel) counts by its share of the
    base; a stratum without an answer is left out and its share spread over the others.

    Parameters
    ----------
    strata
        The score of each stratum.
    base
        Customers in each stratum of the base, or their shares.

    Returns
    -------
    Score or None
        None where no stratum of the base was answered for.

    Notes
    -----
    Σ W score, with variance Σ W² error² (Cochran 1977, Sampling Techniques, 5A.9). Each answer
    counts W / n, so that all are worth 1 / Σ (W² / n) answers that count once.
    """
    counted = {name: base[name] for name in strata if base.get(name, 0) > 0 and strata[name].n}
    whole = sum(counted.values())
    if not whole:
        return None
    weights = {name: size / whole for name, size in counted.items()}
    return Score(
        sum(strata[name].n for name in weights),
        sum(weight * strata[name].score for name, weight in weights.items()),
        sqrt(sum((weight * strata[name].error) ** 2 for name, weight in weights.items())),
        1 / sum(weight**2 / strata[name].effective for name, weight in weights.items()),
    )
