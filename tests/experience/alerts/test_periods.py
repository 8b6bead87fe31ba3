"""Answers by entity and period, on each engine."""

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from valence.experience.alerts.chart import Period
from valence.experience.alerts.periods import by_entity, period_counts

SCHEMA = pa.schema(
    [("metric", pa.string()), ("subject", pa.string()), ("on", pa.date32()),
     ("channel", pa.string()), ("good", pa.bool_()), ("bad", pa.bool_())]
)  # fmt: skip


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def answers(*rows):
    made = [dict(zip(SCHEMA.names, ("nps", "own", *row), strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(made, schema=SCHEMA))


def test_weeks_begin_on_monday_for_each_entity(con):
    t = answers(
        (date(2025, 3, 3), "web", True, False),  # Monday
        (date(2025, 3, 9), "web", False, True),  # Sunday
        (date(2025, 3, 24), "web", True, False),  # two weeks later
        (date(2025, 3, 5), "shop", False, False),
        (date(2025, 3, 5), "", True, False),
        (date(2025, 3, 5), "shop", None, None),  # off its scale
        (date(2024, 1, 1), "shop", True, False),
    )
    counts = period_counts(t, metric="nps", by="channel", span="week", since=date(2025, 1, 1))
    made = by_entity(con.to_pyarrow(counts).to_pylist(), "week")
    monday = date(2025, 3, 3)
    assert made["shop"] == [Period(monday, 1, 0, 0)]
    assert made["web"] == [
        Period(monday, 2, 1, 1),
        Period(monday + timedelta(days=7), 0, 0, 0),
        Period(monday + timedelta(days=14), 0, 0, 0),
        Period(monday + timedelta(days=21), 1, 1, 0),
    ]
    assert list(made) == ["shop", "web"]


def test_all_together_by_day(con):
    t = answers((date(2025, 3, 3), "web", True, False), (date(2025, 3, 3), None, False, True))
    counts = period_counts(t, metric="nps", by="all", span="day", since=date(2025, 1, 1))
    made = by_entity(con.to_pyarrow(counts).to_pylist(), "day")
    assert made == {"": [Period(date(2025, 3, 3), 2, 1, 1)]}


def test_days_that_an_engine_gives_as_moments_are_days():
    rows = [{"entity": "", "start": datetime(2025, 3, 3, tzinfo=UTC), "n": 1, "good": 1, "bad": 0}]
    assert by_entity(rows, "day")[""][0].start == date(2025, 3, 3)
