"""Keys of a test brand."""

import shutil
from contextlib import contextmanager
from uuid import uuid4

import pytest

from valence.people.keys import Keyring
from valence.store import Store


@pytest.fixture
def keyring() -> Keyring:
    """Keys of a brand in Britain."""
    return Keyring([bytes(range(32))], "GB")


@pytest.fixture
def sqlite_file(sqlite_template, tmp_path):
    """Give a fresh store each time it is called: for tests that try many worlds."""

    @contextmanager
    def fresh():
        path = tmp_path / f"{uuid4().hex}.db"
        shutil.copy(sqlite_template, path)
        store = Store(f"sqlite:///{path}")
        try:
            yield store
        finally:
            store.close()
            for file in tmp_path.glob(f"{path.stem}*"):
                file.unlink()

    return fresh
