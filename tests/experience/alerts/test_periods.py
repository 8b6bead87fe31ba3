"""Measures by entity and period, on each engine."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from valence.experience.alerts.chart import Period
from valence.experience.alerts.periods import by_entity, period_counts

SCHEMA = pa.schema(
    [("on", pa.date32()), ("entity", pa.string()),
     *((name, pa.int64()) for name in ("n", "good", "bad"))]
)  # fmt: skip


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def measured(*rows):
    made = [dict(zip(SCHEMA.names, row, strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(made, schema=SCHEMA))


def test_weeks_begin_on_monday_for_each_entity(con):
    t = measured(
        (date(2025, 3, 3), "web", 1, 1, 0),  # Monday
        (date(2025, 3, 9), "web", 1, 0, 1),  # Sunday
        (date(2025, 3, 24), "web", 7, 4, 2),  # two weeks later
        (date(2025, 3, 5), "shop", 1, 0, 0),
        (date(2024, 1, 1), "shop", 1, 1, 0),
    )
    counts = period_counts(t, span="week", since=date(2025, 1, 1))
    made = by_entity(con.to_pyarrow(counts).to_pylist(), "week")
    monday = date(2025, 3, 3)
    assert made["shop"] == [Period(monday, 1, 0, 0)]
    assert made["web"] == [
        Period(monday, 2, 1, 1),
        Period(monday + timedelta(days=7), 0, 0, 0),
        Period(monday + timedelta(days=14), 0, 0, 0),
        Period(monday + timedelta(days=21), 7, 4, 2),
    ]
    assert list(made) == ["shop", "web"]


def test_all_together_by_day(con):
    t = measured((date(2025, 3, 3), "", 1, 1, 0), (date(2025, 3, 3), "", 1, 0, 1))
    counts = period_counts(t, span="day", since=date(2025, 1, 1))
    made = by_entity(con.to_pyarrow(counts).to_pylist(), "day")
    assert made == {"": [Period(date(2025, 3, 3), 2, 1, 1)]}


def test_days_that_an_engine_gives_as_moments_are_days():
    rows = [{"entity": "", "start": datetime(2025, 3, 3, tzinfo=UTC), "n": 1, "good": 1, "bad": 0}]
    assert by_entity(rows, "day")[""][0].start == date(2025, 3, 3)
