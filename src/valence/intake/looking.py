"""Looking: what a file is taken for before anything is kept, with samples and reasons."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from valence.core.errors import BadInputError, ValenceError
from valence.core.messages import Message
from valence.core.settings import Brand
from valence.intake.choosing import Preview, preview
from valence.intake.guessing import Guessed, Question
from valence.intake.mapping import FileMapping, mapping_yaml, read_mapping
from valence.intake.reading import Source, open_source
from valence.intake.saying import Said, cells_of
from valence.lake.workbench import Workbench
from valence.store.sentences import kept, restored

SAMPLES = 3
HEAD_ROWS = 2_000
HEAD_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class SeenColumn:
    """One column of a file: its name, what kind of cells it has, and a few of them."""

    name: str
    kind: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen in a file and what it is taken for.

    `origin` is `kept` (confirmed before), `ready` (comes with Valence), `guessed`, or `unknown`
    (nobody could tell what it holds: then `mapping` is None and `fault` says why).
    """

    name: str
    origin: str
    signature: str
    columns: tuple[SeenColumn, ...]
    mapping: FileMapping | None
    told: tuple[Guessed, ...] = ()
    questions: tuple[Question, ...] = ()
    unused: tuple[str, ...] = ()
    warnings: tuple[Message, ...] = ()
    fault: Message | None = None
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The column names."""
        return tuple(column.name for column in self.columns)

    @property
    def settled(self) -> bool:
        """Whether it can be imported without asking anybody."""
        return self.origin in {"kept", "ready"} and not self.open_questions

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """The questions whose answer nobody may assume."""
        return tuple(question for question in self.questions if not question.clear)


@contextmanager
def bench_of(brand: Brand) -> Iterator[Workbench]:
    """Open a workbench of its own: whoever takes the lake's lease clears the lake's scratch."""
    bench = Workbench(brand.data / "scratch", memory="512MB", threads=2)
    try:
        yield bench
    finally:
        bench.close()
        with suppress(OSError):
            (brand.data / "scratch").rmdir()


def look(brand: Brand, path: Path, *, head: Path | None = None, said: Said | None = None) -> Look:
    """Return what a file is taken for; its first rows are written to the folder `head`.

    What somebody `said` of its columns stands above all that they look like.

    Raises
    ------
    NotFoundError, BadInputError
        If it cannot be read as a table at all.
    """
    with bench_of(brand) as bench:
        source = open_source(bench, path)
        if head is not None:
            _write_head(bench, source, head)
        if said:
            cells_of(said.columns, source.names, source.name)  # a typo is no unknown form
        try:
            return _seen(source, preview(bench, brand, source, said))
        except BadInputError as unclear:
            return replace(_seen(source, None), fault=unclear.message)


def looked(brand: Brand, path: Path, kept_in: Path) -> Look:
    """Return what a file is taken for, from `kept_in/look.json` where it was looked at before."""
    known = kept_in / "look.json"
    if known.exists():
        return _restored(json.loads(known.read_text("utf-8")))
    kept_in.mkdir(parents=True, exist_ok=True)
    try:
        found = look(brand, path, head=kept_in)
    except ValenceError as wrong:
        found = Look(path.name, "unreadable", "", (), None, fault=wrong.message)
    known.write_text(json.dumps(as_kept(found), ensure_ascii=False), "utf-8")
    return found


def head_of(kept_in: Path) -> Path:
    """Return the file with the first rows that `looked` wrote."""
    return next(path for path in sorted(kept_in.iterdir()) if path.stem == "head")


def _seen(source: Source, offered: Preview | None) -> Look:
    guessed = offered.guess if offered else None
    return Look(
        source.name,
        offered.origin if offered else "unknown",
        source.signature,
        tuple(
            SeenColumn(column.name, column.kind, _samples(source, column.name))
            for column in source.columns
        ),
        guessed.mapping if guessed else None,
        guessed.columns if guessed else (),
        guessed.questions if guessed else (),
        guessed.unused if guessed else source.names,
        (*source.warnings, *(guessed.notes if guessed else ())),
        format=source.format,
        encoding=source.encoding or "",
        delimiter=source.dialect.delimiter if source.dialect else "",
        sheet=source.sheet,
    )


def _samples(source: Source, column: str) -> tuple[str, ...]:
    cells = (cell for row in source.sample if (cell := row[column]) and cell.strip())
    return tuple(list(dict.fromkeys(cells))[:SAMPLES])


def _write_head(bench: Workbench, source: Source, folder: Path) -> None:
    """Keep the first rows in the source's own form: the live preview reads them, not the file."""
    if source.format == "parquet":
        rows = bench.arrow(f"SELECT * FROM ({source.relation}) LIMIT {HEAD_ROWS}")
        pq.write_table(rows, folder / "head.parquet")
    elif source.format == "csv":
        with source.plain.open("rb") as file:
            head = file.read(HEAD_BYTES)
        whole = head if len(head) < HEAD_BYTES else head[: head.rfind(b"\n") + 1] or head
        (folder / "head.csv").write_bytes(whole)
    else:
        rows_of_it = [
            row for row in source.sample if any(cell is not None for cell in row.values())
        ]
        told = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows_of_it)
        (folder / "head.jsonl").write_text(told + "\n", "utf-8")


def as_kept(found: Look) -> dict[str, Any]:
    """Return a look in JSON's types."""
    return {
        "name": found.name,
        "origin": found.origin,
        "signature": found.signature,
        "columns": [[c.name, c.kind, c.samples] for c in found.columns],
        "mapping": mapping_yaml(found.mapping) if found.mapping else None,
        "told": [[g.column, g.target, g.confidence, kept(g.reason)] for g in found.told],
        "questions": [
            [q.about, kept(q.text), q.choices, q.better, q.clear] for q in found.questions
        ],
        "unused": found.unused,
        "warnings": [kept(warning) for warning in found.warnings],
        "fault": kept(found.fault) if found.fault else None,
        "format": found.format,
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "sheet": found.sheet,
    }


def _restored(told: dict[str, Any]) -> Look:
    mapping = told["mapping"]
    plain = ("name", "origin", "signature", "format", "encoding", "delimiter", "sheet")
    return Look(
        **{name: told[name] for name in plain},
        columns=tuple(SeenColumn(name, kind, tuple(few)) for name, kind, few in told["columns"]),
        mapping=read_mapping(mapping, where=told["name"]) if mapping else None,
        told=tuple(
            Guessed(column, target, sure, _message(why))
            for column, target, sure, why in told["told"]
        ),
        questions=tuple(
            Question(about, _message(text), tuple(choices), better, clear)
            for about, text, choices, better, clear in told["questions"]
        ),
        unused=tuple(told["unused"]),
        warnings=tuple(_message(warning) for warning in told["warnings"]),
        fault=restored(told["fault"]),
    )


def _message(document: dict[str, Any]) -> Message:
    return restored(document) or Message("")
