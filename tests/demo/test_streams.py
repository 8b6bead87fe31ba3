import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from valence.demo.streams import Streams


@given(st.integers(0, 2**32), st.text(min_size=1), st.text(min_size=1))
def test_drawing_from_another_stream_changes_no_draw(seed, name, other):
    streams = Streams(seed)
    before = streams(name).random(5)
    if other != name:
        assert not np.array_equal(streams(other).random(5), before)
    assert np.array_equal(streams(name).random(5), before)


def test_another_seed_gives_other_draws():
    assert not np.array_equal(Streams(1)("taste").random(5), Streams(2)("taste").random(5))
