"""Forms that give the same answer on every engine."""

from __future__ import annotations

from decimal import Decimal

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.lake.portable import bare, mean_amount

STEP = Decimal("0.0001")
money = st.integers(-(10**15), 10**15).map(lambda units: units * STEP)  # up to 10¹¹


def exact(value: Decimal, n: int) -> Decimal:
    """Rounded half up, in whole numbers."""
    units = int(value / STEP)
    return (2 * units + n) // (2 * n) * STEP


def means(con, pairs):
    rows = [(i, value, n) for i, (value, n) in enumerate(pairs)]
    schema = {"i": "int64", "value": "decimal(18, 4)", "n": "int64"}
    t = ibis.memtable(rows, schema=schema)
    t = t.select("i", mean=mean_amount(t.value, t.n))
    found = con.to_pyarrow(t).to_pylist()
    return [row["mean"] for row in sorted(found, key=lambda row: row["i"])]


@given(st.lists(st.tuples(money, st.integers(1, 100_000)), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_a_mean_of_money_is_exact_and_rounds_half_up(pairs):
    assert means(ibis.duckdb.connect(), pairs) == [exact(*pair) for pair in pairs]


@pytest.fixture(params=["duck", pytest.param("on_spark", marks=pytest.mark.spark)])
def con(request):
    return request.getfixturevalue(request.param)


def test_halves_round_up_on_either_side_of_nought_on_each_engine(con):
    pairs = [(Decimal(f"{sign}0.000{unit}"), 2) for sign in ("", "-") for unit in (1, 3, 5)]
    pairs += [(Decimal("99999999999.9999"), 1), (Decimal("-0.0001"), 3), (Decimal(10) / 4, 7)]
    assert means(con, pairs) == [exact(*pair) for pair in pairs]
    assert means(con, [(STEP, 2), (-STEP, 2)]) == [STEP, 0]


def test_blanks_around_a_text_go_and_no_letter_with_them_on_each_engine(con):
    t = ibis.memtable({"text": [" vivid stuff\t", "\r\nfv", "fair view", " "]})
    found = con.to_pyarrow(t.select(text=bare(t.text))).column("text").to_pylist()
    assert sorted(found) == ["", "fair view", "fv", "vivid stuff"]
