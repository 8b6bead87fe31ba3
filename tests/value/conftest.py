"""Orders to measure: a few literal ones, and Online Retail II in canonical form, on each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

RETAIL = Path(__file__).parents[3] / "shared/data/online_retail_ii/year_2010_2011.parquet"
RETAIL_DAY = date(2011, 12, 9)

# As an importer has it: `C…` invoices are returns, `A…` ones (bad debt) adjustments.
_ORDERS = """
COPY (
  SELECT 'retail' AS namespace, Invoice AS order_id, min(InvoiceDate)::TIMESTAMPTZ AS ordered_at,
    min(InvoiceDate)::DATE AS ordered_on,
    CASE WHEN Invoice LIKE 'C%' THEN 'return' WHEN Invoice LIKE 'A%' THEN 'adjustment'
      ELSE 'sale' END AS kind,
    sum(Quantity * Price::DECIMAL(18, 4))::DECIMAL(18, 4) AS net_amount,
    sum(Quantity)::DOUBLE AS units, 'web' AS channel, min(Country) AS country,
    min("Customer ID")::VARCHAR AS customer_id
  FROM '{retail}' GROUP BY Invoice
) TO '{folder}/orders.parquet' (FORMAT parquet);
COPY (
  SELECT 'retail' AS namespace, Invoice AS order_id, InvoiceDate::DATE AS ordered_on,
    StockCode AS product_id, Quantity::DOUBLE AS quantity, "Customer ID"::VARCHAR AS customer_id
  FROM '{retail}'
) TO '{folder}/order_lines.parquet' (FORMAT parquet);
COPY (
  SELECT 'retail' AS namespace, StockCode AS product_id,
    CASE WHEN StockCode LIKE '2%' THEN 'group ' || substr(StockCode, 1, 3) END AS category
  FROM '{retail}' GROUP BY StockCode
) TO '{folder}/products.parquet' (FORMAT parquet);
"""


@pytest.fixture(scope="session")
def retail_files(duck, tmp_path_factory) -> Path:
    if not RETAIL.exists():
        pytest.skip(f"the data set is not here: {RETAIL.name}")
    folder = tmp_path_factory.mktemp("retail")
    for statement in _ORDERS.format(retail=RETAIL, folder=folder).split(";\n"):
        if statement.strip():
            duck.raw_sql(statement)
    return folder


@pytest.fixture(scope="session")
def retail(duck, retail_files) -> dict[str, ir.Table]:
    return {p.stem: duck.read_parquet(str(p)) for p in sorted(retail_files.iterdir())}


@pytest.fixture(scope="session")
def spark_retail(on_spark, retail_files) -> dict[str, ir.Table]:
    return {p.stem: on_spark.read_parquet(str(p)) for p in sorted(retail_files.iterdir())}


Row = tuple[str | None, str, str]
_SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("ordered_on", pa.date32()),
        ("net_amount", pa.decimal128(18, 4)),
    ]
)


def table_of(rows: Iterable[Row]) -> ir.Table:
    """Orders from (customer, day, net amount)."""
    columns = [
        {"customer_id": who, "ordered_on": date.fromisoformat(day), "net_amount": Decimal(net)}
        for who, day, net in rows
    ]
    return ibis.memtable(pa.Table.from_pylist(columns, schema=_SCHEMA))


@pytest.fixture(scope="session")
def orders() -> Callable[[Iterable[Row]], ir.Table]:
    return table_of


@pytest.fixture(scope="session")
def rows(duck):
    """Compute a table by DuckDB; one dict a row, ordered by the given columns."""

    def compute(table: ir.Table, *by: str) -> list[dict]:
        return duck.to_pyarrow(table.order_by(*by) if by else table).to_pylist()

    return compute
