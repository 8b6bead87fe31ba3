"""The property that customers of a funnel are told apart by: which row's value counts."""

from __future__ import annotations

from datetime import date
from typing import Literal

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.matching import ORDER, step_flag, valued
from valence.journey.funnel.own import with_own

Attribution = Literal["first", "last", "each"] | int


def with_property(
    found: ir.Table,
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    since: date | None = None,
    by: str,
    attribution: Attribution = "first",
) -> ir.Table:
    """Return the chains with the value of a property, `part`; of each step, `part_1`, `part_2`, ….

    Parameters
    ----------
    found
        What `chains` gave for the same steps, definition and days.
    steps
        Rows of `journey_steps`, with the column `by`.
    definition, as_of, since, by, attribution
        As of `funnel`. Of several rows of that moment the first in their order counts.

    Raises
    ------
    BadInputError
        If there is no such column, or no such step.
    """
    if attribution == "each":
        return with_own(found, steps, definition=definition, as_of=as_of, since=since, by=by)
    rows = valued(steps, definition=definition, as_of=as_of, since=since, by=by)
    last = len(definition.steps)
    if isinstance(attribution, int) and not 1 <= attribution <= last:
        raise BadInputError(
            "There is no step {step}: this funnel has {last}.", step=attribution, last=last
        )
    at, number = _meant(found, attribution)
    told = found.mutate(_at=at, _number=number)
    asked = told.select(_who=told.customer_id, _at=told._at, _number=told._number)
    t = rows.inner_join(asked, [rows.customer_id == asked._who, rows._row_at == asked._at])
    t = t.filter(_is_step(t, definition))
    order = [t[name] for name in ORDER[1:]]
    t = t.mutate(_nth=ibis.row_number().over(group_by=t.customer_id, order_by=order))
    t = t.filter(t._nth == 0).select(_who=t.customer_id, part=t._part)
    return told.inner_join(t, told.customer_id == t._who).drop("_who", "_at", "_number")


def _meant(found: ir.Table, attribution: Attribution) -> tuple[ir.TimestampValue, ir.IntegerValue]:
    """When the row was whose value counts, and which step it is."""
    if attribution == "first":
        return found.started_at, ibis.literal(1, "int64")
    if attribution == "last":
        return found.reached_at, found.reached
    return found[f"at_{attribution}"], ibis.literal(attribution, "int64")


def _is_step(t: ir.Table, definition: FunnelDefinition) -> ir.BooleanValue:
    numbers = range(1, len(definition.steps) + 1)
    if definition.order == "any":
        return ibis.or_(*(t[step_flag(n)] for n in numbers))
    return ibis.or_(*((t._number == n) & t[step_flag(n)] for n in numbers))
