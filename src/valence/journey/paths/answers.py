"""What the page, the API and the command of paths tell: plain values, read by a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir

from valence.journey.paths.between import between
from valence.journey.paths.difference import Shift, shifts
from valence.journey.paths.graph import directly_follows
from valence.journey.paths.journeys import MOST_STEPS, walked
from valence.journey.paths.loops import WITHIN_DAYS, loops, repeats
from valence.journey.paths.matrix import flows, step_matrix
from valence.journey.paths.question import (
    MART,
    Question,
    all_steps,
    asked_steps,
    chosen,
    known,
    lately,
    refuse_unknown,
)
from valence.journey.paths.similar import MOST_WAYS, Kinds, kinds
from valence.journey.paths.variants import variants
from valence.lake.portable import count_if
from valence.lake.reading import Tables

Row = Mapping[str, Any]
STEPS_DRAWN = 6  # of a picture of ways: more cannot be read
SHOWN = 100  # ways, pairs and loops that a page lists
COMPARED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Walked:
    """How much there is: steps and customers, and those left out for having too many steps."""

    steps: int
    customers: int
    steps_left_out: int
    customers_left_out: int
    most_steps: int = MOST_STEPS


@dataclass(frozen=True, slots=True)
class GoneOn:
    """Customers who came to one touchpoint, and went on to another."""

    customers: int
    went_on: int
    directly: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of journeys from the first step, from a touchpoint, or to one."""

    question: Question
    touchpoints: Sequence[str]
    walked: Walked
    flows: Sequence[Row]
    edges: Sequence[Row]
    gone_on: GoneOn | None


@dataclass(frozen=True, slots=True)
class Variants:
    """The most frequent ways, how many journeys there are, and where they stand at each step."""

    journeys: int
    rows: Sequence[Row]
    matrix: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Loops:
    """Ways back, and contacts that came again for the same matter."""

    loops: Sequence[Row]
    repeats: Sequence[Row]
    within_days: int


@dataclass(frozen=True, slots=True)
class Changes:
    """Two groups, or two periods: how many, and what differs.

    `by` is "segment" (one: all others, two: those of the rule) or "period" (one: so many days
    before, two: the last so many days).
    """

    by: str
    days: int
    customers_one: int
    customers_two: int
    edges: Sequence[Shift]
    variants: Sequence[Shift]


def built(tables: Tables) -> bool:
    """Whether there are steps to read."""
    return tables.has(MART)


def walked_of(tables: Tables) -> Walked:
    """Return how much there is in all, whatever is asked."""
    return Walked(**(tables.one(walked(tables.table(MART))) or {}))


def ways_of(tables: Tables, question: Question, as_of: date) -> Ways:
    """Return the ways of journeys, and which touchpoint follows which.

    Raises
    ------
    BadInputError
        If the journey has no such touchpoint.
    """
    names = known(tables)
    refuse_unknown(names, question.start, question.end)
    steps = asked_steps(tables, question, as_of)
    side = "before" if question.end and not question.start else "after"
    gap = question.gap_hours
    flowed = flows(
        steps, gap_hours=gap, anchor=question.start or question.end, side=side,
        positions=STEPS_DRAWN,
    )  # fmt: skip
    edges = directly_follows(steps, gap_hours=gap)
    return Ways(
        question,
        names,
        walked_of(tables),
        tables.rows(flowed.order_by("position", flowed.journeys.desc(), *_ENDS)),
        tables.rows(edges.order_by(edges.steps.desc(), *_ENDS)),
        _gone_on(tables, steps, question),
    )


_ENDS = ("from_touchpoint", "to_touchpoint")


def _gone_on(tables: Tables, steps: ir.Table, question: Question) -> GoneOn | None:
    if not (question.start and question.end):
        return None
    ends = (question.start, question.end)
    every, at_once = between(steps, *ends), between(steps, *ends, directly=True)
    told = tables.one(
        every.aggregate(
            customers=every.count(),
            went_on=count_if(every.went_on),
            median_seconds=every.seconds.quantile(0.5),
        )
    )
    direct = tables.one(at_once.aggregate(directly=count_if(at_once.went_on)))
    return GoneOn(**(told or {}), **(direct or {}))


