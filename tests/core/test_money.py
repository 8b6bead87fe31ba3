"""Money: whole minor units, rounded once, split without loss."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.core.errors import BadInputError
from valence.core.money import Money, allocate, minor_digits


def test_the_yen_has_no_cents_and_the_dinar_has_three_digits():
    assert [minor_digits(code) for code in ("EUR", "JPY", "KWD")] == [2, 0, 3]


def test_rounding_is_half_to_even():
    assert [Money.of(text, "EUR").minor for text in ("0.005", "0.015", "-0.005")] == [0, 2, 0]
    assert Money.of("12.5", "JPY").minor == 12


def test_an_amount_comes_back_in_major_units():
    assert Money(1234, "KWD").amount == Decimal("1.234")


def test_two_currencies_are_not_added():
    with pytest.raises(BadInputError, match="EUR and USD are two currencies; convert one"):
        Money(1, "EUR") + Money(1, "USD")


def test_a_lower_case_code_is_offered_in_capitals():
    with pytest.raises(BadInputError, match=r"'eur' is not an ISO 4217 .* Did you mean 'EUR'"):
        minor_digits("eur")


@pytest.mark.parametrize(
    ("said", "code"),
    [("POUND", "GBP"), ("Euros", "EUR"), ("yen", "JPY"), ("RMB", "CNY"), ("US dollar", "USD")],
)
def test_what_people_call_a_currency_is_understood(said, code):
    """POUND was answered with five codes out of hundreds, none of them GBP."""
    with pytest.raises(BadInputError, match=f"Did you mean '{code}'"):
        minor_digits(said)


def test_where_nothing_is_near_the_common_currencies_are_named():
    with pytest.raises(BadInputError, match="Common ones are: USD, EUR, CNY, GBP, JPY"):
        minor_digits("???")


@given(
    st.integers(-(10**12), 10**12),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any),
)
def test_parts_sum_to_the_total_and_differ_from_their_share_by_less_than_one(minor, weights):
    parts = allocate(Money(minor, "EUR"), weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Decimal(minor) * weight / sum(weights)) < 1
        assert weight or not part.minor


def test_weights_that_split_nothing_are_refused():
    with pytest.raises(BadInputError, match="weights of 0 or more, one above 0"):
        allocate(Money(1, "EUR"), [0, 0])
