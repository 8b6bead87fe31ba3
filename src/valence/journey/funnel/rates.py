"""Rates: how many customers come to each step of a funnel, of all and of the step before."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.journey.funnel.chains import chains
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.own import own_counts
from valence.journey.funnel.property import Attribution, with_property
from valence.lake.portable import count_if, ratio, wilson

CONFIDENCE = 0.95


def funnel(
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    since: date | None = None,
    by: str = "",
    attribution: Attribution = "first",
    confidence: float = CONFIDENCE,
) -> ir.Table:
    """Return how many customers came to each step.

    Parameters
    ----------
    steps
        Rows of `journey_steps` (columns of `journey.steps.STEPS`; more columns may be there).
    definition
        The funnel: its steps, their order, the window, what breaks it.
    as_of, since
        Rows after and before are left out.
    by
        A column of `steps` that customers are told apart by; empty: all together.
    attribution
        Whose value counts for a customer: that of the first row of the furthest chain, of the last
        row of it, or of the row by which step k (from 1) was reached first; who did not reach step
        k is left out then. `each`: every step counts under its own value. Without a value is a
        group of its own, `–`.
    confidence
        How sure the intervals are (Wilson 1927).

    Returns
    -------
    Table
        One row per step, and per `part` where `by` is given: `part` (text, missing without `by`),
        `step` (int, from 1), `title` (text), `optional` (bool), `customers` (int), `before` (int,
        at the required step before; of the first step its own), `lost` (int, who came to the step
        before and not to this one), `share`, `share_low`, `share_high` (float, of those who
        came to the first step), `step_share`, `step_share_low`, `step_share_high` (float, of those
        at the step before), `median_seconds`, `mean_seconds` (float, since the chain that first
        reached the step began, or since the first look: see `timed`). In any order, step k is "k of
        the steps". Where each step counts under its own value, `customers` came to the step under
        this one, `share` is their part of all who entered under any value, `before` were at the
        step before under this value, and `step_share` and `lost` say how many of these went on to
        the step under any value, or did not.

    Raises
    ------
    BadInputError
        If a column is not there.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> def row(who, day, touchpoint):
    ...     at = datetime(2025, 3, day, tzinfo=UTC)
    ...     return {"customer_id": who, "at": at, "on": at.date(), "touchpoint": touchpoint,
    ...             "stage": "buy", "channel": "web", "source": "events", "row_key": f"{who}{day}"}
    >>> steps = ibis.memtable(
    ...     [row("ann", 1, "basket"), row("ann", 2, "order"), row("bob", 1, "basket")])
    >>> asked = FunnelDefinition(name="buy", steps=[{"touchpoint": "basket"},
    ...                                             {"touchpoint": "order"}])
    >>> told = funnel(steps, definition=asked, as_of=date(2025, 3, 31)).order_by("step")
    >>> [tuple(row.values()) for row in told.select("title", "share").to_pyarrow().to_pylist()]
    [('basket', 1.0), ('order', 0.5)]
    """
    found = chains(steps, definition=definition, as_of=as_of, since=since)
    if by:
        found = with_property(
            found,
            steps,
            definition=definition,
            as_of=as_of,
            since=since,
            by=by,
            attribution=attribution,
        )
    return rates(found, definition=definition, confidence=confidence)


def rates(
    found: ir.Table, *, definition: FunnelDefinition, confidence: float = CONFIDENCE
) -> ir.Table:
    """Return how many customers came to each step, from their chains; as `funnel` says.

    Parameters
    ----------
    found
        The chains of customers, with a column `part` (text) if they are to be told apart, or with
        one for each step, `part_1`, `part_2`, …, if each counts under its own value.
    definition
        The funnel that they went through.
    confidence
        How sure the intervals are.
    """
    if "part_1" in found.columns:
        return _shares(own_counts(found, definition=definition), definition, confidence)
    numbers = range(1, len(definition.steps) + 1)
    measured = {}
    for n in numbers:
        seconds = found[f"seconds_{n}"]
        measured[f"customers_{n}"] = count_if(found[f"at_{n}"].notnull())
        measured[f"median_{n}"] = seconds.median()
        measured[f"mean_{n}"] = seconds.mean()
    apart = "part" in found.columns
    t = found.group_by("part").agg(**measured) if apart else found.aggregate(**measured)
    part = t.part if apart else ibis.null("string")
    t = t.mutate(_part=part, step=ibis.range(1, len(definition.steps) + 1).unnest())
    return _per_step(t, definition, confidence)


def titles(definition: FunnelDefinition) -> list[str]:
    """Return what each step is called; in any order how many of the steps."""
    if definition.order == "any":
        return [f"{n} of {len(definition.steps)}" for n in range(1, len(definition.steps) + 1)]
    return [step.title for step in definition.steps]


def _per_step(t: ir.Table, definition: FunnelDefinition, confidence: float) -> ir.Table:
    numbers = range(1, len(definition.steps) + 1)
    came = [t[f"customers_{n}"] for n in numbers]
    customers = _each(t, came)
    t = t.select(
        part=t._part,
        step=t.step.cast("int64"),
        customers=customers,
        before=_each(t, [came[max(definition.before(n), 1) - 1] for n in numbers]),
        went_on=customers,
        entered=t.customers_1,
        median_seconds=_each(t, [t[f"median_{n}"] for n in numbers]),
        mean_seconds=_each(t, [t[f"mean_{n}"] for n in numbers]),
    )
    return _shares(t, definition, confidence)


def _each(t: ir.Table, values: list[ir.Value]) -> ir.Value:
    """The value of each row's step, of one for every step."""
    cases = [(t.step == n, value) for n, value in enumerate(values[:-1], 1)]
    return ibis.cases(*cases, else_=values[-1])


def _shares(t: ir.Table, definition: FunnelDefinition, confidence: float) -> ir.Table:
    """Add the titles, and the shares with their intervals, to the counts of each step."""
    t = t.mutate(share=ratio(t.customers, t.entered), step_share=ratio(t.went_on, t.before))
    share = wilson(t.share, t.entered, confidence=confidence)
    step_share = wilson(t.step_share, t.before, confidence=confidence)
    return t.select(
        "part", "step",
        title=_each(t, [ibis.literal(title) for title in titles(definition)]),
        optional=_each(t, [ibis.literal(step.optional) for step in definition.steps]),
        customers=t.customers,
        before=t.before,
        lost=t.before - t.went_on,
        share=t.share,
        share_low=share[0],
        share_high=share[1],
        step_share=t.step_share,
        step_share_low=step_share[0],
        step_share_high=step_share[1],
        median_seconds=t.median_seconds,
        mean_seconds=t.mean_seconds,
    )  # fmt: skip
