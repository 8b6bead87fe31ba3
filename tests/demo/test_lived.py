"""What the brand's customers lived through, in its files and in its truth."""

import hashlib

import numpy as np
import pytest

from valence.demo.simulate import simulate
from valence.demo.world import World
from valence.demo.writing import write

# What is drawn in `simulate(400, 8, seed=3)`, recorded before experiences were part of the demo.
BEFORE = {
    "shop_orders.csv": "2c6a3aaaf566240c",
    "store_orders.csv": "c4a0c49f48794cb5",
    "customers.csv": "3f248c984b6e2edc",
}


@pytest.fixture(scope="module")
def untouched():
    return simulate(3_000, 24, seed=7, world=World(experiences_matter=False))


def _experiences(brand):
    return {
        name: brand.truth["experiences"][name].to_numpy(zero_copy_only=False)
        for name in brand.truth["experiences"].column_names
    }


def test_where_experiences_do_not_matter_the_files_are_those_of_before(tmp_path):
    got = simulate(400, 8, seed=3, world=World(experiences_matter=False))
    hashes = {p.name: hashlib.sha256(p.read_bytes()).hexdigest()[:16] for p in write(got, tmp_path)}
    assert {name: hashes[name] for name in BEFORE} == BEFORE


def test_experiences_take_orders_away_and_change_no_other(brand, untouched):
    """Every line that is left stands in the world where nothing matters, but for its number."""
    plain = [name for name in brand.observed["shop_orders"].column_names
             if name not in ("order_id", "refund_of")]  # fmt: skip
    with_them, without = (
        [tuple(row.values()) for row in one.observed["shop_orders"].select(plain).to_pylist()]
        for one in (brand, untouched)
    )
    assert 0.9 < len(with_them) / len(without) < 0.99
    assert set(with_them) <= set(without)
    assert brand.observed["customers"].equals(untouched.observed["customers"])
    assert brand.observed["products"].equals(untouched.observed["products"])


def test_one_in_twelve_to_thirty_parcels_is_late(brand):
    orders = brand.observed["shop_orders"]
    sent = {row["order_id"] for row in orders.select(["order_id", "store", "status"]).to_pylist()
            if row["store"] is None and row["status"] == "completed"}  # fmt: skip
    late = _experiences(brand)["late"].sum()
    assert 1 / 30 < late / len(sent) < 1 / 8


def test_most_of_the_dissatisfied_say_nothing(brand):
    truth = _experiences(brand)
    assert 0.2 < truth["spoke"].mean() < 0.45
    assert truth["spoke"][truth["unsolved"]].all()


def test_an_experience_costs_margin_on_average_and_has_no_cost_where_there_was_none(brand):
    truth = _experiences(brand)
    for cost, met in (("lost_late_12m", "late"), ("lost_unsolved_12m", "unsolved")):
        assert np.array_equal(~np.isnan(truth[cost]), truth[met])
        assert np.nanmean(truth[cost]) > 20


def test_some_left_for_what_they_met_and_most_of_them_in_silence(brand):
    truth = _experiences(brand)
    out = truth["drove_out"]
    persons = brand.truth["persons"]
    left = persons["left_on"].to_pylist()
    assert out.sum() > 10
    assert all(left[who] is not None for who in truth["person"][out])
    assert 0.3 < 1 - truth["spoke"][out].mean() < 0.9


def test_a_hidden_cause_brings_those_who_leave_anyway_more_trouble():
    rates = []
    for hidden in (False, True):
        got = simulate(4_000, 18, seed=5, world=World(hidden_trouble=hidden))
        hazard = got.truth["persons"]["hazard_week"].to_numpy()
        met = _experiences(got)
        orders = got.truth["orders"].filter(got.truth["orders"]["refund_of"].is_null())
        who = orders["person"].to_numpy()
        high = hazard > np.median(hazard)
        late = met["person"][met["late"]]
        rates.append(
            (high[late].sum() / high[who].sum()) / ((~high)[late].sum() / (~high)[who].sum())
        )
    assert rates[1] > 1.3 * rates[0]


def test_every_experience_is_of_an_order_in_the_files(brand):
    truth = brand.truth["experiences"].to_pylist()
    known = {
        (row["file"], row["order_id"]): row["person"] for row in brand.truth["orders"].to_pylist()
    }
    assert all(known[row["file"], row["order_id"]] == row["person"] for row in truth)
