"""Products by API: the matrix, who buys one, and entry products."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from valence.core.errors import NotFoundError
from valence.kit.ask import Ask
from valence.kit.schemas import PAGE, made_model, row_model
from valence.kit.tables import TablePage, TableParams, table_api
from valence.value.api.router import api, built
from valence.value.products.answers import (
    buyers_of,
    entry_of,
    entry_table,
    matrix_of,
    product_of,
)
from valence.value.products.columns import ENTRY, MATRIX
from valence.value.products.tables import BUYERS, PRODUCTS

_PRODUCT: Any = row_model("Product", "One product and what it does.", MATRIX)
_ENTRY: Any = row_model("EntryProduct", "What those brought later whom it won.", ENTRY[1:])
Products = made_model(
    "Products",
    "One page of products.",
    items=(list[_PRODUCT], Field(description="The products.")),
    **PAGE,
)
Entry = made_model(
    "EntryProducts",
    "Entry products, or their categories: an adjusted association, compared or not.",
    as_of=(date, Field(description="The day that the figures stand for.")),
    fitted_on=(date, Field(description="The day up to which they were compared.")),
    by=(str, Field(description="product or category.")),
    customers=(int, Field(description="Customers who were observed long enough (n).")),
    later_value=(float, Field(description="Mean value after the first day, of all.")),
    back_share=(float, Field(description="Share of all who bought again.")),
    items=(list[_ENTRY], Field(description="By place; those not compared at the end.")),
)
By = Annotated[
    Literal["", "product", "category"],
    Query(description="What is compared; empty: categories where there are two, else products."),
]


@api.get("/products", permission="value:read", response_model=Products)
def products(ask: Ask, _: TableParams) -> dict[str, Any]:
    """Give every product with its kind: star, traffic, image, other, or too few sales to judge."""
    built(matrix_of(ask.reader))
    return table_api(ask, PRODUCTS, ask.reader.table("product_matrix")).model_dump()


@api.get("/products/{namespace}/{product_id}/customers", permission="value:read")
def product_customers(ask: Ask, namespace: str, product_id: str, _: TableParams) -> TablePage:
    """Give the customers who bought a product in the last twelve months."""
    if product_of(ask.reader, namespace, product_id) is None or ask.as_of is None:
        raise NotFoundError(
            "No product {product_id!r} was sold in the window of the figures.",
            product_id=product_id,
        )
    return table_api(ask, BUYERS, buyers_of(ask.reader, namespace, product_id, ask.as_of))


@api.get("/products/entry", permission="value:read", response_model=Entry)
def entry(ask: Ask, by: By = "") -> dict[str, Any]:
    """Give what customers brought later by what they began with, adjusted for who they are."""
    found = entry_of(ask.reader, by)
    if found is None:
        built(matrix_of(ask.reader))
        raise NotFoundError(
            "No customer whose first product is known has been observed for long enough."
        )
    table = entry_table(ask.reader, found.level)
    rows = ask.reader.rows(table.order_by(table.place, table.customers.desc(), table.name))
    return {
        "as_of": found.as_of,
        "fitted_on": found.fitted_on,
        "by": found.level,
        **{name: found.whole[name] for name in ("customers", "later_value", "back_share")},
        "items": rows,
    }
