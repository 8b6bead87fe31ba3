"""Each step under its own value of a property: begun on the app, converted in the store."""

from __future__ import annotations

from datetime import date

import ibis
import ibis.expr.types as ir

from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.matching import ORDER, step_flag, valued
from valence.lake.portable import count_if


def with_own(
    found: ir.Table,
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    since: date | None = None,
    by: str,
) -> ir.Table:
    """Return the chains with the value of a property at each step: `part_1`, `part_2`, ….

    Parameters
    ----------
    found
        What `chains` gave for the same steps, definition and days.
    steps
        Rows of `journey_steps`, with the column `by`.
    definition, as_of, since, by
        As of `funnel`. The value of a step is that of the row by which it was reached first, of
        several rows of that moment of the first in their order; missing where it was not reached.
    """
    rows = valued(steps, definition=definition, as_of=as_of, since=since, by=by)
    numbers = _numbers(definition)
    times = found.select(_who=found.customer_id, **{f"_at_{n}": found[f"at_{n}"] for n in numbers})
    t = rows.inner_join(times, rows.customer_id == times._who)
    is_step = {n: t[step_flag(n)] for n in numbers}
    if definition.order == "any":  # there step k is "k of the steps", by whichever row
        is_step = dict.fromkeys(numbers, ibis.or_(*is_step.values()))
    here = {n: ibis.coalesce(is_step[n] & (t._row_at == t[f"_at_{n}"]), False) for n in numbers}
    t = t.mutate(**{f"_here_{n}": flag for n, flag in here.items()})
    t = t.filter(ibis.or_(*(t[f"_here_{n}"] for n in numbers)))  # before they are sorted
    along = {"group_by": t.customer_id, "order_by": [t[name] for name in ORDER]}
    t = t.mutate(_nth=ibis.row_number().over(**along))
    parts = t.group_by("customer_id").agg(
        **{f"part_{n}": t._part.argmin(t._nth, where=t[f"_here_{n}"]) for n in numbers}
    )
    return found.inner_join(parts, "customer_id")


def own_counts(found: ir.Table, *, definition: FunnelDefinition) -> ir.Table:
    """Return how many customers came to each step under each value that it had there.

    Parameters
    ----------
    found
        The chains of customers with the value at each step, as `with_own` gives them.
    definition
        The funnel that they went through.

    Returns
    -------
    Table
        One row per value and step: `part` (text), `step` (int), `customers` (who came to it under
        this value), `before` (who were at the required step before under this value), `went_on`
        (of these, who came to the step under any value), `entered` (who entered under any value;
        all int), `median_seconds`, `mean_seconds` (float, of `customers`).
    """
    t = _per_step(found, definition)
    came = t.filter(t.came)
    here = came.group_by("part", "step").agg(
        customers=came.count().cast("int64"),
        median_seconds=came.seconds.median(),
        mean_seconds=came.seconds.mean(),
    )
    was = t.filter(t.was)
    behind = was.group_by(part=was.part_before, step=was.step).agg(
        before=was.count().cast("int64"), went_on=count_if(was.came)
    )
    parts = came.select("part").distinct()
    every = parts.mutate(step=ibis.range(1, len(definition.steps) + 1).unnest())
    every = every.mutate(step=every.step.cast("int64"))
    every = every.left_join(here, ["part", "step"]).drop("part_right", "step_right")
    every = every.left_join(behind, ["part", "step"]).drop("part_right", "step_right")
    none = ibis.literal(0, "int64")
    every = every.mutate(
        **{name: ibis.coalesce(every[name], none) for name in ("customers", "before", "went_on")}
    )
    first = (every.step == 1).ifelse(every.customers, none)
    return every.mutate(entered=first.sum().over(ibis.window()).cast("int64"))


def _per_step(found: ir.Table, definition: FunnelDefinition) -> ir.Table:
    """One row per customer and step: whether they came, and were at the required step before."""
    t = found.mutate(step=ibis.range(1, len(definition.steps) + 1).unnest())

    def each(name: str, numbers: list[int]) -> ir.Value:
        values = [t[f"{name}_{number}"] for number in numbers]
        cases = [(t.step == n, value) for n, value in enumerate(values[:-1], 1)]
        return ibis.cases(*cases, else_=values[-1])

    here = list(_numbers(definition))
    back = [max(definition.before(number), 1) for number in here]
    return t.select(
        step=t.step.cast("int64"),
        came=each("at", here).notnull(),
        part=each("part", here),
        seconds=each("seconds", here),
        was=each("at", back).notnull(),
        part_before=each("part", back),
    )


def _numbers(definition: FunnelDefinition) -> range:
    return range(1, len(definition.steps) + 1)
