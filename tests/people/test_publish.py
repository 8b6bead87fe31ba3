"""The identifier map in the lake."""

from collections import defaultdict

import pytest
import sqlalchemy as sa
from tests.people.worlds import key, partition, records

from valence.lake.lake import Lake
from valence.people import rows
from valence.people.decisions import split
from valence.people.publish import Published, changed_customers, publish_map
from valence.people.resolve import resolve
from valence.people.tables import merge_decisions


@pytest.fixture
def lake(tmp_path):
    return Lake(tmp_path / "lake", memory="200MB", threads=1)


def publish(lake, store, *, commit=True) -> Published:
    with lake.writing("test") as writer:
        done = publish_map(writer, store)
        if commit:
            writer.commit()
    return done


def lake_partition(lake):
    reader = lake.reader()
    rows = reader.rows(reader.table("identifier_map"))
    reader.close()
    groups = defaultdict(set)
    for row in rows:
        if row["customer_id"]:
            groups[row["customer_id"]].add(row["id_key"].strip("_"))
    return {frozenset(group) for group in groups.values()}


def test_the_lake_has_the_map_with_kind_and_source(lake, store):
    resolve(store, records("u1 e1", "u2"))
    assert publish(lake, store) == Published(revision=1, identifiers=3, customers=2)
    reader = lake.reader()
    rows = {row["id_key"]: row for row in reader.rows(reader.table("identifier_map"))}
    reader.close()
    assert (rows[key("e1")]["id_type"], rows[key("e1")]["source"]) == ("email", "shop")
    assert rows[key("e1")]["customer_id"] == rows[key("u1")]["customer_id"]
    assert len(rows[key("u1")]["customer_id"]) == 36


def test_an_unchanged_map_is_not_written_again(lake, store):
    resolve(store, records("u1 e1"))
    publish(lake, store)
    assert publish(lake, store) == Published(revision=1, identifiers=0, customers=0)


def test_only_what_changed_is_published_merges_and_splits_included(lake, store):
    resolve(store, records("u1 e1", "u2 e2", "u3"))
    publish(lake, store)
    resolve(store, records("u4", "u2 e1"))
    assert publish(lake, store) == Published(revision=2, identifiers=3, customers=3)
    assert lake_partition(lake) == partition(store)
    with store.reading() as view:
        merge = view.scalar(sa.select(merge_decisions.c.decision_id))
    split(store, merge, reason="two", actor="test")
    assert publish(lake, store) == Published(revision=3, identifiers=2, customers=2)
    assert lake_partition(lake) == partition(store)
    assert len(changed_customers(store, 2)) == 1


def test_customers_before_and_after_are_marked_for_the_build(lake, store):
    resolve(store, records("u1"))
    resolve(store, records("u2"))
    publish(lake, store)
    resolve(store, records("u1 e1", "u2 e1"))
    with lake.writing("test") as writer:
        publish_map(writer, store)
        touched = writer.bench.rows("SELECT DISTINCT id_key, customer_id FROM _touched")
    assert {row[0] for row in touched} == {key("u2"), key("e1")}
    assert len({row[1] for row in touched if row[0] == key("u2")}) == 2


def test_an_identifier_that_became_shared_loses_its_customer(lake, store):
    resolve(store, records("u1 e1", "u2 e1"), shared_over=2)
    publish(lake, store)
    resolve(store, records("u3 e1"), shared_over=2)
    publish(lake, store)
    assert lake_partition(lake) == partition(store) == {frozenset({f"u{n}"}) for n in (1, 2, 3)}


def test_what_was_not_committed_is_published_the_next_time(lake, store):
    resolve(store, records("u1 e1"))
    publish(lake, store, commit=False)
    assert publish(lake, store).identifiers == 2
    assert lake_partition(lake) == partition(store)


def test_a_map_published_in_batches_is_the_whole_map(lake, store, monkeypatch):
    monkeypatch.setattr(rows, "_FETCHED", 2)
    resolve(store, records("u1 e1", "u2", "u3", "u4 e4"))
    assert publish(lake, store) == Published(revision=1, identifiers=6, customers=4)
    resolve(store, records("u1 e9", "u2 e9", "u3 e8"))
    assert publish(lake, store).identifiers == 3
    assert lake_partition(lake) == partition(store)
