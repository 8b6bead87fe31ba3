"""Kano: the table, ties, strengths, Fong's test, Better and Worse, drift."""

from __future__ import annotations

import ibis
import numpy as np
import pytest

from valence.core.errors import BadInputError
from valence.experience.kano import CATEGORIES, Kano, classify, drift, kano_counts, kano_of


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
    assert classify(np.array([functional]), np.array([dysfunctional])).tolist() == [category]


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
