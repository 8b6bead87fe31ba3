"""Whether follow-ups help: against customers alike, told only where there are enough."""

from datetime import UTC, date, datetime, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.experience.held import WHO, Held, answer, answers, table

from valence.experience.followups.compared import Compared, bad_moments, compared, with_orders
from valence.experience.followups.definition import FollowUpDefinition, Theme
from valence.experience.followups.effects import effect_of
from valence.experience.text.columns import ASPECTS
from valence.lake.canonical import CANONICAL

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
                        "start": [DAY, DAY], "share": [0.2, None]})  # fmt: skip
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


AS_OF = date(2025, 6, 1)


def refunds(of, number):
    """Return contacts of a category, by as many customers, on days of June 2024."""
    return [
        {"source": "desk", "contact_id": f"{of}{n}", "id_key": f"{of}{n}", "category": "Refund",
         "opened_on": date(2024, 6, 1 + n % 28), "complaint": False, "text": None,
         "opened_at": datetime(2024, 6, 1 + n % 28, 12, tzinfo=UTC)}
        for n in range(number)
    ]  # fmt: skip


def held(con, contacts, *, bought_after):
    """Return what is published where each bought once, some days after the contact."""
    orders = [
        {"customer_id": one["id_key"], "kind": "sale", "value_amount": 10.0,
         "ordered_on": one["opened_on"] + timedelta(days=bought_after)}
        for one in contacts
    ]  # fmt: skip
    who = [{"id_key": one["id_key"], "customer_id": one["id_key"]} for one in contacts]
    return Held(
        con,
        answers=answers(),
        contacts=table(CANONICAL["contacts"].columns, contacts),
        identifier_map=table(WHO, who),
        order_facts=ibis.memtable(pa.Table.from_pylist(orders)),
    )


@pytest.mark.parametrize(("bought_after", "share"), [(5, 0.0), (10, 0.0), (11, 1.0)])
def test_what_was_bought_before_it_was_solved_was_not_won_back(duck, bought_after, share):
    mine, others = refunds("mine", 60), refunds("other", 70)
    tables = held(duck, [*mine, *others], bought_after=bought_after)
    solved = {
        one["id_key"]: (one["opened_on"], one["opened_on"] + timedelta(days=10)) for one in mine
    }
    touched = {*solved, *(f"other{n}" for n in range(8))}  # answered, and not yet solved
    rules = FollowUpDefinition(complaints=False, categories=("refund",))
    found = compared(tables, rules, solved, touched, as_of=AS_OF)
    assert (found.followed, found.others, found.bought_share) == (60, 62, share)
    assert found.bought is None or found.bought.naive == pytest.approx(0)


def test_what_opens_follow_ups_is_what_is_compared(duck):
    words = [answer(1, "nps", 0.6), answer(2, "csat", 0.1), answer(3, "rating", 0.9)]
    for one in words:
        one["words"] = True
    said = [{"source": "survey", "feedback_id": "f1", "text": "It was late"}]
    felt = [{"source": "survey", "feedback_id": "f3", "aspect": "price", "sentiment": -0.9,
             "on": DAY, "subject": "own", "metric": "rating"}]  # fmt: skip
    tables = Held(
        duck,
        answers=answers(*({**one, "on": DAY} for one in words)),
        feedback=table(CANONICAL["feedback"].columns, said),
        feedback_aspects=table(ASPECTS, felt),
    )
    rules = FollowUpDefinition(
        metrics=("csat",), themes=(Theme(name="late", words=("late",)),), aspects=("price",)
    )
    found = bad_moments(tables, rules, since=date(2025, 1, 1), until=DAY)
    rows = tables.rows(found.order_by("customer_id"))
    assert [(row["customer_id"], row["matter"]) for row in rows] == [
        ("c1", "late"), ("c2", "csat"), ("c3", "price"),
    ]  # fmt: skip
