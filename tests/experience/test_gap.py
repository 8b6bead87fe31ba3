"""The value gap by dimension: means, person by person errors, quadrants, the order to mend in."""

from __future__ import annotations

from datetime import date

import ibis
import numpy as np
import pytest
from tests.experience.held import Held, answer, answers

from valence.core.errors import BadInputError
from valence.experience import research_answers
from valence.experience.drivers import Driver, Drivers
from valence.experience.gap import gaps, placed
from valence.experience.research_answers import drivers_found, gaps_found

AS_OF = date(2025, 3, 31)

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


def told_by(n, felt, *, stated=True):
    told = [("perception", name, score) for name, score in felt.items()]
    told += [("expectation", name, 6) for name in felt]
    told += [("importance", name, 4) for name in felt] if stated else []
    return [
        {**answer(100 * n + at, metric, 0.5, touchpoint=item), "customer_id": f"c{n}",
         "score": float(value)}
        for at, (metric, item, value) in enumerate(told)
    ]  # fmt: skip


def panel(duck, *, overall=True, noise=0.3, people=90, stated=True, rated=None, more=()):
    """People whose satisfaction is moved by speed, twice as much as by price, not by staff."""
    rng, rows = np.random.default_rng(4), []
    for n in range(people):
        felt = dict(zip(("speed", "price", "staff"), rng.integers(1, 8, 3), strict=True))
        rows += told_by(n, felt if rated is None else dict.fromkeys(felt, rated), stated=stated)
        score = felt["speed"] + 0.5 * felt["price"] + rng.normal(0, noise)
        for at, metric in enumerate(("overall", "csat") if overall else ()):
            given = answer(100 * n + 50 + at, metric, 0.5, touchpoint=None)
            rows.append({**given, "customer_id": f"c{n}", "score": score})
    return Held(duck, answers=answers(*rows, *more))


def test_importance_is_derived_from_what_moves_overall_satisfaction(duck):
    found = gaps_found(panel(duck), AS_OF, importance="derived")
    weights = {gap.item: gap.importance for gap in found.gaps}
    assert (found.importance, found.outcome, found.why) == ("derived", "overall", None)
    assert sum(weights.values()) == pytest.approx(1.0)
    assert weights["speed"] == pytest.approx(0.8, abs=0.1)  # variances 1 and a quarter
    assert weights["staff"] < 0.05
    low, high = found.interval("speed")
    assert low < weights["speed"] < high


def test_what_cannot_be_derived_is_what_people_said_and_the_reason_is_told(duck):
    few = gaps_found(panel(duck, people=20), AS_OF, importance="derived")
    assert few.importance == "stated"
    assert "it takes 30, ten for each" in str(few.why)
    chance = gaps_found(panel(duck, noise=40.0), AS_OF, importance="derived")
    assert chance.importance == "stated"
    assert "which may be chance" in str(chance.why)
    assert {gap.importance for gap in chance.gaps} == {4.0}


def test_a_blank_dimension_explains_nothing_and_takes_no_place(duck):
    rows = [
        {**answer(90_000 + n, "perception", 0.5, touchpoint=""), "customer_id": f"c{n}",
         "score": float(n)} for n in range(90)
    ]  # fmt: skip
    whole = gaps_found(panel(duck), AS_OF, importance="derived")
    beside = gaps_found(panel(duck, more=rows), AS_OF, importance="derived")
    assert {gap.item for gap in beside.gaps} == {"speed", "price", "staff"}
    assert beside.derived.r_squared == whole.derived.r_squared


def test_a_dimension_that_few_were_asked_of_does_not_hide_what_the_others_explain(duck):
    rows = [
        {**answer(90_000 + 10 * n + at, metric, 0.5, touchpoint="new"), "customer_id": f"c{n}",
         "score": 4.0}
        for n in range(5) for at, metric in enumerate(("perception", "expectation"))
    ]  # fmt: skip
    found = gaps_found(panel(duck, more=rows), AS_OF, importance="derived")
    assert (found.importance, found.derived.n) == ("derived", 90)
    new = next(row for row in found.told()["gaps"] if row["item"] == "new")
    assert (new["n"], new["gap"], new["quadrant"]) == (5, None, None)


def test_a_customer_who_answers_each_month_counts_once(duck):
    rows = [
        {**row, "source": f"wave {wave}"} for wave in range(2) for row in told_by(1, {"speed": 3})
    ]
    found = gaps_found(Held(duck, answers=answers(*rows)), AS_OF)
    assert [(gap.item, gap.n) for gap in found.gaps] == [("speed", 1)]


def test_what_drives_a_score_is_told_of_what_enough_rated(duck):
    found = drivers_found(panel(duck), AS_OF, outcome="csat")
    assert [one.name for one in found.drivers] == ["speed", "price", "staff"]
    assert found.n == 90
    same = panel(duck, rated=4)
    with pytest.raises(BadInputError, match="same in every answer, so it moves nothing"):
        drivers_found(same, AS_OF, outcome="csat")


def test_of_very_many_customers_a_fixed_sample_is_told(duck, monkeypatch):
    monkeypatch.setattr(research_answers, "_PEOPLE", 45)
    found = drivers_found(panel(duck), AS_OF, outcome="csat")
    assert 30 <= found.n <= 60
    assert drivers_found(panel(duck), AS_OF, outcome="csat") == found


def test_what_nobody_stated_is_derived_and_said_so(duck):
    found = gaps_found(panel(duck, stated=False), AS_OF)
    assert found.importance == "derived"
    assert "Nobody was asked how much each matters" in str(found.why)
    neither = gaps_found(panel(duck, stated=False, overall=False), AS_OF)
    assert neither.importance is None
    assert [gap.importance for gap in neither.gaps] == [None] * 3


def test_as_much_explained_by_chance_is_that_of_the_regression(duck):
    """R² of .10 by 3 drivers among 50: F(3, 46) = 1.704, p = .179 (scipy's F distribution)."""
    told = drivers_of(50, 0.10, 3)
    assert told.by_chance == pytest.approx(0.179, abs=0.001)


def drivers_of(n, r_squared, k):
    one = Driver("a", r_squared / k, 0.0, 0.1, 0.1, 0.1)
    return Drivers(n, r_squared, "lmg", (one,) * k)
