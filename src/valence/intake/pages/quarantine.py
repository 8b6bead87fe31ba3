"""Quarantine: rows that could not land, why, and how to mend, replay, export or discard them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi.responses import RedirectResponse, Response, StreamingResponse

from valence.core.errors import NotFoundError, ValenceError
from valence.core.messages import Message, message
from valence.intake import held, quarantine
from valence.intake.glances import glances
from valence.intake.held import HeldRow, Which, reason_words
from valence.intake.jobs import ReplayParams, ask_for_replay
from valence.intake.pages.router import QUARANTINE, go, opened_of, pages
from valence.intake.seen import row_seen, rows_seen
from valence.intake.titles import KIND_TITLES
from valence.kit.ask import Ask, Asked
from valence.kit.forms import FormData
from valence.kit.languages import by_number
from valence.kit.page import Answer, Crumb, Empty, Figure, How, Step

PAGE = 50
HOW = How(
    message(
        "A row is held back when one of its values cannot be used: a date that is none, an amount "
        "that is no number, a value that is missing. The other rows of its file landed. An order "
        "with a row held back is marked incomplete until the row lands."
    ),
    source=message("House rule: bad input stands beside good rows that land."),
    note=message(
        "Rows may hold personal data, so they are kept sealed; lists mask what may be personal, "
        "and the page of one row shows it. Who opens a row or exports rows stands in the audit "
        "trail."
    ),
)


@pages.get("/quarantine", permission="intake:read")
def quarantine_page(
    ask: Ask, file: str = "", reason: str = "", column: str = "", after: int = 0
) -> Response:
    """Show the rows in quarantine, by file and reason."""
    which = Which(file, reason, column)
    with opened_of(ask).store.reading() as view:
        total = held.count(view, Which())
        fitting = held.count(view, which)
        rows = held.listing(view, which, after=after, limit=PAGE + 1)
        files = held.facets(view, "file", Which(reason=reason))
        reasons = held.facets(view, "reason", Which(file=file))
        values = glances(view, opened_of(ask).keyring, rows[:PAGE])
    more = rows[PAGE - 1].row_id if len(rows) > PAGE else 0
    return ask.page(
        "intake/quarantine.html",
        answer=_answer(ask, total, reasons),
        figures=_figures(ask, total, files, reasons),
        total=total,
        fitting=fitting,
        rows=rows[:PAGE],
        values=values,
        which=which,
        files=files,
        reasons=[(name, reason_words(name), n) for name, n in reasons],
        export=ask.url("/quarantine/export", file=file, reason=reason, column=column),
        older=ask.here(after=more) if more else "",
        first=ask.here(after=None) if after else "",
        how=HOW,
        empty=Empty(
            message("Here you will see rows that could not land, each with its reason."),
            message("There are none: every row of every import landed."),
            Step(message("Import a file"), "/imports"),
        ),
    )


@pages.get("/quarantine/export", permission="intake:read", response_class=StreamingResponse)
def export(ask: Ask, file: str = "", reason: str = "", column: str = "") -> Response:
    """Give rows as CSV, to be mended in a spreadsheet and imported again."""
    opened = opened_of(ask)
    which = Which(file, reason, column)
    lines: Iterator[str] = rows_seen(opened.store, opened.keyring, ask.actor, which)
    name = f"{(file or 'rows').rsplit('.', 1)[0]} (quarantine).csv"
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "Cache-Control": "no-store",
    }
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@pages.post("/quarantine/replay", permission="intake:write")
def replay_many(ask: Ask, data: FormData) -> Response:
    """Import all rows again that have a file, a reason, a column."""
    params = ReplayParams(
        file=data.get("file", ""), reason=data.get("reason", ""), column=data.get("column", "")
    )
    return _replay(ask, params)


@pages.post("/quarantine/discard", permission="intake:write")
def discard_many(ask: Ask, data: FormData) -> Response:
    """Throw all rows away that have a file, a reason, a column."""
    which = Which(data.get("file", ""), data.get("reason", ""), data.get("column", ""))

    def work(unit: Any) -> int:
        rows = held.numbers(unit, which)
        return held.discard(unit, rows, why=data.get("why", ""), actor=ask.actor.id)

    opened_of(ask).store.transact(work)
    return go(ask, "/quarantine")


@pages.get("/quarantine/{row_id}", permission="intake:read")
def row_page(ask: Ask, row_id: int) -> Response:
    """Show one row with all of its cells, to be mended."""
    return _row(ask, row_id, {}, None)


@pages.post("/quarantine/{row_id}", permission="intake:write")
def mend(ask: Ask, data: FormData, row_id: int) -> Response:
    """Keep the cells as typed, and import the row again."""
    opened = opened_of(ask)
    try:
        opened.store.transact(lambda unit: _amend(ask, unit, row_id, data))
    except NotFoundError:
        raise
    except ValenceError as wrong:
        return _row(ask, row_id, data, wrong.message)
    if data.get("do") == "keep":
        return RedirectResponse(f"/quarantine/{row_id}", 303)
    return _replay(ask, ReplayParams(rows=[row_id]))


@pages.post("/quarantine/{row_id}/discard", permission="intake:write")
def discard(ask: Ask, data: FormData, row_id: int) -> Response:
    """Throw one row away."""
    opened = opened_of(ask)
    with opened.store.reading() as view:
        which = held.alike(held.one(view, row_id))
        _, following = held.neighbours(view, which, row_id)
    try:
        opened.store.transact(
            lambda unit: held.discard(unit, [row_id], why=data.get("why", ""), actor=ask.actor.id)
        )
    except NotFoundError:
        raise
    except ValenceError as wrong:
        return _row(ask, row_id, data, wrong.message)
    return go(ask, f"/quarantine/{following}" if following else "/quarantine")


def _replay(ask: Asked, params: ReplayParams) -> Response:
    opened = opened_of(ask)
    with opened.store.reading() as view:
        if not held.count(view, params.which):
            raise NotFoundError("No row in quarantine fits; nothing was replayed.")
    job = opened.store.transact(
        lambda unit: ask_for_replay(opened, unit, params, actor=ask.actor.id)
    )
    return go(ask, f"/imports/jobs/{job.id}")


def _amend(ask: Asked, unit: Any, row_id: int, data: dict[str, str]) -> None:
    keyring = opened_of(ask).keyring
    names = list(quarantine.show(unit, keyring, row_id).cells)
    changes = {
        name: data[f"cell-{number}"]
        for number, name in enumerate(names)
        if f"cell-{number}" in data
    }
    if names == [""]:
        held.amend(unit, keyring, row_id, {}, raw=data.get("cell-0", ""))
    else:
        held.amend(unit, keyring, row_id, changes)


def _row(ask: Asked, row_id: int, data: dict[str, str], fault: Message | None) -> Response:
    opened = opened_of(ask)
    row = row_seen(opened.store, opened.keyring, ask.actor, row_id)
    with opened.store.reading() as view:
        head = held.one(view, row_id)
        mapping = quarantine.mapping_of(view, row.mapping_hash)
        which = held.alike(head)
        alike = held.count(view, which)
        previous, following = held.neighbours(view, which, row_id)
    names = {name.casefold(): name for name in row.cells}
    used = {name for _, cell in mapping.cells() for name in cell.read_in(names)}
    cells = [
        {
            "number": number,
            "name": name,
            "value": data.get(f"cell-{number}", value or ""),
            "bad": name in (row.column, ""),
            "used": name in used or name == "",
        }
        for number, (name, value) in enumerate(row.cells.items())
    ]
    return ask.page(
        "intake/row.html",
        status=422 if fault else 200,
        crumbs=[QUARANTINE, Crumb(row.file, ask.url("/quarantine", file=row.file))],
        head=head,
        row=row,
        kind=KIND_TITLES.get(row.kind, row.kind),
        cells=sorted(cells, key=lambda cell: (not cell["bad"], not cell["used"])),
        fault=fault,
        why=data.get("why", ""),
        alike=alike,
        which=which,
        previous=previous,
        following=following,
        answer=_said(ask, head),
        how=HOW,
    )


def _said(ask: Asked, head: HeldRow) -> Answer:
    where = message("Line {line} of {file}", line=ask.format.integer(head.line), file=head.file)
    return Answer(
        head.why,
        rest=message("{where}, column {column!r}.", where=where, column=head.column)
        if head.column
        else message("{where}.", where=where),
    )


def _answer(ask: Asked, total: int, reasons: list[tuple[str, int]]) -> Answer:
    if not total:
        return Answer(message("No row is held back."))
    core = by_number(
        total,
        message("1 row is held back."),
        message("{n} rows are held back.", n=ask.format.integer(total)),
    )
    if not reasons:
        return Answer(core)
    name, number = reasons[0]
    return Answer(
        core,
        rest=message(
            "Most often ({n}): {reason}", n=ask.format.integer(number), reason=reason_words(name)
        ),
    )


def _figures(
    ask: Asked, total: int, files: list[tuple[str, int]], reasons: list[tuple[str, int]]
) -> list[Figure]:
    if not total:
        return []
    number = ask.format.integer
    return [
        Figure(message("Rows in quarantine"), number(total)),
        Figure(message("Files"), number(len(files))),
        Figure(message("Reasons"), number(len(reasons))),
    ]
