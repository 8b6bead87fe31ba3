"""The `store` fixture, where the whole suite's conftest has not loaded it; keys of a test brand."""

import pytest
from tests.stores import *  # noqa: F403 - fixtures are found by name

from valence.people.keys import Keyring


@pytest.fixture
def keyring() -> Keyring:
    """Keys of a brand in Britain."""
    return Keyring([bytes(range(32))], "GB")
