"""Kano: the table, ties, strengths, Fong's test, Better and Worse, drift."""

from __future__ import annotations

from datetime import date

import ibis
import pytest
from tests.experience.held import Held, answer, answers, customers

from valence.core.errors import BadInputError
from valence.experience.kano import CATEGORIES, TABLE, Kano, drift, kano_counts, kano_of
from valence.experience.kano_answers import differing, kano_found, kano_segments, segments_told


def kano(**counts):
    return Kano({one: counts.get(one, 0) for one in CATEGORIES})


@pytest.mark.parametrize(
    ("functional", "dysfunctional", "category"),
    [
        (1, 1, "Q"), (1, 2, "A"), (1, 3, "A"), (1, 4, "A"), (1, 5, "O"),
        (2, 1, "R"), (2, 2, "I"), (2, 3, "I"), (2, 4, "I"), (2, 5, "M"),
        (3, 1, "R"), (3, 3, "I"), (3, 5, "M"), (4, 1, "R"), (4, 4, "I"), (4, 5, "M"),
        (5, 1, "R"), (5, 2, "R"), (5, 3, "R"), (5, 4, "R"), (5, 5, "Q"),
    ],
)  # fmt: skip
def test_each_pair_of_answers_has_its_category(functional, dysfunctional, category):
    assert TABLE[functional - 1][dysfunctional - 1] == category


def test_answers_are_counted_by_feature_and_what_is_no_answer_is_left_out(duck):
    pairs = ibis.memtable(
        {
            "item": ["fast", "fast", "fast", "gift", "gift"],
            "functional": [1, 2, 9, 1, 1],
            "dysfunctional": [5, 5, 5, 3, 1],
        }
    )
    got = kano_of(duck.to_pyarrow(kano_counts(pairs)).to_pylist())
    assert got["fast"] == kano(O=1, M=1)
    assert got["gift"] == kano(A=1, Q=1)


def test_counting_segments_together_is_refused(duck):
    rows = [{"item": "fast", **dict.fromkeys(CATEGORIES, 1)}] * 2
    with pytest.raises(BadInputError, match="'fast' stands there more than once"):
        kano_of(rows)


def test_of_two_named_as_often_the_one_whose_lack_hurts_more_counts():
    assert kano(M=5, O=5, A=5, I=5).category == "M"
    assert kano(A=5, I=5).category == "A"
    assert kano().category is None


def test_strengths_are_shares_of_all_who_answered():
    """Berger et al. (1993), CQM Journal 2 (4): strength is the lead over the next category."""
    feature = kano(M=10, O=50, A=20, I=15, R=3, Q=2)
    assert feature.total_strength == pytest.approx(0.8)
    assert feature.category_strength == pytest.approx(0.3)


def test_a_small_lead_is_not_clear_by_fongs_test():
    assert kano(O=50, A=20, M=10, I=20).clear
    tied = kano(O=31, A=29, M=20, I=20)
    lead, needed = tied.fong
    assert (lead, needed) == (2, pytest.approx(1.65 * (60 * 140 / 200) ** 0.5))
    assert not tied.clear


def test_better_and_worse_have_intervals_and_no_share_of_those_who_do_not_care():
    feature = kano(M=20, O=40, A=30, I=10, R=7, Q=3)
    better, low, high = feature.better()
    assert better == pytest.approx(0.7)
    assert low < 0.7 < high
    worse, low, high = feature.worse()
    assert worse == pytest.approx(-0.6)
    assert -1 <= low < -0.6 < high <= 0
    assert kano(R=3).better() is None


def test_delight_turns_into_basic_between_two_waves():
    found = drift(kano(A=60, O=20, M=5, I=15), kano(A=15, O=20, M=50, I=15))
    assert found.became_basic
    assert found.moved
    assert found.better_probability < 0.001
    assert not drift(kano(A=60, O=20, I=20), kano(A=58, O=21, I=21)).became_basic
    assert drift(kano(), kano(A=3)) is None


def test_a_sure_difference_is_no_chance_however_sure():
    """Everybody was delighted, now everybody expects it: z of 11 and of 42."""
    for people in (60, 900):
        found = drift(kano(A=people), kano(M=people))
        assert found.became_basic
        assert found.better_probability < 1e-20


def asked(n, item, there, gone, on):
    return [
        {**answer(10_000 * n + at, metric, 0.5, touchpoint=item, on=on), "score": float(score),
         "customer_id": f"c{n}"}
        for at, (metric, score) in enumerate((("kano_functional", there),
                                              ("kano_dysfunctional", gone)))
    ]  # fmt: skip


def test_segments_and_waves_are_told_apart(duck):
    """Tracking delighted everybody a year ago; now it is expected by the best, not by others."""
    now, before = date(2025, 3, 1), date(2024, 3, 1)
    rows = [row for n in range(40) for row in asked(n, "tracking", 1, 3, before)]
    for n in range(80):
        rows += asked(100 + n, "tracking", *((3, 5) if n < 40 else (1, 3)), now)
    known = [(f"c{100 + n}", "top" if n < 40 else "base", "web") for n in range(80)]
    held = Held(duck, answers=answers(*rows), customers=customers(*known))
    found = kano_found(held, date(2025, 3, 31))
    assert [(w.first, w.people) for w in found.waves] == [(before, 40), (now, 80)]
    told = found.told()[0]
    assert (told["n_before"], told["n"], told["better_change"]) == (40, 80, -0.5)
    assert told["better_probability"] < 0.001
    segments = kano_segments(held, date(2025, 3, 31), "tier")
    assert {name: of["tracking"].category for name, of in segments.items()} == {
        "base": "A", "top": "M",
    }  # fmt: skip
    assert differing(segments) == {"tracking": {"base": "A", "top": "M"}}
    assert {row["segment"]: row["clear"] for row in segments_told(segments)} == {
        "base": True, "top": True,
    }  # fmt: skip
    with pytest.raises(BadInputError, match="apart by 'teir'"):
        kano_segments(held, date(2025, 3, 31), "teir")
    assert kano_found(held, date(2025, 3, 31), by="tier", segment="top").told()[0]["n"] == 40
    with pytest.raises(BadInputError, match="No customer is in tier=nosuch"):
        kano_found(held, date(2025, 3, 31), by="tier", segment="nosuch")


def test_who_is_asked_each_month_counts_once_and_below_thirty_nothing_is_said(duck):
    """One customer says must-be twelve times, two say attractive; a blank feature is none."""
    rows = [row for month in range(1, 13) for row in
            asked(1, "gift", 3, 5, date(2024, month, 5))]  # fmt: skip
    for at, row in enumerate(rows):
        row["feedback_id"] = f"m{at}"
    rows += asked(2, "gift", 1, 3, date(2024, 6, 5)) + asked(3, "gift", 1, 3, date(2024, 6, 5))
    rows += asked(4, " ", 1, 3, date(2024, 6, 5))
    found = kano_found(Held(duck, answers=answers(*rows)), date(2024, 12, 31))
    assert found.features == {"gift": kano(M=1, A=2)}
    (told,) = found.told()
    assert (told["n"], told["category"], told["better"]) == (3, None, None)
