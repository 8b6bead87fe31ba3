"""The table of customers as people look through it: every column, its title, its meaning."""

from __future__ import annotations

from valence.audience.words import BASIS, SEGMENTS, TIER_TONES, TIERS
from valence.core.messages import Message, message
from valence.kit.tables import Kind, TableColumn, TableSpec

NO_PURCHASE = message("no purchase")


def _column(
    name: str,
    title: Message,
    kind: Kind,
    meaning: Message | None = None,
    *,
    shown: bool = False,
) -> TableColumn:
    return TableColumn(name, title, kind, meaning, shown=shown, absent=NO_PURCHASE)


_SHOWN = (
    TableColumn("customer_id", message("Customer"), "customer", link="/customers/{customer_id}"),
    TableColumn(
        "value_amount",
        message("Value"),
        "money",
        meaning=message("All that the customer brought, on the basis that the page names."),
    ),
    TableColumn(
        "value_12m_amount",
        message("Value, 12 months"),
        "money",
        meaning=message("What the customer brought in the last 12 months."),
    ),
    TableColumn("tier", message("Value tier"), words=TIERS, tones=TIER_TONES),
    TableColumn("segment", message("Segment"), words=SEGMENTS, absent=NO_PURCHASE),
    TableColumn(
        "orders", message("Orders"), "int", meaning=message("Purchases, returns not counted.")
    ),
    _column("last_order_on", message("Last order"), "day", shown=True),
    _column("days_since_order", message("Days since"), "int", shown=True),
)
_MORE = (
    _column(
        "gap_days",
        message("Own rhythm, days"),
        "float",
        message("Mean days between two days with a purchase; from two purchases on."),
    ),
    _column("first_order_on", message("First order"), "day"),
    _column("cohort_month", message("Cohort"), "month"),
    _column("tenure_days", message("Days since the first order"), "int"),
    _column("average_order_amount", message("Average order"), "money"),
    _column("orders_12m", message("Orders, 12 months"), "int"),
    _column("orders_prior_12m", message("Orders, 12 months before"), "int"),
    _column("value_prior_12m_amount", message("Value, 12 months before"), "money"),
    _column("revenue_amount", message("Net revenue"), "money"),
    _column("revenue_12m_amount", message("Net revenue, 12 months"), "money"),
    _column("revenue_prior_12m_amount", message("Net revenue, 12 months before"), "money"),
    _column("gross_amount", message("Bought"), "money", message("Before returns.")),
    _column("returned_amount", message("Given back"), "money"),
    _column("return_share", message("Share given back"), "percent"),
    _column("return_orders", message("Returns"), "int"),
    _column("discount_amount", message("Discount"), "money"),
    _column("cost_amount", message("Cost of goods"), "money"),
    _column("cost_known", message("Cost known"), "bool"),
    TableColumn("value_basis", message("Value basis"), words=BASIS, shown=False),
    _column("units", message("Units"), "float"),
    _column("purchase_days", message("Days with a purchase"), "int"),
    _column("active_months", message("Months with a purchase"), "int"),
    _column("breadth", message("Categories bought"), "int"),
    _column("rfm", message("RFM"), "text", message("Recency, frequency, money; 5 is best.")),
    _column("recency_score", message("Recency score"), "int"),
    _column("frequency_score", message("Frequency score"), "int"),
    _column("monetary_score", message("Monetary score"), "int"),
    _column("recency_level", message("Recency level"), "int"),
    _column("fm_level", message("Frequency and money level"), "int"),
    _column("rfm_score", message("RFM in one, 0–100"), "float"),
    _column(
        "corrected_score",
        message("Corrected score, 0–100"),
        "float",
        message("RFM corrected by breadth, returns and complaints."),
    ),
    _column("missing_parts", message("Not in the corrected score"), "text"),
    _column("monetary_amount", message("Money that is scored"), "money"),
    _column("contacts", message("Service contacts"), "int"),
    _column("complaints", message("Complaints"), "int"),
    _column("complaint_share", message("Complaints per order"), "float"),
    _column("first_channel", message("First channel"), "text"),
    _column("main_channel", message("Main channel"), "text"),
    _column("channels", message("Channels"), "int"),
    _column("country", message("Country"), "text"),
    _column("store", message("Store"), "text"),
)

CUSTOMERS = TableSpec(
    "customers",
    message("Customers"),
    (*_SHOWN, *_MORE),
    key=("customer_id",),
    sort="-value_amount",
    examples=(
        (message("the best who fell silent"), 'tier == "top" and days_since_order > 60'),
        (message("bought once, and lately"), "orders == 1 and days_since_order <= 30"),
        (message("give back much"), "return_share > 0.3 and orders >= 3"),
        (message("fewer orders than the year before"), "orders_12m < orders_prior_12m"),
    ),
    customers=True,
    empty=message("No customer fits this rule."),
)
