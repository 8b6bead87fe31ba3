"""Importing: files land in the lake together, at once or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from valence.core import clock
from valence.core.errors import BadInputError, NotFoundError, ValenceError
from valence.core.ids import new_id
from valence.core.messages import Message, message
from valence.core.progress import Progress, Step, silent
from valence.core.settings import Brand
from valence.intake import quarantine
from valence.intake.choosing import Choice, chosen
from valence.intake.columns import with_currency
from valence.intake.formats import is_importable, sha256_of
from valence.intake.identities import Identities
from valence.intake.mapping import FileMapping, keep_mapping, mapping_yaml
from valence.intake.orders import OrderCounts, land_lines, land_orders
from valence.intake.quotes import as_written, stage_lines
from valence.intake.reading import Source, open_source
from valence.intake.records import land_records, load_lookup
from valence.intake.staging import Check, Rules, Staged, good, mark
from valence.intake.statements import keep_precedence, precedence_of
from valence.intake.summary import (
    FileSummary,
    ImportSummary,
    landed_before,
    summary_as_json,
    summary_from,
    totals_of,
)
from valence.intake.targets import KINDS
from valence.intake.waiting import arrived
from valence.lake.lake import Lake
from valence.lake.workbench import literal
from valence.lake.writer import Counts, Writer
from valence.people.keys import Keyring
from valence.people.publish import publish_map
from valence.store import Store

# Rates and lookups are needed by what follows; orders tell lines their moment and customer.
_SEQUENCE = (
    "fx_rates", "lookup", "customers", "products", "orders", "order_lines", "events",
    "feedback", "contacts", "messages", "spend",
)  # fmt: skip


# Of the engine, unless the settings say otherwise: files that fit are not sent through scratch,
# larger ones stay below 1 GB with everything else that the process holds.
MEMORY, MEMORY_OF_LARGE = "2GB", "400MB"
LARGE = 256 * 2**20  # bytes
_THREADS = 4


@dataclass(frozen=True, slots=True)
class _File:
    source: Source
    mapping: FileMapping
    content_hash: str
    warnings: tuple[Message, ...]


def import_files(  # noqa: PLR0913 - what an import may be told
    brand: Brand,
    paths: Sequence[Path],
    mapping: FileMapping | None = None,
    *,
    yes: bool = False,
    progress: Progress = silent,
    actor: str = "import",
    store: Store | None = None,
    replacing: Sequence[int] = (),
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
    progress
        Is told each step; may raise to stop, and nothing was changed.
    actor
        Who imports.
    store
        The brand's store where the caller has it open already.
    replacing
        Rows in quarantine that these files stand for: they leave it when the files land.

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
            run = _Run(brand, own, writer, actor, progress)
            run.replacing = tuple(replacing)
            return run.all(files, skipped, mapping, yes=yes)
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


def files_of(paths: Sequence[Path]) -> tuple[list[Path], list[Message]]:
    """Return the files named, those of folders included, and what was passed over.

    Raises
    ------
    NotFoundError
        If a path does not exist, or a folder holds nothing to import.
    """
    files: list[Path] = []
    passed: list[Message] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.is_file())
            files += [p for p in inside if is_importable(p)]
            passed += [
                message("{file} was passed over: its name says that it is no table.", file=p.name)
                for p in inside
                if not is_importable(p) and not p.name.startswith(".")
            ]
        elif path.exists():
            files.append(path)
        else:
            raise NotFoundError("There is no file or folder {path}.", path=path)
    if not files:
        raise NotFoundError(
            "There is nothing to import in {paths}: no CSV, TSV, Excel, JSON lines or Parquet.",
            paths=", ".join(str(path) for path in paths),
        )
    return files, passed


class _Run:
    """One import: opens every file, lands one after the other, publishes them together."""

    def __init__(
        self, brand: Brand, store: Store, writer: Writer, actor: str, progress: Progress
    ) -> None:
        self.brand, self.store, self.writer = brand, store, writer
        self.bench, self.progress = writer.bench, progress
        self.import_id = writer.batch_id
        self.currency = brand.settings.brand.currency
        self.rules = Rules(brand.settings.brand.timezone, self.currency, clock.now())
        self.keyring = Keyring.of(brand)
        self.identities = Identities(writer, store, self.keyring, actor)
        self.held: list[quarantine.Held] = []
        self.replacing: tuple[int, ...] = ()

    def all(
        self,
        paths: Sequence[Path],
        passed: Sequence[Message],
        mapping: FileMapping | None,
        *,
        yes: bool,
    ) -> ImportSummary:
        """Land the files and publish."""
        quarantine.heal(self.store, self._landed())
        warnings = list(passed)
        files = self._opened(paths, mapping, warnings, yes=yes)
        names = {file.mapping.name for file in files}
        summaries = [self._file(file, i, len(files), names) for i, file in enumerate(files)]
        self.progress(Step(message("Publishing"), len(files), len(files)))
        publish_map(self.writer, self.store)
        with self.store.writing() as unit:
            quarantine.hold(unit, self.keyring, self.import_id, self.held)
        self._record(files, summaries)
        self.writer.commit()
        quarantine.heal(self.store, {self.import_id})
        if self.replacing:
            with self.store.writing() as unit:
                quarantine.remove(unit, self.replacing)
        warnings += arrived(self.writer, self.store)
        return ImportSummary(self.import_id, tuple(summaries), tuple(warnings))

    def _landed(self) -> set[str]:
        self.writer.table_of("imports")
        return {row[0] for row in self.bench.rows("SELECT DISTINCT batch_id FROM imports")}

    def _opened(
        self,
        paths: Sequence[Path],
        mapping: FileMapping | None,
        warnings: list[Message],
        *,
        yes: bool,
    ) -> list[_File]:
        files: list[_File] = []
        for path in paths:
            self.progress(Step(message("Reading {file}", file=path.name)))
            source = open_source(self.bench, path)
            try:
                choice = (
                    Choice(mapping, ())
                    if mapping
                    else chosen(self.bench, self.brand, source, yes=yes)
                )
            except ValenceError as unclear:
                if len(paths) == 1 or not isinstance(unclear, BadInputError):
                    raise
                warnings.append(
                    message("{file} was passed over: {why}", file=path.name, why=unclear.message)
                )
                continue
            source, settled, said = with_currency(self.bench, source, choice.mapping, self.currency)
            self.rules_of(settled)
            files.append(_File(source, settled, "", (*choice.warnings, *said)))
        if not files:
            raise BadInputError(
                "None of the files could be recognised: {why}",
                why=" ".join(str(warning) for warning in warnings),
            )
        files = sorted(files, key=lambda file: _SEQUENCE.index(file.mapping.kind))
        for file in files:
            if file.mapping.precedence:
                keep_precedence(self.writer, file.mapping.namespace, file.mapping.precedence)
        return [replace(file, content_hash=self._content_hash(file)) for file in files]

    def _content_hash(self, file: _File) -> str:
        """Return a hash of all that decides what a file's rows become."""
        trusted = precedence_of(self.writer, file.mapping.namespace).fields
        told = json.dumps(trusted, sort_keys=True) if trusted else ""
        content = f"{sha256_of(file.source.path)}{mapping_yaml(file.mapping)}"
        return _hash(f"{content}{self.rules.brand_zone}{told}")

    def rules_of(self, mapping: FileMapping) -> None:
        """Refuse a mapping whose amounts could not be converted at all."""
        foreign = mapping.currency and mapping.currency != self.currency
        if not foreign or "currency" in mapping.columns:
            return
        self._rates()
        if not self.bench.rows(
            "SELECT 1 FROM _fx WHERE from_currency = ? AND to_currency = ? LIMIT 1",
            [mapping.currency, self.currency],
        ):
            raise BadInputError(
                "The amounts are in {given} and the brand reports in {home}, but no rate between "
                'them is known. Set `currency = "{given}"` under [brand] in valence.toml, or '
                "import a file of rates (day, from, to, rate) first.",
                given=mapping.currency,
                home=self.currency,
            )

    def _file(self, file: _File, place: int, count: int, siblings: set[str]) -> FileSummary:
        label = message("Importing {file}", file=file.source.name)
        self.progress(Step(label, place, count))
        if known := self._known(file):
            return known
        self._rates()
        staged = stage_lines(self.bench, file.source, file.mapping, self.rules, f"staged_{place}")
        if file.mapping.kind == "lookup":
            load_lookup(self.bench, staged)
            return FileSummary(file.source.name, "lookup", file.mapping.name, read=staged.read)
        staged = self._refused_later(staged)
        held = as_written(staged, quarantine.held(self.bench, staged, self.keyring))
        self._wait(staged, held)
        keyed = self.identities.keyed(staged)
        self.bench.sql(f"CREATE OR REPLACE TEMP VIEW _keyed AS {keyed}")
        counts = self._land(staged, file.mapping, siblings)
        totals, months = totals_of(self.bench, keyed, staged)
        first, last = self._span(staged)
        self.held += held
        self.bench.sql(f"DROP TABLE IF EXISTS {staged.table}")
        return FileSummary(
            file.source.name,
            file.mapping.kind,
            file.mapping.name,
            read=staged.read,
            new=counts.lines.new,
            updated=counts.lines.updated,
            unchanged=counts.lines.unchanged,
            quarantined=len(held),
            outranked=counts.outranked,
            orders_new=counts.orders.new,
            orders_updated=counts.orders.updated,
            orders_unchanged=counts.orders.unchanged,
            first=first,
            last=last,
            totals=totals,
            months=months,
            warnings=(*file.source.warnings, *file.warnings, *_told(staged, counts, held)),
        )

    def _land(self, staged: Staged, mapping: FileMapping, siblings: set[str]) -> OrderCounts:
        match mapping.kind:
            case "order_lines":
                return land_lines(self.writer, mapping, "SELECT * FROM _keyed", self.currency)
            case "orders":
                counts = land_orders(self.writer, mapping, "SELECT * FROM _keyed", self.currency)
                return replace(counts, lines=counts.orders)
            case _:
                return OrderCounts(
                    Counts(), land_records(self.writer, staged, siblings, self.currency)
                )

    def _refused_later(self, staged: Staged) -> Staged:
        """Refuse rows without a rate, and lines of orders that nobody knows."""
        mapping = staged.mapping
        if mapping.kind not in {"orders", "order_lines"}:
            return staged
        if "currency" in mapping.columns or mapping.currency not in {"", self.currency}:
            told = f"coalesce(upper(currency), {literal(mapping.currency or self.currency)})"
            known = (
                f"EXISTS (SELECT 1 FROM _fx WHERE from_currency = {told} AND to_currency = "
                f"{literal(self.currency)} AND quoted_on <= coalesce(ordered_day, CURRENT_DATE))"
            )
            cell = mapping.columns.get("currency")
            column = cell.column[0] if cell and cell.column else ""
            staged = mark(
                self.bench, staged,
                Check(column, "no rate", f"{told} <> {literal(self.currency)}", f"NOT {known}"),
            )  # fmt: skip
        if mapping.kind == "order_lines" and (
            "ordered_at" not in mapping.columns or "ordered_at" in mapping.fill_down
        ):
            self.writer.table_of("orders")
            known = (
                f"order_id IN (SELECT order_id FROM orders WHERE namespace = "
                f"{literal(mapping.namespace)} UNION ALL SELECT order_id FROM ({good(staged)}) "
                "WHERE ordered_at IS NOT NULL)"
            )
            column = mapping.columns["order_id"].column[0]
            staged = mark(self.bench, staged, Check(column, "unknown order", f"NOT {known}"))
        return staged

    def _wait(self, staged: Staged, held: Iterable[quarantine.Held]) -> None:
        """Make `_waiting`: orders that have a row in quarantine."""
        namespace = staged.mapping.namespace
        with self.store.reading() as view:
            waiting = quarantine.waiting_orders(view, namespace, self.replacing)
        waiting |= {one.order_id for one in held if one.order_id}
        self.bench.sql(
            "CREATE OR REPLACE TEMP TABLE _waiting AS SELECT ? AS namespace, "
            "unnest(?::VARCHAR[]) AS order_id",
            [namespace, sorted(waiting)],
        )

    def _rates(self) -> None:
        self.writer.table_of("fx_rates")
        self.bench.sql("CREATE OR REPLACE TEMP VIEW _fx AS SELECT * FROM fx_rates")

    def _span(self, staged: Staged) -> tuple[datetime | None, datetime | None]:
        dated = KINDS[staged.mapping.kind].dated
        if not dated:
            return None, None
        first, last = self.bench.rows(f"SELECT min({dated}), max({dated}) FROM ({good(staged)})")[0]
        return first, last

    def _known(self, file: _File) -> FileSummary | None:
        """Return the summary of the same bytes under the same mapping, if they landed before."""
        if file.mapping.kind == "lookup":
            return None
        self.writer.table_of("imports")
        rows = self.bench.rows(
            "SELECT summary FROM imports WHERE file_hash = ? ORDER BY imported_at DESC LIMIT 1",
            [file.content_hash],
        )
        if not rows:
            return None
        return landed_before(summary_from(json.loads(rows[0][0])), file.source.name)

    def _record(self, files: Sequence[_File], summaries: Sequence[FileSummary]) -> None:
        rows = [
            {
                "import_id": str(new_id()),
                "file_name": summary.file,
                "file_hash": file.content_hash,
                "kind": summary.kind,
                "summary": json.dumps(summary_as_json(summary), ensure_ascii=False),
            }
            for file, summary in zip(files, summaries, strict=True)
            if not summary.skipped and summary.kind != "lookup"
        ]
        if not rows:
            return
        values = ", ".join(
            "(" + ", ".join(literal(str(value)) for value in row.values()) + ")" for row in rows
        )
        at = f"TIMESTAMPTZ {literal(clock.now().isoformat())}"
        self.writer.merge(
            "imports",
            f"SELECT *, {at} AS imported_at FROM (VALUES {values}) AS v({', '.join(rows[0])})",
        )


