"""The pages of products: the matrix, one product, and entry products."""

from __future__ import annotations

from fastapi.responses import Response

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.core.messages import message
from valence.kit.ask import Ask, Asked
from valence.kit.page import Crumb, Empty, Step, Tab
from valence.kit.tables import table_page
from valence.value import worth_view
from valence.value.definitions import ENTRY_KIND, PRODUCTS_KIND, EntryDefinition, MatrixDefinition
from valence.value.pages.router import built_of, defined, empty, pages
from valence.value.products import entry_view, matrix_view
from valence.value.products.answers import (
    buyers_of,
    entry_of,
    entry_table,
    matrix_of,
    months_of,
    product_of,
)
from valence.value.products.tables import BUYERS, entry_spec, products_spec
from valence.value.products.words import LEVELS

TITLE, ENTRY = message("Products"), message("Entry products")
_CRUMBS = (Crumb(TITLE, "/products"),)


@pages.get("/products", permission="value:read")
def products_page(ask: Ask) -> Response:
    """Show which products are stars, which win customers, and which give the brand its shine."""
    found, fmt = matrix_of(ask.reader), ask.format
    if found is None or not found.products:
        return ask.page(
            "kit/empty.html", title=TITLE, question=matrix_view.DOES, empty=_nothing(ask)
        )
    rules = defined(ask, PRODUCTS_KIND, MatrixDefinition)
    return table_page(
        ask,
        products_spec(categories=found.categories),
        ask.reader.table("product_matrix"),
        "value/tabbed.html",
        title=TITLE,
        question=matrix_view.DOES,
        answer=matrix_view.answer(found, fmt),
        chips=[worth_view.basis_chip(found.basis or "")],
        tabs=_tabs(ask, "matrix"),
        figures=matrix_view.figures(found, fmt),
        chart=matrix_view.scatter(found, fmt),
        how=matrix_view.how(built_of(ask, "product_matrix"), rules, fmt),
        next=matrix_view.steps(found),
    )


@pages.get("/products/entry", permission="value:read")
def entry_page(ask: Ask) -> Response:
    """Show which first product, or which category of it, made lasting customers."""
    level = ask.request.query_params.get("by") or ""
    if level and level not in LEVELS:
        raise BadInputError(
            "Entry products are not told by {by!r}. {fix}",
            by=level,
            fix=did_you_mean(level, LEVELS),
        )
    found, fmt = entry_of(ask.reader, level), ask.format
    if found is None:
        return ask.page(
            "kit/empty.html", title=ENTRY, question=entry_view.STAYS, empty=_too_young(ask)
        )
    rules = defined(ask, ENTRY_KIND, EntryDefinition)
    matrix = matrix_of(ask.reader)
    chips = [worth_view.basis_chip(matrix.basis or "")] if matrix else []
    return table_page(
        ask,
        entry_spec(found.level, compared=bool(found.compared)),
        entry_table(ask.reader, found.level),
        "value/tabbed.html",
        title=ENTRY,
        question=entry_view.STAYS,
        answer=entry_view.answer(found, rules, fmt),
        chips=[entry_view.ASSOCIATION, *chips],
        tabs=_tabs(ask, found.level),
        figures=entry_view.figures(found, rules, fmt),
        chart=entry_view.chart(found, rules, fmt),
        how=entry_view.how(built_of(ask, "entry_products"), rules, fmt.day(found.fitted_on)),
        next=entry_view.steps(found, categories=bool(matrix and matrix.categories)),
    )


@pages.get("/products/{namespace}/{product_id:path}", permission="value:read")
def product_page(ask: Ask, namespace: str, product_id: str) -> Response:
    """Show one product: how it sells, to whom, and what it brings."""
    row, fmt = product_of(ask.reader, namespace, product_id), ask.format
    if row is None or ask.as_of is None:
        raise NotFoundError(
            "No product {product_id!r} was sold in the window of the figures.",
            product_id=product_id,
        )
    rules = defined(ask, PRODUCTS_KIND, MatrixDefinition)
    key = namespace, product_id, ask.as_of
    return table_page(
        ask,
        BUYERS,
        buyers_of(ask.reader, *key),
        "value/tabbed.html",
        title=row["name"] or product_id,
        question=message("Who buys it, and what does it bring?"),
        crumbs=_CRUMBS,
        answer=matrix_view.product_answer(row, rules, fmt),
        chips=[row["category"]] if row["category"] else [],
        figures=matrix_view.product_figures(row, fmt),
        chart=matrix_view.months(months_of(ask.reader, *key), ask.as_of, fmt),
        how=matrix_view.how(built_of(ask, "product_matrix"), rules, fmt),
        next=matrix_view.product_steps(row),
    )


def _tabs(ask: Asked, current: str) -> list[Tab]:
    every = [(message("Matrix"), "/products", "matrix")]
    for level, title in (("category", message("Entry categories")), ("product", ENTRY)):
        every.append((title, ask.url("/products/entry", by=level), level))
    return [Tab(title, href, level == current) for title, href, level in every]


def _nothing(ask: Asked) -> Empty:
    """Say what is missing: orders, a build, or lines that name their product."""
    will = message("Which products are stars, which win customers, and which earn.")
    if not ask.reader.has("product_matrix") or not ask.reader.snapshot.rows("orders"):
        return empty(ask, will)
    missing = message(
        "No order line names its product. Import a file with a row for each line of an order and "
        "a column for the product."
    )
    return Empty(will, missing, Step(message("Import orders"), "/imports"))


def _too_young(ask: Asked) -> Empty:
    """Say why nothing is compared: nobody has been observed for long enough."""
    will = message("Which first product makes lasting customers, adjusted for who buys it.")
    if not ask.reader.has("entry_products") or not ask.reader.snapshot.rows("orders"):
        return empty(ask, will)
    rules = defined(ask, ENTRY_KIND, EntryDefinition)
    missing = message(
        "No customer whose first product is known has been observed for {n} months since the "
        "first purchase.",
        n=rules.observe_months,
    )
    return Empty(will, missing, Step(message("Set how they are compared"), entry_view.SET))
