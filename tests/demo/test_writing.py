import csv
from decimal import Decimal

import pyarrow.parquet as pq

from valence.demo.simulate import simulate
from valence.demo.writing import MEANINGS, write


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    once = write(simulate(400, 8, seed=3), tmp_path / "once", truth=tmp_path / "once" / "truth")
    again = write(simulate(400, 8, seed=3), tmp_path / "again", truth=tmp_path / "again" / "truth")
    assert [p.name for p in once] == [p.name for p in again]
    assert all(a.read_bytes() == b.read_bytes() for a, b in zip(once, again, strict=True))


def test_the_files_are_those_of_the_brand_and_the_truth_stays_out(tmp_path, brand):
    paths = write(brand, tmp_path)
    names = sorted(f"{name}.csv" for name in brand.observed)
    assert sorted(p.name for p in paths) == sorted(p.name for p in tmp_path.iterdir()) == names


def test_every_column_of_every_file_has_a_meaning(tmp_path, brand):
    for path in write(brand, tmp_path):
        with path.open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == list(MEANINGS[path.name])


def test_shop_rows_read_as_they_were_drawn(tmp_path, brand):
    write(brand, tmp_path)
    with (tmp_path / "shop_orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drawn = brand.observed["shop_orders"].to_pylist()
    assert len(rows) == len(drawn)
    assert sum(Decimal(row["discount"]) for row in rows) == sum(row["discount"] for row in drawn)
    for row, true in zip(rows[:500], drawn, strict=False):
        assert row["order_time"] == f"{true['order_time']:%Y-%m-%d %H:%M:%S}"
        assert Decimal(row["unit_price"]) == true["unit_price"]
        assert row["email"] == (true["email"] or "")


def test_the_tills_write_the_day_first_and_no_seconds(tmp_path, brand):
    write(brand, tmp_path)
    with (tmp_path / "store_orders.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    drawn = brand.observed["store_orders"]["Date"].to_pylist()
    assert [row["Date"] for row in rows] == [f"{at:%d/%m/%Y %H:%M}" for at in drawn]


def test_the_truth_is_one_parquet_file_per_table(tmp_path, brand):
    write(brand, tmp_path / "brand", truth=tmp_path / "truth")
    for name, table in brand.truth.items():
        assert pq.read_table(tmp_path / "truth" / f"{name}.parquet").num_rows == table.num_rows
