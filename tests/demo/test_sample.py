"""The bundled sample against the figures published for it."""

import csv
import gzip
import importlib.util
import io
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "online-retail" / "online_retail_ii_2010_2011.csv.gz"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location(
        "make_sample", ROOT / "scripts" / "make_sample.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_is_the_second_year_of_online_retail_ii(script):
    with gzip.open(SAMPLE, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        assert tuple(next(reader)) == script.COLUMNS
        rows = list(reader)
    invoices, _, _, quantity, days, price, customers, countries = zip(*rows, strict=True)
    assert len(rows) == 541_909
    assert len(set(invoices)) == 25_900
    assert len(set(customers) - {""}) == 4_372
    assert len(set(countries)) == 38
    total = sum(int(q) * Decimal(p) for q, p in zip(quantity, price, strict=True))
    assert round(total, 2) == Decimal("9747747.93")
    assert (min(days), max(days)) == ("2010-12-01 08:26:00", "2011-12-09 12:50:00")


def test_the_sample_stays_small():
    assert SAMPLE.stat().st_size < 12_000_000


def test_packing_keeps_the_columns_and_gives_the_same_bytes(script):
    import datetime as dt

    row = {
        "Invoice": "C5", "StockCode": "a", "Description": 'x, "y"', "Quantity": -1,
        "InvoiceDate": dt.datetime(2010, 12, 1, 8, 26), "Price": 2.55, "Customer ID": None,
        "Country": "EIRE", "extra": 1,
    }  # fmt: skip
    table = pa.Table.from_pylist([row])
    content = script.packed(table)
    assert content == script.packed(table)
    text = gzip.decompress(content).decode()
    assert list(csv.reader(io.StringIO(text))) == [
        list(script.COLUMNS),
        ["C5", "a", 'x, "y"', "-1", "2010-12-01 08:26:00", "2.55", "", "EIRE"],
    ]
