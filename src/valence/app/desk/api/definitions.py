"""Definitions for programs: the same life as on the pages, with the same refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, Field

from valence.app.desk.api.router import api
from valence.app.desk.defined import AnyKind, Stand, kinds_of, stand_of, version_of
from valence.app.house import WholeHouse
from valence.definitions import lifecycle
from valence.definitions.changes import changes, unified
from valence.definitions.versions import Base, Version, heads
from valence.kit.ask import Ask, Asked
from valence.kit.idempotency import IdempotencyKey, once
from valence.kit.outgoing import filled
from valence.store import Unit
from valence.trust.actor import authorize


class KindOut(BaseModel):
    """One kind of definition."""

    name: str
    title: str
    singleton: bool = Field(description="There is one only, named as its kind.")
    permission: str
    json_schema: dict[str, Any] = Field(description="What its documents look like (JSON Schema).")
    defaults: dict[str, Any] | None = Field(description="What holds where none is published.")


class VersionOut(BaseModel):
    """One version of a definition."""

    kind: str
    name: str
    version: int
    state: Literal["draft", "published", "retired"]
    document: dict[str, Any]
    content_hash: str = Field(description="To be handed back with a change: what it is based on.")
    note: str
    effective_from: datetime | None
    effective_until: datetime | None
    changed_by: str
    changed_at: datetime
    published_by: str | None
    published_at: datetime | None


class DefinitionsOut(BaseModel):
    """The newest version of each definition, by kind and name."""

    items: list[VersionOut]


class DefinitionOut(BaseModel):
    """How one definition stands."""

    kind: str
    name: str
    in_effect: VersionOut | None = Field(description="What holds now; null: the defaults do.")
    draft: VersionOut | None
    versions: list[VersionOut] = Field(description="All of them, newest first.")


class BaseIn(BaseModel):
    """What a change started from."""

    version: int
    content_hash: str


class DraftIn(BaseModel):
    """A document to be kept as the draft."""

    document: dict[str, Any]
    based_on: BaseIn | None = Field(None, description="Null for a definition that is new.")
    note: str = ""


class PublishIn(BaseModel):
    """Since when the draft shall hold."""

    based_on: BaseIn
    effective_from: AwareDatetime | None = Field(None, description="Null: from now on.")
    note: str | None = None


class RetireIn(BaseModel):
    """From when a definition holds no longer."""

    at: AwareDatetime | None = Field(None, description="Null: from now on.")


class DiscardIn(BaseModel):
    """Which draft is to go."""

    based_on: BaseIn


class ChangeOut(BaseModel):
    """One part that differs."""

    path: str
    what: Literal["added", "removed", "changed", "reordered"]
    before: Any = None
    after: Any = None


class DiffOut(BaseModel):
    """How two versions differ."""

    before: int
    after: int
    changes: list[ChangeOut]
    unified: str = Field(description="The same as YAML in unified format.")


def _out(version: Version) -> VersionOut:
    return filled(VersionOut, version)


def _kind(ask: Asked, name: str) -> tuple[WholeHouse, AnyKind]:
    house = ask.service(WholeHouse)
    return house, kinds_of(house)[name]


def _stand(house: WholeHouse, kind: AnyKind, name: str) -> Stand:
    with house.store.reading() as view:
        return stand_of(view, kind, name)


def _base(given: BaseIn | None) -> Base | None:
    return None if given is None else Base(given.version, given.content_hash)


@api.get("/definition-kinds", permission="definitions:read")
def kinds(ask: Ask) -> list[KindOut]:
    """Return the kinds of definitions of this installation."""
    return [
        filled(
            KindOut,
            kind,
            title=ask._(kind.title),
            json_schema=kind.model.model_json_schema(),
            defaults=kind.defaults(),
        )
        for kind in kinds_of(ask.service(WholeHouse))
    ]


@api.get("/definitions", permission="definitions:read")
def definitions(
    ask: Ask, kind: Annotated[str, Query(description="Only of this kind.")] = ""
) -> DefinitionsOut:
    """Return the newest version of each definition."""
    house = ask.service(WholeHouse)
    if kind:
        _kind(ask, kind)
    with house.store.reading() as view:
        return DefinitionsOut(items=[_out(version) for version in heads(view, kind or None)])


@api.get("/definitions/{kind}/{name}", permission="definitions:read")
def definition(ask: Ask, kind: str, name: str) -> DefinitionOut:
    """Return a definition with all of its versions."""
    stand = _stand(*_kind(ask, kind), name)
    return DefinitionOut(
        kind=kind,
        name=name,
        in_effect=_out(stand.held) if stand.held else None,
        draft=_out(stand.draft) if stand.draft else None,
        versions=[_out(version) for version in stand.versions],
    )


@api.put("/definitions/{kind}/{name}/draft", permission="definitions:edit")
def save_draft(
    ask: Ask, kind: str, name: str, body: DraftIn, key: IdempotencyKey = None
) -> VersionOut:
    """Keep a document as the draft; 409 if somebody saved another text meanwhile."""
    base = _base(body.based_on)
    saved = _changed(
        ask,
        kind,
        body,
        key,
        lambda unit, declared: lifecycle.save_draft(
            unit,
            declared,
            name,
            body.document,
            actor=ask.actor.id,
            based_on=base,
            note=body.note,
        ),
    )
    return VersionOut.model_validate(saved)


@api.post("/definitions/{kind}/{name}/discard", permission="definitions:edit")
def discard(
    ask: Ask, kind: str, name: str, body: DiscardIn, key: IdempotencyKey = None
) -> VersionOut | None:
    """Throw the draft away; return the version before it, if there is one."""
    base = Base(body.based_on.version, body.based_on.content_hash)
    left = _changed(
        ask,
        kind,
        body,
        key,
        lambda unit, declared: lifecycle.discard_draft(
            unit, declared, name, actor=ask.actor.id, based_on=base
        ),
    )
    return VersionOut.model_validate(left) if left else None


@api.post("/definitions/{kind}/{name}/publish", permission="definitions:publish")
def publish(
    ask: Ask, kind: str, name: str, body: PublishIn, key: IdempotencyKey = None
) -> VersionOut:
    """Publish the draft from an instant on; it supersedes the version before."""
    base = Base(body.based_on.version, body.based_on.content_hash)
    published = _changed(
        ask,
        kind,
        body,
        key,
        lambda unit, declared: lifecycle.publish(
            unit,
            declared,
            name,
            actor=ask.actor.id,
            based_on=base,
            effective_from=body.effective_from,
            note=body.note,
        ),
    )
    return VersionOut.model_validate(published)


@api.post("/definitions/{kind}/{name}/retire", permission="definitions:publish")
def retire(
    ask: Ask, kind: str, name: str, body: RetireIn, key: IdempotencyKey = None
) -> VersionOut:
    """Let a definition hold no longer; its versions stay."""
    retired = _changed(
        ask,
        kind,
        body,
        key,
        lambda unit, declared: lifecycle.retire(
            unit, declared, name, actor=ask.actor.id, at=body.at
        ),
    )
    return VersionOut.model_validate(retired)


def _changed(
    ask: Asked,
    kind: str,
    body: BaseModel,
    key: str | None,
    change: Callable[[Unit, AnyKind], Version | None],
) -> dict[str, Any] | None:
    """Change a definition, once under a key; return the version that came of it as JSON."""
    house, declared = _kind(ask, kind)
    authorize(ask.actor, declared.permission)

    def work(unit: Unit) -> dict[str, Any] | None:
        version = change(unit, declared)
        return None if version is None else _out(version).model_dump(mode="json")

    scope = f"{ask.actor.id} {ask.request.method} {ask.request.url.path}"
    given = body.model_dump(mode="json")
    answer: dict[str, Any] | None = house.store.transact(
        lambda unit: once(unit, key, scope=scope, body=given, work=work)
    )
    return answer


@api.get("/definitions/{kind}/{name}/diff", permission="definitions:read")
def diff(
    ask: Ask,
    kind: str,
    name: str,
    before: Annotated[int, Query(ge=1, description="Version to compare from.")],
    after: Annotated[int, Query(ge=1, description="Version to compare to.")],
) -> DiffOut:
    """Return how two versions of a definition differ."""
    stand = _stand(*_kind(ask, kind), name)
    one, other = version_of(stand, before), version_of(stand, after)
    return DiffOut(
        before=before,
        after=after,
        changes=[filled(ChangeOut, change) for change in changes(one.document, other.document)],
        unified=unified(
            one.document,
            other.document,
            before_name=f"version {before}",
            after_name=f"version {after}",
        ),
    )
