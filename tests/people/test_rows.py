"""Many rows at once out of the store."""

import pyarrow as pa
import pytest
import sqlalchemy as sa
from tests.people.worlds import key, records

from valence.people import rows
from valence.people.resolve import resolve
from valence.people.rows import among, batches, fetch_where, hex_of
from valence.people.tables import customers, identifiers

ONE = pa.schema([("value", pa.string())])
KEYS = sa.select(identifiers.c.id_key)


@pytest.fixture
def seven(store):
    resolve(store, records(*(f"u{n}" for n in range(7))))
    return store


def test_rows_come_in_batches_and_none_is_left_out(seven, monkeypatch):
    monkeypatch.setattr(rows, "_FETCHED", 3)
    with seven.reading() as view:
        parts = [part.column(0).to_pylist() for part in batches(view, KEYS, ONE)]
    assert [len(part) for part in parts] == [3, 3, 1]
    assert {one for part in parts for one in part} == {key(f"u{n}") for n in range(7)}


def test_other_statements_may_be_run_between_two_batches(seven, monkeypatch):
    monkeypatch.setattr(rows, "_FETCHED", 3)
    with seven.reading() as view:
        counts = [
            view.scalar(sa.select(sa.func.count()).select_from(identifiers))
            for _ in batches(view, KEYS, ONE)
        ]
    assert counts == [7, 7, 7]


def test_rows_are_found_by_thousands_of_texts_and_of_ids(seven):
    asked = [key(f"u{n}") for n in range(20_000)]
    with seven.reading() as view:
        found = fetch_where(view, KEYS, identifiers.c.id_key, asked, ONE)["value"].to_pylist()
        ids = view.scalars(sa.select(customers.c.customer_id))
        of_ids = sa.select(hex_of(customers.c.customer_id)).where(
            among(view, customers.c.customer_id, ids[:2])
        )
        assert set(view.scalars(of_ids)) == {one.hex for one in ids[:2]}
    assert set(found) == {key(f"u{n}") for n in range(7)}
