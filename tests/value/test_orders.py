from datetime import date
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from valence.core.errors import BadInputError
from valence.value import order_facts

DAY = date(2025, 1, 10)
MONEY = pa.decimal128(18, 4)


def facts(rows, orders, **settings):
    table = pa.table(
        {
            "customer_id": pa.array(["a"] * len(orders)),
            "ordered_on": pa.array([DAY] * len(orders)),
            "net_amount": pa.array([Decimal(o.get("net", 0)) for o in orders], MONEY),
            "returned_amount": pa.array([o.get("back") for o in orders], MONEY),
            "cost_amount": pa.array([o.get("cost") for o in orders], MONEY),
            "known_cost_amount": pa.array([o.get("known") for o in orders], MONEY),
            "uncosted_amount": pa.array([o.get("uncosted") for o in orders], MONEY),
            "kind": pa.array([o.get("kind") for o in orders], pa.string()),
        }
    )
    return rows(order_facts(ibis.memtable(table), **settings))


def amounts(row):
    return [row[f"{name}_amount"] for name in ("gross", "returned", "revenue")]


def test_a_negative_order_is_a_return_of_its_own(rows):
    (got,) = facts(rows, [{"net": -30}])
    assert got["kind"] == "return"
    assert amounts(got) == [0, 30, -30]


def test_the_same_return_told_twice_in_one_row_counts_once(rows):
    (got,) = facts(rows, [{"net": -30, "back": Decimal(30)}])
    assert amounts(got) == [0, 30, -30]


def test_what_was_given_back_of_a_sale_later_is_taken_off(rows):
    (got,) = facts(rows, [{"net": 100, "back": Decimal(20), "kind": "sale"}])
    assert amounts(got) == [100, 20, 80]


def test_an_adjustment_changes_revenue_only(rows):
    (got,) = facts(rows, [{"net": -11062, "kind": "adjustment"}])
    assert amounts(got) == [0, 0, -11062]


def test_a_cancelled_order_keeps_its_row_and_has_no_figures(rows):
    sale, off = facts(
        rows,
        [{"net": 100, "cost": Decimal(60)}, {"net": 50, "back": Decimal(20), "kind": "cancelled"}],
    )
    assert (off["kind"], *amounts(off), off["value_amount"]) == ("cancelled", 0, 0, 0, 0)
    assert (sale["value_basis"], off["value_basis"]) == ("margin", None)


def test_value_is_margin_where_cost_is_known_else_revenue_by_the_margin_rate(rows):
    got = facts(rows, [{"net": 100, "cost": Decimal(70)}, {"net": -5}], margin_rate=Decimal("0.25"))
    assert [(r["value_amount"], r["value_basis"]) for r in got] == [
        (30, "margin"),
        (Decimal("-1.25"), "margin_rate"),
    ]


def test_without_cost_and_margin_rate_value_is_net_revenue(rows):
    (got,) = facts(rows, [{"net": 100}])
    assert (got["value_amount"], got["value_basis"]) == (100, "net_revenue")


@pytest.mark.parametrize(("settings", "value"), [({"margin_rate": Decimal("0.4")}, 70), ({}, 130)])
def test_an_order_whose_cost_is_known_of_some_lines_is_worth_what_its_lines_are(
    rows, settings, value
):
    (got,) = facts(rows, [{"net": 150, "known": Decimal(20), "uncosted": Decimal(100)}], **settings)
    assert (got["cost_amount"], got["value_amount"], got["value_basis"]) == (None, value, "mixed")


def test_a_table_without_the_columns_is_refused_with_the_near_name():
    table = ibis.memtable({"custmer_id": ["a"], "ordered_on": [DAY], "net_amount": [1.0]})
    with pytest.raises(BadInputError, match="Did you mean 'custmer_id'"):
        order_facts(table)
