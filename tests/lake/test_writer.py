"""Keyed merges: new, updated and unchanged rows, all visible at once or not at all."""

from __future__ import annotations

import pytest

from tests.lake.toy import load, order, rows, toy_lake
from valence.core.errors import BusyError
from valence.lake.writer import COMPACT_AT, Counts


def product(number: int, name: str = "tea") -> str:
    return f"SELECT 'shop' AS namespace, '{number}' AS product_id, '{name}' AS name"


def products(lake):
    return [(row[1], row[2]) for row in rows(lake, "products")]


def test_a_merge_tells_new_updated_and_unchanged_rows_apart(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("first") as writer:
        assert writer.merge("products", f"{product(1)} UNION ALL {product(2)}") == Counts(new=2)
        writer.commit()
    with lake.writing("second") as writer:
        again = f"{product(1)} UNION ALL {product(2, 'mate')} UNION ALL {product(3)}"
        assert writer.merge("products", again) == Counts(new=1, updated=1, unchanged=1)
        writer.commit()
    assert products(lake) == [("1", "tea"), ("2", "mate"), ("3", "tea")]


def test_what_was_not_committed_is_never_seen(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("forgotten") as writer:
        writer.merge("products", product(1))
    assert products(lake) == []
    with lake.writing("again") as writer:
        assert writer.merge("products", product(1)) == Counts(new=1)
        writer.commit()
    assert products(lake) == [("1", "tea")]


def test_two_tables_become_visible_at_one_moment(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("both") as writer:
        writer.merge("products", product(1))
        writer.merge("orders", order(1, "2025-01-01", "a"))
        assert lake.snapshot().names == ()
        writer.commit()
    assert set(lake.snapshot().names) == {"products", "orders", "touched"}


def test_a_reader_keeps_the_snapshot_that_it_pinned(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-01", "a"))
    reader = lake.reader()
    load(lake, order(1, "2025-01-01", "a", "99"), order(2, "2025-01-02", "a"))
    assert reader.arrow(reader.table("orders")).num_rows == 1
    assert len(rows(lake, "orders")) == 2


def test_a_missing_value_and_its_place_are_part_of_the_content(tmp_path):
    lake = toy_lake(tmp_path)
    for brand, category in (("'x'", "NULL"), ("NULL", "'x'")):
        with lake.writing("moved") as writer:
            given = f"{product(1)}, {brand} AS brand, {category} AS category"
            counts = writer.merge("products", given)
            writer.commit()
    assert counts == Counts(updated=1)


def test_a_key_given_twice_is_refused(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("twice") as writer, pytest.raises(ValueError, match="more than once"):
        writer.merge("products", f"{product(1)} UNION ALL {product(1, 'mate')}")


def test_an_unknown_column_is_refused(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("odd") as writer, pytest.raises(ValueError, match=r"no columns \['nmae'\]"):
        writer.merge("products", "SELECT 'shop' AS namespace, '1' AS product_id, 'x' AS nmae")


def test_a_second_writer_is_told_who_holds_the_lease(tmp_path):
    lake = toy_lake(tmp_path)
    with (
        lake.writing("import orders.csv"),
        pytest.raises(BusyError, match=r"by another process: import orders\.csv"),
        lake.writing("build"),
    ):
        pass


def test_many_small_imports_are_folded_together_and_lose_nothing(tmp_path):
    lake = toy_lake(tmp_path)
    for number in range(COMPACT_AT + 6):
        with lake.writing("small") as writer:
            writer.merge("products", product(number))
            writer.commit()
    assert len(products(lake)) == COMPACT_AT + 6
    assert len(lake.snapshot().files("products")) <= COMPACT_AT


def test_small_files_are_folded_where_every_import_changes_a_row_too(tmp_path):
    lake = toy_lake(tmp_path)
    many = " UNION ALL ".join(product(-number) for number in range(1, 50))
    with lake.writing("many") as writer:
        writer.merge("products", many)
        writer.commit()
    for number in range(COMPACT_AT + 6):
        with lake.writing("more") as writer:
            changed = product(number - 1, "mate") if number else product(-1, "mate")
            counts = writer.merge("products", f"{product(number)} UNION ALL {changed}")
            assert counts == Counts(new=1, updated=1)
            writer.commit()
        assert len(lake.snapshot().files("products")) <= COMPACT_AT + 1
    got = dict(products(lake))
    assert len(got) == 49 + COMPACT_AT + 6
    assert sum(name == "mate" for name in got.values()) == COMPACT_AT + 6


def test_vacuum_removes_replaced_files_and_keeps_published_ones(tmp_path):
    lake = toy_lake(tmp_path)
    for name in ("tea", "mate"):
        with lake.writing("again") as writer:
            writer.merge("products", product(1, name))
            writer.commit()
    assert lake.vacuum(keep_hours=0) > 0
    assert products(lake) == [("1", "mate")]


def test_a_first_merge_without_rows_leaves_no_file_and_no_table(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("nothing") as writer:
        assert writer.merge("products", f"{product(1)} WHERE false") == Counts()
        writer.commit()
    assert lake.snapshot().names == ()
    assert list(lake.path.rglob("*.parquet")) == []


def test_rows_whose_keys_are_known_to_differ_land_like_others(tmp_path):
    lake = toy_lake(tmp_path)
    for name, counts in (("tea", Counts(new=2)), ("mate", Counts(updated=2))):
        with lake.writing(name) as writer:
            two = f"{product(1, name)} UNION ALL {product(2, name)}"
            assert writer.merge("products", two, distinct=True) == counts
            writer.commit()
    assert products(lake) == [("1", "mate"), ("2", "mate")]


def test_rows_merged_in_passes_are_compared_with_what_was_there_and_counted_once(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("before") as writer:
        writer.merge("products", f"{product(1)} UNION ALL {product(2)}")
        writer.commit()
    with lake.writing("passes") as writer:
        writer.merge("products", product(4))  # an earlier file of the same import
        passes = [f"{product(2, 'mate')} UNION ALL {product(3)}", product(1), product(4, "maté")]
        assert writer.merge_in_passes("products", passes) == Counts(new=1, updated=2, unchanged=1)
        assert writer.merge("products", product(3)) == Counts(unchanged=1)
        writer.commit()
    assert products(lake) == [("1", "tea"), ("2", "mate"), ("3", "tea"), ("4", "maté")]


def test_passes_into_an_empty_table_land_every_row(tmp_path):
    lake = toy_lake(tmp_path)
    with lake.writing("passes") as writer:
        counts = writer.merge_in_passes("products", [product(n) for n in range(COMPACT_AT * 2)])
        assert counts == Counts(new=COMPACT_AT * 2)
        writer.commit()
    assert len(products(lake)) == COMPACT_AT * 2
