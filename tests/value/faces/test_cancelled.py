"""A customer whose orders were all cancelled: none of the tables of value, and still a page."""

import re

import pytest
from tests.built import built_once
from tests.value.faces.brands import brand_house, fill, house_of, literal_lines
from tests.value.faces.fixtures import client, customer_id

from valence.lake.build import Ask

ROWS = (
    ("a1", "tea", 1, "2025-01-10 09:00", 10.00, "1"),
    ("b1", "tea", 1, "2025-02-10 09:00", 30.00, "2"),
    ("b2", "cup", 1, "2025-02-11 09:00", 20.00, "2"),
    ("c1", "cup", 1, "2025-03-31 09:00", 50.00, "3"),
    ("d1", "cup", 1, "2025-01-05 09:00", 5.00, "4"),
)


@pytest.fixture
def of_four(tmp_path_factory):
    """Four customers; all orders of the last two, and one of the second, were cancelled."""

    def make(folder):
        shop = brand_house(folder)
        fill(shop, literal_lines(ROWS))
        said(shop, "cancelled", "c1", "d1", "b2")
        shop.build()
        return shop

    house = house_of(built_once(tmp_path_factory, "four", make))
    yield house
    house.close()


def said(house, kind, *orders):
    """Let the source say another kind of some orders."""
    with house.lake.writing("another status") as writer:
        writer.table_of("orders")
        keys = ", ".join(f"'{one}'" for one in orders)
        writer.merge(
            "orders",
            f"SELECT * EXCLUDE (row_hash) REPLACE ('{kind}' AS kind) FROM orders "
            f"WHERE order_id IN ({keys})",
        )
        writer.commit()


def published(house):
    reader = house.lake.reader()
    found = {
        mart.name: sorted(map(repr, reader.rows(reader.table(mart.name)))) for mart in house.marts
    }
    reader.close()
    return found


def bought(house):
    """The orders of each customer of the published table, by their number; and the day."""
    reader = house.lake.reader()
    table = reader.table("customers").select("customer_id", "orders")
    rows = {row["customer_id"]: row["orders"] for row in reader.rows(table)}
    (row,) = reader.rows(reader.table("value_summary"))
    reader.close()
    assert row["customers"] == len(rows)
    known = {number: rows.get(customer_id(house, number)) for number in "1234"}
    return known, str(row["as_of"])


def test_who_was_called_off_goes_and_who_is_revived_comes(of_four):
    assert bought(of_four) == ({"1": 1, "2": 1, "3": None, "4": None}, "2025-02-10")
    said(of_four, "sale", "c1")
    said(of_four, "cancelled", "a1")
    run = of_four.build()
    assert {mart.mart: mart.mode for mart in run.marts}["customer_facts"] == "part"
    assert bought(of_four) == ({"1": None, "2": 1, "3": 1, "4": None}, "2025-03-31")
    patched = published(of_four)
    of_four.build(Ask(whole=True))
    assert patched == published(of_four)


def test_the_page_of_a_person_who_bought_nothing_shows_the_cancelled_order(of_four):
    answer = client(of_four).get(f"/customers/{customer_id(of_four, '4')}")
    text = " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())
    assert answer.status_code == 200
    assert "Nothing bought so far." in text
    assert "1 cancelled order" in text
