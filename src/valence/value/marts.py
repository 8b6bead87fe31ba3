"""What the capability publishes: order facts, customer facts, and the tables of value."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from valence.core.days import months_before
from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.marts import BuildContext, Mart
from valence.value import columns
from valence.value.bond_definition import BOND_KIND, BondDefinition
from valence.value.bond_history_mart import BOND_HISTORY_MARTS
from valence.value.bond_mart import BOND_MARTS
from valence.value.bridge_mart import BRIDGE_MARTS
from valence.value.cohorts import cohort_sums, cohorts, staying
from valence.value.concentration import lorenz
from valence.value.customers import customers
from valence.value.days import order_days
from valence.value.definitions import (
    COHORTS_KIND,
    RFM_KIND,
    TIERS_KIND,
    CohortsDefinition,
    RfmDefinition,
    TiersDefinition,
)
from valence.value.equity_mart import EQUITY_MARTS
from valence.value.facts import customer_facts
from valence.value.groups_mart import GROUPS_MARTS
from valence.value.ladder_definition import LADDER_KIND, LadderDefinition
from valence.value.ladder_mart import LADDER_MARTS
from valence.value.lifetime.marts import LIFETIME_MARTS
from valence.value.lifetime.predictions import PREDICTION_MARTS
from valence.value.orders import order_facts
from valence.value.products.marts import PRODUCT_MARTS
from valence.value.segments import segment_summary
from valence.value.standing import with_standing, with_voice
from valence.value.stars_mart import STAR_MARTS
from valence.value.summary import summary
from valence.value.tiers import tier_summary
from valence.value.trailing import WINDOWS, with_trailing
from valence.value.voice import VOICE_WINDOWS, customer_voice

Inputs = Mapping[str, ir.Table]


def _rfm(context: BuildContext) -> RfmDefinition:
    return published(context.definitions, RFM_KIND, RfmDefinition)


def _tiers(context: BuildContext) -> TiersDefinition:
    return published(context.definitions, TIERS_KIND, TiersDefinition)


def _cohorts(context: BuildContext) -> CohortsDefinition:
    return published(context.definitions, COHORTS_KIND, CohortsDefinition)


def _order_facts(inputs: Inputs, context: BuildContext) -> ir.Table:
    return order_facts(inputs["orders"], as_of=context.as_of, margin_rate=context.margin_rate)


def _order_days(inputs: Inputs, context: BuildContext) -> ir.Table:
    return order_days(inputs["order_facts"], as_of=context.as_of)


def _customer_facts(inputs: Inputs, context: BuildContext) -> ir.Table:
    facts = customer_facts(
        inputs["order_facts"],
        lines=inputs["order_lines"],
        products=inputs["products"],
        contacts=inputs["contacts"],
        as_of=context.as_of,
        before=months_before(context.as_of, 12),
    )
    # Kept up with the facts: only who crosses the edge of a window has other figures tomorrow.
    return with_trailing(facts, inputs["order_facts"], as_of=context.as_of)


def _customers(inputs: Inputs, context: BuildContext) -> ir.Table:
    facts = with_voice(inputs["customer_facts"], inputs["customer_voice"])
    table = customers(
        inputs["order_facts"],
        as_of=context.as_of,
        facts=facts,
        rfm=_rfm(context),
        tiers=_tiers(context),
    )
    table = with_standing(
        table,
        as_of=context.as_of,
        facts=facts,
        ladder=published(context.definitions, LADDER_KIND, LadderDefinition),
        bond=published(context.definitions, BOND_KIND, BondDefinition),
    )
    return table.left_join(inputs["worth"], "customer_id").drop("customer_id_right")


def _customer_voice(inputs: Inputs, context: BuildContext) -> ir.Table:
    return customer_voice(inputs["feedback"], as_of=context.as_of, events=inputs["events"])


def _segments(inputs: Inputs, _: BuildContext) -> ir.Table:
    return segment_summary(inputs["customers"])


def _value_tiers(inputs: Inputs, context: BuildContext) -> ir.Table:
    return tier_summary(inputs["customers"], definition=_tiers(context))


def _lorenz(inputs: Inputs, _: BuildContext) -> ir.Table:
    return lorenz(inputs["customers"])


def _cohort_sums(inputs: Inputs, context: BuildContext) -> ir.Table:
    return cohort_sums(inputs["order_facts"], as_of=context.as_of)


def _cohort_table(inputs: Inputs, context: BuildContext) -> ir.Table:
    return cohorts(inputs["cohort_sums"], as_of=context.as_of, definition=_cohorts(context))


def _staying(inputs: Inputs, context: BuildContext) -> ir.Table:
    return staying(inputs["cohorts"], definition=_cohorts(context))


def _summary(inputs: Inputs, context: BuildContext) -> ir.Table:
    return summary(
        inputs["order_days"],
        as_of=context.as_of,
        table=inputs["customers"],
        tiers=_tiers(context),
    )


MARTS: tuple[Mart, ...] = (
    Mart(
        name="order_facts",
        owner="value",
        title=message("Order facts"),
        grain=("namespace", "order_id"),
        rebuild="day",
        day="ordered_on",
        inputs=("orders",),
        columns=columns.ORDER_FACTS,
        compute=_order_facts,
        order_by=("customer_id",),
        version=2,
    ),
    Mart(
        name="order_days",
        owner="value",
        title=message("Order days"),
        grain=("ordered_on", "named"),
        rebuild="day",
        day="ordered_on",
        inputs=("order_facts",),
        columns=columns.ORDER_DAYS,
        compute=_order_days,
        order_by=("ordered_on", "named"),
    ),
    Mart(
        name="customer_facts",
        owner="value",
        title=message("Customer facts"),
        grain=("customer_id",),
        rebuild="customer",
        windows=WINDOWS,
        inputs=("order_facts", "order_lines", "products", "contacts"),
        columns=columns.CUSTOMER_FACTS,
        compute=_customer_facts,
        order_by=("customer_id",),
        version=5,
    ),
    Mart(
        name="customer_voice",
        owner="value",
        title=message("Customers' answers"),
        grain=("customer_id",),
        rebuild="customer",
        windows=VOICE_WINDOWS,
        inputs=("feedback", "events"),
        columns=columns.CUSTOMER_VOICE,
        compute=_customer_voice,
        order_by=("customer_id",),
    ),
    Mart(
        name="customers",
        owner="value",
        title=message("Customers"),
        grain=("customer_id",),
        rebuild="whole",
        inputs=("customer_facts", "order_facts", "customer_voice", "worth"),
        columns=columns.CUSTOMERS,
        compute=_customers,
        definitions=(RFM_KIND, TIERS_KIND, LADDER_KIND, BOND_KIND),
        served=True,
        version=4,
    ),
    Mart(
        name="segments",
        owner="value",
        title=message("RFM segments"),
        grain=("recency_level", "fm_level"),
        rebuild="whole",
        inputs=("customers",),
        columns=columns.SEGMENTS,
        compute=_segments,
        order_by=("recency_level", "fm_level"),
        definitions=(RFM_KIND,),
        served=True,
    ),
    Mart(
        name="value_tiers",
        owner="value",
        title=message("Value tiers"),
        grain=("tier",),
        rebuild="whole",
        inputs=("customers",),
        columns=columns.TIERS,
        compute=_value_tiers,
        order_by=("tier_number",),
        definitions=(TIERS_KIND,),
        served=True,
    ),
    Mart(
        name="value_lorenz",
        owner="value",
        title=message("Concentration of value"),
        grain=("percent",),
        rebuild="whole",
        inputs=("customers",),
        columns=columns.LORENZ,
        compute=_lorenz,
        order_by=("percent",),
        served=True,
    ),
    Mart(
        name="cohort_sums",
        owner="value",
        title=message("Sums of cohorts"),
        grain=("cohort_month", "months_since"),
        rebuild="customer",
        sums=("customer_months", "active", "orders", "value_amount", "odds"),
        inputs=("order_facts",),
        columns=columns.COHORT_SUMS,
        compute=_cohort_sums,
        order_by=("cohort_month", "months_since"),
        version=2,
    ),
    Mart(
        name="cohorts",
        owner="value",
        title=message("Cohorts"),
        grain=("cohort_month", "months_since"),
        rebuild="whole",
        inputs=("cohort_sums",),
        columns=columns.COHORTS,
        compute=_cohort_table,
        order_by=("cohort_month", "months_since"),
        definitions=(COHORTS_KIND,),
        served=True,
    ),
    Mart(
        name="cohort_staying",
        owner="value",
        title=message("Which cohort stayed longest"),
        grain=("cohort_month",),
        rebuild="whole",
        inputs=("cohorts",),
        columns=columns.STAYING,
        compute=_staying,
        order_by=("place", "cohort_month"),
        definitions=(COHORTS_KIND,),
        served=True,
        version=2,
    ),
    Mart(
        name="value_summary",
        owner="value",
        title=message("Value in one row"),
        grain=("as_of",),
        rebuild="whole",
        inputs=("order_days", "customers"),
        columns=columns.SUMMARY,
        compute=_summary,
        definitions=(TIERS_KIND,),
        served=True,
        version=3,
    ),
    *LIFETIME_MARTS,
    *PREDICTION_MARTS,
    *BRIDGE_MARTS,
    *GROUPS_MARTS,
    *PRODUCT_MARTS,
    *LADDER_MARTS,
    *BOND_MARTS,
    *BOND_HISTORY_MARTS,
    *EQUITY_MARTS,
    *STAR_MARTS,
)
