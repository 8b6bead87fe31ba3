"""The tables of groups and of firms that people look through."""

from __future__ import annotations

from collections.abc import Mapping

from valence.core.messages import Message, message
from valence.kit.tables import TableColumn, TableSpec
from valence.value.accounts_answers import HANGS, SILENT
from valence.value.words import SEGMENT_TITLES, TIERS

DIMENSIONS: Mapping[str, Message] = {
    "segment": message("Segment"),
    "tier": message("Value tier"),
    "main_channel": message("Main channel"),
    "country": message("Country"),
    "store": message("Store"),
}
WORDS: Mapping[str, Mapping[str, Message]] = {"tier": TIERS, "segment": SEGMENT_TITLES}
_NO_YEAR = message("no value above 0 in the year before")
_NOBODY = message("nobody bought in these months")


def _value() -> tuple[TableColumn, ...]:
    return (
        TableColumn("value_12m_amount", message("Value, 12 months"), "money"),
        TableColumn("value_12m_share", message("Share"), "percent"),
        TableColumn("value_prior_12m_amount", message("12 months before"), "money"),
        TableColumn("change_amount", message("Change"), "money", shown=False),
        TableColumn("change_share", message("Relative change"), "percent", absent=_NO_YEAR),
    )


def groups_spec(dimension: str) -> TableSpec:
    """Return the table of the groups of a dimension."""
    page = f"/customers?where={dimension}+%3D%3D+%22{{name}}%22&sort=-value_12m_amount"
    return TableSpec(
        f"groups-{dimension}",
        message("What does each group bring?"),
        (
            TableColumn("name", DIMENSIONS[dimension], words=WORDS.get(dimension, {}), link=page),
            TableColumn("customers", message("Customers"), "int"),
            TableColumn("customers_12m", message("Bought in 12 months"), "int"),
            *_value(),
            TableColumn(
                "value_12m_per_customer_amount",
                message("Per customer, 12 months"),
                "money",
                meaning=message("Per customer who bought in these months."),
                absent=_NOBODY,
            ),
            TableColumn("value_amount", message("Value in all"), "money"),
            TableColumn("value_share", message("Share in all"), "percent", shown=False),
            TableColumn(
                "value_per_customer_amount", message("Per customer, in all"), "money", shown=False
            ),
        ),
        key=("name",),
        sort="-value_12m_amount",
        examples=(
            (message("groups whose value fell"), "change_amount < 0"),
            (message("groups of some size"), "customers >= 100"),
        ),
    )


ACCOUNTS = TableSpec(
    "accounts",
    message("What does each firm bring?"),
    (
        TableColumn("account_id", message("Firm"), link="/value/groups/accounts/{account_id}"),
        TableColumn("customers", message("People"), "int"),
        TableColumn("customers_12m", message("Bought in 12 months"), "int", shown=False),
        *_value(),
        TableColumn("value_amount", message("Value in all"), "money"),
        TableColumn("value_share", message("Share in all"), "percent", shown=False),
        TableColumn(
            "top_customer_share",
            message("By one person"),
            "percent",
            meaning=message("Share of the firm's value that its most valuable person brings."),
            absent=message("no value above 0"),
        ),
        TableColumn("orders", message("Orders"), "int", shown=False),
        TableColumn("orders_12m", message("Orders, 12 months"), "int"),
        TableColumn("first_order_on", message("First order"), "day", shown=False),
        TableColumn("last_order_on", message("Last order"), "day"),
    ),
    key=("account_id",),
    sort="-value_12m_amount",
    examples=(
        (message("firms that hang on one person"), HANGS),
        (message("firms that fell silent"), SILENT),
    ),
)

PEOPLE = TableSpec(
    "people",
    message("Who belongs to it?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("value_12m_amount", message("Value, 12 months"), "money"),
        TableColumn("value_prior_12m_amount", message("12 months before"), "money"),
        TableColumn("value_amount", message("Value in all"), "money"),
        TableColumn("firm_share", message("Share of the firm"), "percent"),
        TableColumn("orders", message("Orders"), "int"),
        TableColumn("last_order_on", message("Last order"), "day"),
        TableColumn("tier", message("Value tier"), words=TIERS),
        TableColumn("segment", message("Segment"), words=SEGMENT_TITLES),
        TableColumn(
            "accounts",
            message("Firms named"),
            "int",
            meaning=message("Distinct firms that are said of the customer; the latest counts."),
            shown=False,
        ),
    ),
    key=("customer_id",),
    sort="-value_amount",
)
