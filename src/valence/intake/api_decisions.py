"""Decisions under the API: what a file's columns mean, and what becomes of rows held back.

These routes stand on the router of `api.py`, as the rest of intake does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from valence.core.errors import BadInputError, NotFoundError, did_you_mean
from valence.core.settings import Brand
from valence.intake import confirming, held
from valence.intake.api import HeldDetail, api, one_row
from valence.intake.looking import Look, head_of, look, looked
from valence.intake.mapping import (
    FOLDER,
    FileMapping,
    load_mapping,
    mapping_yaml,
    read_mapping,
    ready_mappings,
)
from valence.intake.pages.router import opened_of
from valence.intake.trying import try_out
from valence.intake.uploads import Upload, Uploads
from valence.kit.ask import Ask, Asked

__all__ = ["api"]


class MappingOut(BaseModel):
    """What the columns of one form of file mean."""

    name: str = Field(description="By which it is asked for.")
    kind: str = Field(description="What its rows are: orders, products, feedback and so on.")
    title: str
    origin: Literal["ready", "kept"] = Field(
        description="ready: comes with Valence; kept: confirmed here."
    )


class MappingDetail(MappingOut):
    """One mapping as a whole."""

    mapping: str = Field(description="As YAML, the form in which it is kept and sent.")


class MappingsOut(BaseModel):
    """The mappings that are known, those of this brand last."""

    items: list[MappingOut]


class ColumnOut(BaseModel):
    """One column of a file that is taken for something."""

    column: str
    target: str
    confidence: float
    why: str
    samples: list[str]


class QuestionOut(BaseModel):
    """What nobody but the sender can answer."""

    about: str
    text: str
    choices: list[str]
    better: str | None
    must_be_answered: bool


class PreviewOut(BaseModel):
    """What a file is taken for; nothing of it is kept."""

    file: str
    origin: Literal["kept", "ready", "guessed", "unknown"]
    kind: str | None
    columns: list[ColumnOut]
    unused: list[str] = Field(description="Columns that would not be imported.")
    questions: list[QuestionOut]
    warnings: list[str]
    mapping: str | None = Field(description="As YAML; null where nobody can tell.")
    fault: str | None = Field(description="Why it cannot be told.")


class PreviewsOut(BaseModel):
    """What files are taken for."""

    items: list[PreviewOut]


class AmendIn(BaseModel):
    """New values of a row that is held back, by column; a broken line as `line`."""

    changes: dict[str, str] = Field(min_length=1)


class DiscardIn(BaseModel):
    """Which rows are thrown away, and why; the reason is kept, the values are not."""

    rows: list[int] = Field(min_length=1)
    why: str


class DiscardOut(BaseModel):
    """How many rows went."""

    discarded: int


def _form(*texts: str) -> dict[str, Any]:
    """Describe a form with files, and these fields of text, for the API's description."""
    files = {"type": "array", "items": {"type": "string", "format": "binary"}}
    fields: dict[str, Any] = {name: {"type": "string"} for name in texts}
    schema = {
        "type": "object",
        "required": ["files", *texts],
        "properties": {"files": files, **fields},
    }
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@api.get("/mappings", permission="intake:read")
def mappings(ask: Ask) -> MappingsOut:
    """Return the forms of files that need no question."""
    return MappingsOut(items=[MappingOut(**_told(*one)) for one in _known(ask.brand)])


@api.get("/mappings/{name}", permission="intake:read")
def one_mapping(ask: Ask, name: str) -> MappingDetail:
    """Return one mapping."""
    known = {each: (each, mapping, origin) for each, mapping, origin in _known(ask.brand)}
    if name not in known:
        raise NotFoundError(
            "There is no mapping {name!r}. {fix}", name=name, fix=did_you_mean(name, known)
        )
    return MappingDetail(**_told(*known[name]), mapping=mapping_yaml(known[name][1]))