def confirm(brand: Brand, source: Source, mapping: FileMapping) -> Path:
    """Keep a mapping that somebody confirmed, for this and every file with the same columns."""
    return keep_mapping(brand, mapping, source.signature)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _told(
    staged: Staged, counts: OrderCounts, held: Sequence[quarantine.Held]
) -> Iterable[Message]:
    name = staged.source.name
    if staged.read == 0:
        yield message("{file} has a header and no rows; nothing was to be imported.", file=name)
    if held:
        yield message(
            "{count} of {rows} rows of {file} stand in quarantine; the others landed. See them "
            "with `valence quarantine list`.",
            count=len(held),
            rows=staged.read,
            file=name,
        )
    if counts.lines.updated or counts.changed_orders:
        yield message(
            "{count} orders of {file} were known with other contents: {lines} rows were changed "
            "and their totals made anew from all lines known.",
            count=counts.changed_orders,
            file=name,
            lines=counts.lines.updated,
        )
    yield from _told_precedence(name, counts)


def _told_precedence(name: str, counts: OrderCounts) -> Iterable[Message]:
    if counts.outranked:
        yield message(
            "{count} lines of {file} were left out: a more trusted source tells these orders.",
            count=counts.outranked,
            file=name,
        )
    if counts.taken_over:
        yield message(
            "{count} lines that a less trusted source told went: {file} tells these orders.",
            count=counts.taken_over,
            file=name,
        )
    if counts.undecided:
        listed = ", ".join(counts.undecided)
        yield message(
            "{sources} tell of the same orders, and no precedence says which is trusted more: the "
            "file that comes last counts. Name them in the mapping, such as `precedence: "
            "[{sources}]`.",
            sources=listed,
        )
