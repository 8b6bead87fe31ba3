"""Retention, lifecycle and stickiness against counting customer by customer, on each engine."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import ibis
import pyarrow as pa
import pytest

from valence.core.errors import BadInputError
from valence.core.intervals import wilson
from valence.journey.lifecycle import lifecycle
from valence.journey.retention import number_of, of_touchpoint, retention
from valence.journey.stickiness import regularity, stickiness

DAY = date(2025, 3, 12)  # a Wednesday
SCHEMA = pa.schema(
    {"customer_id": pa.string(), "on": pa.date32(), "touchpoint": pa.string(),
     "margin_amount": pa.decimal128(18, 4)}
)  # fmt: skip


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def drawn(seed, customers=60):
    draw = random.Random(seed)
    return [
        {"customer_id": f"c{who}" if who else None,
         "on": DAY - timedelta(days=draw.randrange(-3, 90)),
         "touchpoint": draw.choice(("app", "order")),
         "margin_amount": Decimal(draw.randrange(-500, 2000)) / 100}
        for who in range(customers) for _ in range(draw.randrange(8))
    ]  # fmt: skip


LOG = drawn(5)


def table(log):
    return ibis.memtable(pa.Table.from_pylist(log, schema=SCHEMA))


def known(log, touchpoint=""):
    return [r for r in log if r["customer_id"] and r["on"] <= DAY
            and touchpoint in ("", r["touchpoint"])]  # fmt: skip


def first_day(number, period):
    if period == "month":
        return date(number // 12, number % 12 + 1, 1)
    return date(1970, 1, 5) + timedelta(days=number * (7 if period == "week" else 1))


def over(number, period):
    return first_day(number + 1, period) <= DAY + timedelta(days=1)


def slow_retention(log, period, counted):
    starts, back = defaultdict(set), defaultdict(list)
    for r in known(log, "app"):
        starts[r["customer_id"]].add(number_of(r["on"], period))
    for r in known(log, "order"):
        back[r["customer_id"], number_of(r["on"], period)].append(r["margin_amount"])
    cohorts = defaultdict(set)
    for who, periods in starts.items():
        for each in [min(periods)] if counted == "first" else periods:
            cohorts[each].add(who)
    told = []
    for cohort in sorted(cohorts):
        for age in range(number_of(DAY, period) - cohort + 1):
            theirs = [back[who, cohort + age] for who in cohorts[cohort]]
            n, active = len(cohorts[cohort]), sum(bool(each) for each in theirs)
            amount = sum((sum(each) for each in theirs), start=Decimal(0))
            told.append(
                {
                    "period_on": first_day(cohort, period), "periods_since": age, "customers": n,
                    "active": active, "events": sum(map(len, theirs)), "amount": amount,
                    "retention_share": active / n, "retention_low": wilson(active, n)[0],
                    "retention_high": wilson(active, n)[1],
                    "amount_per_customer": float(amount) / n,
                    "complete": over(cohort + age, period),
                }
            )  # fmt: skip
    return told


@pytest.mark.parametrize(
    ("period", "counted"), [("week", "first"), ("month", "recurring"), ("day", "first")]
)
def test_retention_is_that_of_counting_each_customer(con, period, counted):
    steps = table(LOG)
    asked = retention(
        of_touchpoint(steps, "app"), of_touchpoint(steps, "order"), as_of=DAY, period=period,
        counted=counted, amount="margin_amount",
    )  # fmt: skip
    got = con.to_pyarrow(asked.order_by("period_on", "periods_since")).to_pylist()
    slow = slow_retention(LOG, period, counted)
    assert len(got) == len(slow)
    for fast, one in zip(got, slow, strict=True):
        assert fast == pytest.approx(one)


def test_who_comes_back_within_the_same_period_counts_in_period_0(duck):
    log = [
        {"customer_id": "ann", "on": date(2025, 3, 3), "touchpoint": "app", "margin_amount": None},
        {"customer_id": "ann", "on": date(2025, 3, 10), "touchpoint": "app", "margin_amount": None},
    ]
    got = duck.to_pyarrow(
        retention(table(log), table(log), as_of=DAY, period="week").order_by("periods_since")
    ).to_pylist()
    assert [(r["active"], r["complete"], r["amount"]) for r in got] == [
        (1, True, 0), (1, False, 0),
    ]  # fmt: skip


@pytest.mark.parametrize("period", ["day", "week", "month"])
def test_lifecycle_is_that_of_following_each_customer(con, period):
    there = defaultdict(set)
    for r in known(LOG):
        there[r["customer_id"]].add(number_of(r["on"], period))
    slow = defaultdict(Counter)
    for periods in there.values():
        for each in range(min(periods), number_of(DAY, period) + 1):
            if each in periods:
                state = (
                    "new" if each == min(periods)
                    else "returning" if each - 1 in periods else "resurrected"
                )  # fmt: skip
                slow[each][state] += 1
            elif each - 1 in periods:
                slow[each]["dormant"] += 1
    got = con.to_pyarrow(lifecycle(table(LOG), as_of=DAY, period=period)).to_pylist()
    assert sorted(r["period_on"] for r in got) == [first_day(each, period) for each in sorted(slow)]
    for r in got:
        number = number_of(r["period_on"], period)
        for state in ("new", "returning", "resurrected", "dormant"):
            assert r[state] == slow[number][state]
        assert r["active"] == r["new"] + r["returning"] + r["resurrected"]
        assert r["complete"] == over(number, period)


@pytest.mark.parametrize("period", ["week", "month"])
def test_stickiness_counts_days_with_a_row(con, period):
    days = defaultdict(set)
    for r in known(LOG):
        days[r["customer_id"], number_of(r["on"], period)].add(r["on"])
    slow = Counter((number, len(each)) for (_, number), each in days.items())
    got = con.to_pyarrow(stickiness(table(LOG), as_of=DAY, period=period)).to_pylist()
    told = {(number_of(r["period_on"], period), r["active_days"]): r["customers"] for r in got}
    assert told == dict(slow)
    whole = Counter(number for _, number in days)
    assert {number_of(r["period_on"], period): r["active"] for r in got} == dict(whole)
    mean = con.to_pyarrow(regularity(table(LOG), as_of=DAY, period=period)).to_pylist()
    for r in mean:
        number = number_of(r["period_on"], period)
        there = sum(len(each) for (_, n), each in days.items() if n == number)
        until = min(first_day(number + 1, period), DAY + timedelta(days=1))
        length = (until - first_day(number, period)).days
        assert (r["customer_days"], r["days"]) == (there, length)
        assert r["share"] == pytest.approx(there / length / whole[number])


def test_nothing_is_no_fault_and_a_wrong_period_names_the_right_ones(duck):
    assert duck.to_pyarrow(lifecycle(table([]), as_of=DAY)).num_rows == 0
    assert duck.to_pyarrow(retention(table([]), table([]), as_of=DAY)).num_rows == 0
    with pytest.raises(BadInputError, match="Did you mean 'month'"):
        lifecycle(table([]), as_of=DAY, period="moth")
    with pytest.raises(BadInputError, match="no question"):
        stickiness(table([]), as_of=DAY, period="day")
    with pytest.raises(BadInputError, match="no column 'margin'"):
        retention(table([]), table([]), as_of=DAY, amount="margin")
