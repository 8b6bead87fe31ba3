"""The columns of the published tables of value, each with its meaning in plain words."""

from __future__ import annotations

from valence.lake.columns import Column
from valence.value.lifetime.foretold import FORETOLD

_CUSTOMER = Column(
    "customer_id", "text", "The customer.", privacy="pseudonym", purpose="know the customer"
)
_VALUE = Column("value_amount", "amount", "Value on the basis named beside it.")
_BASIS = Column(
    "value_basis",
    "text",
    "What value is: margin (cost known), margin_rate (revenue × rate), net_revenue, or mixed.",
)

ORDER_FACTS = (
    _CUSTOMER,
    Column("namespace", "text", "Shop or system of the order number."),
    Column("order_id", "text", "The order number there."),
    Column("ordered_on", "day", "Business day.", required=True),
    Column("ordered_at", "instant", "When it was placed (UTC)."),
    Column("kind", "text", "sale, return, adjustment or cancelled."),
    Column("channel", "text", "Channel it came through."),
    Column("store", "text", "Store or outlet."),
    Column("country", "text", "Country as the source names it."),
    Column("units", "float", "Units sold; negative when returned."),
    Column("incomplete", "bool", "A line of it stands in quarantine."),
    Column("gross_amount", "amount", "Sold, before returns; 0 or more."),
    Column("returned_amount", "amount", "Given back; 0 or more."),
    Column("discount_amount", "amount", "Discount given; 0 or more."),
    Column("revenue_amount", "amount", "Net revenue: sold, less given back, with adjustments."),
    Column("cost_amount", "amount", "Cost of goods; empty where unknown."),
    _VALUE,
    _BASIS,
)

ORDER_DAYS = (
    Column("ordered_on", "day", "Business day.", required=True),
    Column("named", "bool", "The orders name their customer.", required=True),
    Column("order_rows", "int", "Orders and returns."),
    Column("orders", "int", "Purchases."),
    Column("return_orders", "int", "Returns and cancellations that are orders of their own."),
    Column("gross_amount", "amount", "Sold, before returns."),
    Column("returned_amount", "amount", "Given back."),
    Column("revenue_amount", "amount", "Net revenue."),
    Column("value_amount", "amount", "Value of the day's orders."),
    Column("first_basis", "text", "Basis of value: the first by alphabet."),
    Column("last_basis", "text", "The last by alphabet; another one if the basis is mixed."),
)

_FACTS = (
    _CUSTOMER,
    Column("first_order_on", "day", "Day of the first purchase."),
    Column("last_order_on", "day", "Day of the last purchase."),
    Column("cohort_month", "day", "Month of the first purchase (its first day)."),
    Column("orders", "int", "Purchases: orders that are not a return."),
    Column("return_orders", "int", "Returns and cancellations that are orders of their own."),
    Column("purchase_days", "int", "Days with a purchase."),
    Column("active_months", "int", "Months with a purchase."),
    Column("gap_days", "float", "Mean days between days with a purchase: the own rhythm."),
    Column("units", "float", "Units bought, less those returned."),
    Column("gross_amount", "amount", "Bought in all, before returns."),
    Column("returned_amount", "amount", "Given back in all."),
    Column("return_share", "float", "Value given back / value bought; empty without purchases."),
    Column("discount_amount", "amount", "Discount received in all."),
    Column("revenue_amount", "amount", "Net revenue in all."),
    Column("cost_amount", "amount", "Cost of goods, as far as known."),
    Column("cost_known", "bool", "The cost of every order is known."),
    _VALUE,
    _BASIS,
    Column("breadth", "int", "Distinct categories bought; a product without one counts itself."),
    Column("breadth_of", "text", "What breadth counts: categories, products, or mixed."),
    Column("contacts", "int", "Service contacts."),
    Column("complaints", "int", "Complaints among them."),
    Column("first_channel", "text", "Channel of the first purchase."),
    Column("main_channel", "text", "Channel of most purchases."),
    Column("channels", "int", "Distinct channels used."),
    Column("country", "text", "Country of most purchases."),
    Column("store", "text", "Store of most purchases."),
)
_TRAILING = (
    Column("orders_12m", "int", "Purchases of the last twelve months."),
    Column("orders_prior_12m", "int", "Purchases of the twelve months before these."),
    Column("gross_12m_amount", "amount", "Bought in the last twelve months, before returns."),
    Column("revenue_12m_amount", "amount", "Net revenue of the last twelve months."),
    Column("revenue_prior_12m_amount", "amount", "Net revenue of the twelve months before these."),
    Column("value_12m_amount", "amount", "Value of the last twelve months."),
    Column("value_prior_12m_amount", "amount", "Value of the twelve months before these."),
)
CUSTOMER_FACTS = (
    *_FACTS,
    Column("breadth_prior", "int", "Distinct categories bought up to twelve months before."),
    *_TRAILING,
)

