"""The tables that people look through on the pages of value."""

from __future__ import annotations

from valence.core.messages import message
from valence.kit.tables import TableColumn, TableSpec
from valence.value.words import SEGMENT_TITLES

_SEGMENT_PAGE = "/customers?where=segment+%3D%3D+%22{segment}%22&sort=-value_amount"
_COHORT_PAGE = "/customers?where=cohort_month+%3D%3D+day%28%22{cohort_month}%22%29"

SEGMENTS = TableSpec(
    "segments",
    message("Who is in which segment?"),
    (
        TableColumn("segment", message("Segment"), words=SEGMENT_TITLES, link=_SEGMENT_PAGE),
        TableColumn("customers", message("Customers"), "int"),
        TableColumn("customers_share", message("Share of customers"), "percent"),
        TableColumn(
            "value_amount",
            message("Value"),
            "money",
            meaning=message("All that its customers brought, on the basis named above."),
        ),
        TableColumn("value_share", message("Share of value"), "percent"),
        TableColumn("value_per_customer_amount", message("Value per customer"), "money"),
    ),
    key=("segment",),
    sort="-value_amount",
    examples=((message("segments of some size"), "customers >= 100"),),
)

COHORTS = TableSpec(
    "cohorts",
    message("Every cohort, month by month"),
    (
        TableColumn("cohort_month", message("Cohort"), "month", link=_COHORT_PAGE),
        TableColumn(
            "months_since",
            message("Months after"),
            "int",
            meaning=message("Months after the first purchase; 0 is the month itself."),
        ),
        TableColumn("customers", message("Customers"), "int"),
        TableColumn("active", message("Customers who bought"), "int"),
        TableColumn("retention_share", message("Retention"), "percent"),
        TableColumn("retention_low", message("From"), "percent"),
        TableColumn("retention_high", message("To"), "percent"),
        TableColumn("orders", message("Orders"), "int", shown=False),
        TableColumn("value_amount", message("Value of the month"), "money", shown=False),
        TableColumn("cumulative_value_amount", message("Value so far"), "money", shown=False),
        TableColumn("cumulative_value_per_customer", message("Value per customer so far"), "money"),
        TableColumn(
            "complete",
            message("Month over"),
            "bool",
            meaning=message("Whether the month had ended by the day of the figures."),
        ),
    ),
    key=("cohort_month", "months_since"),
    sort="-cohort_month",
    examples=(
        (message("who is still there after half a year"), "months_since == 6 and complete"),
        (message("months with many customers behind them"), "customers >= 300"),
    ),
)

RFM = TableSpec(
    "rfm",
    message("RFM of each customer"),
    (
        TableColumn("customer_id", message("Customer"), "customer"),
        TableColumn("days_since_order", message("Days since"), "int"),
        TableColumn("orders", message("Orders"), "int"),
        TableColumn("monetary_amount", message("Value"), "money"),
        TableColumn("recency_score", message("Recency score"), "int"),
        TableColumn("frequency_score", message("Frequency score"), "int"),
        TableColumn("monetary_score", message("Monetary score"), "int"),
        TableColumn("rfm", message("RFM")),
        TableColumn("segment", message("Segment"), words=SEGMENT_TITLES),
        TableColumn("rfm_score", message("RFM in one, 0–100"), "float"),
        TableColumn("corrected_score", message("Corrected score, 0–100"), "float"),
        TableColumn("tier", message("Value tier")),
    ),
    key=("customer_id",),
    sort="-rfm_score",
    customers=True,
)
