"""Themes: aspects by clause, words without a dictionary, and what is newly frequent."""

from __future__ import annotations

from datetime import date, timedelta
from math import log

import numpy as np
import pytest
from pydantic import ValidationError

from valence.experience.text.aspects import aspects, texts_with
from valence.experience.text.definition import Aspect, ThemesDefinition
from valence.experience.text.terms import terms
from valence.experience.text.themes import log_odds, themes, window


def felt(text, definition=None):
    found = aspects([text]) if definition is None else aspects([text], definition)
    return dict(zip(found["aspect"].to_pylist(), found["sentiment"].to_pylist(), strict=True))


def test_each_aspect_is_felt_by_its_own_clause():
    found = felt("质量很好，就是快递太慢了，客服态度也很差")
    assert found["quality"] > 0
    assert found["delivery"] < 0
    assert found["staff"] < 0
    found = felt("The staff were lovely and helpful but the delivery was terrible")
    assert found["staff"] > 0 > found["delivery"]


def test_english_words_are_whole_and_chinese_ones_stand_anywhere():
    mine = ThemesDefinition(aspects=(Aspect(name="rate", en=("rate", "by hand"), zh=("贵",)),))
    assert felt("a corporate thing", mine) == {}
    assert set(felt("The rate is bad", mine)) == {"rate"}
    assert set(felt("made by hand", mine)) == {"rate"}
    assert felt("by the hand", mine) == {}
    assert set(felt("真的太贵了吧", mine)) == {"rate"}


def test_a_word_may_belong_to_two_aspects():
    found = felt("客服不理人")
    assert {"staff", "service"} <= set(found)


def test_texts_without_words_have_no_aspects():
    assert aspects(["", None, "😡", "<br>"]).num_rows == 0
    assert aspects([]).num_rows == 0


def test_a_definition_says_what_is_wrong_with_it():
    with pytest.raises(ValidationError, match="needs at least one word"):
        Aspect(name="empty")
    with pytest.raises(ValidationError, match="1 to 4 words"):
        Aspect(name="long", en=("a b c d e",))
    one = Aspect(name="a", en=("x",))
    with pytest.raises(ValidationError, match="name of its own; twice"):
        ThemesDefinition(aspects=(one, one))


def test_chinese_words_are_found_without_a_dictionary():
    parts = ["昨天", "真是", "又是", "后来", "他们", "我看", "可惜", "每回"]
    late, rice = ["迟到", "没来", "骂人"], "硬凉馊"
    texts = [
        f"{parts[n % 8]}送餐员{late[n % 3]}，{parts[(n + 3) % 8]}米饭{rice[n % 3]}"
        for n in range(40)
    ]
    found = terms(texts, least=10)
    names = dict(zip(found.names, np.bincount(found.term).tolist(), strict=True))
    assert names["送餐员"] == 40
    assert names["米饭"] == 40
    assert "餐员" not in names


def test_english_terms_are_words_and_pairs_within_a_clause():
    texts = ["No response, the router was broken", "no response. Broken again"] * 3
    found = terms(texts, least=6)
    assert set(found.names) == {"no response", "broken"}


def test_log_odds_agree_with_the_formula_of_monroe_colaresi_and_quinn():
    one, other, prior = np.array([8, 2, 90]), np.array([1, 2, 97]), 10.0
    found = log_odds(one, other, prior=prior)
    alpha = prior * (one + other) / 200

    def odds(y, a, n):
        return log((y + a) / (n + prior - y - a))

    expected = [
        odds(a, p, 100) - odds(b, p, 100) for a, b, p in zip(one, other, alpha, strict=True)
    ]
    assert found.value == pytest.approx(expected)
    assert found.error == pytest.approx(np.sqrt(1 / (one + alpha) + 1 / (other + alpha)))


AS_OF = date(2026, 6, 30)


def complaints(new_word=12, days=160):
    texts, on = [], []
    for back in range(days):
        for n in range(2):
            late = back < 28
            word = "leaking" if late and back * 2 + n < new_word else "slow"
            texts.append(f"The parcel was {word} and support is terrible")
            on.append(AS_OF - timedelta(back))
    return texts, on


def test_a_word_that_was_never_said_before_is_new_and_a_usual_one_is_not():
    texts, on = complaints()
    found = themes(texts, on, [-0.8] * len(texts), as_of=AS_OF).to_pylist()
    by_term = {row["term"]: row for row in found}
    assert by_term["leaking"]["new"]
    assert by_term["leaking"]["now"] == 12
    assert by_term["leaking"]["before"] == 0
    assert not by_term["support"]["new"]
    assert found[0]["complaints"] == 320


def test_too_few_complaints_call_nothing_new():
    texts, on = complaints(days=20)
    found = themes(texts, on, [-0.8] * len(texts), as_of=AS_OF)
    assert set(found["new"].to_pylist()) == {None}
    assert set(found["z"].to_pylist()) == {None}


def test_words_of_praise_and_words_left_out_are_no_complaints():
    texts, on = complaints()
    texts, on = [*texts, *["support was lovely, parcel fine"] * 400], [*on, *[AS_OF] * 400]
    mood = [-0.8] * 320 + [0.9] * 400
    mine = ThemesDefinition(leave_out=("parcel",))
    names = themes(texts, on, mood, as_of=AS_OF, definition=mine)["term"].to_pylist()
    assert "slow" in names
    assert not {"parcel", "lovely", "fine"} & set(names)


def test_texts_outside_the_days_are_left_out():
    first, new = window(AS_OF, ThemesDefinition())
    assert (AS_OF - new).days == 27
    assert (new - first).days == 182
    found = themes(["slow parcel"] * 9, [first - timedelta(1)] * 9, [-1.0] * 9, as_of=AS_OF)
    assert found.num_rows == 0


def test_a_term_leads_to_the_texts_that_hold_it():
    text, term = texts_with(
        ["too slow", "slowly", None, "太慢了 slow"], [("slow", "en"), ("太慢", "zh")]
    )
    assert list(zip(text.tolist(), term.tolist(), strict=True)) == [(0, 0), (3, 0), (3, 1)]
