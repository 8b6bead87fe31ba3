"""What is explained is divided among drivers: by every order of entry, and by Johnson's weights."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pyarrow.parquet as pq
import pytest

from valence.core.errors import BadInputError
from valence.experience.drivers import drivers, johnson, lmg

RANDOM = np.random.default_rng(7)


def made(n=400, k=4, close=0.7):
    """Drivers that are related, and an outcome of the first two."""
    together = RANDOM.normal(size=(n, 1))
    x = close * together + RANDOM.normal(size=(n, k))
    y = x[:, 0] + 0.5 * x[:, 1] + RANDOM.normal(size=n)
    return {"y": y, **{f"x{i}": x[:, i] for i in range(k)}}


def correlations(data, names):
    return np.corrcoef(np.column_stack([*(data[n] for n in names), data["y"]]), rowvar=False)


def by_every_order(matrix):
    """LMG as it is defined: the mean gain over all orders, one regression after the other."""
    k = len(matrix) - 1

    def explained(members):
        inner, outer = matrix[np.ix_(members, members)], matrix[list(members), k]
        return float(outer @ np.linalg.solve(inner, outer)) if members else 0.0

    shares = np.zeros(k)
    orders = list(permutations(range(k)))
    for order in orders:
        for at, driver in enumerate(order):
            shares[driver] += explained(order[: at + 1]) - explained(order[:at])
    return shares / len(orders)


def test_shapley_shares_are_the_mean_gain_over_every_order_of_entry():
    matrix = correlations(made(), ["x0", "x1", "x2", "x3"])
    assert lmg(matrix) == pytest.approx(by_every_order(matrix), abs=1e-12)


@pytest.mark.parametrize("share", [lmg, johnson])
def test_shares_sum_to_what_the_regression_on_all_explains(share):
    matrix = correlations(made(k=7), [f"x{i}" for i in range(7)])
    whole = matrix[-1, :-1] @ np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1])
    assert share(matrix).sum() == pytest.approx(whole, abs=1e-9)


def test_unrelated_drivers_have_the_square_of_their_correlation_by_both():
    matrix = np.eye(4)
    matrix[-1, :-1] = matrix[:-1, -1] = (0.5, 0.3, -0.2)
    assert lmg(matrix) == pytest.approx([0.25, 0.09, 0.04])
    assert johnson(matrix) == pytest.approx([0.25, 0.09, 0.04])


def test_two_that_are_nearly_the_same_share_alike_and_stay_so_in_other_samples():
    n = 2_000
    first = RANDOM.normal(size=n)
    data = {"a": first, "b": first + 0.05 * RANDOM.normal(size=n), "c": RANDOM.normal(size=n)}
    data["y"] = first + data["c"] + RANDOM.normal(size=n)
    for method in ("lmg", "johnson"):
        found = {
            row.name: row for row in drivers(data, "y", ["a", "b", "c"], method=method).drivers
        }
        assert found["a"].share == pytest.approx(found["b"].share, abs=0.02)
        assert found["a"].high - found["a"].low < 0.1  # a weight would swing by more than it is


def test_the_interval_holds_the_share_of_the_population():
    truth = truth_of_population()
    held = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        x = 0.7 * random.normal(size=(500, 1)) + random.normal(size=(500, 3))
        y = x @ [1.0, 0.5, 0.0] + random.normal(size=500)
        data = {"y": y, "x0": x[:, 0], "x1": x[:, 1], "x2": x[:, 2]}
        found = {r.name: r for r in drivers(data, "y", ["x0", "x1", "x2"], seed=seed).drivers}
        held += found["x0"].low <= truth[0] <= found["x0"].high
    assert 32 <= held <= 40


def truth_of_population():
    cov = 0.49 + np.eye(3)
    beta = np.array([1.0, 0.5, 0.0])
    with_y = cov @ beta
    variance = beta @ cov @ beta + 1
    whole = np.block([[cov, with_y[:, None]], [with_y[None, :], np.array([[variance]])]])
    sd = np.sqrt(np.diag(whole))
    return lmg(whole / np.outer(sd, sd))


def test_the_published_regression_of_the_reference_data_is_divided(shared_data):
    """`cx_drivers`: R² 0.5238 is published; weights of four drivers that go together."""
    t = pq.read_table(shared_data / "cx_drivers/cx_drivers.parquet").to_pydict()
    names = [name for name in t if name != "overall"]
    features = [name for name in names if not name.lower().startswith("cx")]
    found = drivers(t, "overall", names, resamples=0)
    assert round(found.r_squared, 4) == 0.5238
    assert sum(row.share for row in found.drivers) == pytest.approx(found.r_squared, abs=1e-9)
    both = {
        method: drivers(t, "overall", features, method=method, resamples=0)
        for method in ("lmg", "johnson")
    }
    ranks = {method: [row.name for row in each.drivers] for method, each in both.items()}
    assert ranks["lmg"] == ranks["johnson"]


def test_fourteen_touchpoints_of_an_airline_sum_to_r_squared(shared_data):
    t = pq.read_table(shared_data / "airline_satisfaction/airline_passenger_satisfaction.parquet")
    t = t.to_pandas()
    t = t[t["part"] == "test"]
    scores = [
        c for c in t.columns if t[c].dtype.kind in "if" and t[c].max() == 5 and t[c].min() <= 1
    ]
    assert len(scores) == 14
    data = {name: t[name] for name in scores}
    data["satisfied"] = (t["satisfaction"] == "satisfied").astype(float)
    found = drivers(data, "satisfied", scores, method="lmg", resamples=20)
    assert sum(row.share for row in found.drivers) == pytest.approx(found.r_squared, abs=1e-9)
    assert all(row.low <= row.share <= row.high for row in found.drivers[:5])


def test_a_copy_and_what_never_varies_are_left_out_and_named():
    data = made()
    data |= {"same": np.ones(400), "copy": 2 * data["x0"] + 1}
    found = drivers(data, "y", ["x0", "x1", "same", "copy"], resamples=0)
    assert found.left_out == ("same", "copy")


def test_too_few_answers_are_refused():
    few = {name: values[:30] for name, values in made().items()}
    with pytest.raises(BadInputError, match=r"30 answers .* too few for 4 drivers: at least 40"):
        drivers(few, "y", ["x0", "x1", "x2", "x3"])


def test_an_outcome_that_never_varies_is_refused():
    with pytest.raises(BadInputError, match="The score is the same in every answer"):
        drivers({**made(), "y": np.full(400, 3.0)}, "y", ["x0"])
