"""The lake: a folder of Delta tables, its published snapshot, who may write, how to read."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from valence.core.errors import BadInputError
from valence.core.settings import Brand
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column
from valence.lake.delta import Table
from valence.lake.head import Head, read_head
from valence.lake.internal import INTERNAL
from valence.lake.lease import TURN, VACUUM, lease

if TYPE_CHECKING:
    from valence.lake.reader import Reader
    from valence.lake.writer import Writer


@dataclass(frozen=True)
class Snapshot:
    """Everything published at one moment; reading it is never disturbed by writers."""

    lake: Lake
    head: Head

    @property
    def as_of(self) -> date | None:
        """The day that the marts stand for."""
        return self.head.as_of

    @property
    def names(self) -> tuple[str, ...]:
        """Tables and marts that hold something."""
        return tuple(self.head.tables)

    @cached_property
    def _files(self) -> dict[str, list[str]]:
        return {}

    def files(self, name: str) -> list[str]:
        """The Parquet files of a table; none if nothing was published for it."""
        if name not in self._files:
            state = self.head.tables.get(name)
            table = self.lake.table(name)
            self._files[name] = (
                [] if state is None else [file.path for file in table.files(state.version)]
            )
        return self._files[name]

    def rows(self, name: str) -> int:
        """How many rows a table has."""
        state = self.head.tables.get(name)
        return 0 if state is None else state.rows


class Lake:
    """One lake folder.

    A build gives `marts`, their declared columns. Whoever only reads needs none: the columns of a
    mart that is not declared here are those that it was written with.
    """

    def __init__(
        self,
        path: Path,
        *,
        marts: Mapping[str, Sequence[Column]] | None = None,
        memory: str = "",
        threads: int = 0,
        currency: str = "",
        zone: str = "",
    ) -> None:
        self.path = path
        self.marts = dict(marts or {})
        self.memory = memory
        self.threads = threads
        self.currency = currency
        self.zone = zone
        self._written: dict[str, tuple[Column, ...]] = {}

    @classmethod
    def of(cls, brand: Brand, marts: Mapping[str, Sequence[Column]] | None = None) -> Lake:
        """Return the lake of a brand folder.

        Raises
        ------
        BadInputError
            If the settings name another currency than the lake's amounts are in.
        """
        settings, said = brand.settings.lake, brand.settings.brand
        held = read_head(brand.lake_path).currency
        if held and held != said.currency:
            raise BadInputError(
                "The data of this brand is in {held}, and valence.toml says {said}. Amounts that "
                'stand there cannot be given another name: set `currency = "{held}"` again, or '
                "make another folder with `valence init` and import the files there.",
                held=held,
                said=said.currency,
            )
        return cls(
            brand.lake_path,
            marts=marts,
            memory=settings.memory,
            threads=settings.threads,
            currency=said.currency,
            zone=said.timezone,
        )

    @property
    def scratch(self) -> Path:
        """Where work in progress lies; anything in it may go when nobody holds the lease."""
        return self.path / "scratch"

    def columns(self, name: str) -> tuple[Column, ...]:
        """The declared columns of a table or mart."""
        for declared in (CANONICAL, INTERNAL):
            if name in declared:
                return declared[name].columns
        if name in self.marts:
            return tuple(self.marts[name])
        if name not in self._written:
            self._written[name] = Table(self.path, name, ()).written_columns()
        return self._written[name]

    def table(self, name: str) -> Table:
        """The Delta table of that name."""
        return Table(self.path, name, self.columns(name))

    def snapshot(self) -> Snapshot:
        """Pin what is published now."""
        return Snapshot(self, read_head(self.path))

    @contextmanager
    def writing(self, holder: str, *, wait: float = 0) -> Iterator[Writer]:
        """Hold the lease and give a writer; what it did is visible after its `commit()` only."""
        from valence.lake.writer import Writer  # noqa: PLC0415 - loads DuckDB
        from valence.lake.zones import move_days  # noqa: PLC0415

        with lease(self.path, holder, wait=wait):
            shutil.rmtree(self.scratch, ignore_errors=True)  # of a process that died
            writer = Writer(self)
            try:
                move_days(writer)
                yield writer
            finally:
                writer.close()

    def reader(self) -> Reader:
        """Open what is published now for pages, API and commands."""
        from valence.lake.reader import Reader  # noqa: PLC0415 - loads DuckDB

        return Reader(self.snapshot())

    def vacuum(self, *, keep_hours: int | None = None) -> int:
        """Remove files of replaced versions; return how many went.

        The lease is let go between two tables, so that nobody waits longer than for one.
        """
        from valence.lake.delta import KEEP_HOURS  # noqa: PLC0415

        keep = KEEP_HOURS if keep_hours is None else keep_hours
        gone = 0
        for name in self.snapshot().names:
            with lease(self.path, VACUUM):
                gone += self.table(name).vacuum(keep_hours=keep)
            time.sleep(2 * TURN)
        return gone
