"""Agreement of raters: published tables, and what must hold for any."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from valence.experience.mystery.agreement import fleiss

# The worked example of the encyclopaedia article "Fleiss' kappa": 10 subjects, 14 raters, 5 grades.
FOURTEEN = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def test_fleiss_kappa_of_fourteen_raters_is_the_published_one():
    found = fleiss(FOURTEEN)
    assert found.observed == pytest.approx(0.378, abs=5e-4)
    assert found.expected == pytest.approx(0.213, abs=5e-4)
    assert found.kappa == pytest.approx(0.210, abs=5e-4)


def test_raters_who_always_agree_have_1_and_by_chance_about_0():
    assert fleiss([[2, 0], [0, 2], [0, 3]]).kappa == pytest.approx(1)
    random = np.random.default_rng(2)
    drawn = random.random((3000, 2)) < 0.7
    counts = [[2 - int(row.sum()), int(row.sum())] for row in drawn]
    found = fleiss(counts)
    assert found.low < 0 < found.high


def test_where_everybody_always_says_the_same_chance_explains_all():
    assert fleiss([[0, 2], [0, 2]]).kappa is None


def test_items_that_one_rater_saw_tell_nothing():
    assert fleiss([[1, 0], [0, 2], [2, 0]]).items == 2
    with pytest.raises(ValueError, match="no item"):
        fleiss([[1, 0], [0, 1]])


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
def test_names_of_the_categories_and_order_of_items_do_not_matter(counts):
    assume(any(sum(row) > 1 for row in counts))
    found, turned = fleiss(counts), fleiss([row[::-1] for row in counts[::-1]])
    assert found.kappa == (None if turned.kappa is None else pytest.approx(turned.kappa))
    assert found.kappa is None or -1 <= found.kappa <= 1 + 1e-12
