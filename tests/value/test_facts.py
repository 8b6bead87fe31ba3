from datetime import date

import ibis
import pytest

from valence.value import customer_facts
from valence.value.facts import breadth

FEW = [
    ("a", "2024-10-01", "10"),
    ("a", "2024-10-01", "10"),
    ("a", "2024-10-11", "10"),
    ("a", "2024-11-30", "-6"),
    ("b", "2024-10-01", "0"),
    (None, "2024-10-02", "50"),
]


def by_customer(rows, table):
    return {row["customer_id"]: row for row in rows(table)}


def test_counts_money_and_rhythm_of_a_customer(rows, orders):
    a = by_customer(rows, customer_facts(orders(FEW)))["a"]
    assert (a["orders"], a["return_orders"], a["purchase_days"], a["active_months"]) == (3, 1, 2, 1)
    assert (a["gross_amount"], a["returned_amount"], a["revenue_amount"]) == (30, 6, 24)
    assert (a["first_order_on"], a["last_order_on"]) == (date(2024, 10, 1), date(2024, 10, 11))
    assert a["gap_days"] == 10
    assert a["return_share"] == pytest.approx(0.2)
    assert a["value_basis"] == "net_revenue"
    assert a["breadth"] is None


def test_what_cannot_be_known_is_missing(rows, orders):
    b = by_customer(rows, customer_facts(orders(FEW)))["b"]
    assert b["gap_days"] is None
    assert b["return_share"] is None
    assert b["cohort_month"] == date(2024, 10, 1)


def test_orders_without_a_customer_have_no_facts(rows, orders):
    assert set(by_customer(rows, customer_facts(orders(FEW)))) == {"a", "b"}


def test_whose_orders_were_all_cancelled_is_no_customer(rows, orders):
    few = orders([*FEW, ("a", "2025-01-05", "99"), ("c", "2025-01-06", "70")])
    off = few.mutate(kind=ibis.cases((few.ordered_on > date(2025, 1, 1), "cancelled")))
    assert rows(customer_facts(off), "customer_id") == rows(
        customer_facts(orders(FEW)), "customer_id"
    )


def test_the_most_used_wins_and_the_alphabet_among_equals(rows, orders):
    table = orders([("a", f"2024-10-0{n}", "1") for n in range(1, 6)])
    country = ibis.cases(
        (table.ordered_on.day() == 1, "NL"), (table.ordered_on.day() < 4, "FR"), else_="DE"
    )
    channel = (table.ordered_on.day() == 1).ifelse("store", "web")
    a = by_customer(rows, customer_facts(table.mutate(country=country, channel=channel)))["a"]
    assert (a["country"], a["store"]) == ("DE", None)  # DE and FR twice each
    assert (a["first_channel"], a["main_channel"], a["channels"]) == ("store", "web", 2)


def test_breadth_is_over_categories_else_products_and_not_over_returns(rows):
    lines = ibis.memtable(
        [
            {"customer_id": who, "product_id": product, "category": category, "quantity": quantity}
            for who, product, category, quantity in (
                ("a", "tea", None, 1.0),
                ("a", "mate", None, 1.0),
                ("a", "cup", "kitchen", 1.0),
                ("a", "odd", None, 1.0),
                ("a", "lamp", None, -1.0),
                ("b", "tea", None, 2.0),
            )
        ],
        schema={
            "customer_id": "string",
            "product_id": "string",
            "category": "string",
            "quantity": "float64",
        },
    )
    products = ibis.memtable(
        {"product_id": ["tea", "mate", "lamp"], "category": ["drinks", "drinks", "light"]}
    )
    got = by_customer(rows, breadth(lines, products))
    assert {who: row["breadth"] for who, row in got.items()} == {"a": 3, "b": 1}
    assert {who: row["breadth_of"] for who, row in got.items()} == {"a": "mixed", "b": "categories"}
    bare = by_customer(rows, breadth(lines.mutate(category=ibis.null("string"))))
    assert {who: row["breadth"] for who, row in bare.items()} == {"a": 4, "b": 1}
    assert {who: row["breadth_of"] for who, row in bare.items()} == dict.fromkeys("ab", "products")


def test_complaints_are_counted_by_flag_or_category(rows, orders):
    contacts = ibis.memtable(
        {
            "customer_id": ["a", "a", "a", "z"],
            "complaint": [True, False, None, True],
            "category": ["late", "Complaint", "Complaint about price", "late"],
        },
        schema={"customer_id": "string", "complaint": "boolean", "category": "string"},
    )
    got = by_customer(rows, customer_facts(orders(FEW), contacts=contacts))
    assert {w: (r["contacts"], r["complaints"]) for w, r in got.items()} == {
        "a": (3, 2),
        "b": (0, 0),
    }


def test_a_hundred_thousand_orders_by_one_customer(rows, duck):
    numbers = ibis.range(0, 100_000).unnest().name("n").as_table()
    many = numbers.select(
        customer_id=ibis.literal("a"),
        ordered_on=ibis.literal(date(2024, 1, 1)),
        net_amount=ibis.literal(1).cast("decimal(18, 4)"),
    )
    (a,) = rows(customer_facts(many))
    assert (a["orders"], a["purchase_days"], a["revenue_amount"]) == (100_000, 1, 100_000)
