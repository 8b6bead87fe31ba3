"""The tables of customers and of what one bought: every column, its title, its meaning."""

from __future__ import annotations

from dataclasses import replace

from valence.audience.standing import NO_PURCHASE, STANDING, with_horizon
from valence.audience.standing import column as _column
from valence.audience.words import BASIS, BREADTH, COUNTED, ORDER_KINDS, TIER_TONES
from valence.core.messages import message
from valence.kit.codes import SEGMENTS, TIERS
from valence.kit.tables import TableColumn, TableSpec

BREADTH_MEANS = message("Kinds of things bought; products, where no category is known.")


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
    _column("breadth", message("Categories or products bought"), "int", BREADTH_MEANS),
    TableColumn("breadth_of", message("What was counted"), words=COUNTED, shown=False),
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
    *STANDING,
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


def customers_spec(breadth_of: str | None, horizon_months: int | None = None) -> TableSpec:
    """Return the table of customers in the words of what was built.

    Parameters
    ----------
    breadth_of
        What breadth counts: `categories`, `products` or `mixed`.
    horizon_months
        Months ahead that worth covers; None where nothing was foretold.
    """
    columns = list(CUSTOMERS.columns)
    if title := BREADTH.get(breadth_of or ""):
        columns = [replace(c, title=title) if c.name == "breadth" else c for c in columns]
    if horizon_months is not None:
        columns = [with_horizon(column, horizon_months) for column in columns]
    return replace(CUSTOMERS, columns=tuple(columns))


_ORDER_PAGE = "/customers/{customer_id}/orders/{namespace}/{order_id}?on={ordered_on}"
_SHOP = TableColumn("namespace", message("Shop"), shown=False)

ORDERS = TableSpec(
    "orders",
    message("All orders"),
    (
        TableColumn("order_id", message("Order"), link=_ORDER_PAGE),
        TableColumn("ordered_on", message("Day"), "day"),
        TableColumn("kind", message("Kind"), words=ORDER_KINDS),
        TableColumn("units", message("Units"), "quantity"),
        TableColumn("gross_amount", message("Bought"), "money", message("Before returns.")),
        TableColumn("returned_amount", message("Given back"), "money"),
        TableColumn("revenue_amount", message("Net revenue"), "money"),
        TableColumn("value_amount", message("Value"), "money"),
        TableColumn("value_basis", message("Value basis"), words=BASIS, shown=False),
        TableColumn("discount_amount", message("Discount"), "money", shown=False),
        TableColumn("cost_amount", message("Cost of goods"), "money", shown=False),
        TableColumn("channel", message("Channel"), shown=False),
        TableColumn("store", message("Store"), shown=False),
        TableColumn("country", message("Country"), shown=False),
        TableColumn("ordered_at", message("Time"), "instant", shown=False),
        TableColumn("incomplete", message("A line in quarantine"), "bool", shown=False),
        _SHOP,
    ),
    key=("namespace", "order_id"),
    sort="-ordered_on",
    examples=((message("what was given back"), "returned_amount > 0"),),
)
LINES = TableSpec(
    "lines",
    message("All lines of orders"),
    (
        TableColumn("product", message("Product")),
        TableColumn("product_id", message("Number")),
        TableColumn("ordered_on", message("Day"), "day"),
        TableColumn("order_id", message("Order"), link=_ORDER_PAGE),
        TableColumn("quantity", message("Quantity"), "quantity"),
        TableColumn(
            "unit_price", message("Price"), "float", message("As in the order, in its currency.")
        ),
        TableColumn("net_amount", message("Amount"), "money"),
        TableColumn("price_currency", message("Currency of the price"), shown=False),
        TableColumn("kind", message("Kind"), words=ORDER_KINDS, shown=False),
        TableColumn("category", message("Category"), shown=False),
        TableColumn("discount_amount", message("Discount"), "money", shown=False),
        TableColumn("returned_amount", message("Given back"), "money", shown=False),
        TableColumn("kept_amount", message("Amount, returns taken off"), "money", shown=False),
        _SHOP,
        TableColumn("line_key", message("Line"), shown=False),
    ),
    key=("namespace", "order_id", "line_key"),
    sort="-ordered_on",
    examples=((message("many at once"), "quantity >= 100.0"),),
)
PRODUCTS = TableSpec(
    "products",
    message("All products"),
    (
        TableColumn("product", message("Product")),
        TableColumn("product_id", message("Number")),
        TableColumn(
            "units", message("Units"), "quantity", message("Bought, less what was given back.")
        ),
        TableColumn(
            "amount", message("Amount"), "money", message("Bought, less what was given back.")
        ),
        TableColumn("orders", message("Orders"), "int", message("Purchases with it.")),
        TableColumn("last_on", message("Bought last"), "day", absent=NO_PURCHASE),
        TableColumn("category", message("Category"), shown=False),
        _SHOP,
    ),
    key=("namespace", "product_id"),
    sort="-units",
    examples=((message("bought again and again"), "orders >= 3"),),
)