_VOICE = (
    Column("answers", "int", "Answers given to the brand's questions."),
    Column("nps_score", "float", "Last answer on recommending the brand, 0 to 10."),
    Column("wallet_share", "float", "Share of such purchases made here, as last answered, 0 to 1."),
    Column("felt_answers", "int", "Scores given in the last twelve months."),
    Column("felt_share", "float", "Mean of these, each on its scale from 0 to 1."),
    Column("referrals", "int", "Referrals made; empty where the brand records none."),
)
CUSTOMER_VOICE = (
    _CUSTOMER,
    *_VOICE,
    *(
        Column(f"{column.name}_prior", column.kind, f"{column.meaning[:-1]}: twelve months before.")
        for column in _VOICE
    ),
)
_LADDER = (
    Column("order_level", "float", "Mean purchase over the mean purchase of all customers."),
    Column("rung", "text", "Rung of the ladder of loyalty; off: bought, but not for long."),
    Column("rung_number", "int", "The same from 1, the lowest, up; 0 is off the ladder."),
    Column("rungs_unknown", "text", "Higher rungs that nobody can tell: never asked or answered."),
    Column("rung_prior", "text", "Rung twelve months before, by today's rules."),
    Column("rung_prior_number", "int", "The same as a number; empty for who had not bought then."),
)
_BOND = (
    Column("bond_purchase", "float", "Part of the bond: how customers buy, 0 to 1."),
    Column("bond_service", "float", "Part of the bond: service, benefits, channels used, 0 to 1."),
    Column("bond_experience", "float", "Part of the bond: how it felt, 0 to 1."),
    Column("bond_advocacy", "float", "Part of the bond: recommends, 0 to 1."),
    Column("bond_index", "float", "Strength of the bond, 0 to 100, of the parts with data."),
    Column("bond_missing", "text", "Parts of the bond that have no data."),
    Column("bond", "text", "none, weak or strong."),
)

CUSTOMERS = (
    *_FACTS,
    Column("days_since_order", "int", "Days since the last purchase."),
    Column("tenure_days", "int", "Days since the first purchase."),
    Column("average_order_amount", "amount", "Mean value of a purchase, before returns."),
    *_TRAILING,
    Column("complaint_share", "float", "Complaints per purchase; empty if contacts are unknown."),
    Column("monetary_amount", "amount", "Value that the monetary score is about."),
    Column("recency_score", "int", "How recent, against the others; from 1, the lowest, up."),
    Column("frequency_score", "int", "How often, against the others; from 1, the lowest, up."),
    Column("monetary_score", "int", "For how much, against the others; from 1, the lowest, up."),
    Column("rfm", "text", "The three scores, such as 543."),
    Column("recency_level", "int", "Row of the segment grid, 1 to 5."),
    Column("fm_level", "int", "Column of the segment grid: frequency and money, 1 to 5."),
    Column("segment", "text", "Named segment, such as champions or at_risk."),
    Column("rfm_score", "float", "The three scores in one, weighted, 0 to 100."),
    Column("corrected_score", "float", "The same, corrected by breadth, returns, complaints."),
    Column("missing_parts", "text", "Parts that the corrected score could not know."),
    Column("tier", "text", "Value tier: top, middle or base."),
    *_VOICE,
    *_LADDER,
    *_BOND,
    *FORETOLD,
)

