"""One built brand for all tests of the desk; those that write get a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.app.desk.brands import DESK, VALUE, empty_brand, small_brand
from tests.built import built_once
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.settings import load


@pytest.fixture(scope="session")
def built_folder(tmp_path_factory) -> Path:
    def make(folder: Path) -> WholeHouse:
        house = small_brand(folder)
        house.store.migrate()
        return house

    return built_once(tmp_path_factory, "small", make)


@pytest.fixture(scope="session")
def looking(built_folder) -> Iterator[TestClient]:
    """A client of the built brand for tests that only look."""
    house = WholeHouse(load(built_folder), (VALUE, DESK))
    yield client(house)
    house.close()


@pytest.fixture
def house(built_folder, tmp_path) -> Iterator[WholeHouse]:
    """A copy of the built brand, to be changed."""
    shutil.copytree(built_folder, tmp_path / "brand")
    opened = WholeHouse(load(tmp_path / "brand"), (VALUE, DESK))
    yield opened
    opened.close()


@pytest.fixture
def bare(tmp_path) -> Iterator[WholeHouse]:
    """A brand folder in which nothing has happened yet."""
    opened = empty_brand(tmp_path / "bare")
    yield opened
    opened.close()


def client(house: WholeHouse) -> TestClient:
    return TestClient(application(house), base_url="http://127.0.0.1")


@pytest.fixture
def web(house) -> TestClient:
    return client(house)
