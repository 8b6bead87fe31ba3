"""One brand, opened: its lake and its store, as commands, jobs and the web share them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from valence.core.settings import Brand

if TYPE_CHECKING:  # each is loaded when it is first asked for: a command needs few of them
    from valence.lake.lake import Lake
    from valence.lake.reader import Reader
    from valence.people.keys import Keyring
    from valence.store.store import Store


@dataclass
class OpenBrand:
    """A brand folder with what is opened of it, each part when first asked for."""

    brand: Brand

    @cached_property
    def lake(self) -> Lake:
        """The lake."""
        from valence.lake.lake import Lake  # noqa: PLC0415

        return Lake.of(self.brand)

    @cached_property
    def store(self) -> Store:
        """The store, its tables brought up to date."""
        from valence.store.store import Store  # noqa: PLC0415

        self.brand.data.mkdir(parents=True, exist_ok=True)
        store = Store(self.brand.store_url)
        store.migrate()
        return store

    @cached_property
    def keyring(self) -> Keyring:
        """The keys that hash identifiers and open the contact vault."""
        from valence.people.keys import Keyring  # noqa: PLC0415

        return Keyring.of(self.brand)

    @cached_property
    def readers(self) -> Readers:
        """Gives the reader of what is published now."""
        return Readers(self.lake)

    def close(self) -> None:
        """Let go of the store's connections."""
        if "store" in self.__dict__:
            self.store.close()


class Readers:
    """Gives the reader of what is published now; opens a new one only when that changed."""

    def __init__(self, lake: Lake) -> None:
        self.lake = lake
        self._lock = threading.Lock()
        self._reader: Reader | None = None

    def __call__(self) -> Reader:
        """Return a reader of the present head."""
        from valence.lake.reader import Reader  # noqa: PLC0415

        snapshot = self.lake.snapshot()
        with self._lock:
            if self._reader is None or self._reader.snapshot.head != snapshot.head:
                # The one before is not closed: requests may still read by it; it goes with them.
                self._reader = Reader(snapshot)
            return self._reader
