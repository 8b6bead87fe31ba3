"""Tokens of names, and masks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.people.masking import masked
from valence.people.tokens import folded, is_in, name_tokens, search_tokens


def test_a_name_is_found_by_beginnings_characters_and_pairs():
    assert name_tokens("김민") == ["김", "민", "김민"]
    assert name_tokens("Anna 林志玲") == ["an", "ann", "林", "志", "玲", "林志", "志玲"]


def test_the_tokens_of_a_very_long_name_are_bounded():
    assert len(name_tokens("alpha bravo " * 200)) <= 24
    assert len(name_tokens("林志玲" * 200)) <= 24


def test_accents_case_and_width_make_no_difference():
    assert folded("MÜLLER") == folded("ｍｕｌｌｅｒ") == "muller"
    assert folded("Straße") == "strasse"
    assert folded("が") == "が"


@given(st.text(max_size=40), st.data())
def test_whatever_begins_a_name_asks_only_for_tokens_that_the_name_has(name, data):
    part = name[: data.draw(st.integers(0, len(name)))]
    if is_in(part, name):  # a part may end within a word
        assert set(search_tokens(part)) <= set(name_tokens(name))


@given(st.sampled_from(["name", "email", "phone", "address", "user_id"]), st.text(min_size=1))
def test_a_mask_can_be_made_of_any_text(kind, value):
    if value.strip():
        assert masked(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("name", "林志", "林 *"),
        ("name", "Anna Maria Müller", "A. M. M."),
        ("email", "john@x.com", "j***@x.com"),
        ("phone", "+447911123123", "+44 •••• 123"),
        ("address", "1 Long Lane", "•••"),
        ("user_id", "12748", "•••"),
        ("loyalty_no", "AB123456", "•••456"),
    ],
)
def test_a_mask_shows_enough_to_recognise(kind, value, shown):
    assert masked(kind, value) == shown
