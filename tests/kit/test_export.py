"""Exports: streamed, guarded, and never on another request's cursor."""

import threading

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valence.kit.export import apart, guarded, guarded_column


def test_an_export_runs_in_one_thread_whoever_reads_it():
    seen = set()

    def batches():
        for i in range(4):
            seen.add(threading.get_ident())
            yield pa.record_batch({"i": [i]})

    stream = apart(batches)
    got = []
    while len(got) < 4:  # each piece is asked for by another thread
        reader = threading.Thread(target=lambda: got.append(next(stream).to_pydict()["i"][0]))
        reader.start()
        reader.join()
    assert got == [0, 1, 2, 3]
    assert len(seen) == 1
    assert threading.get_ident() not in seen


def test_a_failure_in_the_query_reaches_the_reader():
    def batches():
        yield pa.record_batch({"i": [1]})
        raise ZeroDivisionError

    stream = apart(batches)
    next(stream)
    with pytest.raises(ZeroDivisionError):
        next(stream)


def test_a_download_that_is_given_up_ends_the_query():
    ended = threading.Event()

    def batches():
        try:
            while True:
                yield pa.record_batch({"i": [1]})
        finally:
            ended.set()

    stream = apart(batches)
    next(stream)
    stream.close()
    assert ended.wait(5)


@given(st.text(max_size=20))
def test_no_text_begins_as_a_formula(text):
    assert guarded(text)[:1] not in set("=+-@\t\r\n＝＋－＠")
    assert guarded(text) in (text, f"'{text}")


def test_numbers_are_never_guarded_and_missing_stays_missing():
    numbers = pa.array([-1, None])
    assert guarded_column(numbers) is numbers
    assert guarded_column(pa.array(["=1", None, "a"])).to_pylist() == ["'=1", None, "a"]
