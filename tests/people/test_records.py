"""Records from columns of keys."""

import pyarrow as pa

from valence.people.records import KeyColumn, records_of


def test_each_row_links_its_identifiers_to_its_user_id_else_to_its_first():
    made = records_of(
        [
            KeyColumn("email", "shop", pa.array(["e1", "e1", "e2", None])),
            KeyColumn("user_id", "shop", pa.array(["u1", "u1", None, "u3"])),
        ]
    )
    assert [tuple(row.values()) for row in made.to_pylist()] == [
        ("u1", "u1", "user_id", "shop"),
        ("u3", "u3", "user_id", "shop"),
        ("e1", "u1", "email", "shop"),
        ("e2", "e2", "email", "shop"),
    ]


def test_no_columns_are_no_records():
    assert records_of([]).num_rows == 0
