from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.value import concentration, gini, lorenz


def customers(values):
    names = [f"c{n:03}" for n in range(len(values))]
    money = pa.array([Decimal(v) for v in values], pa.decimal128(18, 4))
    return ibis.memtable(
        pa.table({"customer_id": pa.array(names, pa.string()), "value_amount": money})
    )


def mean_difference(values):
    """The Gini coefficient by its definition: mean absolute difference over twice the mean."""
    n, whole = len(values), sum(values)
    return sum(abs(a - b) for a in values for b in values) / (2 * n * whole)


def test_the_curve_of_four_customers(rows):
    got = rows(lorenz(customers([10, 20, 30, 40])), "percent")
    assert [r["percent"] for r in got] == list(range(101))
    at = {p: (got[p]["customers"], got[p]["value_share"]) for p in (0, 24, 25, 50, 99, 100)}
    assert at == {0: (0, 0), 24: (0, 0), 25: (1, 0.1), 50: (2, 0.3), 99: (3, 0.6), 100: (4, 1)}


def test_negative_values_take_the_curve_below_zero_and_back_to_one(rows):
    got = rows(lorenz(customers([-10, 20, 30])), "percent")
    assert min(r["value_share"] for r in got) == -0.25
    assert got[-1]["value_share"] == 1


def test_the_gini_coefficient_of_one_who_has_all_is_one_less_a_share(duck):
    assert duck.execute(gini(customers([0, 0, 0, 5]))) == pytest.approx(0.75)


def test_negative_values_count_as_zero_in_the_gini_coefficient_and_are_named(rows):
    (got,) = rows(concentration(customers([-7, 0, 0, 5])))
    assert got["gini"] == pytest.approx(0.75)
    assert (got["negative_customers"], got["negative_amount"]) == (1, -7)
    assert got["top_value_share"] is None  # the whole is below 0


def test_without_customers_or_value_there_is_no_coefficient(rows):
    for values in ([], [0], [-1, -2]):
        (got,) = rows(concentration(customers(values)))
        assert got["gini"] is None
        assert got["customers"] == len(values)
        assert len(rows(lorenz(customers(values)))) == 101


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=1, max_size=30).filter(any))
def test_the_gini_coefficient_is_the_mean_difference_and_what_the_top_carries(rows, values):
    (got,) = rows(concentration(customers(values), share=Decimal("0.2")))
    assert got["gini"] == pytest.approx(mean_difference(values), abs=1e-12)
    top = -(-len(values) // 5)
    assert got["top_customers"] == top
    assert got["top_value_amount"] == sum(sorted(values)[-top:])
