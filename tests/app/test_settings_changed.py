"""Settings that change after data has landed: what can follow does, what cannot is refused."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.core.errors import BadInputError
from valence.core.settings import load
from valence.intake.importing import import_files
from valence.lake.build import Ask

ORDERS = """order_id,order date,customer id,amount
1,2024-03-05,7,10
2,2024-03-05T20:00:00Z,7,20
3,2024-12-31T23:30:00Z,8,30
"""


def brand_with(tmp_path, **changed):
    """The brand of the folder under other settings."""
    path = tmp_path / "brand/valence.toml"
    text = path.read_text("utf-8")
    for old, new in changed.values():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, "utf-8")
    return load(tmp_path / "brand")


@pytest.fixture
def brand(tmp_path):
    brand = make_folder(tmp_path / "brand", name="B", currency="BRL", timezone="UTC")
    (tmp_path / "orders.csv").write_text(ORDERS, "utf-8")
    import_files(brand, [tmp_path / "orders.csv"], yes=True)
    with closing(WholeHouse(brand)) as house:
        house.build(Ask())
    return brand


def days(brand):
    with closing(WholeHouse(brand)) as house:
        reader = house.lake.reader()
        rows = reader.rows(reader.table("order_facts").select("order_id", "ordered_on"))
        reader.close()
    return {row["order_id"]: row["ordered_on"] for row in rows}


def test_another_currency_is_refused_and_named_instead_of_relabelling_amounts(brand, tmp_path):
    other = brand_with(tmp_path, currency=('currency = "BRL"', 'currency = "EUR"'))
    with pytest.raises(BadInputError, match=r"is in BRL, and valence.toml says EUR.*valence init"):
        WholeHouse(other).build(Ask())
    with pytest.raises(BadInputError, match="is in BRL"):
        import_files(other, [tmp_path / "orders.csv"], yes=True)


def test_another_zone_moves_moments_to_their_day_and_leaves_days_without_a_time(brand, tmp_path):
    assert days(brand) == {
        "1": date(2024, 3, 5), "2": date(2024, 3, 5), "3": date(2024, 12, 31),
    }  # fmt: skip
    other = brand_with(tmp_path, zone=('timezone = "UTC"', 'timezone = "Asia/Tokyo"'))
    with closing(WholeHouse(other)) as house:
        run = house.build(Ask())
    assert {mart.mode for mart in run.marts} == {"whole"}
    assert days(other) == {"1": date(2024, 3, 5), "2": date(2024, 3, 6), "3": date(2025, 1, 1)}


def test_the_same_file_in_another_zone_changes_no_row_and_what_it_brought_moves_back(
    brand, tmp_path
):
    before = days(brand)
    other = brand_with(tmp_path, zone=('timezone = "UTC"', 'timezone = "America/New_York"'))
    (landed,) = import_files(other, [tmp_path / "orders.csv"], yes=True).files
    assert (landed.orders_new, landed.orders_updated) == (0, 0)
    with closing(WholeHouse(other)) as house:
        house.build(Ask())
        reader = house.lake.reader()
        (summary,) = reader.rows(reader.table("value_summary"))
    assert summary["revenue_amount"] == Decimal(60)
    back = brand_with(tmp_path, zone=('timezone = "America/New_York"', 'timezone = "UTC"'))
    with closing(WholeHouse(back)) as house:
        house.build(Ask())
    assert days(back) == before