_SHARE_OF_VALUE = Column("value_share", "float", "Share of all value, 0 to 1.")
_CUSTOMERS = Column("customers", "int", "Customers.")
_CUSTOMERS_SHARE = Column("customers_share", "float", "Share of all customers, 0 to 1.")
SEGMENTS = (
    Column("recency_level", "int", "Row of the grid: 1 longest ago, 5 latest."),
    Column("fm_level", "int", "Column of the grid: frequency and money, 1 to 5."),
    Column("segment", "text", "Named segment of the cell."),
    _CUSTOMERS,
    _CUSTOMERS_SHARE,
    _VALUE,
    _SHARE_OF_VALUE,
)
TIERS = (
    Column("tier", "text", "Name of the tier."),
    Column("tier_number", "int", "1 is the most valuable."),
    _CUSTOMERS,
    _CUSTOMERS_SHARE,
    _VALUE,
    _SHARE_OF_VALUE,
    Column("least_value_amount", "amount", "Value of its least valuable customer."),
    Column("most_value_amount", "amount", "Value of its most valuable customer."),
)
LORENZ = (
    Column("percent", "int", "Percent of customers, from the least valuable up, 0 to 100."),
    Column("customers", "int", "So many customers of least value."),
    _CUSTOMERS_SHARE,
    Column("value_amount", "amount", "Their value together."),
    _SHARE_OF_VALUE,
)
COHORT_SUMS = (
    Column("cohort_month", "day", "Month of the first purchase (its first day)."),
    Column("months_since", "int", "Months after it; 0 is the month itself."),
    Column("customer_months", "int", "Customers with an order or a return in the month."),
    Column("active", "int", "Customers with a purchase in the month."),
    Column("orders", "int", "Purchases in the month."),
    Column("value_amount", "amount", "Value of the month."),
    Column("odds", "int", "What the month adds to the sum of squared active months."),
)
COHORTS = (
    Column("cohort_month", "day", "Month of the first purchase (its first day)."),
    Column("months_since", "int", "Months after it; 0 is the month itself."),
    Column("customers", "int", "Customers of the cohort (n)."),
    Column("active", "int", "Of them with a purchase in the month."),
    Column("retention_share", "float", "active / customers."),
    Column("retention_low", "float", "Lower end of its interval."),
    Column("retention_high", "float", "Upper end of its interval."),
    Column("orders", "int", "Purchases in the month."),
    Column("value_amount", "amount", "Value of the month."),
    Column("cumulative_value_amount", "amount", "Value up to and with the month."),
    Column("cumulative_value_per_customer", "float", "The same per customer of the cohort."),
    Column("active_squares", "int", "Sum of squared active months so far, for intervals."),
    Column("complete", "bool", "The month had ended by the day of the build."),
)
STAYING = (
    Column("cohort_month", "day", "Month of the first purchase (its first day)."),
    Column("customers", "int", "Customers of the cohort (n)."),
    Column("horizon_months", "int", "Months after the first that are compared."),
    Column("observed_months", "int", "Complete months after the first."),
    Column("compared", "bool", "Old and large enough to be compared."),
    Column("not_compared", "text", "Why not: too young, or too few customers."),
    Column("active_months", "float", "Mean months with a purchase within the horizon."),
    Column("active_months_low", "float", "Lower end of its interval."),
    Column("active_months_high", "float", "Upper end of its interval."),
    Column("confidence", "float", "How sure that interval is, and those of the cohorts."),
    Column("place", "int", "1 stayed longest; equals share a place."),
)
SUMMARY = (
    Column("as_of", "day", "The day that the figures stand for."),
    Column("customers", "int", "Customers: who bought or gave back."),
    Column("buyers", "int", "Customers with a purchase."),
    Column("repeat_customers", "int", "Customers with two or more purchases."),
    Column("repeat_share", "float", "repeat_customers / buyers."),
    Column("breadth_of", "text", "What breadth of customers counts: categories, products, mixed."),
    Column("order_rows", "int", "Orders and returns in all."),
    Column("orders", "int", "Purchases."),
    Column("return_orders", "int", "Returns and cancellations that are orders of their own."),
    Column("orders_without_customer", "int", "Purchases that name nobody."),
    Column("order_rows_without_customer", "int", "Orders and returns that name nobody."),
    Column("first_order_on", "day", "First day with an order, cancelled ones apart."),
    Column("last_order_on", "day", "Last day with an order, cancelled ones apart."),
    Column("gross_amount", "amount", "Sold, before returns."),
    Column("returned_amount", "amount", "Given back."),
    Column("return_share", "float", "returned_amount / gross_amount."),
    Column("revenue_amount", "amount", "Net revenue of all orders."),
    Column("revenue_without_customer_amount", "amount", "Net revenue of orders that name nobody."),
    Column("value_amount", "amount", "Value of all orders."),
    Column("value_without_customer_amount", "amount", "Value of orders that name nobody."),
    _BASIS,
    Column("customers_12m", "int", "Customers who bought in the last twelve months."),
    Column("customers_prior_12m", "int", "Customers who bought in the twelve months before."),
    Column("orders_12m", "int", "Purchases of the last twelve months."),
    Column("orders_prior_12m", "int", "Purchases of the twelve months before."),
    Column("revenue_12m_amount", "amount", "Net revenue of the last twelve months."),
    Column("revenue_prior_12m_amount", "amount", "Net revenue of the twelve months before."),
    Column("value_12m_amount", "amount", "Value of the last twelve months."),
    Column("value_prior_12m_amount", "amount", "Value of the twelve months before."),
    Column("named_value_12m_amount", "amount", "Of value_12m_amount, from known customers."),
    Column("named_value_prior_12m_amount", "amount", "The same of the twelve months before."),
    Column("gini", "float", "Concentration of value: 0 all equal, towards 1 few have all."),
    Column("top_share", "float", "Share of customers that the next figures are about."),
    Column("top_customers", "int", "So many customers of most value."),
    Column("top_value_amount", "amount", "Value that they carry."),
    Column("top_value_share", "float", "The same as a share of all customers' value."),
    Column("negative_customers", "int", "Customers with value below 0."),
    Column("negative_amount", "amount", "Their value together; counts as 0 in gini."),
)
