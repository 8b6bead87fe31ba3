"""Held rows: looking through the quarantine without opening it, mending, exporting, discarding."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import Message
from valence.intake import quarantine
from valence.intake.quarantine import REASONS
from valence.intake.tables import quarantined_rows
from valence.people.keys import Keyring
from valence.store import Event, Store, Unit, View

DISCARDED = "intake.discarded"
LINE = "line"  # what a broken line, of which no cells are known, is called
_BLOCK = 500
_ROWS = quarantined_rows.c


@dataclass(frozen=True, slots=True)
class Which:
    """Which rows are meant: all, or those of a file, a reason, a column; or by their numbers."""

    file: str = ""
    reason: str = ""
    column: str = ""
    rows: tuple[int, ...] = ()

    def clauses(self) -> list[sa.ColumnElement[bool]]:
        """The conditions in SQL."""
        found: list[sa.ColumnElement[bool]] = [_ROWS.landed]
        named = ((_ROWS.file, self.file), (_ROWS.reason, self.reason))
        found += [column == value for column, value in named if value]
        if self.column:
            found.append(_ROWS.source_column == self.column)
        if self.rows:
            found.append(_ROWS.row_id.in_(self.rows))
        return found


@dataclass(frozen=True, slots=True)
class HeldRow:
    """One row in quarantine, sealed: where it stands and why, without its values."""

    row_id: int
    file: str
    line: int
    column: str
    reason: str  # a key of REASONS
    kind: str
    held_at: datetime
    import_id: str

    @property
    def why(self) -> Message:
        """The reason in words."""
        return reason_words(self.reason)


def reason_words(reason: str) -> Message:
    """Return a reason in words."""
    return REASONS.get(reason, Message("{why}", {"why": reason}))


def listing(view: View, which: Which, *, after: int = 0, limit: int = 50) -> list[HeldRow]:
    """Return rows in the order in which they came, from after the number `after`."""
    asked = (
        sa.select(
            _ROWS.row_id, _ROWS.file, _ROWS.line, _ROWS.source_column.label("column"),
            _ROWS.reason, _ROWS.kind, _ROWS.held_at, _ROWS.import_id,
        )
        .where(*which.clauses(), _ROWS.row_id > after)
        .order_by(_ROWS.row_id)
        .limit(limit)
    )  # fmt: skip
    return [HeldRow(**row) for row in view.rows(asked)]


def count(view: View, which: Which) -> int:
    """Return how many rows are meant."""
    return int(view.scalar(sa.select(sa.func.count()).where(*which.clauses())) or 0)


def numbers(view: View, which: Which) -> list[int]:
    """Return the numbers of the rows that are meant, in order."""
    asked = sa.select(_ROWS.row_id).where(*which.clauses()).order_by(_ROWS.row_id)
    return list(view.scalars(asked))


def facets(view: View, name: str, which: Which) -> list[tuple[str, int]]:
    """Return the values of a column (`file` or `reason`) with the number of rows, most first."""
    column = _ROWS[name]
    asked = (
        sa.select(column.label("value"), sa.func.count().label("rows"))
        .where(*which.clauses())
        .group_by(column)
        .order_by(sa.func.count().desc(), column)
    )
    return [(row["value"], row["rows"]) for row in view.rows(asked)]


def one(view: View, row_id: int) -> HeldRow:
    """Return a row.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    found = listing(view, Which(rows=(row_id,)), limit=1)
    if not found:
        raise NotFoundError("There is no row {number} in quarantine.", number=row_id)
    return found[0]


def alike(row: HeldRow) -> Which:
    """Return what all rows of the same file with the same reason in the same column are."""
    return Which(row.file, row.reason, row.column)


def neighbours(view: View, which: Which, row_id: int) -> tuple[int | None, int | None]:
    """Return the numbers of the rows before and after a row among those that are meant."""
    before = sa.select(sa.func.max(_ROWS.row_id)).where(*which.clauses(), _ROWS.row_id < row_id)
    after = sa.select(sa.func.min(_ROWS.row_id)).where(*which.clauses(), _ROWS.row_id > row_id)
    return view.scalar(before), view.scalar(after)


def amend(
    unit: Unit, keyring: Keyring, row_id: int, changes: Mapping[str, str], *, raw: str | None = None
) -> None:
    """Change cells of a row, or its line as a whole where it was broken; it stays sealed.

    A broken line is given as `raw`, or as a change of `line`.

    Raises
    ------
    NotFoundError
        If there is no such row.
    BadInputError
        If a change names a column that the row does not have.
    """
    row = quarantine.show(unit, keyring, row_id)
    cells, broken = dict(row.cells), set(row.cells) == {""}
    raw = changes.get(LINE, raw) if broken else None
    unknown = [name for name in changes if name not in (cells if not broken else (LINE,))]
    if unknown:
        raise BadInputError(
            "The row has no column {name!r} (it has {names}).",
            name=unknown[0],
            names=", ".join(name or LINE for name in cells),
        )
    if raw is not None:
        told, value = raw, raw
    else:
        cells.update({name: text if text != "" else None for name, text in changes.items()})
        told, value = json.dumps(cells, ensure_ascii=False), str(cells.get(row.column) or "")
    quarantine.amend(unit, keyring, row, value, told)


def discard(unit: Unit, row_ids: Sequence[int], *, why: str, actor: str) -> int:
    """Take rows out for good; who decided so and why stays in the outbox, the values do not.

    Raises
    ------
    BadInputError
        If no reason is given.
    """
    if not why.strip():
        raise BadInputError("Say why these rows are thrown away: somebody will ask one day.")
    rows = [row for number in row_ids for row in listing(unit, Which(rows=(number,)), limit=1)]
    for row in rows:
        payload: dict[str, Any] = {
            "file": row.file,
            "line": row.line,
            "reason": row.reason,
            "why": why.strip(),
            "actor": actor,
        }
        unit.emit(Event(DISCARDED, f"quarantine:{row.row_id}", payload))
    quarantine.remove(unit, [row.row_id for row in rows])
    return len(rows)


def as_csv(store: Store, keyring: Keyring, which: Which) -> Iterator[str]:
    """Yield rows as CSV with the columns of their file, to be mended and imported again.

    Values stand exactly as they came: a guard against formulas would change what is imported.
    Broken lines, of which no cells are known, are left out (see `broken`).
    """
    names = _header(store, keyring, which)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    yield "\ufeff" + _taken(out)
    for row in _opened(store, keyring, which):
        if set(row.cells) != {""}:
            writer.writerow([row.cells.get(name) or "" for name in names])
            yield _taken(out)


def broken(store: Store, keyring: Keyring, which: Which) -> int:
    """Return how many of the rows are broken lines that an export cannot hold."""
    return sum(set(row.cells) == {""} for row in _opened(store, keyring, which))


def _header(store: Store, keyring: Keyring, which: Which) -> list[str]:
    names: dict[str, None] = {}
    for row in _opened(store, keyring, which):
        if set(row.cells) != {""}:
            names.update(dict.fromkeys(row.cells))
    return list(names)


def _opened(store: Store, keyring: Keyring, which: Which) -> Iterator[quarantine.Row]:
    after = 0
    while True:
        with store.reading() as view:
            block = listing(view, which, after=after, limit=_BLOCK)
            rows = list(quarantine.opened(view, keyring, [row.row_id for row in block]))
        yield from rows
        if len(block) < _BLOCK:
            return
        after = block[-1].row_id


def _taken(out: io.StringIO) -> str:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text
