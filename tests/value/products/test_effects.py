"""Groups compared: what adjustment takes away, how sure it is, and what is told apart of many."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse, stats
from tests.value.products.worlds import world

from valence.value.definitions import EntryDefinition
from valence.value.products.comparison import Entries, compared_rows
from valence.value.products.effects import alike, compare, shrunk, told_apart


def told(made, **settings):
    """Rows of the comparison by product."""
    rows = compared_rows(Entries.of(made.table.to_batches()), EntryDefinition(**settings), {})
    return {row["product_id"]: row for row in rows if row["level"] == "product"}


def columns(*each):
    """Covariates of a few columns, or of a matrix."""
    return sparse.csr_array(each[0] if each[0].ndim == 2 else np.stack(each, axis=1))


def test_the_intervals_hold_the_truth_where_observed_means_mislead():
    """Many seeds are drawn by `make prove`; a few show that nothing is grossly off."""
    held, misled, n = 0, 0, 0
    for seed in range(6):
        made = world(seed, customers=6000)
        rows = told(made, minimum_customers=50)
        for name, truth, naive in zip(made.products, made.difference, made.naive, strict=True):
            row = rows[name]
            if row["compared"]:
                held += row["difference_low"] <= truth <= row["difference_high"]
                half = (row["difference_high"] - row["difference_low"]) / 2
                misled += abs(naive - truth) > half
                n += 1
    assert 0.83 <= held / n <= 0.97
    assert misled / n > 0.2


def test_without_covariates_it_is_the_mean_and_its_textbook_error():
    rng = np.random.default_rng(3)
    group = np.repeat([0, 1], [40, 60])
    outcome = rng.normal(10, 2, 100) + group
    found = compare(group, outcome, columns(np.empty((100, 0))))
    own, other = outcome[:40], outcome[40:]
    # The difference from the mean of all is a share of the difference between the two.
    assert found.difference[0] == pytest.approx(0.6 * (own.mean() - other.mean()))
    error = 0.6 * np.sqrt(own.var(ddof=1) / 40 + other.var(ddof=1) / 60)
    assert found.error[0] == pytest.approx(error, rel=1e-9)


def test_a_covariate_that_explains_everything_leaves_no_difference():
    rng = np.random.default_rng(4)
    size = rng.normal(0, 1, 500)
    group = (size + rng.normal(0, 1, 500) > 0).astype(np.intp)
    found = compare(group, 5 + 3 * size, columns(size))
    assert found.difference == pytest.approx([0, 0], abs=1e-9)
    assert found.mean[1] - found.mean[0] > 2


def test_columns_that_repeat_others_or_the_groups_do_no_harm():
    rng = np.random.default_rng(5)
    group, x = rng.integers(0, 3, 300), rng.normal(0, 1, 300)
    outcome = x + rng.normal(0, 1, 300)
    plain = compare(group, outcome, columns(x))
    twice = compare(group, outcome, columns(x, 2 * x, (group == 1) * 1.0))
    assert twice.difference == pytest.approx(plain.difference)
    assert twice.error == pytest.approx(plain.error)


def test_nothing_moves_and_nothing_is_told_apart_where_all_outcomes_are_equal():
    group = np.repeat(np.arange(4), 5)
    found = compare(group, np.full(20, 7.0), columns(np.arange(20.0)))
    assert found.difference == pytest.approx(np.zeros(4), abs=1e-12)
    assert not told_apart(found.p_values(), 0.1).any()
    assert shrunk(found.difference, found.error) == pytest.approx(np.zeros(4), abs=1e-9)


def test_false_discoveries_are_those_of_benjamini_and_hochberg():
    rng = np.random.default_rng(6)
    for _ in range(20):
        p = rng.random(30) ** 2
        expected = stats.false_discovery_control(p) <= 0.1
        assert (told_apart(p, 0.1) == expected).all()
    assert told_apart(np.array([]), 0.1).tolist() == []


def test_where_products_do_nothing_hardly_one_is_told_apart():
    found = [row["verdict"] for seed in range(8) for row in
             told(world(seed, customers=4000, spread=0.0), minimum_customers=50).values()
             if row["compared"]]  # fmt: skip
    assert len(found) > 100
    assert sum(verdict != "not told apart" for verdict in found) <= 4


def test_shrinking_draws_the_noisy_more_and_brings_all_nearer_to_the_truth():
    rng = np.random.default_rng(7)
    truth, error = rng.normal(0, 5, 200), rng.uniform(1, 20, 200)
    seen = truth + rng.normal(0, error)
    drawn = shrunk(seen, error)
    assert np.mean((drawn - truth) ** 2) < 0.4 * np.mean((seen - truth) ** 2)
    kept = np.abs((drawn - drawn.mean()) / (seen - seen.mean()))
    assert np.median(kept[error < 5]) > 2 * np.median(kept[error > 15])
    assert shrunk(np.array([1.0, 2.0]), np.array([1.0, 1.0])).tolist() == [1.0, 2.0]


def test_alike_is_the_share_with_enough_others_in_their_cell():
    group = np.array([0, 0, 0, 1, 1, 1, 1])
    cell = np.array([0, 0, 1, 0, 0, 1, 2])
    assert alike(group, cell, least=2) == pytest.approx([2 / 3, 2 / 4])
