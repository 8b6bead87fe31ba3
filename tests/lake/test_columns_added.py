"""Tables gain columns over time: a folder of an older version is read, merged into and built on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.conftest import spark_seldom
from tests.lake.toy import MARTS, built, context, load, order, rows, toy_lake
from valence.lake.build import Ask, build
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column
from valence.lake.engines import engine
from valence.lake.lake import Lake
from valence.lake.workbench import footer, select_files
from valence.lake.writer import Counts

YOUNG = {"channel", "coupon"}  # columns of orders that the older version did not know
PEOPLE = {"a": "anna", "b": "ben"}


@pytest.fixture
def older(tmp_path, monkeypatch):
    """A lake as an older version left it: orders of fewer columns, a served mart too."""
    orders = CANONICAL["orders"]
    kept = tuple(c for c in orders.own if c.name not in YOUNG)
    marts = [
        replace(mart, columns=mart.columns[:-1], compute=_without_amount)
        if mart.name == "spend_by_customer"
        else mart
        for mart in MARTS
        if mart.name in ("spend_by_customer", "order_days")
    ]
    with monkeypatch.context() as then:
        then.setitem(CANONICAL, "orders", replace(orders, own=kept))
        lake = Lake(tmp_path, marts={mart.name: mart.columns for mart in marts})
        load(lake, order(1, "2025-01-31", "a", "10"), order(2, "2025-02-01", "b"), people=PEOPLE)
        build(lake, marts, context)
    return toy_lake(tmp_path)


def _without_amount(tables, context):
    orders = tables["order_days"]
    return orders.group_by("customer_id").agg(orders=orders.count())


def with_channel(number, day, who, channel):
    return f"{order(number, day, who)}, '{channel}' AS channel"


def channels(lake):
    reader = lake.reader()
    t = reader.table("orders")
    found = reader.rows(t.select("order_id", "channel").order_by("order_id"))
    reader.close()
    return {row["order_id"]: row["channel"] for row in found}


def test_what_was_not_known_then_is_missing_in_tables_and_in_the_served_copy(older):
    assert channels(older) == {"1": None, "2": None}
    assert rows(older, "spend_by_customer") == [("anna", 1, None), ("ben", 1, None)]


def test_rows_that_know_more_stand_beside_those_that_do_not(older):
    with older.writing("later") as writer:
        assert writer.merge("orders", with_channel(3, "2025-02-02", "a", "web")) == Counts(new=1)
        writer.commit()
    assert channels(older) == {"1": None, "2": None, "3": "web"}
    with older.writing("again") as writer:  # a row of the old file is replaced, its sister stays
        told = with_channel(2, "2025-02-01", "b", "shop")
        assert writer.merge("orders", told) == Counts(updated=1)
        writer.commit()
    assert channels(older) == {"1": None, "2": "shop", "3": "web"}


def test_the_log_learns_the_new_columns_with_the_next_write(older):
    load(older, order(3, "2025-02-02", "a"))
    log = DeltaTable(str(older.path / "tables" / "orders")).schema()
    assert {field.name for field in log.fields} > YOUNG


@spark_seldom
def test_the_next_build_makes_the_mart_with_all_its_columns(older, engine_name):
    load(older, order(3, "2025-02-02", "a", "5"))
    built(older, Ask(engine=engine_name))
    assert rows(older, "spend_by_customer") == [
        ("anna", 2, Decimal("15.0000")),
        ("ben", 1, Decimal("10.0000")),
    ]
    undeclared = Lake(older.path).columns("spend_by_customer")  # as who only reads sees it
    assert [c.name for c in undeclared] == ["customer_id", "orders", "net_amount"]


KNOWN = (Column("id", "int", "Number."), Column("name", "text", "Name."))
WIDER = (
    KNOWN[0],
    Column("amount", "amount", "Money."),
    Column("seen_at", "instant", "When."),
    KNOWN[1],
)


def test_an_engine_reads_files_of_old_and_new_columns_as_one_typed_table(tmp_path, engine_name):
    """Files in any order, a column in none of them, and one that is no longer declared."""
    at = pa.scalar(0, pa.timestamp("us", "UTC"))
    parts = [
        {"id": [1], "name": ["a"]},
        {"id": [2], "name": ["b"], "seen_at": pa.array([at.as_py()], at.type)},
        {"id": [3], "gone": [True], "name": ["c"]},
    ]
    files = [str(tmp_path / f"{n}.parquet") for n in range(len(parts))]
    for file, part in zip(files, parts, strict=True):
        pq.write_table(pa.table(part), file)
    reading = engine(engine_name, tmp_path / "scratch")
    table = reading.table(files, WIDER)
    found = reading.rows(table.order_by("id"))
    kinds = {name: str(kind) for name, kind in table.schema().items()}
    reading.close()
    assert [(row["id"], row["amount"], row["name"]) for row in found] == [
        (1, None, "a"),
        (2, None, "b"),
        (3, None, "c"),
    ]
    assert [row["seen_at"] is None for row in found] == [True, False, True]
    assert kinds["amount"] == "decimal(18, 4)"


def test_files_that_have_every_column_are_read_in_one_go(tmp_path):
    """A UNION of scans, or `union_by_name`, would cost every query of the usual case."""
    files = [str(tmp_path / f"{n}.parquet") for n in range(3)]
    for file in files:
        pq.write_table(pa.table({"id": [1], "name": ["a"]}), file)
    told = select_files(files, KNOWN)
    assert told.count("read_parquet") == 1
    assert "UNION" not in told
    assert footer(files[0]).names == {"id", "name"}
