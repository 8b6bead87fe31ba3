"""Months as occasions, for BG/BB: the month that still runs is none yet."""

from __future__ import annotations

from datetime import date

import pytest
from tests.value.conftest import table_of

from valence.value.facts import customer_facts
from valence.value.lifetime.clv import clv
from valence.value.lifetime.fitting import Facts, histories_of, monthly_histories
from valence.value.lifetime.scoring import Fitted, scored
from valence.value.models.bg_bb import BgBb
from valence.value.models.gamma_gamma import ConstantSpend
from valence.value.models.model import Fit
from valence.value.orders import order_facts

ROWS = (
    ("a", "2025-01-10", "10"), ("a", "2025-02-05", "20"), ("a", "2025-03-03", "30"),
    ("b", "2025-01-20", "10"),
    ("b", "2025-02-20", "-5"),  # given back: no purchase
    ("c", "2025-03-02", "40"),
)  # fmt: skip
MODEL = BgBb.of(1.2, 0.75, 0.66, 2.78)
ALIKE = Fitted(MODEL, ConstantSpend(10.0, Fit((), 0.0, 3.0, converged=True)), None)


def facts_of(con, day):
    orders = order_facts(table_of(ROWS), as_of=day)
    return Facts(orders, customer_facts(orders), day, con.to_pyarrow_batches)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Neither has b missed March on its 15th, nor has a bought in it for sure no more.
        (date(2025, 3, 15), {"a": (1, 1, 1), "b": (0, 0, 1), "c": (0, 0, 0)}),
        (date(2025, 3, 31), {"a": (2, 2, 2), "b": (0, 0, 2), "c": (0, 0, 0)}),
    ],
)
def test_histories_end_with_the_last_whole_month(duck, rows, day, expected):
    found = rows(monthly_histories(facts_of(duck, day)), "customer_id")
    told = {r["customer_id"]: (r["frequency"], r["recency"], r["age"]) for r in found}
    assert told == expected


@pytest.mark.spark
@pytest.mark.long
def test_months_are_the_same_on_both_engines(duck, on_spark):
    day = date(2025, 3, 15)
    of_duck, of_spark = (
        con.to_pyarrow(monthly_histories(facts_of(con, day)).order_by("customer_id")).to_pylist()
        for con in (duck, on_spark)
    )
    assert of_spark == of_duck


def test_who_first_bought_in_the_month_that_runs_stays_among_the_customers(duck):
    histories = histories_of(facts_of(duck, date(2025, 3, 15)), unit=BgBb)
    assert histories.count.sum() == 3
    assert (histories.frequency <= histories.age).all()


def test_nobody_is_less_alive_because_a_month_begins(duck):
    def alive(day):
        batches = scored(facts_of(duck, day), ALIKE)
        return {r["customer_id"]: r["alive_probability"] for b in batches for r in b.to_pylist()}

    last, first = alive(date(2025, 2, 28)), alive(date(2025, 3, 1))
    assert last == first  # the month of b's silence was said to be over on its first day
    assert alive(date(2025, 3, 31))["b"] < first["b"]


def test_the_course_book_product_and_spend_are_of_all_days(duck):
    fitted = Fitted(MODEL, ALIKE.spend, 2.0)
    batches = scored(facts_of(duck, date(2025, 3, 15)), fitted)
    told = {r["customer_id"]: r for b in batches for r in b.to_pylist()}
    assert told["a"]["course_book_amount"] == 120  # 60 in less than a year, times two years
    assert told["a"]["worth_amount"] > told["b"]["worth_amount"] > 0
    # Of whom no occasion is known the model says what it says of anyone: δ / (γ + δ).
    assert told["c"]["alive_probability"] == pytest.approx(2.78 / (0.66 + 2.78))


def test_worth_by_months_comes_out_of_orders(rows):
    bought = [
        (f"{who}", f"2024-{month:02d}-{1 + who % 20:02d}", str(10 + who % 9))
        for who in range(60)
        for month in range(1 + who % 3, 13)
        if (who * month) % 4 and month <= 3 + who % 10
    ]
    found = rows(clv(table_of(bought), as_of=date(2024, 12, 15), model="bg-bb"))
    assert len(found) == len({who for who, _, _ in bought})
    assert all(0 <= row["alive_probability"] <= 1 for row in found)
