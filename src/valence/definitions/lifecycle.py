"""The life of a definition: drafted, published, retired; never changed behind an editor's back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from valence.core.clock import now
from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.core.messages import Message, message
from valence.definitions.changes import Change, changes, overlapping, unified
from valence.definitions.documents import Json
from valence.definitions.faults import FaultyDefinitionError
from valence.definitions.kinds import DefinitionKind
from valence.definitions.tables import definition_versions as versions
from valence.definitions.versions import (
    Base,
    Version,
    checked_name,
    document_of,
    head,
    history,
    put_content,
)
from valence.store import Event, Unit, View


class MovedOnError(ConflictError):
    """The store has another text than the one that the change was made from.

    `base` is that text (None where it never was in this store), `theirs` the store's, `yours` the
    change; `theirs_changes` and `yours_changes` are told from the base, `clashes` are the paths
    that both touch.
    """

    def __init__(self, where: str, theirs: Version | None, base: Json | None, yours: Json) -> None:
        self.theirs, self.base, self.yours = theirs, base, yours
        stored = None if theirs is None else theirs.document
        self.theirs_changes: list[Change] = changes(base or {}, stored or {})
        self.yours_changes: list[Change] = changes(base or {}, yours)
        self.clashes = overlapping(self.yours_changes, self.theirs_changes)
        super().__init__(
            "{where} has moved on in the store since your copy was made. {who}\n"
            "{theirs}{yours}{clashes}",
            where=where,
            who=_who(theirs),
            theirs=unified(base, stored, before_name="base", after_name="store"),
            yours=unified(base, yours, before_name="base", after_name="yours"),
            clashes=_clash(self.clashes),
        )


def save_draft(
    unit: Unit,
    kind: DefinitionKind[Any],
    name: str,
    document: Mapping[str, Any],
    *,
    actor: str,
    based_on: Base | None = None,
    note: str = "",
) -> Version:
    """Keep a document as the draft; the draft of a published definition is its next version.

    `based_on` is the version that the editor started from, None for a new definition.

    Raises
    ------
    FaultyDefinitionError
        All that the types find wrong.
    MovedOnError
        If somebody saved another text meanwhile.
    """
    name = checked_name(kind, name)
    _lock(unit, kind, name)
    hash_ = put_content(unit, kind, document)
    current = head(unit, kind.name, name)
    _assert_unmoved(unit, kind, name, based_on, current, document)
    at = now()
    edit = {"content_hash": hash_, "note": note, "changed_by": actor, "changed_at": at}
    if current is not None and current.state == "draft":
        unit.execute(sa.update(versions).where(_row(current)).values(edit))
    else:
        made = {"kind": kind.name, "name": name, "created_by": actor, "created_at": at}
        number = 1 if current is None else current.version + 1
        unit.execute(sa.insert(versions), made | edit | {"version": number, "state": "draft"})
    return _now_head(unit, kind, name)


def publish(
    unit: Unit,
    kind: DefinitionKind[Any],
    name: str,
    *,
    actor: str,
    based_on: Base,
    effective_from: datetime | None = None,
    note: str | None = None,
) -> Version:
    """Publish the draft from `effective_from` on (now, if None); it supersedes the one before.

    Raises
    ------
    NotFoundError
        If there is no draft.
    FaultyDefinitionError
        All that the types and the kind's check find wrong.
    MovedOnError
        If the draft is not the one that was looked at.
    BadInputError
        If it would take effect before a version that is in effect already.
    """
    _lock(unit, kind, name)
    draft = head(unit, kind.name, name)
    if draft is None or draft.state != "draft":
        raise NotFoundError(
            "{kind} {name} has no draft to publish. Save one first.", kind=kind.name, name=name
        )
    _assert_unmoved(unit, kind, name, based_on, draft, draft.document)
    if faults := kind.faults(draft.document):
        raise FaultyDefinitionError(faults)
    at = now()
    since = effective_from or at
    _supersede(unit, kind, name, since)
    values = {
        "state": "published",
        "effective_from": since,
        "published_by": actor,
        "published_at": at,
        "note": draft.note if note is None else note,
    }
    unit.execute(sa.update(versions).where(_row(draft)).values(values))
    _tell(unit, "definition.published", draft, actor, effective_from=since.isoformat())
    return _now_head(unit, kind, name)


def retire(
    unit: Unit, kind: DefinitionKind[Any], name: str, *, actor: str, at: datetime | None = None
) -> Version:
    """Let a definition hold no longer from `at` on (now, if None); its versions stay.

    Raises
    ------
    NotFoundError
        If nothing of this name is published.
    ConflictError
        If there is a draft of it, which would be left behind.
    """
    _lock(unit, kind, name)
    current = head(unit, kind.name, name)
    if current is not None and current.state == "draft" and current.version > 1:
        raise ConflictError(
            "{kind} {name} has a draft, version {version}. Publish or discard it before you retire "
            "the definition.",
            kind=kind.name,
            name=name,
            version=current.version,
        )
    if current is None or current.state != "published":
        raise NotFoundError(
            "{kind} {name} is not published, so it cannot be retired.", kind=kind.name, name=name
        )
    until = at or now()
    _end(unit, kind, name, until)
    _tell(unit, "definition.retired", current, actor, effective_until=until.isoformat())
    return _now_head(unit, kind, name)


def discard_draft(
    unit: Unit, kind: DefinitionKind[Any], name: str, *, actor: str, based_on: Base
) -> Version | None:
    """Throw the draft away; return the version before it, if there is one.

    Raises
    ------
    NotFoundError
        If there is no draft.
    MovedOnError
        If the draft is not the one that was looked at.
    """
    _lock(unit, kind, name)
    draft = head(unit, kind.name, name)
    if draft is None or draft.state != "draft":
        raise NotFoundError("{kind} {name} has no draft.", kind=kind.name, name=name)
    _assert_unmoved(unit, kind, name, based_on, draft, draft.document)
    unit.execute(sa.delete(versions).where(_row(draft)))
    _tell(unit, "definition.draft_discarded", draft, actor)
    return head(unit, kind.name, name)


def base_of(version: Version) -> Base:
    """Return what an editor of this version hands back."""
    return Base(version.version, version.content_hash, version.state)


def _assert_unmoved(
    view: View,
    kind: DefinitionKind[Any],
    name: str,
    based_on: Base | None,
    current: Version | None,
    yours: Mapping[str, Any],
) -> None:
    asked = None if based_on is None else (based_on.version, based_on.content_hash)
    stored = None if current is None else (current.version, current.content_hash)
    if asked != stored:
        base = None if based_on is None else document_of(view, based_on.content_hash)
        raise MovedOnError(f"{kind.name} {name}", current, base, kind.normal(yours))


def _supersede(unit: Unit, kind: DefinitionKind[Any], name: str, since: datetime) -> None:
    for earlier in _published(unit, kind, name):
        begun = earlier.effective_from
        if begun is not None and begun <= now() and since < begun:
            raise BadInputError(
                "Version {version} of {kind} {name} is in effect since {begun}; a new one cannot "
                "take effect before that, at {since}.",
                version=earlier.version,
                kind=kind.name,
                name=name,
                begun=begun.isoformat(),
                since=since.isoformat(),
            )
    _end(unit, kind, name, since)


def _end(unit: Unit, kind: DefinitionKind[Any], name: str, until: datetime) -> None:
    for version in _published(unit, kind, name):
        if version.effective_from is None or (
            version.effective_until is not None and version.effective_until <= until
        ):
            continue
        # One that was to begin later never does: it ends where it begins.
        end = max(until, version.effective_from)
        unit.execute(sa.update(versions).where(_row(version)).values(effective_until=end))


def _published(view: View, kind: DefinitionKind[Any], name: str) -> list[Version]:
    return [one for one in history(view, kind.name, name) if one.effective_from is not None]


def _lock(unit: Unit, kind: DefinitionKind[Any], name: str) -> None:
    unit.lock(f"definition:{kind.name}:{name}")


def _row(version: Version) -> sa.ColumnElement[bool]:
    return sa.and_(
        versions.c.kind == version.kind,
        versions.c.name == version.name,
        versions.c.version == version.version,
    )


def _now_head(view: View, kind: DefinitionKind[Any], name: str) -> Version:
    found = head(view, kind.name, name)
    if found is None:
        raise RuntimeError(f"{kind.name} {name} was written and is not there")
    return found


def _tell(unit: Unit, event: str, version: Version, actor: str, **more: str) -> None:
    what = {"kind": version.kind, "name": version.name, "version": version.version, "actor": actor}
    unit.emit(Event(event, f"definition:{version.kind}:{version.name}", what | more))


def _who(theirs: Version | None) -> Message:
    if theirs is None:
        return message("It is not there any more.")
    return message(
        "Version {version} ({state}) was last changed by {who} at {at}. Take these changes into "
        "your copy, or export it again and repeat yours; nothing was changed.",
        version=theirs.version,
        state=theirs.state,
        who=theirs.changed_by,
        at=theirs.changed_at.isoformat(timespec="seconds"),
    )


def _clash(paths: list[str]) -> Message:
    if not paths:
        return message("The two do not touch the same parts.")
    return message("Both change: {paths}.", paths=", ".join(path or "all" for path in paths))
