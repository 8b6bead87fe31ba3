"""Ids sort by the time at which they were made, one by one and many at once."""

from valence.core.ids import new_id
from valence.people.rows import new_ids


def test_ids_of_one_process_ascend_however_they_are_made():
    made = []
    for _ in range(50):
        made += [new_id().hex, *new_ids(3), *new_ids(2), new_id().hex]
    assert made == sorted(made)
    assert len(set(made)) == len(made)
