"""The real marts of the whole house, patched after one more day, equal those made anew."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.lake.toy import load, order
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.lake.build import Ask


@pytest.fixture
def house(tmp_path):
    made = WholeHouse(make_folder(tmp_path / "b", name="b", currency="EUR", timezone="UTC"))
    first = date(2025, 1, 1)
    load(
        made.lake,
        *(
            order(n, (first + timedelta(n * 3 % 200)).isoformat(), f"k{n % 17}", str(n % 40 - 5))
            for n in range(120)
        ),
        people={f"k{n}": f"customer-{n % 13}" for n in range(17)},
    )
    yield made
    made.close()


def published(house):
    reader = house.lake.reader()
    found = {
        mart.name: sorted(repr(near(row)) for row in reader.rows(reader.table(mart.name)))
        for mart in house.marts
    }
    reader.close()
    return found


def near(row):
    """A row with its floats to nine digits: patched rows lie, and are summed, in another order."""
    return {n: float(f"{v:.9g}") if isinstance(v, float) else v for n, v in row.items()}


def test_one_more_day_a_correction_and_a_merge_patch_to_the_same_marts(house):
    house.build()
    load(house.lake, order(500, "2025-08-01", "k3", "70"), order(7, "2025-01-22", "k4", "1"))
    load(house.lake, people={"k5": "customer-9"})
    run = house.build()
    assert {mart.mart: mart.mode for mart in run.marts}["customer_facts"] == "part"
    patched = published(house)
    house.build(Ask(whole=True))
    assert patched == published(house)
