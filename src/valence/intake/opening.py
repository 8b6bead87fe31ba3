"""Opening: the files of one import, each with the mapping that it is read by, in their order."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message, message
from valence.core.progress import Progress, Step
from valence.core.settings import Brand
from valence.intake.choosing import Choice, chosen, given
from valence.intake.columns import with_currency
from valence.intake.formats import is_importable, sha256_of
from valence.intake.mapping import FileMapping, mapping_yaml
from valence.intake.needless import needless
from valence.intake.rates import require_rate
from valence.intake.reading import Source, open_source
from valence.intake.rereading import Again
from valence.intake.statements import keep_precedence, precedence_of
from valence.lake.writer import Writer

# Rates and lookups are needed by what follows; orders tell lines their moment and customer.
_SEQUENCE = (
    "fx_rates", "lookup", "customers", "products", "orders", "order_lines", "events",
    "feedback", "contacts", "messages", "spend",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OpenFile:
    """One file of an import: what it holds, and how it is read."""

    source: Source
    mapping: FileMapping
    content_hash: str = ""  # of all that decides what its rows become
    warnings: tuple[Message, ...] = ()
    again: Again | None = None  # the rows of the quarantine that it stands for
    chosen: FileMapping | None = None  # its mapping before the file's currencies were looked at
    origin: str = "given"  # of the mapping: kept, ready, guessed, or given with the import

    @property
    def name(self) -> str:
        """The name of the file that its rows came in."""
        return self.again.file if self.again else self.source.name


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


class Opening:
    """Opens the files of one import; files of a folder that nobody knows are passed over."""

    def __init__(self, brand: Brand, writer: Writer, progress: Progress) -> None:
        self._brand, self._writer, self._progress = brand, writer, progress
        self._currency = brand.settings.brand.currency
        self.passed: list[Message] = []

    def all(
        self,
        paths: Sequence[Path],
        mapping: FileMapping | None,
        *,
        yes: bool,
        again: Again | None = None,
    ) -> list[OpenFile]:
        """Return the files in the order in which they land.

        `mapping` is that of all of them, if given; `again` says what the only one stands for.

        Raises
        ------
        BadInputError
            If one cannot be read, none is recognised, or a currency has no rate.
        """
        how = {"yes": yes, "alone": len(paths) == 1, "again": again is not None}
        found = [self._one(path, mapping, **how) for path in paths]
        files = [file for file in found if file is not None]
        if not files:
            raise BadInputError(
                "None of the files could be recognised: {why}",
                why=" ".join(str(why) for why in self.passed),
            )
        if again is None and all(file.mapping.kind != "fx_rates" for file in files):
            for file in files:
                require_rate(self._writer, file.source, file.mapping, self._currency)
        for file in files:
            if file.mapping.precedence:
                keep_precedence(self._writer, file.mapping.namespace, file.mapping.precedence)
        files.sort(key=lambda file: _SEQUENCE.index(file.mapping.kind))
        return [replace(file, content_hash=self._hash(file), again=again) for file in files]

    def _one(
        self, path: Path, mapping: FileMapping | None, *, yes: bool, alone: bool, again: bool
    ) -> OpenFile | None:
        self._progress(Step(message("Looking at {file}", file=path.name)))
        bench = self._writer.bench
        source = open_source(bench, path)
        try:
            choice = self._choice(source, mapping, yes=yes, again=again)
        except BadInputError as unclear:
            if alone:
                raise
            why = needless(source.names)
            self.passed.append(
                message("{file} was passed over: {why}", file=path.name, why=why or unclear.message)
            )
            return None
        source, settled, said = with_currency(bench, source, choice.mapping, self._currency)
        return OpenFile(
            source,
            settled,
            warnings=(*choice.warnings, *said),
            chosen=choice.mapping,
            origin=choice.origin,
        )

    def _choice(
        self, source: Source, mapping: FileMapping | None, *, yes: bool, again: bool
    ) -> Choice:
        bench = self._writer.bench
        if mapping is None:
            return chosen(bench, self._brand, source, yes=yes)
        if again:  # a few rows of a file, which was read by this very mapping
            return Choice(mapping, ())
        return given(bench, self._brand, source, mapping)

    def _hash(self, file: OpenFile) -> str:
        trusted = precedence_of(self._writer, file.mapping.namespace).fields
        told = json.dumps(trusted, sort_keys=True) if trusted else ""
        zone = self._brand.settings.brand.timezone
        content = f"{sha256_of(file.source.path)}{mapping_yaml(file.mapping)}{zone}{told}"
        return sha256(content.encode()).hexdigest()
