"""How long to wait before trying again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from valence.store.backoff import PATIENT, Backoff


def test_each_wait_is_twice_the_one_before_up_to_the_longest():
    backoff = Backoff(timedelta(seconds=10), longest=timedelta(minutes=1))
    waits = [backoff.after(attempts).total_seconds() for attempts in range(1, 6)]
    assert waits == [10, 20, 40, 60, 60]


@given(st.integers(1, 10**9))
def test_the_longest_wait_is_never_exceeded(attempts):
    assert PATIENT.first <= PATIENT.after(attempts) <= PATIENT.longest
