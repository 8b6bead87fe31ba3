"""The bundled sample against the figures published for it."""

import csv
import gzip
import importlib.util
import io
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pyarrow import csv as arrow_csv
from tests.value.faces.brands import brand_house

from valence.app.demo import define
from valence.core.clock import now
from valence.definitions import definition_at

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
    amount = pa.decimal128(18, 4)
    types = dict.fromkeys(script.COLUMNS, pa.string()) | {"Quantity": amount, "Price": amount}
    options = arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=True)
    table = arrow_csv.read_csv(SAMPLE, convert_options=options)
    assert tuple(table.column_names) == script.COLUMNS
    assert table.num_rows == 541_909
    assert pc.count_distinct(table["Invoice"]).as_py() == 25_900
    assert pc.count_distinct(table["Customer ID"]).as_py() == 4_372
    assert table["Customer ID"].null_count == 135_080
    assert pc.count_distinct(table["Country"]).as_py() == 38
    total = pc.sum(pc.multiply(table["Quantity"], table["Price"])).as_py()
    assert round(total, 2) == Decimal("9747747.93")
    days = pc.min_max(table["InvoiceDate"]).as_py()
    assert days == {"min": "2010-12-01 08:26:00", "max": "2011-12-09 12:50:00"}


def test_the_sample_stays_small():
    assert SAMPLE.stat().st_size < 12_000_000


def test_packing_keeps_the_columns_and_gives_the_same_bytes(script):
    row = ["C5", "a", 'x, "y"', -1, np.datetime64("2010-12-01T08:26:00", "us"), 2.55, None, "EIRE"]
    table = pa.table({name: [value] for name, value in zip(script.COLUMNS, row, strict=True)})
    content = script.packed(table.append_column("extra", pa.array([1])))
    assert content == script.packed(table)
    text = gzip.decompress(content).decode()
    assert list(csv.reader(io.StringIO(text))) == [
        list(script.COLUMNS),
        ["C5", "a", 'x, "y"', "-1", "2010-12-01 08:26:00", "2.55", "", "EIRE"],
    ]


@pytest.mark.parametrize("kind", ["product_matrix", "entry_products"])
def test_what_is_no_good_is_defined_and_stands_in_the_sample(kind, tmp_path):
    house = brand_house(tmp_path / "brand")
    for _ in range(2):  # a second time changes nothing
        define(house, SAMPLE.parent / "definitions")
    with house.store.reading() as view:
        version = definition_at(view, kind, kind, now())
    house.close()
    left_out = set(version.document["leave_out"])
    with gzip.open(SAMPLE, "rt", encoding="utf-8") as lines:
        sold = {row["StockCode"] for row in csv.DictReader(lines)}
    assert version.version == 1
    assert "POST" in left_out <= sold
