"""The walk along orders: what goes wrong, what it costs, and that a twin differs by it alone."""

from dataclasses import replace

import numpy as np
import pytest

from valence.demo.troubles import (
    LATE,
    UNSOLVED,
    Affected,
    Draws,
    Path,
    margin_between,
    twins,
    walk,
)


def _path(units=400, orders=12, seed=1):
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), orders)
    at = np.sort(rng.random((units, orders)) * 700, axis=1).ravel()
    count = len(unit)
    late_felt = 2 + rng.random(count) * 2
    return Path(
        unit, at, rng.random(count) < 0.8, rng.random(count) < 0.4, 50 + 100 * rng.random(count),
        late_felt, late_felt + 8, Draws.of(rng, count), at[::orders].copy(),
        rng.random(units) < 0.3, 0.5 + rng.random(units), np.zeros(units),
    )  # fmt: skip


@pytest.fixture(scope="module")
def path():
    return _path()


def test_where_nothing_matters_every_order_is_placed_and_things_go_wrong_all_the_same(path):
    walked = walk(path, matters=False)
    assert walked.placed.all()
    assert walked.late.sum() > 100
    assert walked.unsolved.sum() > 10


def test_troubles_cost_orders_and_a_first_order_is_never_lost(path):
    walked = walk(path)
    assert 0.8 < walked.placed.mean() < 0.99
    first, _ = path.bounds()
    assert walked.placed[first].all()


def test_an_order_is_lost_only_after_a_bad_experience_was_felt(path):
    walked = walk(path)
    felt = np.full(path.units, np.inf)
    for met, after in ((walked.late, path.late_felt), (walked.unsolved, path.unsolved_felt)):
        np.minimum.at(felt, path.unit[met], (path.at + after)[met])
    lost = ~walked.placed
    assert (path.at[lost] >= felt[path.unit[lost]]).all()


def test_only_what_was_placed_and_sent_is_late_and_only_who_spoke_is_left_unsolved(path):
    walked = walk(path)
    assert (walked.placed & path.sent)[walked.late].all()
    assert walked.spoke[walked.unsolved].all()
    assert (walked.matter[walked.spoke] > 0).all()


def test_nothing_is_felt_after_the_day_that_is_the_last(path):
    walked = walk(path, until=350.0)
    assert ((path.at + path.late_felt)[walked.late] < 350).all()
    assert ((path.at + path.unsolved_felt)[walked.unsolved] < 350).all()


@pytest.mark.parametrize(
    ("experience", "luck"), [(LATE, "late"), (UNSOLVED, "unsolved")], ids=[LATE, UNSOLVED]
)
def test_a_twin_is_the_walk_of_the_same_customer_whose_luck_was_better_this_once(
    path, experience, luck
):
    """Against the slow way: all of the walk again with one draw of one order turned to the good."""
    walked = walk(path)
    met = walked.late if experience == LATE else walked.unsolved
    after = path.late_felt if experience == LATE else path.unsolved_felt
    rows = np.flatnonzero(met)[::4][:25]
    quick = twins(path, walked.placed, Affected(rows, walked.before[rows], experience))
    for row, lost in zip(rows, quick, strict=True):
        lucky = getattr(path.draws, luck).copy()
        lucky[row] = 1.0
        other = walk(replace(path, draws=replace(path.draws, **{luck: lucky})))
        felt = path.at[[row]] + after[[row]]
        margins = [
            margin_between(path, placed, path.unit[[row]], felt, felt + 365)[0]
            for placed in (other.placed, walked.placed)
        ]
        assert lost == pytest.approx(margins[0] - margins[1], abs=1e-6)
    assert (np.abs(quick) > 0).any()


def test_who_is_spared_nothing_loses_nothing(path):
    walked = walk(path)
    rows = np.flatnonzero(walked.late)
    none = twins(path, walked.placed, Affected(rows, walked.before[rows], ""))
    # Felt when an unsolved contact would be: a window like any other.
    assert none == pytest.approx(np.zeros(len(rows)), abs=1e-6)


def test_units_do_not_touch_each_other(path):
    """Half of the customers alone walk as they do among all."""
    whole = walk(path)
    half = path.unit < path.units // 2
    rows = np.flatnonzero(half)
    part = Path(
        *(getattr(path, n)[rows] for n in
          ("unit", "at", "sent", "app", "margin", "late_felt", "unsolved_felt")),
        path.draws.take(rows),
        *(getattr(path, n)[: path.units // 2] for n in ("acquired", "remote", "tender", "hidden")),
    )  # fmt: skip
    assert np.array_equal(walk(part).placed, whole.placed[rows])


def test_what_was_earned_before_counts_the_last_year_alone(path):
    walked = walk(path)
    rng = np.random.default_rng(3)
    for row in rng.integers(0, len(path), 50):
        own = (path.unit == path.unit[row]) & (path.at < path.at[row])
        own &= (path.at >= path.at[row] - 365) & walked.placed
        assert walked.worth[row] == pytest.approx(path.margin[own].sum())
