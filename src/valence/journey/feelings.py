"""Feelings: what customers said at each touchpoint, told by the scores of their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import combinations
from math import sqrt
from typing import Any

from valence.core.days import months_before
from valence.core.intervals import MINIMUM, corrected, normal_quantile, two_sided, wilson
from valence.journey.about import about
from valence.journey.definition import JourneyDefinition
from valence.lake.portable import count_if
from valence.lake.reading import Tables

METRICS = ("nps", "csat", "ces")  # in the order in which a touchpoint is told by them
_CONFIDENCE = 0.90


@dataclass(frozen=True, slots=True)
class Feeling:
    """One question at one place: how many answered, and how."""

    metric: str
    n: int
    good: int
    bad: int

    @property
    def enough(self) -> bool:
        """Whether there are answers enough to say anything."""
        return self.n >= MINIMUM

    @property
    def score(self) -> float:
        """NPS from −100 to 100; else the share of good answers, 0 to 100."""
        net = self.good - self.bad if self.metric == "nps" else self.good
        return 100.0 * net / self.n if self.n else 0.0

    @property
    def error(self) -> float:
        """Its standard error, in the same points."""
        if not self.n:
            return 0.0
        good, bad = self.good / self.n, self.bad / self.n
        spread = good + bad - (good - bad) ** 2 if self.metric == "nps" else good * (1 - good)
        return 100.0 * sqrt(max(spread, 0.0) / self.n)

    @property
    def interval(self) -> tuple[float, float]:
        """Its 90 % interval: for NPS by p + d − (p − d)², else Wilson's."""
        if self.metric == "nps":
            reach = normal_quantile(_CONFIDENCE) * self.error
            return max(self.score - reach, -100.0), min(self.score + reach, 100.0)
        low, high = wilson(self.good, self.n, _CONFIDENCE)
        return 100.0 * low, 100.0 * high

    def __add__(self, other: Feeling) -> Feeling:
        return Feeling(self.metric, self.n + other.n, self.good + other.good, self.bad + other.bad)

    def by_chance(self, other: Feeling) -> float:
        """How probable so large a difference to the score of other answers is by chance; else 1."""
        if not (self.enough and other.enough):
            return 1.0
        found = two_sided(self.score - other.score, sqrt(self.error**2 + other.error**2))
        return 1.0 if found is None else found

    def told(self) -> dict[str, Any]:
        """Return it as one row; without a score below the minimum of answers."""
        low, high = self.interval
        said = self.enough
        return {
            "metric": self.metric,
            "n": self.n,
            "score": round(self.score, 2) if said else None,
            "low": round(low, 2) if said else None,
            "high": round(high, 2) if said else None,
        }


@dataclass(frozen=True, slots=True)
class Felt:
    """What was felt at a touchpoint: now, in the period before, and by channel."""

    now: Mapping[str, Feeling]
    before: Mapping[str, Feeling]
    channels: Mapping[str, Mapping[str, Feeling]]  # of each channel, by metric
    changed: Mapping[str, float] = field(default_factory=dict)  # see `told_changes`

    @property
    def main(self) -> Feeling | None:
        """The question that most answered, of those with answers enough; else of all."""
        asked = sorted(self.now.values(), key=lambda f: (f.enough, f.n), reverse=True)
        return asked[0] if asked else None

    def moved(self, metric: str) -> float | None:
        """How many points a score moved by more than chance; None where it did not."""
        return self.changed.get(metric)

    def inconsistent(self, metric: str) -> tuple[str, str] | None:
        """The worse and the better of two channels that are farthest apart, if not by chance.

        All pairs are tested, and corrected for how many they are.
        """
        held = {
            channel: told[metric]
            for channel, told in self.channels.items()
            if metric in told and told[metric].enough
        }
        ordered = sorted(held, key=lambda channel: held[channel].score)
        pairs = list(combinations(ordered, 2))
        sure = _sure([held[worse].by_chance(held[better]) for worse, better in pairs])
        return max(
            (pair for pair, apart in zip(pairs, sure, strict=True) if apart),
            key=lambda pair: held[pair[1]].score - held[pair[0]].score,
            default=None,
        )


