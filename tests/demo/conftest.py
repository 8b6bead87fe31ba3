"""A brand simulated once, small, for the tests that only read it."""

import pytest

from valence.demo.simulate import Simulation, simulate


@pytest.fixture(scope="session")
def brand() -> Simulation:
    return simulate(3_000, 24, seed=7)
