"""Make the bundled sample of real orders: the second year of Online Retail II as a packed CSV.

Usage: python scripts/make_sample.py SOURCE.parquet [TARGET.csv.gz]

SOURCE holds the second year with the eight original columns, one row per line of the original
sheet "Year 2010-2011". The same source gives the same bytes.
"""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv

COLUMNS = (
    "Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID",
    "Country",
)  # fmt: skip
TARGET = (
    Path(__file__).parents[1] / "samples" / "online-retail" / "online_retail_ii_2010_2011.csv.gz"
)


def packed(table: pa.Table) -> bytes:
    """Return the table as CSV (UTF-8, times as `2010-12-01 08:26:00`), gzip without a date."""
    table = table.select(COLUMNS)
    at = table.column_names.index("InvoiceDate")
    seconds = pc.cast(table["InvoiceDate"], pa.timestamp("s"))
    table = table.set_column(at, "InvoiceDate", seconds.cast(pa.string()))
    out = io.BytesIO()
    csv.write_csv(table, out, csv.WriteOptions(quoting_style="needed"))
    return gzip.compress(out.getvalue(), 9, mtime=0)


def main() -> None:
    """Write the sample and say what is in it."""
    source = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET
    table = pq.read_table(source)
    content = packed(table)
    target.write_bytes(content)
    print(f"{target}: {table.num_rows:,} lines, {len(content) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
