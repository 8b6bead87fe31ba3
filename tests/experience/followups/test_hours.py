"""Clocks of follow-ups: every hour, or opening hours, holidays and summer time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.experience.followups.hours import Calendar, due_after, opening

WEEK = (*[opening("09:00-17:00")] * 5, None, None)
LONDON = Calendar(ZoneInfo("Europe/London"), "business", WEEK)
WALL = Calendar(ZoneInfo("Europe/London"), "wall", WEEK)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2025-03-03T10:00Z", 2, "2025-03-03T12:00Z"),  # Monday, within
        ("2025-03-03T16:00Z", 2, "2025-03-04T10:00Z"),  # over the evening
        ("2025-03-03T06:00Z", 2, "2025-03-03T11:00Z"),  # before opening
        ("2025-03-07T16:00Z", 2, "2025-03-10T10:00Z"),  # over the week-end
        ("2025-03-08T12:00Z", 8, "2025-03-10T17:00Z"),  # a whole day ends at closing
        ("2025-03-28T16:00Z", 2, "2025-03-31T09:00Z"),  # summer time began: 10:00 is 9:00 UTC
    ],
)
def test_business_hours_are_those_in_which_somebody_is_there(start, hours, due):
    assert due_after(at(start), hours, LONDON) == at(due)


def test_a_holiday_has_no_hours():
    closed = Calendar(LONDON.zone, "business", WEEK, frozenset({date(2025, 3, 4)}))
    assert due_after(at("2025-03-03T16:00Z"), 2, closed) == at("2025-03-05T10:00Z")


def test_by_the_wall_clock_every_hour_counts():
    assert due_after(at("2025-03-07T16:00Z"), 48, WALL) == at("2025-03-09T16:00Z")


def test_a_day_may_close_at_midnight():
    late = Calendar(LONDON.zone, "business", (opening("20:00-24:00"),) * 7)
    assert due_after(at("2025-03-03T19:00Z"), 4, late) == at("2025-03-04T00:00Z")
    assert due_after(at("2025-03-03T19:00Z"), 5, late) == at("2025-03-04T21:00Z")


@given(st.integers(0, 24 * 400), st.floats(0.1, 200), st.floats(0.1, 200))
def test_hours_one_after_the_other_are_their_sum(begin, first, second):
    start = at("2025-01-01T00:00Z") + timedelta(hours=begin)
    there = due_after(due_after(start, first, LONDON), second, LONDON)
    whole = due_after(start, first + second, LONDON)
    # An hour that ends at closing may as well end at the next opening: no open time lies between.
    assert abs((_open(there) - _open(whole)).total_seconds()) < 0.01


def _open(moment):
    """The moment, or the next opening where it is at or after closing."""
    return due_after(moment, 1e-6, LONDON)


@pytest.mark.parametrize("text", ["9-17", "17:00-09:00", "25:00-26:00", "soon"])
def test_hours_that_are_none_are_refused_with_what_to_write(text):
    with pytest.raises(ValueError, match="monday"):
        opening(text, "monday")


def test_a_week_that_is_never_open_is_refused():
    with pytest.raises(ValueError, match="no hour counts"):
        due_after(at("2025-03-03T10:00Z"), 1, Calendar(LONDON.zone, "business", (None,) * 7))
