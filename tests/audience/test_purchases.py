"""What one customer bought: most bought, all orders, lines and products, and their exports."""

import csv
import io
import re
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from tests.value.faces.brands import brand_house, fill, literal_lines
from tests.value.faces.fixtures import client, customer_id

from valence.audience.purchases import lines_of_customer, most_bought, orders_of


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A customer with much of the cheap, little of the dear, and one thing all given back."""
    lines = [
        ("a1", "pin", 100, "2025-01-10 09:30", 0.10, "1"),
        ("a1", "pot", 1, "2025-01-10 09:30", 80.00, "1"),
        ("a2", "pin", 50, "2025-02-10 09:30", 0.10, "1"),
        ("a2", "cup", 2, "2025-02-10 09:30", 5.00, "1"),
        ("a2", "big", 900, "2025-02-10 09:30", 9.00, "1"),
        ("Ca3", "big", -900, "2025-02-11 09:30", 9.00, "1"),
        ("Ca3", "cup", -1, "2025-02-11 09:30", 5.00, "1"),
        ("b1", "pot", 7, "2025-02-11 09:30", 80.00, "2"),
    ]
    house = brand_house(tmp_path_factory.mktemp("mixed") / "brand")
    fill(house, literal_lines(lines))
    house.build()
    yield house
    house.close()


def test_most_bought_takes_returns_off_and_tells_units_from_amount(mixed):
    reader = mixed.readers()
    most = most_bought(reader, lines_of_customer(reader, customer_id(mixed, "1")))
    assert [(row["product_id"], row["units"]) for row in most.by_units] == [
        ("pin", 150.0),
        ("pot", 1.0),  # as many as cups, for more
        ("cup", 1.0),
    ]
    assert [(row["product_id"], row["amount"]) for row in most.by_amount] == [
        ("pot", Decimal(80)),
        ("pin", Decimal(15)),
        ("cup", Decimal(5)),
    ]
    assert [row["orders"] for row in most.by_amount] == [1, 2, 1]


def test_lines_and_orders_of_a_real_customer_come_to_the_same_revenue(retail):
    reader, who = retail.readers(), customer_id(retail, "12748")
    lines, orders = lines_of_customer(reader, who), orders_of(reader, who)
    kept = reader.one(lines.agg(kept=lines.kept_amount.sum()))["kept"]
    assert kept == reader.one(orders.agg(net=orders.revenue_amount.sum()))["net"]


def test_the_page_fetches_what_is_bought_most_and_links_to_it_without_script(mixed):
    web, who = client(mixed), customer_id(mixed, "1")
    page = web.get(f"/customers/{who}").text
    assert f'hx-get="/customers/{who}/products?most=1"' in page
    part = web.get(f"/customers/{who}/products?most=1", headers={"hx-request": "true"}).text
    assert "<html" not in part
    assert part.index("The pin") < part.index("By amount") < part.rindex("The pot")
    assert "The big" not in part  # all given back
    assert "What do they buy most?" in web.get(f"/customers/{who}/products").text


@pytest.mark.parametrize(
    ("part", "rows", "column"),
    [("orders", 3, "order_id"), ("lines", 7, "quantity"), ("products", 4, "units")],
)
def test_each_table_is_a_page_an_export_and_an_answer_of_the_api(mixed, part, rows, column):
    web, who = client(mixed), customer_id(mixed, "1")
    assert f"1–{rows} of {rows}" in web.get(f"/customers/{who}/{part}").text
    plain = web.get(f"/customers/{who}/{part}?format=csv")
    told = list(csv.DictReader(io.StringIO(plain.text)))
    assert len(told) == rows
    assert {row["currency"] for row in told} == {"GBP"}
    assert f"{part}-1.csv" in plain.headers["content-disposition"]
    typed = web.get(f"/customers/{who}/{part}?format=parquet").content
    assert pq.read_table(io.BytesIO(typed)).num_rows == rows
    titles = web.get(f"/customers/{who}/{part}?format=excel").text.splitlines()[0]
    assert re.search(r"(Net revenue|Amount|Amount, returns taken off) \(GBP\)", titles)
    api = web.get(f"/api/v1/customers/1/{part}").json()
    assert api["total"] == rows
    assert column in api["items"][0]


def test_an_identifier_names_whose_orders_are_meant(mixed):
    assert "Orders of 1" in client(mixed).get("/customers/user_id:1/orders").text
    assert client(mixed).get("/customers/nobody/orders").status_code == 404


def test_long_histories_are_paged_filtered_and_sorted(retail):
    web, who = client(retail), customer_id(retail, "12748")
    page = web.get(f"/customers/{who}/lines?where=quantity+<+0.0&sort=net_amount&limit=5")
    assert "1–5 of" in page.text
    assert 'aria-sort="ascending"' in page.text
    assert ">Next<" in page.text
