"""What the page, routes and command of mystery visits tell: visits beside what customers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from math import sqrt
from statistics import correlation
from typing import Any

import ibis

from valence.core.clock import now
from valence.core.days import as_day, months_before
from valence.core.errors import NotFoundError, did_you_mean
from valence.definitions import Version
from valence.experience.apart import with_store
from valence.experience.mystery.agreement import Agreement, fleiss
from valence.experience.mystery.definition import Checklist
from valence.experience.mystery.visits import OWN, Visit, checklist_of, checklists, visits_of
from valence.kit.opened import OpenBrand
from valence.lake.reading import Tables

PHOTOS = "/experience/mystery/photos"  # where they are served
MONTHS = 12
CONFIDENCE = 0.90
MINIMUM = 3  # visits; of fewer no interval can be told
HEARD = 20  # answers of customers; of fewer nothing is said
COMPARED = 5  # places, for visits and customers to be held against each other


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its interval (Student's t, 90 %); scores from 0 to 100."""

    n: int
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """One place: what visitors saw, and what customers say there."""

    place: str
    subject: str
    visits: Mean
    customers: Mean  # mean of all their scores, each on its scale from 0 to 100

    @property
    def gap(self) -> float | None:
        """How much better visitors saw it than customers say."""
        if self.visits.value is None or self.customers.value is None:
            return None
        return self.visits.value - self.customers.value


@dataclass(frozen=True, slots=True)
class PointMet:
    """One point of the checklist: how often it was met."""

    id: str
    question: str
    weight: float
    n: int
    met: int


@dataclass(frozen=True, slots=True)
class Mystery:
    """A checklist, its visits of the last year, and how far they can be relied on."""

    name: str
    checklist: Checklist
    all: Mean
    places: Sequence[Place]
    points: Sequence[PointMet]
    agreement: Agreement | None  # None: no two visitors saw the same place on the same day
    rank: float | None  # rank correlation of visits and customers over places
    visits: Sequence[Visit]  # the newest first, entered and imported ones

    def told(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "checklist": self.name,
            "title": self.checklist.title,
            "of": self.checklist.of,
            "all": asdict(self.all),
            "places": [{**asdict(each), "gap": each.gap} for each in self.places],
            "points": [asdict(each) for each in self.points],
            "visits": [_visit_told(each) for each in self.visits],
            "agreement": None
            if self.agreement is None
            else {**asdict(self.agreement), "enough": self.agreement.enough},
            "rank_correlation": self.rank,
        }


def _visit_told(one: Visit) -> dict[str, Any]:
    names = ("visited_on", "place", "subject", "visitor", "score", "note")
    photo = f"{PHOTOS}/{one.photo}" if one.photo else None
    return {**{name: getattr(one, name) for name in names}, "photo": photo}


def mean_of(values: Sequence[float]) -> Mean:
    """Return the mean of scores; its interval from `MINIMUM` scores on."""
    n = len(values)
    if not n:
        return Mean(0, None)
    mean = sum(values) / n
    if n < MINIMUM:
        return Mean(n, mean)
    error = sqrt(sum((each - mean) ** 2 for each in values) / (n - 1) / n)
    return _around(n, mean, error)


def _around(n: int, mean: float, error: float) -> Mean:
    from scipy.special import stdtrit  # noqa: PLC0415 - slow to import

    reach = float(stdtrit(n - 1, (1 + CONFIDENCE) / 2)) * error
    return Mean(n, mean, max(0.0, mean - reach), min(100.0, mean + reach))


def agreement_of(visits: Sequence[Visit]) -> Agreement | None:
    """Return how far visitors of the same place on the same day agree, point by point."""
    items: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0, 0])
    for visit in visits:
        for point, met in visit.marks.items():
            if met is not None:
                key = (visit.place, visit.subject, visit.visited_on, point)
                items[key][int(met)] += 1
    rated = [counts for counts in items.values() if sum(counts) >= 2]
    return fleiss(rated) if rated else None


def points_met(checklist: Checklist, visits: Sequence[Visit]) -> list[PointMet]:
    """Return how often each point was met in the brand's own places, the worst first."""
    own = [visit for visit in visits if visit.subject == OWN]
    made = []
    for point in checklist.points:
        marks = [visit.marks.get(point.id) for visit in own]
        seen = [mark for mark in marks if mark is not None]
        made.append(PointMet(point.id, point.question, point.weight, len(seen), sum(seen)))
    return sorted(made, key=lambda p: (not p.n, p.met / p.n if p.n else 0, -p.weight))


