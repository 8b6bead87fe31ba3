"""The check against the simulated brand: few seeds, and what is made of many."""

from __future__ import annotations

import json
from functools import partial

import numpy as np
import pytest
from typer.testing import CliRunner

from valence.app import stake_proof
from valence.app.cli import application
from valence.journey.stake import verify
from valence.journey.stake.verify import Seen, as_moments, claims, exposed

SEEN = Seen(
    truth=-10.0, low=-14.0, high=-8.0, naive_low=-2.0, naive_high=3.0, width=1.1, alarm=False,
    affected=900,
)  # fmt: skip


@pytest.fixture
def small(monkeypatch):
    """Few customers, so that a seed takes a moment."""
    monkeypatch.setattr(
        stake_proof, "CUSTOMERS", {"late delivery": 4_000, "unsolved contact": 12_000}
    )
    monkeypatch.setattr(verify, "_LEARNED_FROM", range(900_001, 900_003))


def test_simulated_moments_are_taken_as_they_are():
    drawn = partial(stake_proof.drawn, 3, "late delivery")(hidden=False)
    moments = as_moments(drawn.table)
    assert len(moments) == drawn.table.num_rows == len(drawn.chance)
    assert 0.05 < exposed(drawn.table).mean() < 0.3
    assert drawn.effect < 0
    assert np.isfinite(moments.mains).all()
    # The placebo's covariates know nothing of the year that it tests.
    assert moments.before.mains.shape[1] < moments.mains.shape[1]


def test_claims_count_of_a_hundred_seeds():
    missed = Seen(-10.0, -9.0, -8.0, -11.0, 3.0, 1.3, alarm=True, affected=900)
    told = claims([SEEN] * 9 + [missed], [missed] * 4 + [SEEN])
    assert [(claim.found, claim.met) for claim in told] == [
        ("90", True), ("1.120", True), ("10", True), ("80", True), ("10", None),
    ]  # fmt: skip
    assert [claim.met for claim in claims([missed], [SEEN])] == [False, True, False, False, None]


@pytest.mark.long
def test_the_command_tells_what_held_and_its_exit_code_says_whether(small):
    words = ["journey", "stake", "--verify", "--seeds", "1", "--json"]
    found = CliRunner().invoke(application("journey"), words)
    told = json.loads(found.output)
    assert set(told["experiences"]) == {"late delivery", "unsolved contact"}
    assert told["seeds"] == 1
    assert found.exit_code == (0 if told["met"] else 1)
