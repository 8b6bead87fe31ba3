"""Who was lost: the customers who came to a step and not to the next."""

from __future__ import annotations

import ibis.expr.types as ir

from valence.core.errors import BadInputError
from valence.journey.funnel.definition import FunnelDefinition


def lost_at(found: ir.Table, *, definition: FunnelDefinition, step: int) -> ir.Table:
    """Return who came to the required step before a step, and not to it.

    Parameters
    ----------
    found
        The chains of customers, as `chains` gives them.
    definition
        The funnel that they went through.
    step
        The step (from 2) that they did not come to.

    Returns
    -------
    Table
        One row per customer: `customer_id`, `reached` (int), `started_at`, `last_at` (instant,
        when the step before was first reached).

    Raises
    ------
    BadInputError
        If there is no such step.
    """
    last = len(definition.steps)
    if not 2 <= step <= last:
        raise BadInputError(
            "Nobody is lost at step {step}: this funnel has the steps 2 to {last} to be lost at.",
            step=step,
            last=last,
        )
    before = found[f"at_{definition.before(step)}"]
    t = found.filter(before.notnull(), found[f"at_{step}"].isnull())
    return t.select("customer_id", "reached", "started_at", last_at=before)
