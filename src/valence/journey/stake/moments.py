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
from valence.journey.definition import JourneyDefinition
from valence.journey.stake.columns import STAKE_MOMENTS
from valence.journey.stake.definition import ASKS, CATALOG, StakeDefinition
from valence.journey.stake.known import WINDOWS, YEAR
from valence.lake.columns import IBIS
from valence.lake.portable import count_if

DEFAULT, JOURNEY = StakeDefinition(), JourneyDefinition()
TEXTS = "feedback_texts"  # by (source, feedback_id): `sentiment`, −1 to 1
_KEY = ("customer_id", "on")
_UNITS = 10_000.0  # money as whole ten-thousandths: sums over windows are exact on every engine


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
        takes it, else at that which it says it is about.
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
    known = _known(moments, tables["order_facts"], as_of)
    t = moments.join(known, list(_KEY))
    return t.select(*(column.name for column in STAKE_MOMENTS))


def _steps(tables: Mapping[str, ir.Table], as_of: date, journey: JourneyDefinition) -> ir.Table:
    """All steps with what rules may ask of them; answers among them, wherever they belong."""
    steps = tables["journey_steps"]
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
    c = tables["contacts"]
    c = c.filter(c.customer_id.notnull(), c.opened_on <= as_of)
    c = c.select(
        "customer_id", "opened_at", "opened_on",
        row_key=ibis.literal(":").join([c.source, c.contact_id]),
        matter=ibis.coalesce(c.category.lower(), ""),
    )  # fmt: skip
    same = ibis.window(group_by=[c.customer_id, c.matter], order_by=[c.opened_at, c.row_key])
    before = c.opened_on.lag().over(same)
    c = c.select("row_key", days_since_contact=c.opened_on.delta(before, unit="day"))
    of_contacts = (steps.source == "contacts").ifelse(steps.row_key, ibis.null("string"))
    t = steps.mutate(_contact=of_contacts)
    return t.left_join(c, t["_contact"] == c.row_key).drop("_contact", "row_key_right")


def _answers(
    steps: ir.Table, tables: Mapping[str, ir.Table], as_of: date, journey: JourneyDefinition
) -> ir.Table:
    """Answers about the own brand as steps: where their touchpoint is known."""
    a = tables["answers"]
    a = a.filter(a.customer_id.notnull(), a["on"] <= as_of, a.subject.isin(["", "own"]))
    a = a.mutate(row_key=ibis.literal(":").join([a.source, a.feedback_id]))
    taken = steps.filter(steps.source == "feedback").select(
        "row_key", at_touchpoint="touchpoint", at_stage="stage"
    )
    a = a.left_join(taken, "row_key").drop("row_key_right")
    names = {each.name.lower(): each for each in journey.touchpoints}
    about = a.touchpoint.strip().lower()
    named = [(name, each.name) for name, each in names.items()]
    stages = [(name, each.stage) for name, each in names.items()]
    a = a.mutate(
        stage=ibis.coalesce(a.at_stage, about.cases(*stages, else_=ibis.null("string"))),
        touchpoint=ibis.coalesce(
            a.at_touchpoint, about.cases(*named, else_=a.touchpoint.strip().nullif(""))
        ),
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


def _known(moments: ir.Table, orders: ir.Table, as_of: date) -> ir.Table:
    """What was known before each day with a moment, and the value of the year after it."""
    days = moments.group_by(*_KEY).agg(bad=moments.bad.max())
    o = orders.filter(orders.customer_id.notnull(), orders.ordered_on <= as_of)
    o = o.semi_join(moments, "customer_id")
    zero, one = ibis.literal(0, "int64"), ibis.literal(1, "int64")
    bought = o.group_by("customer_id", on=o.ordered_on).agg(
        value=(o.value_amount.cast("float64") * _UNITS).round().cast("int64").sum().cast("int64"),
        orders=count_if(o.kind == "sale"),
    )
    line = days.select(
        *_KEY, value=zero, orders=zero, moments=one, bads=days.bad.ifelse(one, zero)
    ).union(bought.select(*_KEY, "value", "orders", moments=zero, bads=zero))
    line = line.group_by(*_KEY).agg(
        **{n: line[n].sum().cast("int64") for n in ("value", "orders", "moments", "bads")}
    )
    line = line.mutate(day=line["on"].delta(ibis.date(1970, 1, 1), unit="day").cast("int64"))
    line = line.mutate(order_day=(line.orders > 0).ifelse(line.day, ibis.null("int64")))
    return _windowed(line)


def _windowed(line: ir.Table) -> ir.Table:
    """Sums over the days before and after, by windows over each customer's days."""

    def before(days: int | None) -> ibis.expr.builders.LegacyWindowBuilder:
        return ibis.range_window(group_by=line.customer_id, order_by=line.day, preceding=(days, 1))

    ever = before(None)
    after = ibis.range_window(group_by=line.customer_id, order_by=line.day, following=(1, YEAR))

    def summed(name: str, window: ibis.expr.builders.LegacyWindowBuilder) -> ir.FloatingValue:
        return ibis.coalesce(line[name].sum().over(window), 0).cast("float64")

    def since(end: ir.IntegerValue) -> ir.FloatingValue:
        return ibis.coalesce(line.day - end, -1).cast("float64")

    t = line.mutate(
        **{f"value_{days}": summed("value", before(days)) / _UNITS for days in WINDOWS},
        **{f"orders_{days}": summed("orders", before(days)) for days in WINDOWS[:3]},
        value_before=summed("value", ever) / _UNITS,
        orders_before=summed("orders", ever),
        moments_365=summed("moments", before(YEAR)),
        bad_365=summed("bads", before(YEAR)),
        recency_days=since(line.order_day.max().over(ever)),
        tenure_days=since(line.order_day.min().over(ever)),
        later=summed("value", after) / _UNITS,
    )
    return t.filter(t.moments > 0).drop("value", "orders", "moments", "bads", "day", "order_day")
