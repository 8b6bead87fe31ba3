"""The tables of products that people look through."""

from __future__ import annotations

from dataclasses import replace

from valence.core.messages import message
from valence.kit.tables import TableColumn, TableSpec
from valence.value.products.comparison_words import CATEGORY
from valence.value.products.words import KINDS, LEVELS, TONES, VERDICTS, WHY_NOT
from valence.value.words import SEGMENT_TITLES, TIERS

_PAGE = "/products/{namespace}/{product_id}"
_NO_NAME = message("no name is known")
_NO_SALE = message("not sold to a known customer")
_AS_ALL = message("1: as all products.")
_NOT_COMPARED = message("not compared")

PRODUCTS = TableSpec(
    "products",
    message("Every product and what it does"),
    (
        TableColumn("name", message("Product"), link=_PAGE, absent=_NO_NAME),
        TableColumn("product_id", message("Product id"), shown=False),
        TableColumn("namespace", message("Shop"), shown=False),
        TableColumn("kind", message("Kind"), words=KINDS, tones=TONES),
        TableColumn("category", message("Category")),
        TableColumn("value_amount", message("Value"), "money"),
        TableColumn("value_share", message("Share of value"), "percent"),
        TableColumn("sales", message("Sales"), "int", meaning=message("Order lines that sold it.")),
        TableColumn("unit_price", message("Price"), "money"),
        TableColumn(
            "price_index",
            message("Price against the middle"),
            "float",
            meaning=message("1: as the middle product of its category."),
            shown=False,
        ),
        TableColumn(
            "unit_value_index",
            message("Unit value against the middle"),
            "float",
            meaning=message("1: as the middle product of its category."),
            shown=False,
        ),
        TableColumn("margin_share", message("Value of revenue"), "percent", shown=False),
        TableColumn(
            "first_share",
            message("In a first purchase"),
            "percent",
            meaning=message("Share of its sales on the day of a customer's first purchase."),
            absent=_NO_SALE,
        ),
        TableColumn(
            "first_lift", message("First purchases, times"), "float", meaning=_AS_ALL, shown=False
        ),
        TableColumn(
            "top_share",
            message("Bought by the best"),
            "percent",
            meaning=message("Share of its sales to customers of the first value tier."),
            absent=_NO_SALE,
        ),
        TableColumn(
            "top_lift", message("By the best, times"), "float", meaning=_AS_ALL, shown=False
        ),
        TableColumn(
            "repeat_share",
            message("By those who came back"),
            "percent",
            meaning=message("Share of its sales to customers with two purchase days or more."),
            absent=_NO_SALE,
            shown=False,
        ),
        TableColumn(
            "repeat_lift", message("Came back, times"), "float", meaning=_AS_ALL, shown=False
        ),
        TableColumn("revenue_amount", message("Net revenue"), "money", shown=False),
        TableColumn("units", message("Units"), "float", shown=False),
        TableColumn("value_rank", message("Place by value"), "int", shown=False),
    ),
    key=("namespace", "product_id"),
    sort="-value_amount",
    examples=(
        (message("dear and bought by the best"), "price_index > 2 and top_lift > 1.5"),
        (message("win many and earn little"), "first_lift > 1.5 and unit_value_index < 0.5"),
        (message("cost more than they bring"), "value_amount < 0"),
    ),
)


def products_spec(*, categories: bool) -> TableSpec:
    """Return the table of products; without a column of categories where none is known."""
    if categories:
        return PRODUCTS
    columns = (replace(c, shown=c.shown and c.name != "category") for c in PRODUCTS.columns)
    return replace(PRODUCTS, columns=tuple(columns))


BUYERS = TableSpec(
    "buyers",
    message("Who bought it in the last 12 months?"),
    (
        TableColumn(
            "customer_id", message("Customer"), "customer", link="/customers/{customer_id}"
        ),
        TableColumn("bought_amount", message("Spent on it"), "money"),
        TableColumn("units", message("Units"), "float"),
        TableColumn("times", message("Times"), "int"),
        TableColumn("bought_first_on", message("First bought"), "day"),
        TableColumn("bought_last_on", message("Last bought"), "day"),
        TableColumn(
            "began",
            message("Began with it"),
            "bool",
            meaning=message("Bought it on the day of the first purchase."),
        ),
        TableColumn("value_12m_amount", message("Value, 12 months"), "money"),
        TableColumn("tier", message("Value tier"), words=TIERS),
        TableColumn("segment", message("Segment"), words=SEGMENT_TITLES),
        TableColumn("value_amount", message("Value in all"), "money", shown=False),
        TableColumn("orders", message("Orders"), "int", shown=False),
    ),
    key=("customer_id",),
    sort="-bought_amount",
)


def entry_spec(level: str, *, compared: bool = True) -> TableSpec:
    """Return the table of entry products or of their categories.

    Where nothing is compared it begins with those that won most, and shows what is known of them.
    """
    spec = _entry_spec(level)
    if compared:
        return spec
    known = ("name", "customers", "not_compared")
    columns = tuple(replace(c, shown=c.name in known) for c in spec.columns)
    return replace(spec, columns=columns, sort="-customers", examples=spec.examples[1:])


_ESTIMATES = tuple(
    replace(column, absent=_NOT_COMPARED)
    for column in (
        TableColumn("place", message("Place"), "int"),
        TableColumn("verdict", message("Against all"), words=VERDICTS),
        TableColumn(
            "adjusted_value",
            message("Later value, adjusted"),
            "money",
            meaning=message("What its customers would have brought, were they like all."),
        ),
        TableColumn("adjusted_value_low", message("From"), "money"),
        TableColumn("adjusted_value_high", message("To"), "money"),
        TableColumn("adjusted_back", message("Bought again, adjusted"), "percent"),
        TableColumn("adjusted_back_low", message("Again, from"), "percent", shown=False),
        TableColumn("adjusted_back_high", message("Again, to"), "percent", shown=False),
        TableColumn("later_value", message("Later value, as observed"), "money", shown=False),
        TableColumn("back_share", message("Bought again, as observed"), "percent", shown=False),
        TableColumn(
            "shrunk_difference",
            message("Difference, shrunk"),
            "money",
            meaning=message("Drawn to the middle by as much as is noise; places go by it."),
            shown=False,
        ),
        TableColumn(
            "overlap_share",
            message("Comparable customers"),
            "percent",
            meaning=message("Share of its customers for whom others alike are there."),
            shown=False,
        ),
    )
)


def _entry_spec(level: str) -> TableSpec:
    page = "" if level == CATEGORY else _PAGE
    return TableSpec(
        f"entry-{level}",
        message("Every one, compared or not"),
        (
            TableColumn("name", LEVELS[level], link=page),
            TableColumn("customers", message("Customers"), "int"),
            *_ESTIMATES,
            TableColumn(
                "not_compared",
                message("Why not compared"),
                words=WHY_NOT,
                absent=message("compared"),
            ),
        ),
        key=("category",) if level == CATEGORY else ("namespace", "product_id"),
        sort="place",
        examples=(
            (message("told apart from the others"), 'verdict == "more" or verdict == "less"'),
            (message("with many customers"), "customers >= 300"),
        ),
    )
