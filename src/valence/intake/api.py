"""The API of intake: sending files, the log of imports, the quarantine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from valence.core.errors import BadInputError, NotFoundError
from valence.intake import confirming, held, log
from valence.intake.glances import glances
from valence.intake.held import HeldRow, Which
from valence.intake.jobs import ReplayParams, ask_for_import, ask_for_replay
from valence.intake.looking import Look, looked
from valence.intake.mapping import read_mapping
from valence.intake.pages.router import opened_of
from valence.intake.quarantine import REASONS
from valence.intake.seen import row_seen
from valence.intake.uploads import Upload, Uploads
from valence.jobs import Job
from valence.kit.ask import Ask, Asked
from valence.kit.idempotency import IdempotencyKey
from valence.kit.paging import Cursor, encode, id_of, place_of, shape_of
from valence.kit.routes import ApiRouter

api = ApiRouter("intake")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["files"],
                    "properties": {
                        "files": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "Files that belong together.",
                        },
                        "mapping": {
                            "type": "string",
                            "description": "A mapping as YAML, for every file sent.",
                        },
                        "yes": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "description": "Take guesses where they are clear.",
                        },
                    },
                }
            }
        },
    }
}


class JobRef(BaseModel):
    """Work that was asked for."""

    job_id: UUID
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    href: str = Field(description="Where to ask how far it is.")
    page: str = Field(description="The page that shows how far it is, and the result.")


class MonthOut(BaseModel):
    """One month of a file."""

    month: str = Field(description="Such as 2011-11.")
    rows: int
    orders: int
    amount: str = Field(description="Net, in the source's currency, exact.")


class TotalsOut(BaseModel):
    """Control totals of a file, in the source's own figures."""

    orders: int
    customers: int
    quantity: float | None
    amount: str | None
    without_customer: int
    without_customer_amount: str
    cancelled: int = Field(0, description="Orders that were called off: no purchases.")
    cancelled_amount: str = "0"
    cancelled_as: dict[str, int] = Field({}, description="The source's words for it, with orders.")


class FileOut(BaseModel):
    """What became of one file."""

    file: str
    kind: str
    mapping: str
    read: int
    new: int
    updated: int
    unchanged: int
    quarantined: int
    outranked: int = Field(0, description="Left out: a more trusted source tells them.")
    repeated: int = Field(0, description="Told by another row of the file too: it counts there.")
    unnamed: int = Field(0, description="Rows of customers that name nobody.")
    orders_new: int
    orders_updated: int
    orders_unchanged: int
    first: datetime | None
    last: datetime | None
    totals: TotalsOut
    months: list[MonthOut]
    skipped: bool = Field(description="Whether the same bytes landed before.")
    form: str = Field("", description="Title of the mapping that it was read by.")
    origin: str = Field("", description="Of the mapping: kept, ready, guessed or given.")
    warnings: list[str]


class ImportOut(BaseModel):
    """One import."""

    import_id: str
    imported_at: datetime | None
    read: int
    new: int
    updated: int
    unchanged: int
    quarantined: int
    without_customer: int
    files: list[FileOut]


class ImportsOut(BaseModel):
    """Imports, newest first."""

    items: list[ImportOut]
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class HeldOut(BaseModel):
    """One row in quarantine, with what is at fault in it."""

    row_id: int
    file: str
    line: int
    column: str
    shown: str | None = Field(description="The value there, masked where it may be personal.")
    reason: str = Field(description="Its stable name.")
    said: str = Field(description="The reason in the reader's language.")
    kind: str
    held_at: datetime
    import_id: str


class HeldPage(BaseModel):
    """Rows in quarantine, in the order in which they came."""

    items: list[HeldOut]
    total: int
    next: str | None = Field(description="Cursor of the next page; null on the last.")


class HeldDetail(HeldOut):
    """One row in quarantine with its values: they may be personal."""

    value: str | None
    namespace: str
    cells: dict[str, str | None] = Field(
        description="As in the file; a broken line under the empty name."
    )


class ReplayIn(BaseModel):
    """Which rows are to be imported again, and what to change in them first."""

    rows: list[int] = Field([], description="Their numbers; none: what the filters say.")
    file: str = ""
    reason: str = ""
    column: str = ""
    all: bool = Field(default=False, description="Every row, where nothing else is said.")
    changes: dict[int, dict[str, str]] = Field(
        {}, description="New values by row and column, kept before the replay."
    )


@api.post("/imports", permission="intake:write", status_code=202, openapi_extra=_BODY)
async def send(ask: Ask, key: IdempotencyKey = None) -> JobRef:
    """Take files and import them as a job; 422 with the open questions where a mapping is unclear.

    Files with a mapping that was confirmed before, or of a form that Valence knows, need nothing
    else. Others need `mapping`, or `yes=true` to take a guess that leaves no question open.
    """
    uploads = Uploads(opened_of(ask).brand)
    upload, fields = await uploads.receive(
        ask.request.stream(),
        ask.request.headers.get("content-type", ""),
        actor=ask.actor.id,
        key=key,
    )
    return await run_in_threadpool(_begin, ask, upload, fields)


