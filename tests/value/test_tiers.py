from datetime import date
from decimal import Decimal
from math import ceil

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.value import TiersDefinition, TierShare, summary, tier_summary, value_tiers

MONEY = pa.decimal128(18, 4)


def customers(values):
    names = [f"c{n:03}" for n in range(len(values))]
    return ibis.memtable(
        pa.table(
            {
                "customer_id": pa.array(names, pa.string()),
                "value_amount": pa.array([Decimal(v) for v in values], MONEY),
            }
        )
    )


def tiers_of(rows, values, **settings):
    return [row["tier"] for row in rows(value_tiers(customers(values), **settings), "customer_id")]


def test_of_twenty_customers_one_is_top_and_three_are_middle(rows):
    assert tiers_of(rows, range(20, 0, -1)) == ["top", *["middle"] * 3, *["base"] * 16]


def test_ties_go_by_customer_id(rows):
    assert tiers_of(rows, [7] * 20) == ["top", *["middle"] * 3, *["base"] * 16]


def test_a_single_customer_is_top_unless_without_value(rows):
    assert tiers_of(rows, [5]) == ["top"]
    assert tiers_of(rows, [0]) == ["base"]
    assert tiers_of(rows, []) == []


def test_nobody_without_value_is_above_the_last_tier(rows):
    assert tiers_of(rows, [-5, 0, 0, 3]) == ["base", "base", "base", "top"]


def test_each_tier_has_a_row_even_when_empty(rows):
    got = rows(tier_summary(customers([0, -4])), "tier_number")
    assert [(r["tier"], r["customers"], r["value_amount"], r["value_share"]) for r in got] == [
        ("top", 0, 0, None),
        ("middle", 0, 0, None),
        ("base", 2, -4, None),
    ]


def test_own_tiers_are_taken(rows):
    own = TiersDefinition(
        tiers=(TierShare(name="A", share=Decimal("0.5")), TierShare(name="B", share=Decimal("0.5")))
    )
    assert tiers_of(rows, [1, 2, 3], definition=own) == ["B", "A", "A"]


def test_shares_that_do_not_make_a_whole_are_refused():
    with pytest.raises(ValueError, match=r"sum to 0\.9, not to 1"):
        TiersDefinition(
            tiers=(
                TierShare(name="A", share=Decimal("0.5")),
                TierShare(name="B", share=Decimal("0.4")),
            )
        )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(-100, 1000), min_size=1, max_size=60))
def test_shares_sum_to_one_and_tiers_are_by_value(rows, values):
    got = rows(tier_summary(customers(values)), "tier_number")
    assert sum(r["customers"] for r in got) == len(values)
    assert sum(r["customers_share"] for r in got) == pytest.approx(1)
    assert sum(r["value_amount"] for r in got) == sum(values)
    if sum(values) > 0:
        assert sum(r["value_share"] for r in got) == pytest.approx(1)
    best = sorted((v for v in values if v > 0), reverse=True)
    top = best[: ceil(len(values) * 0.05 - 1e-9)]
    assert got[0]["value_amount"] == sum(top)


def test_of_a_few_customers_the_best_is_named_by_the_share_that_it_is(duck):
    orders = [(str(n), date(2025, 1, n + 1), Decimal(100 if n == 0 else 5)) for n in range(4)]
    schema = {"customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)"}
    got = duck.to_pyarrow(summary(ibis.memtable(orders, schema=schema), as_of=date(2025, 2, 1)))
    (row,) = got.to_pylist()
    assert (row["top_share"], row["top_customers"]) == (0.25, 1)