@api.post("/mappings/preview", permission="intake:read", openapi_extra=_form())
async def preview(ask: Ask) -> PreviewsOut:
    """Return what files are taken for, with samples and open questions; nothing is kept."""
    upload, _ = await _received(ask)

    def work() -> PreviewsOut:
        with _for_now(ask, upload):
            seen = [look(ask.brand, path) for path in upload.paths]
        return PreviewsOut(items=[_preview(ask, one) for one in seen])

    return await run_in_threadpool(work)


@api.post("/mappings", permission="intake:write", status_code=201, openapi_extra=_form("mapping"))
async def keep(ask: Ask) -> MappingDetail:
    """Keep a mapping for all files with the columns of the one that is sent; sent twice is once."""
    upload, fields = await _received(ask)

    def work() -> MappingDetail:
        with _for_now(ask, upload):
            return _kept(ask, upload, read_mapping(fields.get("mapping", ""), where="mapping"))

    return await run_in_threadpool(work)


@api.patch("/quarantine/{row_id}", permission="intake:write")
def amend(ask: Ask, row_id: int, body: AmendIn) -> HeldDetail:
    """Change cells of a row that is held back; it stays there until it is replayed."""
    opened = opened_of(ask)
    opened.store.transact(lambda unit: held.amend(unit, opened.keyring, row_id, body.changes))
    return one_row(ask, row_id)


@api.post("/quarantine/discard", permission="intake:write")
def discard(ask: Ask, body: DiscardIn) -> DiscardOut:
    """Throw rows away for good; rows that are gone already are not counted."""
    gone = opened_of(ask).store.transact(
        lambda unit: held.discard(unit, body.rows, why=body.why, actor=ask.actor.id)
    )
    return DiscardOut(discarded=gone)


async def _received(ask: Asked) -> tuple[Upload, dict[str, str]]:
    content_type = ask.request.headers.get("content-type", "")
    uploads = Uploads(ask.brand)
    return await uploads.receive(ask.request.stream(), content_type, actor=ask.actor.id)


@contextmanager
def _for_now(ask: Asked, upload: Upload) -> Iterator[None]:
    try:
        yield
    finally:
        Uploads(ask.brand).remove(upload.upload_id)  # its rows may be personal


def _known(brand: Brand) -> Iterator[tuple[str, FileMapping, str]]:
    for mapping in ready_mappings():
        yield mapping.name, mapping, "ready"
    for path in sorted((brand.root / FOLDER).glob("*.yaml")):
        yield path.stem, load_mapping(path), "kept"


def _told(name: str, mapping: FileMapping, origin: str) -> dict[str, Any]:
    return {"name": name, "kind": mapping.kind, "title": mapping.title, "origin": origin}


def _kept(ask: Asked, upload: Upload, mapping: FileMapping) -> MappingDetail:
    place = upload.folder / "looks" / "0"
    seen = looked(ask.brand, upload.paths[0], place)
    tried = try_out(ask.brand, head_of(place), mapping) if seen.columns else None
    if wrong := tried.fault if tried else seen.fault:
        raise BadInputError(wrong)  # before the next import meets it
    path = confirming.keep(ask.brand, seen, mapping)
    kept = load_mapping(path)
    return MappingDetail(**_told(path.stem, kept, "kept"), mapping=mapping_yaml(kept))


def _preview(ask: Asked, seen: Look) -> PreviewOut:
    samples = {column.name: list(column.samples) for column in seen.columns}
    columns = [
        {
            "column": one.column,
            "target": one.target,
            "confidence": one.confidence,
            "why": ask._(one.reason),
            "samples": samples.get(one.column, []),
        }
        for one in seen.told
    ]
    questions = [
        {
            "about": one.about,
            "text": ask._(one.text),
            "choices": list(one.choices),
            "better": one.better,
            "must_be_answered": not one.clear,
        }
        for one in seen.questions
    ]
    told = {
        "file": seen.name,
        "origin": seen.origin,
        "kind": seen.mapping.kind if seen.mapping else None,
        "columns": columns,
        "unused": list(seen.unused),
        "questions": questions,
        "warnings": [ask._(warning) for warning in seen.warnings],
        "mapping": mapping_yaml(seen.mapping) if seen.mapping else None,
        "fault": ask._(seen.fault) if seen.fault else None,
    }
    return PreviewOut.model_validate(told)
