from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from valence.demo.arrays import decimals, hexed, mixed, numbered, picked

WHOLE = st.lists(st.integers(-(2**62), 2**62), max_size=20)


@given(WHOLE)
def test_decimals_are_the_whole_numbers_shifted(whole):
    small = [value % 10**15 * (1 if value >= 0 else -1) for value in whole]
    got = decimals(np.array(small, np.int64), scale=2).to_pylist()
    assert got == [Decimal(value).scaleb(-2) for value in small]


def test_numbered_pads_with_zeros():
    assert numbered("SO", np.array([7, 1234]), digits=4).to_pylist() == ["SO0007", "SO1234"]


def test_picked_below_zero_is_null():
    assert picked(["a", "b"], np.array([1, -1, 0])).to_pylist() == ["b", None, "a"]


def test_hexed_writes_sixteen_digits_a_word():
    words = np.array([0, 255, 2**64 - 1], np.uint64)
    assert hexed(words).to_pylist() == ["0" * 16, "0" * 14 + "ff", "f" * 16]


def test_mixed_keeps_numbers_apart():
    assert len(np.unique(mixed(np.arange(100_000), 3))) == 100_000
