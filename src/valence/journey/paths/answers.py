"""What the page, the API and the command of paths tell: plain values, read by a question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.journey.asked import asked_again, channels_asked, occasions
from valence.journey.paths.between import between
from valence.journey.paths.difference import Shift, counts_of, shifts
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
from valence.lake.reading import KeepingTables, Tables

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
    """Ways back, contacts that came again for the same matter, and the same asked for again."""

    loops: Sequence[Row]
    repeats: Sequence[Row]
    asked: Sequence[Row]  # with the channels that it was most often asked again through
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
    tables: KeepingTables, question: Question, as_of: date, *, within_days: int = WITHIN_DAYS
) -> Loops:
    """Return ways back, contacts that came again, and what was asked for again elsewhere.

    `within_days` is what the journey sets; contacts were looked at by it when they were built.
    """
    steps = asked_steps(tables, question, as_of)
    found = loops(steps, gap_hours=question.gap_hours)
    ranked = found.order_by(found.customers.desc(), found.times.desc(), "touchpoint", "over")
    again: list[dict[str, Any]] = []
    if tables.has("contact_matters"):
        matters = tables.table("contact_matters")
        matters = chosen(tables, matters, question.segment, as_of)
        told = repeats(lately(matters, as_of, question.days))
        again = tables.rows(told.order_by(told.repeated.desc(), told.contacts.desc(), "category"))
    within = max((row["within_days"] for row in again), default=within_days)
    asked = _asked(tables, steps, within, as_of)
    return Loops(tables.rows(ranked.limit(SHOWN)), again, asked, within)


def _asked(
    tables: KeepingTables, steps: ir.Table, within_days: int, as_of: date
) -> list[dict[str, Any]]:
    """What was asked for again through another channel, with the most frequent two channels."""
    if "asks" not in steps.columns:  # built before touchpoints could say so
        return []
    with tables.kept(occasions(steps, within_days=within_days, as_of=as_of)) as found:
        told, pairs = asked_again(found), channels_asked(found)
        rows = tables.rows(told.order_by(told.again.desc(), told.asked.desc(), "asks"))
        ways = tables.rows(pairs.order_by(pairs.again.desc(), "channel", "next_channel"))
    most: dict[str, Row] = {}
    for pair in ways:
        most.setdefault(pair["about"], pair)
    return [
        {
            **{name: value for name, value in row.items() if name != "about"},
            "channel": most.get(row["about"], {}).get("channel"),
            "next_channel": most.get(row["about"], {}).get("next_channel"),
        }
        for row in rows
    ]


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
    (n_one, edges_one), (n_two, edges_two) = (
        _counts(tables, steps, question) for steps in (one, two)
    )
    return Changes(
        "segment" if question.segment else "period",
        days,
        n_one,
        n_two,
        shifts(edges_one, edges_two, of_one=n_one, of_two=n_two),
        _changed_ways(tables, one, two, question),
    )


def _counts(tables: Tables, steps: ir.Table, question: Question) -> tuple[int, Any]:
    """Customers, and those of each pair."""
    edges = tables.rows(directly_follows(steps, gap_hours=question.gap_hours))
    customers = (tables.one(walked(steps)) or {})["customers"]
    return customers, counts_of(edges)


def _changed_ways(tables: Tables, one: ir.Table, two: ir.Table, question: Question) -> list[Shift]:
    """How the shares of the most frequent ways of both together differ.

    Both are counted in the engine before the most frequent are taken: a way that is rare in one of
    them is not taken for one that nobody went.
    """
    first, second = (variants(steps, gap_hours=question.gap_hours) for steps in (one, two))
    none = ibis.literal(0, "int64")
    both = first.select("path", "cut", one=first.journeys, two=none).union(
        second.select("path", "cut", one=none, two=second.journeys)
    )
    both = both.group_by("path", "cut").agg(one=both.one.sum(), two=both.two.sum())
    whole = both.mutate(
        of_one=both.one.sum().over(ibis.window()), of_two=both.two.sum().over(ibis.window())
    )
    most = (whole.one + whole.two).desc()
    rows = tables.rows(whole.filter(~whole.cut).order_by(most, "path").limit(SHOWN))
    if not rows:
        return []
    return shifts(
        {tuple(row["path"]): int(row["one"]) for row in rows},
        {tuple(row["path"]): int(row["two"]) for row in rows},
        of_one=int(rows[0]["of_one"]),
        of_two=int(rows[0]["of_two"]),
    )


def paths_told(
    tables: KeepingTables, question: Question, as_of: date, *, within_days: int = WITHIN_DAYS
) -> dict[str, Any]:
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
    turned = loops_of(tables, question, as_of, within_days=within_days)
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
        "repeats": turned.repeats,
        "asked": turned.asked,
        "within_days": turned.within_days,
        "kinds": kinds_of(tables, question, as_of),
        "changes": changes_of(tables, question, as_of),
    }
