"""Signed links: what was made here opens, until its time is over; nothing else does."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.outbound.links import ExpiredLinkError, ForgedLinkError, Link, Links

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LINK = Link(UUID(int=7), NOW + timedelta(days=14))
LINKS = Links(b"k" * 32, "survey")


def test_a_token_opens_what_it_was_made_for():
    assert LINKS.read(LINKS.token(LINK), at=NOW) == LINK


def test_a_token_is_short_enough_for_a_small_qr_code_and_safe_in_an_address():
    token = LINKS.token(LINK)
    assert len(token) == 51
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_an_expired_link_says_so():
    with pytest.raises(ExpiredLinkError, match="has expired"):
        LINKS.read(LINKS.token(LINK), at=LINK.expires_at)


@pytest.mark.parametrize("token", ["", "x", "…", "a" * 51, "a" * 5000, "../../etc", "%00"])
def test_what_was_never_a_token_is_refused_in_a_sentence(token):
    with pytest.raises(ForgedLinkError, match="not complete, or it was not made by us"):
        LINKS.read(token, at=NOW)


def test_tokens_of_another_purpose_or_key_are_forged():
    for other in (Links(b"k" * 32, "unsubscribe"), Links(b"z" * 32, "survey")):
        with pytest.raises(ForgedLinkError):
            LINKS.read(other.token(LINK), at=NOW)


@given(st.integers(0, 50), st.sampled_from("ABCabc019-_"))
def test_a_token_with_another_letter_is_forged_or_the_same_value(place, letter):
    token = LINKS.token(LINK)
    changed = token[:place] + letter + token[place + 1 :]
    try:
        assert LINKS.read(changed, at=NOW) == LINK  # the same letter
        assert changed == token or place == 50  # the last letter has two bits that say nothing
    except ForgedLinkError:
        assert changed != token


def test_a_key_too_short_to_sign_is_refused():
    with pytest.raises(ValueError, match="16 bytes"):
        Links(b"short", "survey")
