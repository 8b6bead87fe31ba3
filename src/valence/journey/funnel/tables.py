"""The table of customers who were lost at a step."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.tables import TableColumn, TableSpec

LOST = TableSpec(
    "funnel_lost",
    message("Who was lost?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("worth_amount", message("Worth"), "money"),
        TableColumn("started_at", message("First step"), "instant"),
        TableColumn("last_at", message("Step before"), "instant"),
        TableColumn("reached", message("Furthest step"), "int"),
    ),
    key=("customer_id",),
    sort="-worth_amount",
    examples=((message("who is worth something"), "worth_amount > 100"),),
)
