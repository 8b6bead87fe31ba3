"""The house that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valence.app.house import WholeHouse
from valence.kit.commands import open_brand


@contextmanager
def opened(brand: Path) -> Iterator[WholeHouse]:
    """Open the brand of a folder, and close it behind."""
    house = WholeHouse(open_brand(brand))
    try:
        yield house
    finally:
        house.close()
