"""Importing: files land in the lake together, at once or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from valence.core.errors import ValenceError
from valence.core.messages import Message
from valence.core.progress import Progress, silent
from valence.core.settings import Brand
from valence.intake import healing, quarantine
from valence.intake.landing import Landing
from valence.intake.log import record
from valence.intake.mapping import FileMapping, keep_mapping
from valence.intake.opening import OpenFile, Opening, files_of
from valence.intake.reading import Source
from valence.intake.rereading import Again
from valence.intake.stepping import Steps
from valence.intake.summary import FileSummary, ImportSummary
from valence.intake.waiting import Brought, arrivals
from valence.lake.lake import Lake
from valence.lake.writer import Writer
from valence.people.keys import Keyring
from valence.people.publish import publish_map
from valence.store import Store

# Of the engine, unless the settings say otherwise: files that fit are not sent through scratch,
# larger ones stay below 1 GB with everything else that the process holds.
MEMORY, MEMORY_OF_LARGE = "2GB", "400MB"
LARGE = 256 * 2**20  # bytes
_THREADS = 4


def import_files(  # noqa: PLR0913 - what an import may be told
    brand: Brand,
    paths: Sequence[Path],
    mapping: FileMapping | None = None,
    *,
    yes: bool = False,
    keep: bool = False,
    progress: Progress = silent,
    actor: str = "import",
    store: Store | None = None,
    again: Again | None = None,
) -> ImportSummary:
    """Import files and folders; everything becomes visible together at the end.

    Parameters
    ----------
    brand
        Whose data it is.
    paths
        Files, or folders of files that belong together.
    mapping
        For every file given; None: the one kept from last time, a ready one, or a guess.
    yes
        Take guesses, where they are clear, without asking.
    keep
        Keep the mapping given, once the files landed, for the next ones with the same columns.
    progress
        Is told each step; may raise to stop, and nothing was changed.
    actor
        Who imports.
    store
        The brand's store where the caller has it open already.
    again
        The rows in quarantine that the one file stands for: they leave it when the file lands.

    Returns
    -------
    ImportSummary
        Figures to check against the source.

    Raises
    ------
    NeedsConfirmationError
        If a mapping was guessed and nobody confirmed it; it carries the choices to make.
    BadInputError
        If a file cannot be read, or its mapping does not fit; the message names it.
    OutOfSpaceError
        If the disk is full; nothing was changed.
    """
    files, skipped = files_of(paths)
    own = store or Store(brand.store_url)
    own.migrate()
    try:
        what = files[0].name if len(files) == 1 else f"{len(files)} files"
        with _bounded(Lake.of(brand), files).writing(f"import {what}") as writer:
            run = _Run(brand, own, writer, actor)
            opening = Opening(brand, writer, progress)
            opening.passed += skipped
            healing.heal(own, healing.landed_in(writer.lake))
            try:
                opened = opening.all(files, mapping, yes=yes, again=again)
                summary = run.all(opened, opening.passed, Steps(progress, len(opened)))
            finally:
                with suppress(ValenceError):  # on a full disk: the next import does it
                    healing.heal(own, healing.landed_in(writer.lake))
        for file in opened if keep else ():
            keep_mapping(brand, file.chosen or file.mapping, file.source.signature)
        return summary
    finally:
        if store is None:
            own.close()


def _bounded(lake: Lake, files: Sequence[Path]) -> Lake:
    """Bound the engine where the settings do not: a large file is never a reason to fall over.

    What does not fit goes to scratch. Each thread has read buffers of its own, so that many cores
    would not do with the same memory.
    """
    if not lake.memory:
        packed = (".gz", ".zip", ".parquet", ".xlsx")
        size = sum(f.stat().st_size * (6 if f.suffix.lower() in packed else 1) for f in files)
        lake.memory = MEMORY_OF_LARGE if size > LARGE else MEMORY
        lake.threads = lake.threads or min(_THREADS, os.cpu_count() or 1)
    return lake


class _Run:
    """One import: lands one file after the other and publishes them together."""

    def __init__(self, brand: Brand, store: Store, writer: Writer, actor: str) -> None:
        self.store, self.writer, self.actor = store, writer, actor
        self.import_id = writer.batch_id
        self.keyring = Keyring.of(brand)
        self.landing = Landing(brand, store, writer, self.keyring, actor)

    def all(
        self, files: Sequence[OpenFile], passed: Sequence[Message], steps: Steps
    ) -> ImportSummary:
        """Land the files, and what waited for their orders, and publish."""
        names = {file.mapping.name for file in files}
        landed = [(file, self.landing.file(file, names, steps)) for file in files]
        landed += self._arrivals(files, names, steps)
        steps.publishing()
        publish_map(self.writer, self.store)
        told = self.landing.people.counted([one for _, one in landed])
        summary = ImportSummary(self.import_id, tuple(told), tuple(passed))
        self._publish([file for file, _ in landed], summary)
        return summary

    def _arrivals(
        self, files: Sequence[OpenFile], names: set[str], steps: Steps
    ) -> list[tuple[OpenFile, FileSummary]]:
        """Land the rows that waited in quarantine for what these files brought."""
        brought = Brought.by(files)
        if not (brought.namespaces or brought.rates):
            return []
        waited = arrivals(self.writer, self.store, self.keyring, brought, self.landing.leaving)
        found = []
        for file in waited:
            steps.more()
            found.append((file, self.landing.file(file, names, steps)))
        return found

    def _publish(self, files: Sequence[OpenFile], summary: ImportSummary) -> None:
        leaving = self.landing.leaving
        new = [told for told in summary.files if not told.skipped and told.kind != "lookup"]
        with self.store.writing() as unit:
            quarantine.let_go(unit, self.import_id, leaving)
            if new:
                healing.note(unit, self.import_id, new, actor=self.actor)
        recorded = [(f.content_hash, told) for f, told in zip(files, summary.files, strict=True)]
        record(self.writer, recorded, summary.warnings)
        self.writer.commit()


def confirm(brand: Brand, source: Source, mapping: FileMapping) -> Path:
    """Keep a mapping that somebody confirmed, for this and every file with the same columns."""
    return keep_mapping(brand, mapping, source.signature)
