"""The head: one small file that says which version of every table is published, all at once.

Delta makes one table's commit atomic; an import or a build writes many tables. They become visible
together when `head.json` is replaced, which a file system does atomically. Readers pin a head and
keep seeing exactly that, whatever is written meanwhile.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from valence.core import clock

FILE = "head.json"


@dataclass(frozen=True, slots=True)
class TableState:
    """A published version of one Delta table."""

    version: int
    rows: int


@dataclass(frozen=True, slots=True)
class MartState:
    """What a mart was made from: equal to what a build wants, it need not be made again."""

    fingerprint: str  # declaration, settings and definitions
    as_of: str
    sequence: int  # canonical changes up to this number are in it
    run_id: str
    built_at: str


@dataclass(frozen=True, slots=True)
class Head:
    """Everything published: tables with their versions, what marts rest on, the serving copy."""

    sequence: int = 0  # raised by each import: orders canonical changes
    revision: int = 0  # raised by each publication
    published_at: str = ""
    tables: dict[str, TableState] = field(default_factory=dict)
    marts: dict[str, MartState] = field(default_factory=dict)
    serving: str = ""
    last_batch: str = ""
    currency: str = ""  # of every amount
    zone: str = ""  # of every business day

    @property
    def as_of(self) -> date | None:
        """The day that the published marts stand for."""
        days = {state.as_of for state in self.marts.values()}
        return date.fromisoformat(max(days)) if days else None

    @property
    def at(self) -> datetime | None:
        """When this head was published (UTC)."""
        return datetime.fromisoformat(self.published_at) if self.published_at else None


def read_head(folder: Path) -> Head:
    """Return the published head of a lake folder; an empty one if nothing was published yet."""
    try:
        raw = json.loads((folder / FILE).read_text("utf-8"))
    except FileNotFoundError:
        return Head()
    raw["tables"] = {name: TableState(**state) for name, state in raw["tables"].items()}
    raw["marts"] = {name: MartState(**state) for name, state in raw["marts"].items()}
    return Head(**raw)


def publish(folder: Path, head: Head) -> Head:
    """Make `head` the published one, atomically and durably; return it as published."""
    published = replace(head, revision=head.revision + 1, published_at=clock.now().isoformat())
    fresh = folder / f".{FILE}.{os.getpid()}"
    with fresh.open("w", encoding="utf-8") as out:
        json.dump(asdict(published), out, indent=1)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(folder / FILE)
    sync_folder(folder)
    return published


def sync_folder(folder: Path) -> None:
    """Make renames and new files in `folder` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
