"""Entry products: what a customer began with, who is observed, and what is not compared."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import ibis
import pyarrow.compute as pc
import pytest
from pyarrow import parquet
from tests.value.conftest import RETAIL_DAY
from tests.value.products.worlds import world

from valence.value import EntryDefinition, customer_facts, entries, entry_products
from valence.value.products.comparison import Entries, compared_rows
from valence.value.products.entry import observed

DAY = date(2025, 12, 31)
ORDERS = {
    "customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)",
    "channel": "string", "country": "string",
}  # fmt: skip
LINES = {
    "customer_id": "string", "ordered_on": "date", "product_id": "string",
    "net_amount": "decimal(18, 4)", "category": "string",
}  # fmt: skip


def began(rows, ordered, bought, **options):
    """Entries of orders (customer, day, net) and lines (customer, day, product, net, category)."""
    orders = ibis.memtable(
        [(who, date.fromisoformat(day), Decimal(net), "app", "CN") for who, day, net in ordered],
        schema=ORDERS,
    )
    lines = ibis.memtable(
        [(who, date.fromisoformat(day), product, Decimal(net), category)
         for who, day, product, net, category in bought],
        schema=LINES,
    )  # fmt: skip
    facts = customer_facts(orders, as_of=DAY)
    made = entries(lines, orders, facts, as_of=DAY, **options)
    return {row["customer_id"]: row for row in rows(made)}


def test_the_product_that_made_up_most_of_the_first_day_is_what_a_customer_began_with(rows):
    found = began(
        rows,
        [("a", "2024-05-01", "30"), ("a", "2024-05-01", "12"), ("a", "2024-09-01", "99")],
        [
            ("a", "2024-05-01", "cup", "12", "Cups"),
            ("a", "2024-05-01", "tea", "9", "Tea"),
            ("a", "2024-05-01", "tea", "11", "Tea"),
            ("a", "2024-05-01", "gift", "-50", "Gifts"),  # came back
            ("a", "2024-09-01", "pot", "99", "Pots"),
        ],
    )
    (row,) = found.values()
    assert (row["product_id"], row["category"], row["channel"]) == ("tea", "Tea", "app")
    assert (row["first_amount"], row["beside_amount"]) == (42, 22)
    assert (row["later_amount"], row["came_back"]) == (99, True)


def test_of_equal_products_the_first_by_alphabet(rows):
    bought = [("a", "2024-05-01", name, "10", None) for name in ("pot", "cup", "tea")]
    found = began(rows, [("a", "2024-05-01", "30")], bought)
    assert (found["a"]["product_id"], found["a"]["category"]) == ("cup", None)


def test_everybody_is_observed_for_the_same_time_and_nobody_less(rows):
    ordered = [
        ("a", "2024-12-31", "10"),  # the last who can be observed for twelve months
        ("a", "2025-12-31", "5"),
        ("b", "2025-01-01", "10"),  # too young
        ("c", "2024-06-01", "10"),
        ("c", "2025-06-01", "-3"),  # within the twelve months
        ("c", "2025-06-02", "7"),  # after them
        ("d", "2022-12-31", "10"),  # won too long ago
    ]
    bought = [(who, day, "tea", net, None) for who, day, net in ordered]
    found = began(rows, ordered, bought)
    assert {who: (row["later_amount"], row["came_back"]) for who, row in found.items()} == {
        "a": (5, True),
        "c": (-3, False),
    }
    assert observed(DAY) == (date(2022, 12, 31), date(2024, 12, 31))
    shorter = began(rows, ordered, bought, definition=EntryDefinition(observe_months=6))
    assert set(shorter) == {"a", "b", "c"}


def test_the_catalogue_says_the_category_before_the_lines(rows):
    catalogue = ibis.memtable({"product_id": ["tea"], "category": ["Leaves"]})
    bought = [("a", "2024-05-01", "tea", "10", "Tea")]
    found = began(rows, [("a", "2024-05-01", "10")], bought, products=catalogue)
    assert found["a"]["category"] == "Leaves"


def level(rows, name):
    return [row for row in rows if row["level"] == name]


def test_products_with_few_customers_are_named_and_not_compared():
    made = world(1, customers=3000, spread=40.0)
    rows = list(
        compared_rows(
            Entries.of(made.table.to_batches()),
            EntryDefinition(minimum_customers=150),
            {("shop", "P00"): "The first"},
        )
    )
    (whole,) = level(rows, "all")
    assert whole["customers"] == 3000
    products = level(rows, "product")
    few = [row for row in products if row["customers"] < 150]
    assert few
    assert {row["not_compared"] for row in few} == {"too few customers"}
    assert not any(row.get("later_value") for row in few)
    compared = [row for row in products if row["compared"]]
    assert sorted(row["place"] for row in compared) == list(range(1, len(compared) + 1))
    assert {row["name"] for row in products} >= {"The first", "P01"}
    assert len(level(rows, "category")) == 6


def test_a_product_whose_customers_are_unlike_all_others_is_not_judged():
    table = world(2, customers=2000, products=4).table
    alone = pc.equal(table["product_id"], "P00")
    apart = pc.if_else(alone, "only here", table["country"])
    table = table.set_column(table.column_names.index("country"), "country", apart)
    made = compared_rows(Entries.of(table.to_batches()), EntryDefinition(), {})
    found = {row["product_id"]: row for row in level(made, "product")}
    assert (found["P00"]["compared"], found["P00"]["not_compared"]) == (False, "too few alike")
    assert found["P00"]["overlap_share"] == 0
    assert found["P01"]["compared"]


def test_one_product_has_nothing_to_be_compared_with():
    made = compared_rows(
        Entries.of(world(3, customers=500, products=1).table.to_batches()), EntryDefinition(), {}
    )
    (row,) = level(made, "product")
    assert row["not_compared"] == "no other to compare with"


def test_in_a_notebook_entries_are_compared_at_once(rows):
    found = rows(entry_products(ibis.memtable(world(4, customers=2000).table)))
    assert {row["level"] for row in found} == {"all", "product", "category"}
    empty = ibis.memtable(world(4, customers=10).table).limit(0)
    assert rows(entry_products(empty)) == []


@pytest.mark.long
@pytest.mark.spark
def test_entries_are_equal_on_duckdb_and_spark(duck, on_spark, retail, spark_retail, tmp_path):
    short = EntryDefinition(observe_months=3, cohort_months=6, minimum_customers=20)

    def made(con, given, name):
        parquet.write_table(con.to_pyarrow(customer_facts(given["orders"])), tmp_path / name)
        lines = given["order_lines"]
        lines = lines.mutate(net_amount=lines.quantity.cast("decimal(18, 4)"))
        table = entries(
            lines,
            given["orders"],
            con.read_parquet(str(tmp_path / name)),
            as_of=RETAIL_DAY,
            products=given["products"],
            definition=short,
        )
        found = Entries.of(con.to_pyarrow(table).to_batches())
        return found, list(compared_rows(found, short, {}))

    one, first = made(duck, retail, "facts.parquet")
    other, second = made(on_spark, spark_retail, "spark_facts.parquet")
    assert one.table.to_pylist() == other.table.to_pylist()
    assert len(one) > 1000
    assert first == second
    assert any(row.get("compared") for row in first)
