from datetime import date

import pytest

from valence.core.errors import BadInputError
from valence.demo.simulate import simulate
from valence.demo.world import World


def test_the_same_seed_gives_the_same_tables(brand):
    again = simulate(3_000, 24, seed=7)
    for side in ("observed", "truth"):
        first, second = getattr(brand, side), getattr(again, side)
        assert {n: t.equals(second[n]) for n, t in first.items() if n != "persons"} == {
            n: True for n in first if n != "persons"
        }


def test_another_seed_gives_another_brand(brand):
    other = simulate(3_000, 24, seed=8)
    assert not other.observed["shop_orders"].equals(brand.observed["shop_orders"])


def test_looking_further_ahead_changes_nothing_that_was_observed(brand):
    longer = simulate(3_000, 24, seed=7, horizon=30)
    assert all(longer.observed[n].equals(t) for n, t in brand.observed.items())
    for column in ("expected_margin_12m", "realised_margin_12m", "acquired_on", "active_at_end"):
        assert longer.truth["persons"][column].equals(brand.truth["persons"][column])


def test_the_files_cover_the_months_up_to_the_end():
    got = simulate(300, 6, seed=1, end=date(2025, 3, 15))
    assert (got.start, got.end) == (date(2024, 9, 16), date(2025, 3, 15))
    times = got.observed["shop_orders"]["order_time"].to_pylist()
    assert got.start <= min(times).date()
    assert max(times).date() <= got.end


@pytest.mark.parametrize("customers", [1, 2, 3])
def test_a_brand_of_a_few_customers_can_be_simulated(customers):
    got = simulate(customers, 1, seed=1)
    assert got.truth["persons"].num_rows == customers


def test_no_customers_are_refused_with_the_range():
    with pytest.raises(BadInputError, match="customers of the simulated brand is 0; give 1 to"):
        simulate(0)


def test_a_horizon_shorter_than_the_expectation_is_refused():
    with pytest.raises(BadInputError, match="horizon of the simulated brand is 6; give 12 to 120"):
        simulate(10, horizon=6)


@pytest.mark.parametrize("process", ["pareto-nbd", "bg-nbd"])
def test_the_truth_names_the_process_parameter_that_it_has(process):
    persons = simulate(200, 3, world=World(process=process)).truth["persons"]
    hazard = persons["hazard_week"].to_pylist()
    dropout = persons["dropout"].to_pylist()
    known, empty = (hazard, dropout) if process == "pareto-nbd" else (dropout, hazard)
    assert all(value > 0 for value in known)
    assert all(value is None for value in empty)
