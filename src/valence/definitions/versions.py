"""Versions of a definition: draft → published → retired, and which one held when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite

from valence.core.clock import now
from valence.core.errors import BadInputError
from valence.definitions.documents import Json, content_hash
from valence.definitions.kinds import DefinitionKind
from valence.definitions.tables import definition_contents as contents
from valence.definitions.tables import definition_versions as versions
from valence.store import Unit, View

M = TypeVar("M", bound=BaseModel)
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one definition, as it stands now.

    `content_hash` is what an editor hands back to say which text it started from.
    """

    kind: str
    name: str
    version: int
    document: Json
    content_hash: str
    note: str
    effective_from: datetime | None
    effective_until: datetime | None
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    published_by: str | None
    published_at: datetime | None

    @property
    def state(self) -> str:
        """`draft`, `published` (in effect now, or from a later day on), or `retired`."""
        if self.effective_from is None:
            return "draft"
        over = self.effective_until is not None and self.effective_until <= now()
        return "retired" if over else "published"


@dataclass(frozen=True, slots=True)
class Base:
    """What an editor or an export started from; `state` where it matters."""

    version: int
    content_hash: str
    state: str | None = None


def head(view: View, kind: str, name: str) -> Version | None:
    """Return the newest version, whatever its state: the one that is edited next."""
    found = history(view, kind, name, limit=1)
    return found[0] if found else None


def history(view: View, kind: str, name: str, *, limit: int = 1000) -> list[Version]:
    """Return the versions of one definition, the newest first."""
    mine = sa.and_(versions.c.kind == kind, versions.c.name == name)
    return _select(view, mine, limit=limit)


def heads(view: View, kind: str | None = None) -> list[Version]:
    """Return the newest version of each definition, by kind and name."""
    newer = versions.alias()
    newest = ~sa.exists().where(
        newer.c.kind == versions.c.kind,
        newer.c.name == versions.c.name,
        newer.c.version > versions.c.version,
    )
    found = _select(view, newest if kind is None else sa.and_(newest, versions.c.kind == kind))
    return sorted(found, key=lambda version: (version.kind, version.name))


def definition_at(view: View, kind: str, name: str, when: datetime) -> Version | None:
    """Return the version that was in effect at an instant: the one that facts of then met."""
    held = sa.and_(
        versions.c.kind == kind,
        versions.c.name == name,
        versions.c.effective_from <= when,
        sa.or_(versions.c.effective_until.is_(None), versions.c.effective_until > when),
    )
    found = _select(view, held, limit=1)
    return found[0] if found else None


def document_of(view: View, hash_: str) -> Json | None:
    """Return the document that was once saved under this hash."""
    found: Json | None = view.scalar(
        sa.select(contents.c.document).where(contents.c.content_hash == hash_)
    )
    return found


def checked_name(kind: DefinitionKind[Any], name: str) -> str:
    """Return the name, or for a singleton its kind's.

    Raises
    ------
    BadInputError
        If it could not be the name of a file everywhere.
    """
    if kind.singleton and name != kind.name:
        raise BadInputError(
            "There is one {kind} only, and its name is {kind!r}, not {name!r}.",
            kind=kind.name,
            name=name,
        )
    if not _NAME.fullmatch(name):
        raise BadInputError(
            "{name!r} cannot be the name of a definition: use up to 64 small letters, digits, "
            "hyphens and underscores, with a letter or digit first.",
            name=name,
        )
    return name


def put_content(unit: Unit, kind: DefinitionKind[M], document: Mapping[str, Any]) -> str:
    """Keep a document and return its hash.

    Raises
    ------
    FaultyDefinitionError
        All that the kind's types find wrong.
    """
    normal = kind.normal(document)
    hash_ = content_hash(normal)
    insert = sqlite.insert if unit.dialect == "sqlite" else postgresql.insert
    unit.execute(
        insert(contents).on_conflict_do_nothing(), {"content_hash": hash_, "document": normal}
    )
    return hash_


def _select(
    view: View, which: sa.ColumnElement[bool], *, limit: int | None = None
) -> list[Version]:
    query = (
        sa.select(versions, contents.c.document)
        .join_from(versions, contents)
        .where(which)
        .order_by(versions.c.version.desc())
        .limit(limit)
    )
    names = Version.__dataclass_fields__
    return [Version(**{name: row[name] for name in names}) for row in view.rows(query)]
