from datetime import date
from math import sqrt

import ibis
import pytest

from valence.lake.portable import wilson
from valence.value import CohortsDefinition, cohorts, staying

FEW = [
    ("a", "2024-10-05", "10"),
    ("a", "2024-12-31", "20"),
    ("b", "2024-10-31", "5"),
    ("b", "2024-09-30", "-1"),
    ("c", "2024-11-01", "8"),
    ("c", "2024-11-02", "8"),
    ("d", "2024-11-02", "-3"),
]


def of(rows, orders, data, as_of):
    return rows(cohorts(orders(data), as_of=as_of), "cohort_month", "months_since")


def test_retention_and_cumulative_value_of_two_cohorts(rows, orders):
    got = of(rows, orders, FEW, date(2024, 12, 31))
    names = ("months_since", "customers", "active", "retention_share", "cumulative_value_amount")
    assert [(r["cohort_month"].month, *(r[n] for n in names)) for r in got] == [
        (10, 0, 2, 2, 1.0, 14),  # b's return of September counts in the first month
        (10, 1, 2, 0, 0.0, 14),
        (10, 2, 2, 1, 0.5, 34),
        (11, 0, 1, 1, 1.0, 16),
        (11, 1, 1, 0, 0.0, 16),
    ]
    assert all(row["complete"] for row in got)


def test_a_month_that_still_runs_is_marked(rows, orders):
    got = of(rows, orders, FEW, date(2024, 12, 30))
    assert [row["complete"] for row in got] == [True, True, False, True, False]


def test_no_orders_give_no_cohorts(rows, orders):
    assert of(rows, orders, [], date(2024, 12, 31)) == []


def test_the_interval_is_that_of_wilson(rows):
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3: 81 of 263, 15 of 148, 0 of 20,
    # 1 of 29.
    table = ibis.memtable({"hits": [81, 15, 0, 1], "n": [263, 148, 20, 29]})
    low, high = wilson(table.hits / table.n, table.n, confidence=0.95)
    got = rows(table.mutate(low=low, high=high))
    assert [(round(r["low"], 4), round(r["high"], 4)) for r in got] == [
        (0.2553, 0.3662), (0.0624, 0.1605), (0.0, 0.1611), (0.0061, 0.1718),
    ]  # fmt: skip


def test_the_cohort_that_stayed_longest_is_found_with_its_interval(rows, orders):
    data = [
        *((f"old{n}", "2024-01-10", "1") for n in range(4)),
        ("old0", "2024-02-10", "1"),
        ("old0", "2024-03-10", "1"),
        ("old1", "2024-03-10", "1"),
        ("old1", "2024-09-10", "1"),  # beyond the horizon
        *((f"new{n}", "2024-02-10", "1") for n in range(4)),
        ("new0", "2024-03-10", "1"),
        ("few", "2024-04-10", "1"),
        ("few", "2024-05-10", "1"),
        *((f"young{n}", "2024-08-10", "1") for n in range(4)),
    ]
    definition = CohortsDefinition(horizon_months=2, minimum_customers=4)
    table = cohorts(orders(data), as_of=date(2024, 9, 30))
    got = rows(staying(table, definition=definition))
    assert [(r["cohort_month"].month, r["place"], r["not_compared"]) for r in got] == [
        (1, 1, None), (2, 2, None), (4, None, "too few customers"), (8, None, "too young"),
    ]  # fmt: skip
    assert got[0]["active_months"] == 0.75  # 2, 1, 0, 0
    half = 1.959963984540054 * sqrt((5 - 9 / 4) / 3 / 4)
    assert got[0]["active_months_high"] == pytest.approx(0.75 + half)
    assert got[0]["active_months_low"] == 0


def test_online_retail_agrees_with_pandas(rows, retail):
    pandas = pytest.importorskip("pandas")
    day = date(2011, 12, 9)
    got = pandas.DataFrame(rows(cohorts(retail["orders"], as_of=day)))
    frame = retail["orders"].to_pandas().dropna(subset=["customer_id"])
    frame["month"] = pandas.to_datetime(frame.ordered_on).dt.to_period("M")
    sales = frame[frame.kind == "sale"]
    frame["cohort"] = frame.customer_id.map(sales.groupby("customer_id").month.min())
    frame = frame.dropna(subset=["cohort"])
    frame["k"] = [max(0, (m - c).n) for m, c in zip(frame.month, frame.cohort, strict=True)]
    sold = frame[frame.kind == "sale"].groupby(["cohort", "k"]).customer_id.nunique()
    money = frame.groupby(["cohort", "k"]).net_amount.sum()
    keys = [
        (pandas.Period(m, "M"), k) for m, k in zip(got.cohort_month, got.months_since, strict=True)
    ]
    assert len(got) == 13 * 14 // 2
    assert list(got.active) == [sold.get(key, 0) for key in keys]
    assert list(got.value_amount) == [money.get(key, 0) for key in keys]
    assert got.groupby("cohort_month").customers.max().sum() == 4339
