"""The value gap by dimension: means, person by person errors, quadrants, the order to mend in."""

from __future__ import annotations

import ibis
import pytest

from valence.experience.gap import gaps, placed

PAIRS = {
    "item": ["fast"] * 4 + ["kind"] * 3 + ["cheap"],
    "expectation": [5, 5, 4, 5, 3, 3, 3, 4],
    "perception": [3, 4, 3, 2, 4, 3, 4, 4],
    "importance": [5, 5, 4, 5, 2, 2, 2, 3],
}


@pytest.fixture
def rows(duck):
    return duck.to_pyarrow(gaps(ibis.memtable(PAIRS)).order_by("item")).to_pylist()


def test_the_gap_is_what_was_expected_less_what_was_felt(rows):
    got = {row["item"]: row for row in rows}
    assert got["fast"]["gap"] == pytest.approx(1.75)
    assert got["kind"]["gap"] == pytest.approx(-2 / 3)
    # Person by person: 2, 1, 1, 3 have a variance of 11/12.
    assert got["fast"]["error"] == pytest.approx((11 / 12 / 4) ** 0.5)
    assert got["cheap"]["error"] is None or got["cheap"]["error"] != got["cheap"]["error"]


def test_what_matters_and_is_felt_low_is_to_be_mended_first(rows):
    found = {gap.item: gap for gap in placed(rows)}
    assert found["fast"].quadrant == "mend first"
    assert found["kind"].quadrant == "more than needed"
    assert found["cheap"].interval() is None
    low, high = found["fast"].interval()
    assert low < 1.75 < high
    assert placed(rows)[0].item == "fast"


def test_derived_importance_takes_the_place_of_what_was_stated(rows):
    found = {g.item: g for g in placed(rows, importance={"fast": 0.1, "kind": 0.5, "cheap": 0.1})}
    assert found["kind"].quadrant == "keep it up"
    assert found["fast"].quadrant == "minor"


def test_where_money_is_known_it_says_the_order(rows):
    assert [g.item for g in placed(rows, at_stake={"kind": 900.0, "fast": 100.0})] == [
        "kind", "fast", "cheap",
    ]  # fmt: skip


def test_nobody_who_answered_gives_no_gap(duck):
    nothing = ibis.memtable({"item": ["a"], "expectation": [None], "perception": [3]},
                            schema={"item": "string", "expectation": "int64",
                                    "perception": "int64"})  # fmt: skip
    assert placed(duck.to_pyarrow(gaps(nothing)).to_pylist()) == []
