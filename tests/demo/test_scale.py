import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from valence.core.errors import BadInputError
from valence.demo import scale
from valence.demo.scale import orders_at_scale
from valence.lake.canonical import ORDER_LINES, ORDERS
from valence.lake.columns import arrow_schema
from valence.lake.internal import IDENTIFIER_MAP


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale, "_CHUNK", 7_000)  # several chunks
        folder = tmp_path_factory.mktemp("scale")
        paths = orders_at_scale(folder, lines=60_000, customers=6_000)
    return [pq.read_table(path) for path in paths]


def test_columns_and_types_are_the_canonical_ones(tables):
    declared = (ORDERS, ORDER_LINES, IDENTIFIER_MAP)
    assert [t.schema for t in tables] == [arrow_schema(table.columns) for table in declared]


def test_required_columns_are_filled_and_keys_are_unique(tables):
    for table, declared in zip(tables, (ORDERS, ORDER_LINES, IDENTIFIER_MAP), strict=True):
        for column in declared.columns:
            assert not column.required or table[column.name].null_count == 0
        keys = table.select(list(declared.key)).group_by(list(declared.key)).aggregate([])
        assert keys.num_rows == table.num_rows


def test_the_asked_numbers_of_lines_and_customers_are_met_exactly(tables):
    orders, lines, customers = tables
    assert (lines.num_rows, customers.num_rows) == (60_000, 6_000)
    assert pc.sum(orders["lines"]).as_py() == 60_000
    assert pc.count_distinct(orders["id_key"]).as_py() == 6_000
    assert set(orders["id_key"].unique().to_pylist()) == set(customers["id_key"].to_pylist())


@pytest.mark.parametrize("amount", ["net_amount", "cost_amount", "discount_amount"])
def test_orders_sum_to_their_lines(tables, amount):
    orders, lines, _ = tables
    by_order = lines.group_by("order_id").aggregate([(amount, "sum")]).sort_by("order_id")
    assert by_order[f"{amount}_sum"].to_pylist() == orders.sort_by("order_id")[amount].to_pylist()


def test_orders_come_in_order_of_time_and_few_carry_much(tables):
    orders = tables[0]
    days = orders["ordered_on"].to_numpy()
    assert (np.diff(days) >= np.timedelta64(0, "D")).all()
    totals = orders.group_by("id_key").aggregate([("net_amount", "sum")])["net_amount_sum"]
    best = np.sort(totals.cast("float64").to_numpy())[::-1]
    assert 0.3 < best[: len(best) // 20].sum() / best.sum() < 0.6


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    once = orders_at_scale(tmp_path / "once", lines=3_000, customers=400, seed=2)
    again = orders_at_scale(tmp_path / "again", lines=3_000, customers=400, seed=2)
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(once, again, strict=True))


@pytest.mark.parametrize(("lines", "customers"), [(1, 1), (7, 7), (10, 3), (5_000, 1)])
def test_small_and_tight_numbers_work(tmp_path, lines, customers):
    paths = orders_at_scale(tmp_path, lines=lines, customers=customers)
    assert [pq.read_metadata(p).num_rows for p in paths[1:]] == [lines, customers]


def test_fewer_lines_than_customers_are_refused(tmp_path):
    with pytest.raises(BadInputError, match="3 lines cannot be spread over 4 customers"):
        orders_at_scale(tmp_path, lines=3, customers=4)
