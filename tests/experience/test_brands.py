"""The brand: shares with Wilson's interval, means, and who is told apart."""

from __future__ import annotations

from datetime import date

import pytest
from tests.experience.held import Held, answer, answers, customers

from valence.core.errors import BadInputError
from valence.core.intervals import wilson
from valence.experience.brands import Known, brand_counts
from valence.experience.brands_answers import brand_found

AS_OF = date(2025, 3, 31)


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def said(number, metric, score, **more):
    return {**answer(number, metric, 0.5), "score": float(score), **more}


def test_awareness_is_a_share_and_closeness_a_mean(con):
    t = answers(
        *(said(n, "awareness_aided", n < 30) for n in range(40)),
        *(said(100 + n, "emotional_connection", 3 + 2 * (n % 2)) for n in range(40)),
        said(200, "csat", 5),
    )
    rows = {row["metric"]: row for row in con.to_pyarrow(brand_counts(t)).to_pylist()}
    assert sorted(rows) == ["awareness_aided", "emotional_connection"]
    known = Known.of(rows["awareness_aided"])
    assert (known.value, known.low, known.high) == (0.75, *wilson(30, 40, 0.9))
    close = Known.of(rows["emotional_connection"])
    assert close.value == 4.0
    assert close.error == pytest.approx((40 / 39 / 40) ** 0.5)


@pytest.fixture
def found(duck):
    """Customers know and like the brand; others less; a year before fewer knew it."""
    rows = [said(n, "awareness_aided", 1) for n in range(40)]
    rows += [said(n, "awareness_aided", n % 2, customer_id=None) for n in range(40, 80)]
    rows += [said(n, "awareness_aided", n % 2, on=date(2024, 2, 1)) for n in range(80, 160)]
    rows += [said(n, "awareness_aided", n % 4 == 0, subject="mingya") for n in range(160, 200)]
    known = [(f"c{n}", "top" if n < 35 else "base", "web") for n in range(40)]
    return lambda by: brand_found(
        Held(duck, answers=answers(*rows), customers=customers(*known)), AS_OF, by=by
    )


def test_the_own_brand_stands_beside_competitors_and_the_year_before(found):
    told = found("customer")
    assert [(g.name, g.measures["awareness_aided"].value) for g in told.brands] == [
        ("own", 0.75), ("mingya", 0.25),
    ]  # fmt: skip
    assert told.before["awareness_aided"].value == 0.5
    assert told.own["awareness_aided"].apart(told.before["awareness_aided"]) < 0.01


def test_people_are_told_apart_by_what_is_known_of_them_or_as_no_customers(found):
    assert {g.name: g.measures["awareness_aided"].value for g in found("customer").segments} == {
        "customer": 1.0, "nobody": 0.5,
    }  # fmt: skip
    tiers = {g.name: g.measures["awareness_aided"].told() for g in found("tier").segments}
    assert tiers["top"]["value"] == 1.0
    assert (tiers["base"]["n"], tiers["base"]["value"]) == (5, None)  # too few to say
    assert tiers["nobody"]["n"] == 40
    with pytest.raises(BadInputError, match="apart by 'store'"):
        found("store")


def test_all_against_none_is_no_chance_and_a_monthly_panel_counts_once(duck):
    rows = [said(n, "awareness_aided", 1) for n in range(40)]
    rows += [said(100 + n, "awareness_aided", 1, customer_id=f"c{n}") for n in range(40)]
    rows += [said(200 + n, "awareness_aided", 0, subject="mingya") for n in range(40)]
    held = Held(duck, answers=answers(*rows), customers=customers())
    own, rival = (g.measures["awareness_aided"] for g in brand_found(held, AS_OF).brands)
    assert (own.n, own.value, rival.value) == (40, 1.0, 0.0)
    assert own.apart(rival) < 1e-10
