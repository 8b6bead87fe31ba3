from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.demo.seasons import SALE_CODES, season

START, END = date(2024, 11, 1), date(2026, 10, 31)
YEARS = season(START, END, 1_095)


def _day(on):
    return (on - START).days


def test_busyness_is_one_on_average_over_the_year_before_the_end():
    assert YEARS.busyness[_day(END) - 364 : _day(END) + 1].mean() == pytest.approx(1.0)


def test_looking_further_ahead_changes_no_day():
    longer = season(START, END, 2_000)
    assert np.array_equal(longer.busyness[:1_095], YEARS.busyness)


@given(st.floats(0, 1_095))
def test_the_warped_clock_can_be_read_back(at_days):
    at = np.array([at_days])
    assert YEARS.unwarp(YEARS.warp(at)) == pytest.approx(at, abs=1e-6)


def test_singles_day_is_the_busiest_and_the_holiday_week_quiet():
    assert YEARS.busyness[: _day(END)].argmax() in {_day(date(y, 11, 11)) for y in (2024, 2025)}
    assert YEARS.busyness[_day(date(2026, 2, 18))] < 0.6


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2025, 6, 18), "618"),
        (date(2025, 11, 10), "1111"),
        (date(2025, 12, 23), "XMAS"),
        (date(2026, 2, 8), "NEWYEAR"),
        (date(2026, 3, 3), ""),
    ],
)
def test_sales_days_have_their_code(on, code):
    assert SALE_CODES[YEARS.sale_code[_day(on)]] == code


def test_a_flat_season_is_a_plain_clock_without_sales():
    flat = season(START, END, 100, flat=True)
    assert flat.warp(np.array([12.5])) == 12.5
    assert not flat.sale_rate.any()


def test_weekends_are_busier_than_mondays():
    weekday = np.array([(START + timedelta(days=i)).weekday() for i in range(1_095)])
    assert YEARS.busyness[weekday == 5].mean() > 1.2 * YEARS.busyness[weekday == 0].mean()
