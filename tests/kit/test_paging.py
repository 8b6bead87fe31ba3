"""Cursors: every row once, in order, in both directions, whatever is missing or equal."""

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.core.errors import BadInputError
from valence.kit.paging import Cursor, Order, Sort, decode, encode, ordered, page

ENGINE = ibis.duckdb.connect()
SCHEMA = pa.schema([("a", pa.int64()), ("b", pa.string()), ("worth", pa.decimal128(18, 4))])


class Reader:
    def rows(self, expression):
        return ENGINE.to_pyarrow(expression).to_pylist()


def walk(table, order, size, start=None, back=False):
    """Follow next (or previous) cursors to the end and return all rows, and each first number."""
    cursor, rows, firsts = start, [], []
    while True:
        got = page(Reader(), table, order, size, cursor, shape="s")
        rows = got.rows + rows if back else rows + got.rows
        firsts.append(got.first)
        on = got.previous if back else got.next
        if on is None:
            return rows, firsts
        cursor = decode(on, "s")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.sampled_from("xyz"), st.none() | st.integers(-2, 2)),
        max_size=25,
        unique_by=lambda row: row[:2],
    ),
    st.integers(1, 7),
    st.booleans(),
)
def test_pages_give_every_row_once_in_order_forwards_and_backwards(rows, size, falls):
    data = [{"a": a, "b": b, "worth": w} for a, b, w in rows]
    table = ibis.memtable(pa.Table.from_pylist(data, schema=SCHEMA))
    order = Order(Sort("worth", falls), ("a", "b"))
    expected = Reader().rows(ordered(table, order))
    forwards, firsts = walk(table, order, size)
    assert forwards == expected
    assert firsts == [1 + size * i for i in range(len(firsts))]
    last = Cursor(None, back=True, seen=len(rows))
    assert walk(table, order, size, last, back=True)[0] == expected
    sign = -1 if falls else 1
    assert expected == sorted(
        data, key=lambda r: (r["worth"] is None, sign * (r["worth"] or 0), r["a"], r["b"])
    )


def test_a_row_that_comes_while_someone_pages_moves_no_other_row():
    def table(names):
        return ibis.memtable({"name": names})

    order = Order(Sort("name"), ("name",))
    first = page(Reader(), table(list("bdfh")), order, 2, None, shape="s")
    cursor = decode(first.next, "s")
    second = page(Reader(), table(list("abcdefgh")), order, 2, cursor, shape="s")
    assert [row["name"] for row in second.rows] == ["e", "f"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0.1 + 0.2, 0.3, 1e-300], "float64"),
        ([date(2026, 1, 1), date(2026, 1, 2), date(1900, 1, 1)], "date"),
        ([datetime(2026, 1, 1, 0, 0, 0, i, tzinfo=UTC) for i in range(3)], "timestamp('UTC', 6)"),
        ([True, False, None], "boolean"),
        (["'; drop", "ü", "李"], "string"),
    ],
)
def test_every_kind_of_column_survives_the_way_through_an_address(values, kind):
    data = pa.table({"k": pa.array([1, 2, 3]), "v": pa.array(values)})
    table = ibis.memtable(data).cast({"v": kind})
    order = Order(Sort("v", descending=True), ("k",))
    assert walk(table, order, 1)[0] == Reader().rows(ordered(table, order))


@pytest.mark.parametrize(
    "text",
    ["x", "!!", "W10", "WzFd", encode(Cursor(("a",)), "s"), encode(Cursor(("x", "y", "z")), "s")],
)
def test_what_is_no_cursor_is_refused_in_words(text):
    table = ibis.memtable({"k": [1], "v": [2]})
    with pytest.raises(BadInputError, match="begin at the first page"):
        page(Reader(), table, Order(Sort("v"), ("k",)), 5, decode(text, "s"), shape="s")


def test_a_cursor_of_another_filter_is_refused():
    with pytest.raises(BadInputError, match="another filter or sort"):
        decode(encode(Cursor((1,)), "one"), "two")
