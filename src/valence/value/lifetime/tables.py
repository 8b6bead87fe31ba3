"""The table of customers with their worth that programs look through."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.tables import TableColumn, TableSpec

CLV = TableSpec(
    "clv",
    message("Worth of each customer"),
    (
        TableColumn("customer_id", message("Customer"), "customer"),
        TableColumn(
            "worth_amount",
            message("Worth"),
            "money",
            meaning=message("Value expected within the horizon, discounted."),
        ),
        TableColumn("worth_low_amount", message("From"), "money"),
        TableColumn("worth_high_amount", message("To"), "money"),
        TableColumn("alive_probability", message("Still buys"), "percent"),
        TableColumn("expected_purchases", message("Purchases expected"), "float"),
        TableColumn("expected_spend_amount", message("Value of each"), "money"),
        TableColumn("course_book_amount", message("Lifetime value, course book"), "money"),
        TableColumn("value_amount", message("Value to date"), "money"),
    ),
    key=("customer_id",),
    sort="-worth_amount",
    customers=True,
)
