"""The directly-follows graph: which touchpoint comes after which, how often, and how soon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from valence.journey.paths.journeys import MOST_STEPS, come_from, in_order, seconds_in
from valence.lake.moments import moment_of

Row = Mapping[str, Any]


def directly_follows(
    steps: ir.Table,
    *,
    gap_hours: float | None = None,
    most_steps: int = MOST_STEPS,
    brief: bool = False,
) -> ir.Table:
    """Return which touchpoint directly follows which, with counts and times.

    Parameters
    ----------
    steps
        `journey_steps`.
    gap_hours
        A journey ends where nothing happens for longer than this; None: each customer has one.
    most_steps
        Customers with more steps are left out.
    brief
        Whether counts and medians are enough: then `customers` and `p90_seconds` are null, which
        spares a third of the time on many steps.

    Returns
    -------
    Table
        One row per pair: `from_touchpoint` (null: the journey begins), `to_touchpoint` (null: it
        ends), `steps` (int, how often), `customers` (int, who did it at least once),
        `median_seconds`, `p90_seconds` (float, exact and interpolated; null at begin and end).

    Notes
    -----
    Percentiles are those of Hyndman & Fan (1996), The American Statistician 50, type 7. Where steps
    of a customer share a moment, which of them follows which is decided by `source` and `row_key`.
    """
    t = come_from(steps, gap_hours=gap_hours, most_steps=most_steps)
    pairs = t.group_by(from_touchpoint=t.before, to_touchpoint=t.touchpoint)
    if brief:
        follows = pairs.agg(steps=t.count().cast("int64"), median=t.micros_since.quantile(0.5))
        customers, median, p90 = ibis.null("int64"), follows["median"], ibis.null("int64")
    else:
        follows = pairs.agg(
            steps=t.count().cast("int64"),
            customers=t.customer_id.nunique().cast("int64"),
            times=t.micros_since.quantile([0.5, 0.9]),
        )
        customers, median, p90 = follows.customers, follows.times[0], follows.times[1]
    inner, never = follows.from_touchpoint.notnull(), ibis.null("float64")
    edges = follows.select(
        "from_touchpoint",
        "to_touchpoint",
        "steps",
        customers=customers,
        median_seconds=inner.ifelse(seconds_in(median), never),
        p90_seconds=inner.ifelse(seconds_in(p90), never),
    )
    if gap_hours is None:
        return edges.union(_ends_of_customers(follows))
    return edges.union(_ends(in_order(steps, gap_hours=gap_hours, most_steps=most_steps)))


def _ends_of_customers(follows: ir.Table) -> ir.Table:
    """Where customers end who have one journey each: what comes in and does not go out again.

    It needs no second look at the steps, and since each ends once, as many customers do.
    """
    into = follows.select(touchpoint=follows.to_touchpoint, n=follows.steps)
    out = follows.select(touchpoint=follows.from_touchpoint, n=0 - follows.steps)
    both = into.union(out.filter(out.touchpoint.notnull()))
    ends = both.group_by("touchpoint").agg(steps=both.n.sum().cast("int64"))
    ends = ends.filter(ends.steps > 0)
    return _as_edges(ends.mutate(customers=ends.steps))


def _ends(t: ir.Table) -> ir.Table:
    last = t.filter(t.after.isnull())
    return _as_edges(
        last.group_by("touchpoint").agg(
            steps=last.count().cast("int64"), customers=last.customer_id.nunique().cast("int64")
        )
    )


def _as_edges(ends: ir.Table) -> ir.Table:
    return ends.select(
        from_touchpoint=ends.touchpoint,
        to_touchpoint=ibis.null("string"),
        steps=ends.steps,
        customers=ends.customers,
        median_seconds=ibis.null("float64"),
        p90_seconds=ibis.null("float64"),
    )


@dataclass(frozen=True, slots=True)
class Folded:
    """A graph with its rare edges folded.

    Attributes
    ----------
    edges
        Those that are kept, most frequent first.
    others
        What was folded, by where it comes from: `from_touchpoint`, `edges`, `steps`. Customers
        are not told: one may have gone several of the ways.
    share
        Share of all steps that the edges kept have.
    """

    edges: Sequence[Row]
    others: Sequence[Row]
    share: float


def folded(edges: Sequence[Row], *, most: int = 30) -> Folded:
    """Return the `most` frequent edges of a graph, and the others added up."""
    ranked = sorted(
        edges, key=lambda e: (-e["steps"], e["from_touchpoint"] or "", e["to_touchpoint"] or "")
    )
    kept, rest = ranked[:most], ranked[most:]
    sums: dict[str | None, list[int]] = {}
    for edge in rest:
        one = sums.setdefault(edge["from_touchpoint"], [0, 0])
        one[0] += 1
        one[1] += edge["steps"]
    others: list[dict[str, Any]] = [
        {"from_touchpoint": name, "edges": n, "steps": steps} for name, (n, steps) in sums.items()
    ]
    others.sort(key=lambda other: (-other["steps"], other["from_touchpoint"] or ""))
    total = sum(edge["steps"] for edge in edges)
    return Folded(kept, others, sum(e["steps"] for e in kept) / total if total else 0.0)


def follows(
    steps: ir.Table,
    came_from: str | None,
    went_to: str | None,
    *,
    gap_hours: float | None = None,
    most_steps: int = MOST_STEPS,
) -> ir.Table:
    """Return the customers behind one pair of the graph.

    Returns
    -------
    Table
        One row per customer who went from `came_from` (None: began) directly to `went_to` (None:
        ended): `customer_id`, `times` (int), `first_at`, `last_at` (instant, when they came to
        `went_to`, or were last seen).
    """
    t = in_order(steps, gap_hours=gap_hours, most_steps=most_steps)
    if went_to is None:
        t = t.filter(t.touchpoint == came_from, t.after.isnull())
    else:
        t = t.filter(
            t.touchpoint == went_to,
            t.before.isnull() if came_from is None else t.before == came_from,
        )
    t = t.group_by("customer_id").agg(
        times=t.count().cast("int64"), first=t.micros.min(), last=t.micros.max()
    )
    return t.select(
        "customer_id", "times", first_at=moment_of(t["first"]), last_at=moment_of(t["last"])
    )