def told_changes(felt: Mapping[str, Felt]) -> dict[str, Felt]:
    """Return what was felt at places that are told beside each other, with what changed there.

    Every place and question is tested against the period before, and corrected for how many they
    are: of so many, some would else seem to have changed.
    """
    tested = [
        (name, now, each.before[metric])
        for name, each in felt.items()
        for metric, now in each.now.items()
        if metric in each.before and now.enough and each.before[metric].enough
    ]
    changed: dict[str, dict[str, float]] = {name: {} for name in felt}
    sure = _sure([now.by_chance(before) for _, now, before in tested])
    for (name, now, before), moved in zip(tested, sure, strict=True):
        if moved:
            changed[name][now.metric] = now.score - before.score
    return {name: replace(each, changed=changed[name]) for name, each in felt.items()}


def _sure(by_chance: Sequence[float]) -> list[bool]:
    """Which of several differences are more than chance, at 90 %, corrected for their number."""
    return [each < 1 - _CONFIDENCE for each in corrected(by_chance)]


@dataclass(frozen=True, slots=True)
class Voices:
    """What was felt at every touchpoint, at the brand as a whole, and where nobody knows."""

    touchpoints: Mapping[str, Felt]
    whole: Felt  # all answers together
    unknown: Mapping[str, int]  # names that answers give and no touchpoint has, with answers


def voices_of(tables: Tables, definition: JourneyDefinition, as_of: date) -> Voices:
    """Return what customers felt at each touchpoint within the months of the map.

    Answers name what they are about in their source's words: a touchpoint's own name, or one of
    those that it also goes by. Answers that name nothing count for the brand as a whole.
    """
    if not tables.has("answers"):
        return Voices({}, _felt(()), {})
    rows = _rows(tables, definition, as_of)
    at: dict[str, list[Mapping[str, Any]]] = {}
    unknown: dict[str, int] = {}
    for row in rows:
        said = row["touchpoint"]
        if row["about"] is not None:
            at.setdefault(row["about"], []).append(row)
        elif said and row["now"]:
            unknown[said] = unknown.get(said, 0) + row["n"]
    felt = told_changes({name: _felt(told) for name, told in at.items()})
    return Voices(felt, told_changes({"": _felt(rows)})[""], unknown)


def _rows(tables: Tables, definition: JourneyDefinition, as_of: date) -> list[dict[str, Any]]:
    t = tables.table("answers")
    since = months_before(as_of, definition.months)
    earlier = months_before(as_of, 2 * definition.months)
    t = t.filter(
        t.on <= as_of, t.on > earlier, t.good.notnull(), t.subject == "own",
        t.metric.isin(METRICS),
    )  # fmt: skip
    t = t.mutate(
        now=t.on > since,
        channel=t.channel.fill_null(""),
        about=about(t.touchpoint, definition),
    )
    return tables.rows(
        t.group_by("about", "touchpoint", "channel", "metric", "now").agg(
            n=t.count().cast("int64"), good=count_if(t.good), bad=count_if(t.bad)
        )
    )


def _felt(rows: Sequence[Mapping[str, Any]]) -> Felt:
    now: dict[str, Feeling] = {}
    before: dict[str, Feeling] = {}
    channels: dict[str, dict[str, Feeling]] = {}
    for row in rows:
        one = Feeling(row["metric"], row["n"], row["good"], row["bad"])
        held = now if row["now"] else before
        held[one.metric] = held[one.metric] + one if one.metric in held else one
        if row["now"] and row["channel"]:
            own = channels.setdefault(row["channel"], {})
            own[one.metric] = own[one.metric] + one if one.metric in own else one
    return Felt(now, before, channels)
