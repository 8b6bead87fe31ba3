"""The log of imports: what landed when, told by the lake, and summaries as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from json import dumps, loads
from typing import TYPE_CHECKING, Any

from valence.core import clock
from valence.core.errors import NotFoundError
from valence.core.ids import new_id
from valence.core.messages import Message
from valence.intake.summary import (
    FileSummary,
    ImportSummary,
    Month,
    sentences,
    summary_as_json,
    summary_from,
    summary_to_keep,
)
from valence.lake.workbench import literal
from valence.lake.writer import Writer
from valence.store.sentences import kept

if TYPE_CHECKING:
    from valence.lake.reader import Reader


@dataclass(frozen=True)
class Logged:
    """One import that landed: its files together."""

    import_id: str
    imported_at: datetime | None
    summary: ImportSummary

    @property
    def names(self) -> str:
        """The names of the files, joined."""
        return ", ".join(file.file for file in self.summary.files)

    @cached_property
    def span(self) -> tuple[datetime | None, datetime | None]:
        """The first and last moment of its rows."""
        firsts = [file.first for file in self.summary.files if file.first]
        lasts = [file.last for file in self.summary.files if file.last]
        return min(firsts, default=None), max(lasts, default=None)


def imports(
    reader: Reader, *, before: str | None = None, limit: int = 50, import_id: str | None = None
) -> list[Logged]:
    """Return the imports that landed, newest first.

    Parameters
    ----------
    reader
        Of the lake.
    before
        The id of the last import of the page before: ids grow with time.
    limit
        How many imports at most.
    import_id
        Only this one.
    """
    table = reader.table("imports")
    if import_id is not None:
        table = table.filter(table.batch_id == import_id)
    if before is not None:
        table = table.filter(table.batch_id < before)
    batches = table.group_by("batch_id").agg(at=table.imported_at.max())
    newest = batches.order_by(batches.batch_id.desc()).limit(limit)
    ids = [row["batch_id"] for row in reader.rows(newest)]
    if not ids:
        return []
    asked = table.filter(table.batch_id.isin(ids)).order_by(
        [table.batch_id.desc(), table.import_id]
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in reader.rows(asked.select("batch_id", "imported_at", "summary")):
        found.setdefault(row["batch_id"], []).append(row)
    return [_logged(batch, rows) for batch, rows in found.items()]


def one_import(reader: Reader, import_id: str) -> Logged:
    """Return one import by its id, or by the beginning of it where that is enough.

    Raises
    ------
    NotFoundError
        If none landed under that id.
    """
    found = imports(reader, import_id=import_id, limit=1)
    if not found:
        found = [one for one in imports(reader, limit=500) if one.import_id.startswith(import_id)]
    if len(found) != 1:
        raise NotFoundError(
            "There is no import {id}. `valence imports list` prints them.", id=import_id
        )
    return found[0]


def landed(reader: Reader) -> int:
    """Return how many imports landed."""
    table = reader.table("imports")
    [row] = reader.rows(table.agg(n=table.batch_id.nunique()))
    return int(row["n"])


def as_json(summary: ImportSummary) -> dict[str, Any]:
    """Return a summary in JSON's types, with its figures together and file by file."""
    return {
        "import_id": summary.import_id,
        "read": summary.read,
        "new": summary.new,
        "updated": summary.updated,
        "unchanged": summary.unchanged,
        "quarantined": summary.quarantined,
        "without_customer": summary.without_customer,
        "files": [summary_as_json(file) for file in summary.files],
        "warnings": [str(warning) for warning in summary.warnings],
    }


def to_keep(summary: ImportSummary) -> dict[str, Any]:
    """Return a summary as a job's result: its sentences can be worded in any language later."""
    return as_json(summary) | {
        "files": [summary_to_keep(file) for file in summary.files],
        "warnings": [kept(warning) for warning in summary.warnings],
    }


def kept_summary(told: Mapping[str, Any]) -> ImportSummary:
    """Return the summary that `to_keep` gave."""
    files = tuple(summary_from(file) for file in told["files"])
    return ImportSummary(told["import_id"], files, sentences(told["warnings"]))


def record(
    writer: Writer, landed: Sequence[tuple[str, FileSummary]], warnings: Sequence[Message]
) -> None:
    """Write the files of an import, each with the hash of its content, into the log of the lake.

    What was known already and what only helps other files is not in it. What concerns the whole
    import (`warnings`) stands with its first file.
    """
    new = [(h, one) for h, one in landed if not one.skipped and one.kind != "lookup"]
    rows: list[str] = []
    for content_hash, one in new:
        said = summary_to_keep(one)
        if not rows:
            said["of_import"] = [kept(warning) for warning in warnings]
        told = (str(new_id()), one.file, content_hash, one.kind, dumps(said, ensure_ascii=False))
        rows.append("(" + ", ".join(literal(value) for value in told) + ")")
    if rows:
        at = f"TIMESTAMPTZ {literal(clock.now().isoformat())}"
        writer.merge(
            "imports",
            f"SELECT *, {at} AS imported_at FROM (VALUES {', '.join(rows)}) AS "
            "v(import_id, file_name, file_hash, kind, summary)",
        )


def months_of(summary: ImportSummary) -> list[Month]:
    """Return the months of all files together, oldest first.

    An order file and the file of its lines both tell months; lines count where there are any, as
    their amounts are the same money.
    """
    told = _with_months(summary.files)
    found: dict[str, Month] = {}
    for month in (month for file in told for month in file.months):
        before = found.get(month.month, Month(month.month, 0, 0, Decimal(0)))
        found[month.month] = Month(
            month.month,
            before.rows + month.rows,
            before.orders + month.orders,
            before.amount + month.amount,
        )
    return [found[name] for name in sorted(found)]


def _with_months(files: Sequence[FileSummary]) -> Sequence[FileSummary]:
    """Return the files whose months count: lines where these are told, else orders."""
    told = [f for f in files if any(month.amount for month in f.months)]
    lines = [f for f in told if f.kind == "order_lines"]
    if not lines:
        return files
    # Lines that waited are some of what the file of their orders states.
    stated = any(f.kind == "orders" for f in told) and all(f.again for f in lines)
    return [f for f in files if (f.kind == "orders") is stated]


def _logged(batch: str, rows: list[dict[str, Any]]) -> Logged:
    told = [loads(row["summary"]) for row in rows]
    files = tuple(summary_from(one) for one in told)
    of_import = sentences([said for one in told for said in one.get("of_import", ())])
    summary = ImportSummary(batch, files, of_import)
    return Logged(batch, max(row["imported_at"] for row in rows), summary)
