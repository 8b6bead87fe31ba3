"""Published figures of real data, through the importers that a user has."""

from decimal import Decimal

import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from tests.intake.conftest import DATA, Shop

from valence.core.errors import BadInputError

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
    assert second.accounted == second.read
    assert retail[2].files[0].accounted == retail[2].files[0].read == 525_461


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


def olist(folder, *names):
    folder.mkdir()
    return [as_csv("olist", name, folder / f"{name}.csv") for name in names]


@pytest.mark.parametrize(
    "sequences",
    [((2, 1, 0), None), pytest.param(((0, 1, 2), (1, 2, 0)), marks=pytest.mark.long)],
)
def test_olists_orders_and_items_make_the_same_orders_in_any_order(tmp_path, sequences):
    names = ("orders", "order_items", "customers", "order_payments_all")
    found = []
    for number, sequence in enumerate(sequences):
        shop = Shop(tmp_path / f"brand{number}")
        files = olist(tmp_path / f"olist{number}", *names)
        if sequence is None:
            got = [shop.take(files[0].parent)]
        else:
            got = [shop.take(files[place]) for place in sequence]
        assert sum(file.quarantined for file in got[-1].files) == 0
        found.append(shop.rows(
            "orders", "order_id", "ordered_at", "status", "kind", "net_amount", "lines",
            "incomplete", "id_type",
        ))  # fmt: skip
        shop.store.close()
    assert all(rows == found[0] for rows in found)
    assert sum(row[4] or 0 for row in found[0]) == Decimal("1716891.90")
    assert sum(row[5] for row in found[0]) == 13_575


def test_olists_payments_are_known_and_left_out_as_their_money_stands_on_the_lines(tmp_path):
    shop = Shop(tmp_path / "brand")
    [file] = olist(tmp_path / "olist", "order_payments_all")
    with pytest.raises(BadInputError, match="the money of the orders' lines a second time"):
        shop.take(file)
    shop.store.close()


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
    assert got["customers.csv"].new == 12_595  # each has two identifiers and is one customer
    assert got["customers.csv"].repeated == 156
    lands = [file for file in got.values() if file.kind != "lookup"]
    assert {file.file: file.accounted for file in lands} == {f.file: f.read for f in lands}
    # A number of each order names them, and a person may have several.
    assert got["orders.csv"].totals.customers == 12_595
    assert got["orders.csv"].totals.cancelled_as == {"canceled": 625, "unavailable": 609}
    items = got["order_items.csv"]
    assert (items.new, items.totals.amount) == (13_575, Decimal("1716891.90"))
    assert sum(month.amount for month in items.months) == items.totals.amount
    assert (got["orders.csv"].totals.amount, got["orders.csv"].totals.quantity) == (None, None)
    assert got["order_reviews.csv"].new == 12_832
    assert got["products_all.csv"].new == 32_951
    assert sum(file.quarantined for file in got.values()) == 0
    known = shop.rows("identifier_map", "customer_id", "id_type")
    assert len({customer for customer, kind in known if kind == "external_id"}) == 12_595
    categories = {row[0] for row in shop.rows("products", "category")}
    assert "health_beauty" in categories
    assert "beleza_saude" not in categories
    shop.store.close()
