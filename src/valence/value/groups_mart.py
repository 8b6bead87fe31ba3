"""The published tables of value by group: segments, channels, stores, and the firms."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir

from valence.core.messages import message
from valence.lake.columns import Column
from valence.lake.marts import BuildContext, Mart
from valence.value.accounts import accounts, customer_accounts
from valence.value.groups import DIMENSIONS, READ, value_groups

Inputs = Mapping[str, ir.Table]


_VALUE = (
    Column("value_amount", "amount", "Value of all time."),
    Column("value_share", "float", "Share of the value of all rows of its kind, 0 to 1."),
    Column("value_12m_amount", "amount", "Value of the last twelve months."),
    Column("value_12m_share", "float", "The same share of these months' value."),
    Column("value_prior_12m_amount", "amount", "Value of the twelve months before these."),
    Column("change_amount", "amount", "Value of the last twelve months less that before."),
    Column("change_share", "float", "The same / the value before; empty unless that is above 0."),
)
GROUPS = (
    Column("dimension", "text", "segment, tier, main_channel, country or store."),
    Column("name", "text", "Which of them; empty where it is not known."),
    Column("customers", "int", "Customers."),
    Column("customers_12m", "int", "Customers who bought in the last twelve months."),
    Column("customers_prior_12m", "int", "Customers who bought in the twelve months before."),
    *_VALUE,
    Column("value_per_customer_amount", "amount", "Value of all time per customer."),
    Column("value_12m_per_customer_amount", "amount", "Per customer who bought in these months."),
)
CUSTOMER_ACCOUNTS = (
    Column(
        "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
    ),
    Column("account_id", "text", "Firm that the customer belongs to."),
    Column("accounts", "int", "Distinct firms that are said of the customer; the latest counts."),
)
ACCOUNTS = (
    Column("account_id", "text", "The firm, as its source names it."),
    Column("customers", "int", "People who belong to it."),
    Column("customers_12m", "int", "People who bought in the last twelve months."),
    Column("orders", "int", "Purchases of all time."),
    Column("orders_12m", "int", "Purchases of the last twelve months."),
    Column("first_order_on", "day", "Day of the first purchase."),
    Column("last_order_on", "day", "Day of the last purchase."),
    *_VALUE,
    Column("top_customer_share", "float", "Share of its value by its most valuable person."),
)


def _groups(inputs: Inputs, _: BuildContext) -> ir.Table:
    return value_groups(inputs["customers"].select("customer_id", *READ, *DIMENSIONS))


def _customer_accounts(inputs: Inputs, context: BuildContext) -> ir.Table:
    return customer_accounts(inputs["identifiers"], inputs["orders"], as_of=context.as_of)


def _accounts(inputs: Inputs, _: BuildContext) -> ir.Table:
    return accounts(inputs["customers"], inputs["customer_accounts"])


GROUPS_MARTS = (
    Mart(
        name="value_groups",
        owner="value",
        title=message("Value by group"),
        grain=("dimension", "name"),
        rebuild="whole",
        inputs=("customers",),
        columns=GROUPS,
        compute=_groups,
        order_by=("dimension", "name"),
        served=True,
    ),
    Mart(
        name="customer_accounts",
        owner="value",
        title=message("Firms of customers"),
        grain=("customer_id",),
        rebuild="customer",
        inputs=("identifiers", "orders"),
        columns=CUSTOMER_ACCOUNTS,
        compute=_customer_accounts,
        order_by=("customer_id",),
        served=True,
    ),
    Mart(
        name="accounts",
        owner="value",
        title=message("Value of firms"),
        grain=("account_id",),
        rebuild="whole",
        inputs=("customers", "customer_accounts"),
        columns=ACCOUNTS,
        compute=_accounts,
        order_by=("account_id",),
        served=True,
    ),
)
