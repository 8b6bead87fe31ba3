"""Watching charts: one alert at a time, hysteresis, late data that neither fires nor silences."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.experience.alerts.chart import Limits, Period, Usual, charted
from valence.experience.alerts.watch import Calm, Watched, last_closed, watch

MONDAY = date(2025, 1, 6)
USUAL = Usual(0.5, 0.25, 1e9)
LIMITS = Limits(weight=0.5, reach=3, least=10)
CALM = Calm(periods=2, share=0.5)


def week(number):
    return MONDAY + timedelta(days=7 * number)


def chart(goods, n=100):
    made = [Period(week(t), n, good, 0) for t, good in enumerate(goods)]
    return charted(made, USUAL, LIMITS, net=False)


def told(before, goods, closed):
    now, found = watch(before, chart(goods), USUAL, CALM, closed=week(closed))
    return now, [(each.kind, each.point.start) for each in found]


DOWN = [50, 50, 20, 20, 20, 50, 50, 50, 50, 50]


def test_it_fires_once_and_clears_only_after_some_calm_periods():
    now, found = told(Watched(), DOWN, 9)
    assert found == [("fired", week(2)), ("cleared", week(8))]
    assert now == Watched(judged=week(9))


def test_week_by_week_it_comes_to_the_same():
    now, found = Watched(), []
    for closed in range(len(DOWN)):
        now, more = told(now, DOWN[: closed + 1], closed)
        found += more
    assert found == [("fired", week(2)), ("cleared", week(8))]


def test_a_period_is_judged_only_when_it_is_closed():
    assert told(Watched(), DOWN, 1)[1] == []
    assert told(Watched(), DOWN, 2)[1] == [("fired", week(2))]


def test_what_comes_late_for_a_judged_period_fires_nothing():
    now, found = told(Watched(), [50] * 6, 5)
    assert found == []
    again, late = told(now, [50, 50, 0, 50, 50, 50], 5)
    assert late == []
    assert again == now


def test_what_comes_late_silences_nothing():
    now, found = told(Watched(), [50, 50, 20], 2)
    assert found == [("fired", week(2))]
    still, late = told(now, [50, 50, 50], 2)
    assert late == []
    assert still.out


def test_hovering_at_the_limit_is_one_alert():
    """Back within the limits, but not within the tighter ones: it stays open."""
    goods = [20] + [42, 38] * 10
    assert [kind for kind, _ in told(Watched(), goods, 20)[1]] == ["fired"]


def test_a_period_with_few_answers_neither_fires_nor_clears():
    now, _ = told(Watched(), [20], 0)
    made = [Period(week(0), 100, 20, 0)] + [Period(week(t), 5, 5, 0) for t in range(1, 9)]
    after, found = watch(now, charted(made, USUAL, LIMITS, net=False), USUAL, CALM, closed=week(8))
    assert found == []
    assert after.out


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30), st.data())
def test_however_the_weeks_come_in_the_outcome_is_the_same_and_by_turns(goods, data):
    whole, found = told(Watched(), goods, len(goods))
    now, pieces, at = Watched(), [], -1
    while at < len(goods):
        at += data.draw(st.integers(1, 5))
        now, more = told(now, goods, at)
        pieces += more
    assert pieces == found
    assert now == whole
    assert [kind for kind, _ in found] == ["fired", "cleared"] * (len(found) // 2) + ["fired"] * (
        len(found) % 2
    )


@pytest.mark.parametrize(
    ("as_of", "span", "grace", "start"),
    [
        (date(2025, 3, 9), "week", 0, date(2025, 3, 3)),  # Sunday: over
        (date(2025, 3, 8), "week", 0, date(2025, 2, 24)),
        (date(2025, 3, 10), "week", 2, date(2025, 2, 24)),
        (date(2025, 3, 11), "week", 2, date(2025, 3, 3)),
        (date(2025, 3, 11), "day", 2, date(2025, 3, 9)),
    ],
)
def test_a_period_is_closed_some_days_after_its_end(as_of, span, grace, start):
    assert last_closed(as_of, span, grace) == start
