"""Expected futures against the one that was drawn: the law of large numbers must hold."""

import numpy as np
import pytest

from valence.demo.simulate import simulate
from valence.demo.world import World


@pytest.mark.parametrize(
    "world",
    [World(), World(process="bg-nbd"), World(seasonal=False, currency="JPY")],
    ids=["pareto-nbd", "bg-nbd", "flat, yen"],
)
def test_what_was_expected_is_what_came_on_average(world):
    persons = simulate(20_000, 12, seed=11, world=world).truth["persons"]
    for of in ("orders", "margin"):
        gap = persons[f"realised_{of}_12m"].to_numpy() - persons[f"expected_{of}_12m"].to_numpy()
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(len(gap))


def test_customers_of_every_expectation_bring_what_was_expected_of_them(brand):
    persons = brand.truth["persons"]
    expected = persons["expected_orders_12m"].to_numpy()
    realised = persons["realised_orders_12m"].to_numpy()
    rank = np.argsort(np.argsort(expected, kind="stable"))
    for fifth in range(5):
        inside = (rank * 5 // len(rank)) == fifth
        gap = realised[inside] - expected[inside]
        assert abs(gap.mean()) <= 4 * gap.std() / np.sqrt(inside.sum()) + 1e-9


def test_who_has_left_is_expected_to_bring_nothing(brand):
    persons = brand.truth["persons"].to_pylist()
    gone = [p for p in persons if not p["active_at_end"]]
    assert len(gone) > 1_000
    assert all(p["expected_orders_12m"] == p["realised_orders_12m"] == 0 for p in gone)
