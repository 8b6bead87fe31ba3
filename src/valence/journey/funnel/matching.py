"""Matching: which rows of `journey_steps` are which steps of a funnel, in one order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.errors import BadInputError, did_you_mean
from valence.core.rules import annotate, compile_rule
from valence.journey.funnel.definition import CATALOG, Condition, FunnelDefinition
from valence.lake.portable import given

# `_step_1`… say whether a row is a step, `_breaks_0`… whether it is an exclusion, `_place` where
# it stands among rows of the same moment.
ORDER = ("at", "_place", "source", "row_key")
NONE = "–"  # the value of a property where a row has none
_OWN = ("customer_id", "row_key")  # as many values as rows: nothing to tell apart
NEEDED = ("customer_id", "at", "on", "touchpoint", "stage", "channel", "source", "row_key")


def step_flag(number: int) -> str:
    """Return the name of the column that says whether a row is a step."""
    return f"_step_{number}"


def break_flag(place: int) -> str:
    """Return the name of the column that says whether a row is an exclusion."""
    return f"_breaks_{place}"


def matched(
    steps: ir.Table, definition: FunnelDefinition, *, as_of: date, since: date | None = None
) -> ir.Table:
    """Return the rows up to a day with a flag for each step and exclusion.

    Rows of one customer and one moment stand in the order of the funnel's steps (by the first that
    they are), then exclusions, then all others; within these by `source` and `row_key`. So steps
    that are known by their day only count as done in order. A row that is a step is never an
    exclusion.

    Parameters
    ----------
    steps
        Rows with the columns of `journey.steps.STEPS`; more columns are kept.
    definition
        The funnel.
    as_of, since
        Later and earlier rows are left out.

    Returns
    -------
    Table
        In an ordered funnel and in any order without the rows that are neither step nor exclusion.
    """
    t = given(steps, *NEEDED)
    t = t.filter(t.customer_id.notnull(), t["on"] <= as_of)
    if since is not None:
        if since > as_of:
            raise BadInputError("{since} is after {day}.", since=since, day=as_of)
        t = t.filter(t["on"] >= since)
    flags = {step_flag(number): step for number, step in enumerate(definition.steps, 1)}
    t = flagged(t, [*flags.items()], as_of)
    met = [t[name] for name in flags]
    is_step = ibis.or_(*met)
    if definition.exclusions:
        breaks = {break_flag(i): each for i, each in enumerate(definition.exclusions)}
        t = flagged(t, [*breaks.items()], as_of)
        t = t.mutate(**{name: t[name] & ~is_step for name in breaks})
        known = ibis.or_(is_step, *(t[name] for name in breaks))
    else:
        known = is_step
    if definition.order != "strict":
        t = t.filter(known)
    cases = [(flag, ibis.literal(place, "int8")) for place, flag in enumerate(met, 1)]
    after = len(met) + 1
    others = known.ifelse(ibis.literal(after, "int8"), ibis.literal(after + 1, "int8"))
    return t.mutate(_place=ibis.cases(*cases, else_=others))


def valued(
    steps: ir.Table,
    *,
    definition: FunnelDefinition,
    as_of: date,
    since: date | None = None,
    by: str,
) -> ir.Table:
    """Return the rows as `matched` does, with the value of a property, `_part`.

    Raises
    ------
    BadInputError
        If there is no such column.
    """
    if by not in steps.columns or by in _OWN:
        offered = [name for name in steps.columns if name not in _OWN]
        raise BadInputError(
            "Steps cannot be told apart by {by!r}. {fix}", by=by, fix=did_you_mean(by, offered)
        )
    rows = matched(steps, definition, as_of=as_of, since=since)
    return rows.mutate(_part=ibis.coalesce(rows[by].cast("string"), NONE), _row_at=rows["at"])


def flagged(t: ir.Table, conditions: Sequence[tuple[str, Condition]], as_of: date) -> ir.Table:
    """Return the rows with a column per condition that says whether it holds; never missing."""
    false = ibis.literal(value=False)
    flags = {
        name: ibis.coalesce(
            t.touchpoint == each.touchpoint if each.touchpoint else t.stage == each.stage, false
        )
        for name, each in conditions
        if not each.rule
    }
    rules = {name: compile_rule(each.rule, CATALOG) for name, each in conditions if each.rule}
    t = t.mutate(**flags) if flags else t
    return annotate(t, rules, as_of=as_of) if rules else t
