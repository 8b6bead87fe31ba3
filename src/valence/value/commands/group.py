"""The group that every command of value is declared on, and what they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import typer

from valence.kit.commands import (
    BrandFolder,
    Commands,
    open_brand,
    say,
)
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.opened import OpenBrand
from valence.lake.marts import Mart
from valence.lake.reading import Tables
from valence.value.live import live_tables

value = Commands("value", "Who carries the value: RFM, value tiers, cohorts, each customer.")
Day = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="Day that the figures stand for; another than the last build's is computed now.",
    ),
]
Limit = Annotated[int, typer.Option("--limit", min=0, help="Most rows of a list.")]

Changed = Mapping[str, Mapping[str, object]]  # fields of definitions to use instead, by kind


@dataclass(frozen=True)
class CommandAsked:
    """What a command works on."""

    house: OpenBrand
    tables: Tables
    as_of: date | None
    live: bool

    @property
    def fmt(self) -> Formats:
        """How figures are written on a terminal."""
        settings = self.house.brand.settings
        return Formats(language("en"), settings.brand.currency, settings.zone)

    def told(self, result: dict[str, Any]) -> dict[str, Any]:
        """Return a result with what its figures stand for."""
        head = {
            "as_of": self.as_of,
            "computed": "now" if self.live else "last build",
            "currency": self.fmt.currency,
        }
        return {**head, **result}

    def say_day(self) -> None:
        """Say which day the figures stand for, and where they come from."""
        source = "computed now" if self.live else "from the last build"
        say(f"As of {self.as_of}, {source}; amounts in {self.fmt.currency}.")


@contextmanager
def opened(
    folder: BrandFolder,
    day: datetime | None,
    changed: Changed | None = None,
    *,
    live: bool = False,
    instead: Sequence[Mart] = (),
) -> Iterator[CommandAsked]:
    """Give the published tables; those of another day, or by other definitions, computed now.

    `live` has those of the last build's day computed too; `instead` are marts that stand in for
    those of the same name where tables are computed.
    """
    house = OpenBrand(open_brand(folder))
    try:
        reader = house.lake.reader()
        built = reader.snapshot.as_of
        live = live or bool(changed)
        if live and day is None and built is not None:
            day = datetime.combine(built, datetime.min.time())
        if day is None or (day.date() == built and not live):
            yield CommandAsked(house, reader, built, live=False)
            return
        with live_tables(house, day.date(), changed, instead) as tables:
            yield CommandAsked(house, tables, day.date(), live=True)
    finally:
        house.close()
