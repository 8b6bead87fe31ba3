"""Published figures of real data, through the importers that a user has."""

from decimal import Decimal

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from tests.intake.conftest import DATA, Shop

pytestmark = pytest.mark.skipif(
    not DATA.exists(), reason="the public data sets are not beside the project (shared/data)"
)
RETAIL = ("year_2010_2011", "year_2009_2010")


def as_csv(folder, name, target):
    pc.write_csv(pq.read_table(DATA / folder / f"{name}.parquet"), target)
    return target


@pytest.fixture(scope="module")
def retail(tmp_path_factory):
    """Both years of Online Retail II, the second first, each as a CSV."""
    root = tmp_path_factory.mktemp("retail")
    shop = Shop(root / "brand")
    summaries = [
        shop.take(as_csv("online_retail_ii", year, root / f"{year}.csv")) for year in RETAIL
    ]
    yield shop, *summaries
    shop.store.close()


def test_online_retail_second_year_has_its_published_totals(retail):
    second = retail[1].files[0]
    assert (second.read, second.quarantined) == (541_909, 0)
    assert second.totals.orders == 25_900
    assert second.totals.customers == 4_372
    assert round(second.totals.amount, 2) == Decimal("9747747.93")
    assert second.totals.without_customer == 135_080
    assert sum(month.rows for month in second.months) == 541_909


def test_lines_in_both_years_count_once_and_duplicates_within_a_file_stay(retail):
    shop, second, first = retail
    assert first.read == 525_461
    assert first.unchanged == 22_523
    assert second.new + first.new == 1_067_370 - 22_523
    totals = shop.rows("orders", "lines")
    assert sum(row[0] for row in totals) == 1_067_370 - 22_523


def test_cancellations_are_returns(retail):
    shop = retail[0]
    kinds = dict(shop.rows("orders", "order_id", "kind"))
    assert {kind for order, kind in kinds.items() if order.startswith("C")} == {"return"}


def test_olists_tables_of_a_folder_belong_together(tmp_path):
    folder = tmp_path / "olist"
    folder.mkdir()
    names = ("order_items", "orders", "customers", "order_reviews", "products_all",
             "category_translation", "sellers_all")  # fmt: skip
    for name in names:
        as_csv("olist", name, folder / f"{name}.csv")
    shop = Shop(tmp_path / "brand")
    got = {file.file: file for file in shop.take(folder).files}
    assert got["customers.csv"].totals.customers == 12_595
    assert got["orders.csv"].new == 12_751
    assert got["order_items.csv"].new == 13_575
    assert got["order_reviews.csv"].new == 12_832
    assert got["products_all.csv"].new == 32_951
    assert sum(file.quarantined for file in got.values()) == 0
    known = shop.rows("identifier_map", "customer_id", "id_type")
    assert len({customer for customer, kind in known if kind == "external_id"}) == 12_595
    categories = {row[0] for row in shop.rows("products", "category")}
    assert "health_beauty" in categories
    assert "beleza_saude" not in categories
    shop.store.close()
