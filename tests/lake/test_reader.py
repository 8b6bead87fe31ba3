"""Reading what is published, from many threads, while others write."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import duckdb
import pytest

from tests.lake.toy import built, load, order, toy_lake


def filled(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, *(order(n, "2025-01-31", "a") for n in range(50)), people={"a": "anna"})
    built(lake)
    return lake


def test_a_mart_that_is_served_comes_from_the_native_copy(tmp_path):
    lake = filled(tmp_path)
    assert (lake.path / "serving" / lake.snapshot().head.serving).exists()
    reader = lake.reader()
    assert reader.rows(reader.table("spend_by_customer").select("orders")) == [{"orders": 50}]


def test_a_table_without_rows_is_typed_and_empty(tmp_path):
    reader = toy_lake(tmp_path).reader()
    events = reader.table("events")
    assert reader.arrow(events).num_rows == 0
    assert reader.one(events) is None


def test_batches_go_on_while_the_same_thread_asks_something_else(tmp_path):
    reader = filled(tmp_path).reader()
    orders = reader.table("orders")
    seen = 0
    for batch in reader.batches(orders, size=10):
        seen += batch.num_rows
        assert reader.one(orders.count().as_table())
    assert seen == 50


def test_what_is_kept_is_run_once_and_gone_afterwards(tmp_path):
    reader = filled(tmp_path).reader()
    orders = reader.table("orders")
    with reader.kept(orders.filter(orders.order_id.notnull())) as kept:
        assert kept.schema() == orders.schema()
        assert reader.arrow(kept).num_rows == 50
    with pytest.raises(duckdb.CatalogException):
        reader.rows(kept)


def test_threads_read_at_once(tmp_path):
    reader = filled(tmp_path).reader()
    orders = reader.table("orders")
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: reader.arrow(orders).num_rows, range(32)))
    assert set(counts) == {50}


def test_instants_come_back_in_utc_in_every_thread(tmp_path):
    reader = filled(tmp_path).reader()
    orders = reader.table("orders").select("ordered_at").limit(1)
    with ThreadPoolExecutor(2) as pool:
        for row in pool.map(lambda _: reader.one(orders), range(4)):
            assert row["ordered_at"] == datetime(2025, 1, 31, 12, tzinfo=UTC)


def test_without_declarations_a_mart_has_the_columns_it_was_written_with(tmp_path):
    from valence.lake.lake import Lake

    declared = filled(tmp_path)
    found = Lake(tmp_path).columns("spend_by_customer")
    assert [(c.name, c.kind) for c in found] == [
        (c.name, c.kind) for c in declared.columns("spend_by_customer")
    ]


def test_two_readers_spill_into_folders_of_their_own_and_leave_work_in_progress_alone(tmp_path):
    """DuckDB names its spill files alike in every instance, and removes the folder it made."""
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a"), people={"a": "anna"})
    built(lake)
    first, second = lake.reader(), lake.reader()
    folders = {
        reader._connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0]
        for reader in (first, second)
    }
    assert len(folders) == 2
    assert all(str(lake.scratch) not in folder for folder in folders)
    left = lake.path / "spill-999999999-of-a-process-that-died"
    left.mkdir()
    lake.reader().close()
    assert not left.exists()
    first.close()
    assert second.rows(second.table("total"))
    second.close()
