"""Dates in SQL agree with Python's own parsing, and zones do what is written down."""
# ruff: noqa: DTZ001 - clock times as written have no zone yet

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from valence.intake.dates import instant_sql, read_sql
from valence.lake.workbench import literal

EACH = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MOMENTS = st.datetimes(datetime(1970, 1, 2), datetime(2068, 12, 31)).map(
    lambda at: at.replace(microsecond=0)
)
FORMS = {
    "ymd": ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y%m%d%H%M%S",
            "%Y年%m月%d日 %H:%M:%S", "%d %b %Y %H:%M:%S", "%B %d, %Y %I:%M:%S %p"],
    "dmy": ["%d/%m/%Y %H:%M:%S", "%d.%m.%y %H:%M:%S", "%d-%m-%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S"],
    "mdy": ["%m/%d/%Y %H:%M:%S", "%m-%d-%y %I:%M:%S %p", "%Y-%m-%dT%H:%M:%S"],
}  # fmt: skip


def read(bench, cells, order):
    values = ", ".join(f"({i}, {literal(cell)})" for i, cell in enumerate(cells))
    query = f"SELECT {read_sql('cell', order)} AS d FROM (VALUES {values}) AS v(n, cell) ORDER BY n"
    return [row[0] for row in bench.rows(query)]


def instant(bench, cell, *, zone, brand, order="ymd"):
    sql = instant_sql("d", "moment", source_zone=zone, brand_zone=brand)
    inner = f"SELECT {read_sql('cell', order)} AS d FROM (SELECT {literal(cell)} AS cell)"
    at, on = bench.rows(
        f"SELECT moment, {sql.on} FROM (SELECT *, {sql.at} AS moment FROM ({inner}))"
    )[0]
    return at.astimezone(UTC), on


@pytest.mark.parametrize(("order", "form"), [(o, f) for o, forms in FORMS.items() for f in forms])
@EACH
@given(st.lists(MOMENTS, min_size=1, max_size=20))
def test_a_date_written_in_any_usual_way_is_that_moment(bench, order, form, moments):
    got = read(bench, [at.strftime(form) for at in moments], order)
    assert [one["t"] for one in got] == moments


@pytest.mark.parametrize(
    ("cell", "order", "at"),
    [
        ("5/3/2024", "dmy", datetime(2024, 3, 5)), ("5/3/2024", "mdy", datetime(2024, 5, 3)),
        ("2024年3月5日 下午2:30", "ymd", datetime(2024, 3, 5, 14, 30)),
        ("Tuesday, March 5th, 2024", "ymd", datetime(2024, 3, 5)),
        ("45356", "excel", datetime(2024, 3, 5)), ("45356.5", "excel", datetime(2024, 3, 5, 12)),
        ("1709633472", "epoch", datetime(2024, 3, 5, 10, 11, 12)),
        ("1709633472123", "epoch", datetime(2024, 3, 5, 10, 11, 12, 123000)),
        ("20240305", "ymd", datetime(2024, 3, 5)),
    ],
)  # fmt: skip
def test_dates_of_many_kinds(bench, cell, order, at):
    assert read(bench, [cell], order)[0]["t"] == at


@pytest.mark.parametrize(
    "cell", ["2024-02-30", "31/12/2024", "soon", "2024-03-05 25:00", "3/4", ""]
)
def test_what_is_no_date_in_that_order_is_null(bench, cell):
    got = read(bench, [cell], "mdy")[0]
    assert got is None or got["t"] is None


@EACH
@given(
    st.dates(date(1971, 1, 1), date(2060, 1, 1)),
    st.sampled_from(["Asia/Shanghai", "America/Sao_Paulo", "UTC"]),
)
def test_a_date_without_a_time_never_shifts_a_day(bench, day, brand):
    at, on = instant(bench, day.isoformat(), zone="Europe/London", brand=brand)
    assert on == day
    local = at.astimezone(ZoneInfo(brand))
    # Midnight, or the first moment of a day whose midnight the change to summer time left out.
    assert local.date() == day
    assert local - datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(brand)) <= timedelta(
        hours=1
    )


def test_the_business_day_is_that_of_the_brand(bench):
    at, on = instant(bench, "2024-03-05 23:30", zone="UTC", brand="Asia/Shanghai")
    assert (at, on) == (datetime(2024, 3, 5, 23, 30, tzinfo=UTC), date(2024, 3, 6))


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2024-03-05 10:11:12 -0500", datetime(2024, 3, 5, 15, 11, 12, tzinfo=UTC)),
        ("2024-03-05T10:11:12Z", datetime(2024, 3, 5, 10, 11, 12, tzinfo=UTC)),
        ("2024-03-05T10:11:12.5+05:30", datetime(2024, 3, 5, 4, 41, 12, 500000, tzinfo=UTC)),
    ],
)
def test_an_offset_stands_above_the_zone_of_the_source(bench, cell, at):
    assert instant(bench, cell, zone="Europe/London", brand="UTC")[0] == at


def test_the_hour_left_out_in_spring_moves_forward_and_the_doubled_one_is_the_later(bench):
    spring = instant(bench, "2024-03-31 01:30:00", zone="Europe/London", brand="UTC")[0]
    autumn = instant(bench, "2024-10-27 01:30:00", zone="Europe/London", brand="UTC")[0]
    assert spring == datetime(2024, 3, 31, 1, 30, tzinfo=UTC)  # 02:30 summer time
    assert autumn == datetime(2024, 10, 27, 1, 30, tzinfo=UTC)  # 01:30 standard time
