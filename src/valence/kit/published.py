"""What commands read of the last build, and how they say which day it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from valence.core.errors import NotFoundError
from valence.kit.commands import open_brand, say
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand

if TYPE_CHECKING:
    from valence.lake.reader import Reader


@dataclass(frozen=True)
class Published:
    """A brand and what its last build published."""

    house: OpenBrand
    tables: Reader
    as_of: date | None

    @property
    def fmt(self) -> Formats:
        """How figures are written on a terminal."""
        settings = self.house.brand.settings
        return Formats(language("en"), settings.brand.currency, settings.zone)

    def told(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a result with what its figures stand for."""
        return {"as_of": self.as_of, "currency": self.fmt.currency, **result}

    def say_day(self) -> None:
        """Say which day the figures stand for."""
        say(f"As of {self.as_of}, from the last build; amounts in {self.fmt.currency}.")


@contextmanager
def published_tables(folder: Path, needed: str = "") -> Iterator[Published]:
    """Open a brand and give what its last build published.

    Raises
    ------
    NotFoundError
        If the mart that is needed has not been built.
    """
    house = OpenBrand(open_brand(folder))
    try:
        reader = house.lake.reader()
        if needed and not reader.has(needed):
            raise NotFoundError(
                "No figures have been built yet. Import orders, then run `valence build`."
            )
        yield Published(house, reader, reader.snapshot.as_of)
    finally:
        house.close()