def mystery_of(house: OpenBrand, tables: Tables, name: str = "") -> Mystery | None:
    """Return the visits by a checklist and what customers say at the same places.

    Parameters
    ----------
    house, tables
        The brand and what was published.
    name
        Of the checklist; empty for the first.

    Returns
    -------
    Mystery or None
        None where no checklist is published.

    Raises
    ------
    NotFoundError
        If there is no such checklist.
    """
    today = now().astimezone(house.brand.settings.zone).date()
    since = months_before(today, MONTHS)
    with house.store.reading() as view:
        found = checklists(view, now())
        if not found and not name:
            return None
        version = _chosen(found, name)
        entered = visits_of(view, version.name, since=since)
    checklist = checklist_of(version)
    visits = [*entered, *_imported(tables, checklist, since)]
    visits.sort(key=lambda visit: visit.visited_on, reverse=True)
    heard = _customers(tables, checklist, since)
    places = _places(visits, heard)
    return Mystery(
        version.name,
        checklist,
        mean_of([v.score for v in visits if v.subject == OWN and v.score is not None]),
        places,
        points_met(checklist, entered),
        agreement_of(entered),
        _rank(places),
        visits,
    )


def _chosen(found: Mapping[str, Version], name: str) -> Version:
    if not name:
        return next(iter(found.values()))
    if name not in found:
        raise NotFoundError(
            "There is no checklist {name!r}. {fix}", name=name, fix=did_you_mean(name, found)
        )
    return found[name]


def _places(visits: Sequence[Visit], heard: Mapping[str, Mean]) -> list[Place]:
    scores: dict[tuple[str, str], list[float]] = defaultdict(list)
    for visit in visits:
        if visit.score is not None:
            scores[visit.subject, visit.place].append(visit.score)
    nobody = Mean(0, None)
    places = [
        Place(place, subject, mean_of(some), heard.get(place, nobody) if subject == OWN else nobody)
        for (subject, place), some in scores.items()
    ]
    return sorted(places, key=lambda p: (p.subject != OWN, p.visits.value or 0, p.place))


def _rank(places: Sequence[Place]) -> float | None:
    both = [
        (each.visits.value, each.customers.value)
        for each in places
        if each.visits.value is not None and each.customers.value is not None
    ]
    if len(both) < COMPARED or any(len({pair[at] for pair in both}) < 2 for at in (0, 1)):
        return None
    return correlation(*([_ranks([pair[at] for pair in both]) for at in (0, 1)]))


def _ranks(values: Sequence[float]) -> list[float]:
    """Return the rank of each value; equals share the mean of theirs (Spearman 1904)."""
    ordered = sorted(values)
    return [ordered.index(each) + (ordered.count(each) + 1) / 2 for each in values]


def _imported(tables: Tables, checklist: Checklist, since: date) -> list[Visit]:
    """Return visits that came as feedback with the metric `mystery`: a score without points.

    A file names the place as touchpoint, or as channel where channels are visited.
    """
    if not tables.has("answers"):
        return []
    place = "channel" if checklist.of == "channel" else "touchpoint"
    a = tables.table("answers")
    a = a.filter(a.metric == "mystery", a.share.notnull(), a.on >= as_day(since))
    a = a.filter(ibis.coalesce(a[place], "") != "")
    rows = tables.rows(a.select("source", "feedback_id", "on", "subject", "share", place=a[place]))
    known = {name.casefold(): name for name in checklist.competitors}
    return [
        Visit("", row["on"], row["place"], known.get(row["subject"], row["subject"]),
              row["source"], {}, score=100 * row["share"])
        for row in rows
        if row["subject"] == OWN or row["subject"] in known
    ]  # fmt: skip


def _customers(tables: Tables, checklist: Checklist, since: date) -> dict[str, Mean]:
    """Return what customers say at each place: of a store by their orders, or its name."""
    if not tables.has("answers"):
        return {}
    a = tables.table("answers")
    if checklist.of == "store" and tables.has("order_facts"):
        a = with_store(a, tables.table("order_facts"))
        a = a.mutate(place=ibis.coalesce(a.store, a.touchpoint))
    else:
        a = a.mutate(place=a.channel if checklist.of == "channel" else a.touchpoint)
    asked = ("nps", "csat", "ces", "rating", "review")
    a = a.filter(a.subject == OWN, a.metric.isin(asked), a.share.notnull(), a.on >= as_day(since))
    a = a.filter(a.place.notnull())
    rows = tables.rows(
        a.group_by("place").agg(
            n=a.count(), mean=a.share.mean(), variance=a.share.var(how="sample")
        )
    )
    found = {}
    for row in rows:
        n, mean = row["n"], 100 * row["mean"]
        if n < HEARD:
            found[row["place"]] = Mean(n, None)
            continue
        found[row["place"]] = _around(n, mean, 100 * sqrt(row["variance"] / n))
    return found
