"""The columns of the published tables of products."""

from __future__ import annotations

from valence.lake.columns import Column

_KEY = (
    Column("namespace", "text", "Shop or system of the product's id."),
    Column("product_id", "text", "The product there."),
)
_NAME = (
    Column("name", "text", "Its name in the catalogue, else what lines call it."),
    Column("category", "text", "Its category in the catalogue, else that of its lines."),
)
_SOLD = (
    Column("sales", "int", "Lines sold in the window."),
    Column("named_sales", "int", "Of them, to a known customer."),
    Column("first_sales", "int", "Of these, on the day of the customer's first purchase."),
    Column("repeat_sales", "int", "Of these, to customers with two purchase days or more."),
    Column("top_sales", "int", "Of these, to customers of the first value tier."),
    Column("units", "float", "Units sold, less those that came back."),
)
_BROUGHT = (
    Column("sold_amount", "amount", "Sold, before returns."),
    Column("revenue_amount", "amount", "Net revenue: sold, less what came back."),
    Column("value_amount", "amount", "Value: margin where cost is known, as of orders."),
)
SALES = (
    *_KEY,
    *_NAME,
    *_SOLD,
    Column("sold_units", "float", "Units sold, before returns."),
    *_BROUGHT,
)
MATRIX = (
    *_KEY,
    *_NAME,
    Column("kind", "text", "star, traffic, image, other; few: too few sales to judge."),
    *_SOLD,
    *_BROUGHT,
    Column("value_share", "float", "Share of the value of all products, 0 to 1."),
    Column("value_rank", "int", "1 brings the most value."),
    Column("unit_price", "float", "Price per unit sold."),
    Column("price_index", "float", "The same against the middle product of the category."),
    Column("unit_value", "float", "Value per unit sold."),
    Column("unit_value_index", "float", "The same against the middle product of the category."),
    Column("margin_share", "float", "Value / net revenue."),
    Column("first_share", "float", "Share of its sales in a first purchase."),
    Column("first_lift", "float", "The same against all products: 1 as they."),
    Column("repeat_share", "float", "Share of its sales to customers who came back."),
    Column("repeat_lift", "float", "The same against all products: 1 as they."),
    Column("top_share", "float", "Share of its sales to the first value tier."),
    Column("top_lift", "float", "The same against all products: 1 as they."),
)
ENTRY = (
    Column("level", "text", "all, product or category."),
    *_KEY,
    Column("category", "text", "The category, on rows of one."),
    Column("name", "text", "What the product or category is called."),
    Column("customers", "int", "Customers whom it won and who were observed long enough (n)."),
    Column("won", "int", "Customers won in the window in all, with a known line or without."),
    Column("compared", "bool", "Enough customers, and enough alike among the others."),
    Column("not_compared", "text", "Why not."),
    Column("place", "int", "1 for the largest shrunk difference; equals share a place."),
    Column("later_value", "float", "Mean value after the first day, as observed."),
    Column("adjusted_value", "float", "The same, had its customers been like all."),
    Column("adjusted_value_low", "float", "Lower end of its interval."),
    Column("adjusted_value_high", "float", "Upper end of its interval."),
    Column("difference", "float", "Adjusted value less that of all customers."),
    Column("difference_low", "float", "Lower end of its interval."),
    Column("difference_high", "float", "Upper end of its interval."),
    Column("shrunk_difference", "float", "The same, drawn to the middle by as much as is noise."),
    Column("verdict", "text", "more, less, or not told apart, at the rate of false discoveries."),
    Column("back_share", "float", "Share who bought again, as observed."),
    Column("adjusted_back", "float", "The same, had its customers been like all."),
    Column("adjusted_back_low", "float", "Lower end of its interval."),
    Column("adjusted_back_high", "float", "Upper end of its interval."),
    Column("overlap_share", "float", "Share of its customers for whom others alike are there."),
    Column("fitted_on", "day", "Day up to which this was compared."),
)
