"""What customer equity publishes: the worth of the base, cohorts by channel, and payback."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Mart
from valence.lake.portable import amount, total
from valence.value.acquisition import channel_cohorts, payback
from valence.value.acquisition_definition import ACQUISITION_KIND, AcquisitionDefinition

Inputs = Mapping[str, ir.Table]

BASE = (
    Column("tier", "text", "Value tier."),
    Column("customers", "int", "Customers who bought."),
    Column("alive", "float", "How many of them still buy, expected."),
    Column("expected_purchases", "float", "Purchase days expected of them within the horizon."),
    Column("worth_amount", "amount", "Value expected of them within the horizon, discounted."),
    Column(
        "worth_half_width",
        "float",
        "Half the width of the interval of that sum, if the models are right: customers are "
        "independent then.",
    ),
    Column("course_book_amount", "amount", "Value a year × years that customers stay."),
    Column("value_12m_amount", "amount", "Value of the last twelve months."),
    Column("value_amount", "amount", "Value to date."),
)
CHANNEL_COHORTS = (
    Column("cohort_month", "day", "Month of the first purchase (its first day)."),
    Column("first_channel", "text", "Channel of the first purchase; empty where unknown."),
    Column("months_since", "int", "Months after the first purchase."),
    Column("customer_months", "int", "Customers with an order row in the month."),
    Column("active", "int", "Customers with a purchase; in month 0 all of the cohort."),
    Column("value_amount", "amount", "Value of the month."),
)
PAYBACK = (
    Column("channel", "text", "Channel of the first purchase."),
    Column("months_since", "int", "Months after the first purchase."),
    Column("new_customers", "int", "Customers won in months with spend on the channel."),
    Column(
        "cost_amount", "amount", "Spend on the channel in all these months, that won nobody too."
    ),
    Column("cost_per_customer", "float", "Spend / new customers; empty where nobody was won."),
    Column("customers", "int", "New customers who have lived through that month."),
    Column("value_amount", "amount", "Value that these brought in that month."),
    Column("value_per_customer", "float", "Value a customer up to that month."),
    Column("paid_back", "bool", "Value so far has reached the cost."),
)


def base(customers: ir.Table) -> ir.Table:
    """Return what the present customers of each tier are worth from now on; see `BASE`.

    By the normal curve half an interval is as many standard errors for one customer as for all,
    so the half of the sum is the root of the summed squares of each one's.
    """
    t = customers.filter(customers.orders > 0)
    half = (t.worth_high_amount - t.worth_low_amount).cast("float64") / 2.0
    return t.group_by("tier").agg(
        customers=t.count().cast("int64"),
        alive=t.alive_probability.sum(),
        expected_purchases=t.expected_purchases.sum(),
        worth_amount=total(t.worth_amount),
        worth_half_width=(half * half).sum().sqrt(),
        course_book_amount=amount(t.course_book_amount.sum()),  # not 0 where nobody knows it
        value_12m_amount=total(t.value_12m_amount),
        value_amount=total(t.value_amount),
    )


def _base(inputs: Inputs, _: BuildContext) -> ir.Table:
    return base(inputs["customers"])


def _channel_cohorts(inputs: Inputs, context: BuildContext) -> ir.Table:
    return channel_cohorts(inputs["order_facts"], inputs["customer_facts"], as_of=context.as_of)


def _payback(inputs: Inputs, context: BuildContext) -> ir.Table:
    definition = published(context.definitions, ACQUISITION_KIND, AcquisitionDefinition)
    return payback(
        inputs["channel_cohorts"], inputs["spend"], as_of=context.as_of, definition=definition
    )


EQUITY_MARTS = (
    Mart(
        name="worth_base",
        owner="value",
        title=message("Worth of the customer base"),
        grain=("tier",),
        rebuild="whole",
        inputs=("customers",),
        columns=BASE,
        compute=_base,
        order_by=("tier",),
        served=True,
        version=3,
    ),
    Mart(
        name="channel_cohorts",
        owner="value",
        title=message("Cohorts by channel"),
        grain=("cohort_month", "first_channel", "months_since"),
        rebuild="customer",
        sums=("customer_months", "active", "value_amount"),
        inputs=("order_facts", "customer_facts"),
        columns=CHANNEL_COHORTS,
        compute=_channel_cohorts,
        order_by=("cohort_month", "first_channel", "months_since"),
    ),
    Mart(
        name="payback",
        owner="value",
        title=message("Payback of acquisition"),
        grain=("channel", "months_since"),
        rebuild="whole",
        inputs=("channel_cohorts", "spend"),
        columns=PAYBACK,
        compute=_payback,
        order_by=("channel", "months_since"),
        definitions=(ACQUISITION_KIND,),
        served=True,
        version=2,
    ),
)
