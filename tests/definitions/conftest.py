"""The `store` fixture, where the whole suite's conftest has not loaded it."""

from tests.stores import *  # noqa: F403 - fixtures are found by name
