"""Value by group and by firm: sums that meet the whole, and whom a firm hangs on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import ibis
import pytest

from valence.value import accounts, customer_accounts, value_groups

AMOUNT = "decimal(18, 4)"
CUSTOMERS = {
    "customer_id": "string", "segment": "string", "first_order_on": "date", "last_order_on": "date",
    "orders": "int64", "orders_12m": "int64", "orders_prior_12m": "int64", "value_amount": AMOUNT,
    "value_12m_amount": AMOUNT, "value_prior_12m_amount": AMOUNT,
}  # fmt: skip
FIRST, LAST = date(2024, 1, 1), date(2025, 1, 1)


def customers(*rows):
    """Customers from (id, segment, orders_12m, orders before, value, value_12m, value before)."""
    made = [
        (who, segment, FIRST, LAST, now + then, now, then, *map(Decimal, values))
        for who, segment, now, then, *values in rows
    ]
    return ibis.memtable(made, schema=CUSTOMERS)


PEOPLE = customers(
    ("a", "champions", 2, 1, 300, 200, 100),
    ("b", "champions", 0, 1, 50, 0, 50),
    ("c", "lost", 0, 0, -10, -10, 0),
    ("d", None, 1, 0, 60, 10, 0),
)


def test_a_group_says_what_it_brings_in_all_lately_and_per_customer(rows):
    found = {row["name"]: row for row in rows(value_groups(PEOPLE, by=("segment",)))}
    best = found["champions"]
    assert (best["customers"], best["customers_12m"], best["customers_prior_12m"]) == (2, 1, 2)
    assert (best["value_amount"], best["value_12m_amount"]) == (350, 200)
    assert (best["value_share"], best["value_12m_share"]) == (350 / 400, 1.0)
    assert (best["change_amount"], best["change_share"]) == (50, pytest.approx(1 / 3))
    assert (best["value_per_customer_amount"], best["value_12m_per_customer_amount"]) == (175, 200)
    assert found["lost"]["value_12m_per_customer_amount"] is None
    assert found["lost"]["change_share"] is None
    assert found[None]["customers"] == 1


def test_the_groups_of_every_dimension_hold_everyone_once(rows):
    table = PEOPLE.mutate(country=ibis.literal("UK"))
    found = rows(value_groups(table, by=("segment", "country")))
    for dimension in ("segment", "country"):
        own = [row for row in found if row["dimension"] == dimension]
        assert sum(row["value_amount"] for row in own) == 400
        assert sum(row["value_share"] for row in own) == pytest.approx(1)


def test_a_firm_is_what_its_people_bring_and_how_much_hangs_on_one(rows):
    belongs = ibis.memtable(
        {"customer_id": ["a", "b", "c", "nobody known"], "account_id": ["X", "X", "Y", "Z"]}
    )
    found = {row["account_id"]: row for row in rows(accounts(PEOPLE, belongs))}
    assert set(found) == {"X", "Y"}
    firm = found["X"]
    assert (firm["customers"], firm["customers_12m"], firm["orders"]) == (2, 1, 4)
    assert (firm["value_amount"], firm["top_customer_share"]) == (350, pytest.approx(6 / 7))
    assert firm["value_share"] == pytest.approx(350 / 340)  # Y brings less than nothing
    assert found["Y"]["top_customer_share"] is None


def at(day):
    return datetime(2025, 1, day, tzinfo=UTC)


IDENTIFIERS = {"customer_id": "string", "account_id": "string", "loaded_at": "timestamp('UTC', 6)"}
ORDERS = {
    "customer_id": "string", "account_id": "string", "ordered_on": "date",
    "ordered_at": "timestamp('UTC', 6)",
}  # fmt: skip


def test_what_is_said_of_a_customer_counts_before_orders_and_the_latest_first(rows):
    said = [
        ("a", "old", at(1)),
        ("a", "new", at(2)),
        ("b", "Beta", at(1)),
        ("b", "Alpha", at(1)),
        ("c", None, at(1)),
        (None, "of nobody", at(1)),
    ]
    ordered = [
        ("a", "newest", date(2025, 1, 9), at(9)),
        ("c", "first", date(2025, 1, 3), at(3)),
        ("c", "second", date(2025, 1, 4), at(4)),
        ("c", "later than the day", date(2025, 1, 8), at(8)),
        ("d", None, date(2025, 1, 3), at(3)),
    ]
    table = customer_accounts(
        ibis.memtable(said, schema=IDENTIFIERS),
        ibis.memtable(ordered, schema=ORDERS),
        as_of=date(2025, 1, 5),
    )
    found = {row["customer_id"]: (row["account_id"], row["accounts"]) for row in rows(table)}
    assert found == {"a": ("new", 2), "b": ("Alpha", 2), "c": ("second", 2)}
