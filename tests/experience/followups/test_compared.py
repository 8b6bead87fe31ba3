"""Whether follow-ups help: against customers alike, told only where there are enough."""

from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest

from valence.experience.followups.compared import Compared, with_orders
from valence.experience.followups.effects import effect_of

DAY = date(2025, 3, 1)
BARE = Compared("too few", 0, 0, 6)


def drawn(seed, n=3000, helps=0.15):
    """Draw customers of whom the busy are followed up more often, and buy again more often."""
    rng = np.random.default_rng(seed)
    orders = rng.poisson(rng.gamma(2.0, 1.5, n))
    own = rng.random(n) < 1 / (1 + np.exp(3.0 - 0.45 * orders))
    bought = rng.random(n) < np.clip(0.15 + 0.06 * orders, 0, 0.8) + helps * own
    rows = [
        {"customer_id": f"c{at}", "on": DAY - timedelta(days=at % 90), "matter": "nps",
         "share": 0.3, "value_91": 5.0 * orders[at], "value_365": 20.0 * orders[at],
         "value_before": 30.0 * orders[at], "orders_365": float(orders[at]),
         "orders_before": 1.5 * orders[at], "recency_days": 300.0 / (1 + orders[at]),
         "tenure_days": 400.0, "later": 40.0 * bought[at], "bought": float(bought[at])}
        for at in range(n)
    ]  # fmt: skip
    return rows, {row["customer_id"]: row["on"] for row, is_own in zip(rows, own, strict=True)
                  if is_own}  # fmt: skip


def test_the_busy_are_followed_up_more_often_and_that_is_taken_out():
    rows, followed = drawn(1)
    found = effect_of(BARE, rows, followed, set(followed))
    assert found.verdict == "more"
    assert found.bought.low < 0.15 < found.bought.high
    assert found.bought.naive > found.bought.high  # the plain difference is too high
    assert found.value.low < 6.0 < found.value.high
    assert found.told()["label"] == "adjusted association"


def test_of_a_follow_up_that_does_nothing_nothing_is_said():
    rows, followed = drawn(2, helps=0.0)
    found = effect_of(BARE, rows, followed, set(followed))
    assert found.verdict == "not told apart"
    assert found.bought.naive > 0.1


def test_of_too_few_nothing_is_said():
    rows, followed = drawn(3)
    few = dict(list(followed.items())[:20])
    found = effect_of(BARE, rows, few, set(followed))
    assert (found.verdict, found.followed, found.bought) == ("too few", 20, None)
    assert found.others == len(rows) - len(followed)


def test_nobody_alike_is_said():
    rows, _ = drawn(4)
    followed = {row["customer_id"]: row["on"] for row in rows if row["orders_365"] >= 3}
    assert effect_of(BARE, rows, followed, set(followed)).verdict == "not alike"


@pytest.mark.parametrize(
    "engine", ["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def test_what_was_bought_before_and_after_a_moment(engine, request):
    con = request.getfixturevalue(engine)
    moments = pa.table({"customer_id": ["ann", "bo"], "on": [DAY, DAY], "matter": ["nps", "ces"],
                        "share": [0.2, None]})  # fmt: skip
    days = [-400, -100, -10, 0, 1, 182, 183]
    orders = pa.table(
        {"customer_id": ["ann"] * 7, "ordered_on": [DAY + timedelta(days=day) for day in days],
         "kind": ["sale", "sale", "return", "sale", "sale", "sale", "sale"],
         "value_amount": pa.array([10, 20, -5, 7, 3, 4, 100], pa.decimal128(18, 4))}
    )  # fmt: skip
    t = with_orders(ibis.memtable(moments), ibis.memtable(orders), days=182)
    ann, bo = con.to_pyarrow(t.order_by("customer_id")).to_pylist()
    assert (ann["value_91"], ann["value_365"], ann["value_before"]) == (-5, 15, 25)
    assert (ann["orders_365"], ann["orders_before"]) == (1, 2)
    assert (ann["recency_days"], ann["tenure_days"]) == (100, 400)
    assert (ann["later"], ann["bought"], ann["matter"]) == (7, 1, "nps")
    assert (bo["recency_days"], bo["tenure_days"], bo["later"], bo["bought"]) == (-1, -1, 0, 0)
