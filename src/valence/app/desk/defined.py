"""Definitions for the faces: kinds of the house, texts read with their faults at their lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from valence.app.house import WholeHouse
from valence.core.clock import now
from valence.core.errors import BadInputError, NotFoundError
from valence.core.messages import message
from valence.definitions.documents import Json, from_yaml, to_yaml
from valence.definitions.faults import Fault, FaultyDefinitionError
from valence.definitions.kinds import DefinitionKind, DefinitionKinds
from valence.definitions.versions import Version, definition_at, history
from valence.store import View

AnyKind = DefinitionKind[Any]


def kinds_of(house: WholeHouse) -> DefinitionKinds:
    """Return every kind of definition that a capability declares."""
    return house.definition_kinds


@dataclass(frozen=True, slots=True)
class Stand:
    """How one definition stands: all versions, newest first, and the one in effect."""

    kind: AnyKind
    name: str
    versions: Sequence[Version]
    held: Version | None

    @property
    def head(self) -> Version | None:
        """The newest version: the one that is edited next."""
        return self.versions[0] if self.versions else None

    @property
    def draft(self) -> Version | None:
        """The draft, if there is one."""
        return self.head if self.head and self.head.state == "draft" else None

    @property
    def document(self) -> Json | None:
        """What an editor starts from: the newest version, else the defaults of the kind."""
        return self.head.document if self.head else self.kind.defaults()


def stand_of(view: View, kind: AnyKind, name: str) -> Stand:
    """Return how a definition stands.

    Raises
    ------
    NotFoundError
        If there is no definition of this name, and the kind is not one of which there is one.
    """
    versions = history(view, kind.name, name)
    if not versions and not (kind.singleton and name == kind.name):
        raise NotFoundError(
            "There is no definition {name!r} of the kind {kind}. Look at what there is under "
            "Definitions.",
            name=name,
            kind=kind.name,
        )
    return Stand(kind, name, versions, definition_at(view, kind.name, name, now()))


def version_of(stand: Stand, number: int) -> Version:
    """Return one version.

    Raises
    ------
    NotFoundError
        If there is none of that number.
    """
    for version in stand.versions:
        if version.version == number:
            return version
    raise NotFoundError(
        "{kind} {name} has no version {number}; it has {known}.",
        kind=stand.kind.name,
        name=stand.name,
        number=number,
        known=", ".join(str(version.version) for version in stand.versions) or "none",
    )


def read_text(kind: AnyKind, text: str) -> Json:
    """Return the document of a YAML text, as it would be kept.

    Raises
    ------
    FaultyDefinitionError
        All that is wrong with it, each fault with its line.
    """
    parsed = from_yaml(text)
    if not isinstance(parsed.document, dict):
        said = message("A definition begins with the name of a field, such as `name: value`.")
        raise FaultyDefinitionError([Fault((), said, line=1)])
    try:
        return kind.normal(parsed.document)
    except FaultyDefinitionError as faulty:
        found = [
            fault.within("", fault.line or parsed.line(fault.place)) for fault in faulty.faults
        ]
        raise FaultyDefinitionError(found) from faulty


def text_of(document: Json | None) -> str:
    """Return a document as the text that people edit."""
    return "" if document is None else to_yaml(document)


def instant_typed(text: str, zone: ZoneInfo) -> datetime | None:
    """Return what was typed as an instant; without a zone it is one of the brand's.

    Raises
    ------
    BadInputError
        If it is none.
    """
    if not text.strip():
        return None
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as wrong:
        raise BadInputError(
            "{text!r} is not an instant such as 2026-10-31 08:00.", text=text
        ) from wrong
    return at if at.tzinfo else at.replace(tzinfo=zone)
