"""What is published of products: the matrix, and what those whom they won brought later."""

from __future__ import annotations

from collections.abc import Iterator

import ibis.expr.types as ir
import pyarrow as pa

from valence.core.messages import message
from valence.definitions.reading import published
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read
from valence.value.definitions import (
    ENTRY_KIND,
    PRODUCTS_KIND,
    TIERS_KIND,
    EntryDefinition,
    MatrixDefinition,
    TiersDefinition,
)
from valence.value.products.columns import ENTRY, MATRIX, SALES
from valence.value.products.entry import entries, observed
from valence.value.products.lines import line_facts
from valence.value.products.matrix import product_matrix, product_sales
from valence.value.refit import as_many, not_due

_GROWN = 1.02  # times the customers of the last comparison: others than were compared then


def _sales(inputs: Inputs, context: BuildContext) -> ir.Table:
    tiers = published(context.definitions, TIERS_KIND, TiersDefinition)
    return product_sales(
        line_facts(inputs["order_lines"], margin_rate=context.margin_rate),
        inputs["customers"],
        as_of=context.as_of,
        products=inputs["products"],
        orders=inputs["order_facts"],
        top=tiers.tiers[0].name,
        definition=published(context.definitions, PRODUCTS_KIND, MatrixDefinition),
    )


def _matrix(inputs: Inputs, context: BuildContext) -> ir.Table:
    definition = published(context.definitions, PRODUCTS_KIND, MatrixDefinition)
    return product_matrix(inputs["product_sales"], definition=definition)


def _entry(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch] | None:
    from valence.value.products.comparison import (  # noqa: PLC0415 - scipy
        Entries,
        as_table,
        compared_rows,
    )

    definition = published(context.definitions, ENTRY_KIND, EntryDefinition)
    won = _won(inputs["customer_facts"], context, definition, read)
    if "entry_products" in inputs and _stands(inputs["entry_products"], won, context, read):
        return None
    found = entries(
        line_facts(inputs["order_lines"], margin_rate=context.margin_rate),
        inputs["order_facts"],
        inputs["customer_facts"],
        as_of=context.as_of,
        products=inputs["products"],
        definition=definition,
    )
    named = inputs["product_sales"].select("namespace", "product_id", "name")
    names = {(r["namespace"], r["product_id"]): r["name"] for r in rows_read(named, read)}
    batches = [batch for batch in read(found) if batch.num_rows]
    rows = compared_rows(Entries.of(batches), definition, names) if batches else ()
    of_all = {"fitted_on": context.as_of, "won": won}
    made: list[pa.RecordBatch] = as_table({**row, **of_all} for row in rows).to_batches()
    return iter(made)


def _won(facts: ir.Table, context: BuildContext, definition: EntryDefinition, read: Read) -> int:
    since, until = observed(context.as_of, definition)
    won = facts.filter(facts.first_order_on > since, facts.first_order_on <= until)
    return int(rows_read(won.agg(n=won.count()), read)[0]["n"])


def _stands(before: ir.Table, won: int, context: BuildContext, read: Read) -> bool:
    """Whether the last comparison is neither due nor of other customers than there are now."""
    definition = published(context.definitions, ENTRY_KIND, EntryDefinition)
    last = rows_read(before.filter(before.level == "all"), read)
    if not last:
        return False
    due = not not_due(last[0]["fitted_on"], context.as_of, definition.refit_days)
    return not due and as_many(int(last[0]["won"]), won, _GROWN)


PRODUCT_MARTS = (
    Mart(
        name="product_sales",
        owner="value",
        title=message("Sales of products"),
        grain=("namespace", "product_id"),
        rebuild="whole",
        inputs=("order_lines", "order_facts", "customers", "products"),
        columns=SALES,
        compute=_sales,
        definitions=(PRODUCTS_KIND, TIERS_KIND),
        version=2,
    ),
    Mart(
        name="product_matrix",
        owner="value",
        title=message("Product matrix"),
        grain=("namespace", "product_id"),
        rebuild="whole",
        inputs=("product_sales",),
        columns=MATRIX,
        compute=_matrix,
        order_by=("value_rank",),
        definitions=(PRODUCTS_KIND,),
        served=True,
    ),
    Mart(
        name="entry_products",
        owner="value",
        title=message("Entry products"),
        grain=("level", "namespace", "product_id", "category"),
        rebuild="whole",
        inputs=("order_lines", "order_facts", "customer_facts", "products", "product_sales"),
        columns=ENTRY,
        score=_entry,
        definitions=(ENTRY_KIND,),
        served=True,
    ),
)
