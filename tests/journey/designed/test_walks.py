"""How the designed journey is walked: against a slow loop, on each engine; what cannot be meant."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.journey.designed import slow

from valence.journey.columns import STEPS
from valence.journey.definition import JourneyDefinition
from valence.journey.designed.walks import designed_journey, designed_walks
from valence.lake.columns import arrow_schema

DAY = date(2025, 6, 30)
WAY = ("visit", "basket", "order")
JOURNEY = JourneyDefinition(
    designed=[{"touchpoint": "visit", "onward_share": 0.5, "onward_hours": 24.0},
              {"touchpoint": "basket"}, {"touchpoint": "order"}],
    months=3, onward_days=5,
)  # fmt: skip
step = st.tuples(
    st.sampled_from(["ann", "bob"]),
    st.integers(0, 60),  # half days back: many fall on one moment
    st.sampled_from([*WAY, "search", "app"]),
)


def rows_of(found, whose=""):
    rows = []
    for number, (who, back, touchpoint) in enumerate(found):
        at = datetime(2025, 6, 30, 18, tzinfo=UTC) - timedelta(hours=12 * back)
        rows.append({
            "customer_id": whose + who, "at": at, "on": at.date(), "touchpoint": touchpoint,
            "stage": "buy", "channel": "web", "source": "events", "row_key": f"{whose}{number:04}",
        })  # fmt: skip
    return rows


def table(rows):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=arrow_schema(STEPS)))


def told(con, rows):
    found = designed_journey(table(rows), as_of=DAY, definition=JOURNEY)
    return {
        (r["step"], r["went_to"]): (r["customers"], r["came"], r["in_time"], r["median_seconds"])
        for r in con.to_pyarrow(found).to_pylist()
    }


def expected(rows):
    found = slow.walks(rows, list(WAY), since=date(2025, 3, 30), as_of=DAY, days=5)
    return slow.counts(found, {1: 24})


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(step, max_size=14), min_size=1, max_size=3))
def test_where_customers_go_is_what_a_slow_loop_finds(several):
    rows = [row for n, found in enumerate(several) for row in rows_of(found, f"{n}-")]
    assert told(ibis.duckdb.connect(), rows) == expected(rows)


@pytest.mark.spark
def test_spark_tells_the_same(on_spark):
    draw = random.Random(3)
    rows = [
        row
        for n in range(30)
        for row in rows_of(
            [("ann", draw.randrange(60), draw.choice([*WAY, "search"])) for _ in range(8)], f"{n}-"
        )
    ]
    assert told(on_spark, rows) == expected(rows)


def test_a_way_is_walked_straight_by_a_detour_elsewhere_or_not_on(duck):
    rows = rows_of([
        ("straight", 40, "visit"), ("straight", 39, "basket"),
        ("detour", 40, "visit"), ("detour", 39, "search"), ("detour", 36, "basket"),
        ("elsewhere", 40, "visit"), ("elsewhere", 39, "search"),
        ("stopped", 40, "visit"), ("late", 40, "visit"), ("late", 10, "basket"),
        ("young", 2, "visit"), ("young", 1, "basket"),
    ])  # fmt: skip
    assert {key: found for key, found in told(duck, rows).items() if key[0] == 1} == {
        (1, "basket"): (1, 1, 1, 108_000.0),
        (1, "search"): (2, 1, 0, 108_000.0),
        (1, ""): (2, 0, 0, 108_000.0),
    }


def test_nothing_designed_is_nothing_walked(duck):
    for found in (designed_journey, designed_walks):
        got = found(table(rows_of([("ann", 40, "visit")])), as_of=DAY)
        assert duck.to_pyarrow(got).num_rows == 0


@pytest.mark.parametrize(
    ("designed", "said"),
    [
        ([{"touchpoint": "visit"}], "two steps or more"),
        ([{"touchpoint": "vist"}, {"touchpoint": "order"}], "Did you mean 'visit'"),
        ([{"touchpoint": "visit"}, {"touchpoint": "visit"}], "stands once on the way"),
        ([{"touchpoint": "visit"}, {"touchpoint": "order", "onward_share": 0.3}], "nobody goes on"),
        ([{"touchpoint": "visit", "metric": "nps"}, {"touchpoint": "order"}], "both a metric"),
        ([{"touchpoint": "visit", "metric": "csat", "score": -5}, {"touchpoint": "order"}],
         "only NPS can be below 0"),
        ([{"touchpoint": "visit", "onward_share": 40}, {"touchpoint": "order"}], "less than"),
        ([{"touchpoint": "visit", "onward_hours": 721}, {"touchpoint": "order"}],
         "Set at most 720 hours"),
    ],
)  # fmt: skip
def test_a_way_that_cannot_be_meant_is_refused(designed, said):
    with pytest.raises(ValidationError, match=said):
        JourneyDefinition(designed=designed)
