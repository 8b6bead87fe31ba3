"""Steps: everything that customers did and met, each at its touchpoint, in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.rules import Rule, annotate, compile_rule
from valence.journey.columns import STEPS
from valence.journey.definition import (
    CATALOGS,
    HOURS,
    SOURCES,
    JourneyDefinition,
    Source,
    Touchpoint,
)
from valence.lake.canonical import CANONICAL
from valence.lake.columns import IBIS
from valence.lake.portable import count_if

DEFAULT = JourneyDefinition()
_AT: dict[Source, str] = {
    "events": "occurred_at", "orders": "ordered_at", "feedback": "answered_at",
    "contacts": "opened_at", "messages": "sent_at",
}  # fmt: skip


def journey_steps(
    tables: Mapping[str, ir.Table], *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return the steps of all customers up to a day.

    Parameters
    ----------
    tables
        Canonical `events`, `orders`, `feedback`, `contacts`, `messages` with `customer_id`; those
        that are not there have no steps.
    as_of
        Later rows are left out.
    definition
        Stages and touchpoints. The first touchpoint whose rule holds takes a row, so a row is one
        step at most; rows that none takes, and rows of nobody, are none.

    Returns
    -------
    Table
        One row per step, with the columns `STEPS`.
    """
    as_of = as_day(as_of)
    found = [
        _steps_of(tables[source], source, definition, as_of)
        for source in SOURCES
        if source in tables and definition.of(source)
    ]
    if not found:
        return ibis.memtable([], schema={c.name: IBIS[c.kind] for c in STEPS})
    return found[0].union(*found[1:]) if len(found) > 1 else found[0]


def unrecognised(
    events: ir.Table, *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return the events that no touchpoint takes, so that the map can be completed.

    Returns
    -------
    Table
        One row per name of events and channel: `name`, `channel` (text), `events`, `customers`
        (int), `first_on`, `last_on` (day).
    """
    t, taken = _taken(events, "events", definition, as_day(as_of))
    t = t.filter(taken.isnull())
    return t.group_by("name", "channel").agg(
        events=t.count().cast("int64"),
        customers=t.customer_id.nunique().cast("int64"),
        first_on=t.occurred_on.min(),
        last_on=t.occurred_on.max(),
    )


def claims(
    tables: Mapping[str, ir.Table], *, as_of: date, definition: JourneyDefinition = DEFAULT
) -> ir.Table:
    """Return how many rows each touchpoint's rule holds for, and how many it took.

    Returns
    -------
    Table
        One row per touchpoint whose table is there: `touchpoint`, `source` (text), `rows` (int,
        of the table up to the day), `held`, `taken` (int; fewer than held where a touchpoint
        before it took the others).
    """
    as_of = as_day(as_of)
    found = []
    for source in SOURCES:
        if source not in tables:
            continue
        t, taken = _taken(tables[source], source, definition, as_of)
        counts = {"rows": t.count().cast("int64")}
        own = definition.of(source)
        for place, touchpoint in enumerate(own):
            # One row of counts for all, taken apart below: a pass over the table, not one each.
            counts[f"held_{place}"] = count_if(t[f"_rule_{place}"])
            counts[f"taken_{place}"] = count_if(taken == touchpoint.name)
        once = t.aggregate(**counts)
        found += [
            once.select(
                touchpoint=ibis.literal(touchpoint.name),
                source=ibis.literal(source),
                rows=once.rows,
                held=once[f"held_{place}"],
                taken=once[f"taken_{place}"],
            )
            for place, touchpoint in enumerate(own)
        ]
    return ibis.union(*found) if len(found) > 1 else found[0]


def _steps_of(
    table: ir.Table, source: Source, definition: JourneyDefinition, as_of: date
) -> ir.Table:
    t, taken = _taken(table, source, definition, as_of)
    own = definition.of(source)
    declared = CANONICAL[source]
    keys = [t[name] for name in declared.key]
    t = t.mutate(touchpoint=taken, row_key=ibis.literal(":").join(keys))
    t = t.filter(t.customer_id.notnull(), t.touchpoint.notnull())
    return t.select(
        "customer_id",
        at=t[_AT[source]].cast(IBIS["instant"]),
        on=t[declared.day],
        touchpoint=t.touchpoint,
        stage=_by_touchpoint(t, {each.name: each.stage for each in own}),
        channel=ibis.coalesce(
            _by_touchpoint(t, {each.name: each.channel for each in own if each.channel}),
            t.channel,
        ),
        source=ibis.literal(source),
        row_key=t.row_key,
        due_on=t.promised_at.date() if "promised_at" in t.columns else ibis.null("date"),
        standard_kept=_ruled(t, own, "standard"),
        delivered=_ruled(t, own, "delivered"),
        asks=_by_touchpoint(t, {each.name: each.asks for each in own if each.asks}),
    )


def _taken(
    table: ir.Table, source: Source, definition: JourneyDefinition, as_of: date
) -> tuple[ir.Table, ir.StringValue]:
    """The rows up to the day with what each rule says, and the touchpoint that takes each row."""
    own = definition.of(source)
    t = table.filter(table[CANONICAL[source].day] <= as_of)
    t = t.mutate(**{name: _hours(t, *ends) for name, ends in HOURS.get(source, {}).items()})
    rules = {f"_rule_{place}": _rule(each.rule, source) for place, each in enumerate(own)}
    rules |= {
        f"_{kind}_{place}": _rule(text, source)
        for place, each in enumerate(own)
        for kind, text in (("standard", each.standard), ("delivered", each.delivered))
        if text
    }
    asked = {name: rule for name, rule in rules.items() if rule is not None}
    t = annotate(t, asked, as_of=as_of) if asked else t
    t = t.mutate(**{name: ibis.literal(value=True) for name in rules if name not in asked})
    cases = [(t[f"_rule_{place}"], each.name) for place, each in enumerate(own)]
    none = ibis.null("string")
    return t, ibis.cases(*cases, else_=none) if cases else none


def _hours(t: ir.Table, since: str, until: str) -> ir.FloatingValue:
    seconds = [t[name].truncate("s").epoch_seconds().cast("int64") for name in (since, until)]
    return (seconds[1] - seconds[0]).cast("float64") / 3600.0


def _ruled(t: ir.Table, own: list[Touchpoint], kind: str) -> ir.BooleanValue:
    """What a touchpoint's rule of that kind says of its rows; missing where it has none."""
    none = ibis.null("boolean")
    cases = []
    for place, each in enumerate(own):
        if rule := getattr(each, kind):
            judged = t.touchpoint == each.name
            for since in _promises(rule, each.source):
                judged &= t[since].notnull()
            cases.append((judged, t[f"_{kind}_{place}"]))
    return ibis.cases(*cases, else_=none) if cases else none


def _promises(rule: str, source: Source) -> set[str]:
    """The columns from which the hours that a rule names are counted: without, none is judged."""
    asked = HOURS.get(source, {})
    return {since for name, (since, _) in asked.items() if re.search(rf"\b{name}\b", rule)}


def _by_touchpoint(t: ir.Table, said: Mapping[str, str]) -> ir.StringValue:
    none = ibis.null("string")
    return t.touchpoint.cases(*said.items(), else_=none) if said else none


def _rule(text: str, source: Source) -> Rule | None:
    return compile_rule(text, CATALOGS[source]) if text else None
