"""Moments at touchpoints: one row a customer, a day and a bad experience that can be told there.

All the engine's work: whatever else is done with moments begins from these rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from valence.core.days import as_day
from valence.core.rules import annotate, compile_rule
from valence.journey.about import about
from valence.journey.definition import JourneyDefinition
from valence.journey.matters import READ, beside
from valence.journey.stake.columns import STAKE_MOMENTS
from valence.journey.stake.definition import ASKS, CATALOG, StakeDefinition
from valence.journey.stake.known import ORDERS, VALUES
from valence.kit.around import bought_around
from valence.lake.columns import IBIS
from valence.lake.portable import given

DEFAULT, JOURNEY = StakeDefinition(), JourneyDefinition()
TEXTS = "feedback_texts"  # by (source, feedback_id): `sentiment`, −1 to 1
_KEY = ("customer_id", "on")


def stake_moments(
    tables: Mapping[str, ir.Table],
    *,
    as_of: date,
    definition: StakeDefinition = DEFAULT,
    journey: JourneyDefinition = JOURNEY,
) -> ir.Table:
    """Return the moments at which a bad experience can be told, and what was known before each.

    Parameters
    ----------
    tables
        `journey_steps` and `order_facts`; `answers`, `contacts` and `feedback_texts` (source,
        feedback_id, sentiment) where they are there. An answer is a moment at the touchpoint that
        it says it is about, as on the map, else at that which takes it.
    as_of
        Later rows are left out.
    definition
        Which experiences are bad.
    journey
        The touchpoints, so that answers about them are recognised.

    Returns
    -------
    Table
        One row per `kind`, `touchpoint`, `customer_id` and `on`, with the columns of
        `STAKE_MOMENTS`. Windows end the day before; the day itself is in neither window. Pairs of
        touchpoint and kind at which nothing bad ever happened are left out.
    """
    as_of = as_day(as_of)
    steps = _annotated(_steps(tables, as_of, journey), as_of, definition)
    kinds = [each.name for each in definition.experiences]
    parts = [
        steps.filter(steps[f"_told_{at}"]).select(
            "customer_id", "on", "touchpoint", "stage", "channel",
            kind=ibis.literal(kind), bad=steps[f"_bad_{at}"],
        )
        for at, kind in enumerate(kinds)
    ]  # fmt: skip
    told = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    moments = told.group_by("kind", "touchpoint", *_KEY).agg(
        stage=told.stage.min(), channel=told.channel.min(), bad=told.bad.max()
    )
    met = moments.filter(moments.bad).select("kind", "touchpoint").distinct()
    moments = moments.semi_join(met, ["kind", "touchpoint"])
    orders = tables["order_facts"]
    known = bought_around(
        moments.group_by(*_KEY).agg(moments=ibis.literal(1), bad=moments.bad.max().cast("int64")),
        orders.filter(orders.ordered_on <= as_of),
        values=VALUES,
        counts=ORDERS,
        marks=("moments", "bad"),
    )
    t = moments.join(known, list(_KEY))
    return t.select(*(column.name for column in STAKE_MOMENTS))


def _steps(tables: Mapping[str, ir.Table], as_of: date, journey: JourneyDefinition) -> ir.Table:
    """All steps with what rules may ask of them; answers among them, wherever they belong."""
    steps = tables["journey_steps"]
    # Of a promise the moment is the day it was for: when a parcel came tells whether it was late,
    # and so would the days since the purchase.
    steps = steps.mutate(on=ibis.coalesce(steps.due_on, steps["on"]))
    steps = steps.filter(steps["on"] <= as_of)
    taken = [name for name, kind in ASKS.items() if name in steps.columns]
    steps = steps.select("customer_id", "on", "row_key", *taken)
    others = _with_contacts(steps.filter(steps.source != "feedback"), tables, as_of)
    if "answers" not in tables:
        return _asked(others)
    return _asked(others).union(_asked(_answers(steps, tables, as_of, journey)))


def _asked(t: ir.Table) -> ir.Table:
    missing = {n: ibis.null(IBIS[k]) for n, k in ASKS.items() if n not in t.columns}
    t = t.mutate(**missing) if missing else t
    return t.select(*_KEY, **{name: t[name].cast(IBIS[kind]) for name, kind in ASKS.items()})


def _with_contacts(steps: ir.Table, tables: Mapping[str, ir.Table], as_of: date) -> ir.Table:
    """Add how long ago the customer was last in contact about the same."""
    if "contacts" not in tables:
        return steps
    c = given(tables["contacts"], *READ, "opened_on")
    c = beside(c.filter(c.customer_id.notnull(), c.opened_on <= as_of), before=("opened_on",))
    c = c.select(
        row_key=ibis.literal(":").join([c.source, c.contact_id]),
        days_since_contact=c.opened_on.delta(c.before_opened_on, unit="day"),
    )
    of_contacts = (steps.source == "contacts").ifelse(steps.row_key, ibis.null("string"))
    t = steps.mutate(_contact=of_contacts)
    return t.left_join(c, t["_contact"] == c.row_key).drop("_contact", "row_key_right")


def _answers(
    steps: ir.Table, tables: Mapping[str, ir.Table], as_of: date, journey: JourneyDefinition
) -> ir.Table:
    """Answers about the own brand as steps: at what they are about, else at what takes them."""
    a = tables["answers"]
    a = a.filter(a.customer_id.notnull(), a["on"] <= as_of, a.subject.isin(["", "own"]))
    a = a.mutate(row_key=ibis.literal(":").join([a.source, a.feedback_id]))
    taken = steps.filter(steps.source == "feedback").select(
        "row_key", at_touchpoint="touchpoint", at_stage="stage"
    )
    a = a.left_join(taken, "row_key").drop("row_key_right")
    stages = [(each.name, each.stage) for each in journey.touchpoints]
    a = a.mutate(touchpoint=ibis.coalesce(about(a.touchpoint, journey), a.at_touchpoint))
    a = a.mutate(
        stage=ibis.coalesce(a.touchpoint.cases(*stages, else_=ibis.null("string")), a.at_stage)
    )
    if TEXTS in tables:
        words = tables[TEXTS].select("source", "feedback_id", "sentiment")
        a = a.left_join(words, ["source", "feedback_id"])
    a = a.filter(a.touchpoint.notnull())
    return a.mutate(source=ibis.literal("feedback"))


def _annotated(steps: ir.Table, as_of: date, definition: StakeDefinition) -> ir.Table:
    rules = {}
    for at, each in enumerate(definition.experiences):
        rules[f"_told_{at}"] = compile_rule(each.told, CATALOG)
        rules[f"_bad_{at}"] = compile_rule(each.rule, CATALOG)
    return annotate(steps, rules, as_of=as_of)