def variants_of(tables: Tables, question: Question, as_of: date) -> Variants:
    """Return the most frequent ways, and where journeys stand at each step."""
    steps = asked_steps(tables, question, as_of)
    rows = _top(tables, steps, question, SHOWN)
    matrix = step_matrix(steps, gap_hours=question.gap_hours)
    cells = tables.rows(matrix.order_by("position", matrix.journeys.desc(), "touchpoint"))
    return Variants(sum(c["journeys"] for c in cells if c["position"] == 1), rows, cells)


def _top(tables: Tables, steps: ir.Table, question: Question, most: int) -> list[dict[str, Any]]:
    found = variants(steps, gap_hours=question.gap_hours)
    return tables.rows(found.filter(found["rank"] <= most).order_by("rank"))


def loops_of(
    tables: Tables, question: Question, as_of: date, *, within_days: int = WITHIN_DAYS
) -> Loops:
    """Return ways back, and contacts that came again for the same matter."""
    steps = asked_steps(tables, question, as_of)
    found = loops(steps, gap_hours=question.gap_hours)
    ranked = found.order_by(found.customers.desc(), found.times.desc(), "touchpoint", "over")
    again: list[dict[str, Any]] = []
    if tables.has("journey_contacts"):
        told = repeats(tables.table("journey_contacts"), within_days=within_days)
        again = tables.rows(told.order_by(told.repeated.desc(), told.contacts.desc(), "category"))
    return Loops(tables.rows(ranked.limit(SHOWN)), again, within_days)


def kinds_of(tables: Tables, question: Question, as_of: date) -> Kinds:
    """Return kinds of journeys that are alike."""
    steps = asked_steps(tables, question, as_of)
    ways = _top(tables, steps, question, MOST_WAYS)
    return kinds([(row["path"], row["journeys"]) for row in ways])


def changes_of(tables: Tables, question: Question, as_of: date) -> Changes:
    """Return what differs between the customers of the rule and all others, or between periods."""
    if question.segment:
        every = lately(all_steps(tables), as_of, question.days)
        one = chosen(tables, every, question.segment, as_of, others=True)
        two = chosen(tables, every, question.segment, as_of)
        days = question.days
    else:
        days = question.days or COMPARED_DAYS
        every = all_steps(tables)
        one, two = lately(every, as_of, days, before=days), lately(every, as_of, days)
    both = [_counts(tables, steps, question) for steps in (one, two)]
    (n_one, edges_one, ways_one, m_one), (n_two, edges_two, ways_two, m_two) = both
    return Changes(
        "segment" if question.segment else "period",
        days,
        n_one,
        n_two,
        shifts(edges_one, edges_two, of_one=n_one, of_two=n_two),
        shifts(ways_one, ways_two, of_one=m_one, of_two=m_two),
    )


def _counts(tables: Tables, steps: ir.Table, question: Question) -> tuple[int, Any, Any, int]:
    """Customers, those of each pair, journeys of each way, and all journeys."""
    edges = tables.rows(directly_follows(steps, gap_hours=question.gap_hours))
    customers = (tables.one(walked(steps)) or {})["customers"]
    ways = _top(tables, steps, question, SHOWN)
    journeys = round(ways[0]["journeys"] / ways[0]["share"]) if ways else 0
    of_edges = {(e["from_touchpoint"], e["to_touchpoint"]): e["customers"] for e in edges}
    return (
        customers,
        of_edges,
        {tuple(w["path"]): w["journeys"] for w in ways if not w["cut"]},
        journeys,
    )


def paths_told(tables: Tables, question: Question, as_of: date) -> dict[str, Any]:
    """Return all that is told of paths, as programs read it.

    Raises
    ------
    BadInputError
        If the journey has no such touchpoint.
    RuleError
        If the rule cannot be used.
    """
    ways = ways_of(tables, question, as_of)
    told = variants_of(tables, question, as_of)
    turned = loops_of(tables, question, as_of)
    return {
        "question": question,
        "walked": ways.walked,
        "gone_on": ways.gone_on,
        "edges": ways.edges,
        "flows": ways.flows,
        "journeys": told.journeys,
        "variants": told.rows,
        "matrix": told.matrix,
        "loops": turned.loops,
        "repeated_contacts": turned.repeats,
        "repeated_within_days": turned.within_days,
        "kinds": kinds_of(tables, question, as_of),
        "changes": changes_of(tables, question, as_of),
    }