@api.get("/imports", permission="intake:read")
def imports(
    ask: Ask,
    limit: Annotated[int, Query(ge=1, le=200, description="Imports on a page.")] = 50,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> ImportsOut:
    """Return the imports that landed, newest first."""
    shape = shape_of("imports")
    before = id_of(cursor, shape)
    found = log.imports(ask.reader, before=str(before) if before else None, limit=limit + 1)
    more = encode(Cursor((found[limit - 1].import_id,)), shape) if len(found) > limit else None
    return ImportsOut(items=[_import_out(one) for one in found[:limit]], next=more)


@api.get("/imports/{import_id}", permission="intake:read")
def one_import(ask: Ask, import_id: str) -> ImportOut:
    """Return one import."""
    return _import_out(log.one_import(ask.reader, import_id))


@api.get("/quarantine", permission="intake:read")
def rows(
    ask: Ask,
    file: Annotated[str, Query(description="Only rows of this file.")] = "",
    reason: Annotated[str, Query(description="Only rows with this reason.")] = "",
    column: Annotated[str, Query(description="Only rows with this column at fault.")] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Rows on a page.")] = 50,
    cursor: Annotated[str, Query(description="Cursor of the page, from `next`.")] = "",
) -> HeldPage:
    """Return rows in quarantine, with what is at fault, masked where it may be personal."""
    if reason and reason not in REASONS:
        raise BadInputError(
            "There is no reason {given!r}. Known are: {names}.",
            given=reason,
            names=", ".join(REASONS),
        )
    which, shape = Which(file, reason, column), shape_of("quarantine", file, reason, column)
    after = place_of(cursor, shape) or 0
    if not isinstance(after, int):
        raise BadInputError("This is not a cursor: begin at the first page.")
    with opened_of(ask).store.reading() as view:
        found = held.listing(view, which, after=after, limit=limit + 1)
        total = held.count(view, which)
        shown = glances(view, opened_of(ask).keyring, found[:limit])
    more = encode(Cursor((found[limit - 1].row_id,)), shape) if len(found) > limit else None
    items = [HeldOut(**_held(ask, row, shown)) for row in found[:limit]]
    return HeldPage(items=items, total=total, next=more)


@api.get("/quarantine/{row_id}", permission="intake:read")
def one_row(ask: Ask, row_id: int) -> HeldDetail:
    """Return one row in quarantine with all of its cells."""
    opened = opened_of(ask)
    row = row_seen(opened.store, opened.keyring, ask.actor, row_id)
    with opened.store.reading() as view:
        head = held.one(view, row_id)
        shown = glances(view, opened.keyring, [head])
    return HeldDetail(
        **_held(ask, head, shown), value=row.value, namespace=row.namespace, cells=dict(row.cells)
    )


@api.post("/quarantine/replay", permission="intake:write", status_code=202)
def replay(ask: Ask, body: ReplayIn, key: IdempotencyKey = None) -> JobRef:
    """Import rows of the quarantine again, as a job; `changes` are kept first."""
    opened = opened_of(ask)
    numbers = sorted({*body.rows, *body.changes})
    params = ReplayParams(rows=numbers, file=body.file, reason=body.reason, column=body.column)
    if params == ReplayParams() and not body.all:
        raise BadInputError("Name rows, a file, a reason or a column; or send `all`: true.")

    def work(unit: Any) -> Job:
        # An answer that came before is given again before anything is changed a second time.
        if not held.count(unit, params.which) and key is None:
            raise NotFoundError("No row in quarantine fits; nothing was replayed.")
        job = ask_for_replay(opened, unit, params, actor=ask.actor.id, key=key)
        for row_id, changes in body.changes.items() if job.state == "queued" else ():
            held.amend(unit, opened.keyring, row_id, changes)
        return job

    return _ref(opened.store.transact(work))


def _begin(ask: Asked, upload: Upload, fields: dict[str, str]) -> JobRef:
    opened = opened_of(ask)
    uploads = Uploads(opened.brand)
    if not upload.job_id:
        try:
            _settle(ask, upload, fields)
        except BaseException:
            uploads.remove(upload.upload_id)
            raise
    job = opened.store.transact(
        lambda unit: ask_for_import(opened, unit, upload, actor=ask.actor.id)
    )
    uploads.begun(upload, str(job.id))
    return _ref(job)


def _settle(ask: Asked, upload: Upload, fields: dict[str, str]) -> None:
    """Confirm the mappings that the request answers for; refuse the files that are unclear."""
    mapping = None
    if given := fields.get("mapping", ""):
        mapping = read_mapping(given, where="mapping")
    for number, file in enumerate(upload.files):
        seen = looked(ask.brand, upload.path(file), upload.folder / "looks" / str(number))
        if mapping is None:
            _refuse_unclear(seen, yes=fields.get("yes") == "true")
        else:
            confirming.keep(ask.brand, seen, mapping)


def _refuse_unclear(seen: Look, *, yes: bool) -> None:
    if seen.fault is not None:
        raise BadInputError(seen.fault)
    if seen.open_questions:
        raise BadInputError("{why}", why=seen.open_questions[0].text)
    if not (seen.settled or yes):
        raise BadInputError(
            "{file} has a form that is met for the first time. Send a mapping with it, or "
            "`yes=true` to take the guess: {columns}.",
            file=seen.name,
            columns=", ".join(f"{one.column} → {one.target}" for one in seen.told),
        )


def _ref(job: Job) -> JobRef:
    return JobRef.model_validate(
        {
            "job_id": job.id,
            "state": job.state,
            "href": f"/api/v1/jobs/{job.id}",
            "page": f"/imports/jobs/{job.id}",
        }
    )


def _import_out(one: log.Logged) -> ImportOut:
    told = log.as_json(one.summary)
    return ImportOut.model_validate({**told, "imported_at": one.imported_at})


def _held(ask: Asked, row: HeldRow, shown: Mapping[int, str]) -> dict[str, Any]:
    return {
        "row_id": row.row_id,
        "file": row.file,
        "line": row.line,
        "column": row.column,
        "shown": shown[row.row_id] or None,
        "reason": row.reason,
        "said": ask._(row.why),
        "kind": row.kind,
        "held_at": row.held_at,
        "import_id": row.import_id,
    }
