"""Definitions as a folder: exported, compared, and applied all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from valence.core.errors import ConflictError
from valence.definitions import lifecycle
from valence.definitions.changes import Change, changes, unified
from valence.definitions.documents import Json, content_hash
from valence.definitions.faults import FaultyDefinitionError, Lines
from valence.definitions.files import (
    DefinitionFile,
    as_default_text,
    as_text,
    path_of,
    read_file,
    read_folder,
    refresh_header,
    write_file,
)
from valence.definitions.kinds import DefinitionKind, DefinitionKinds
from valence.definitions.lifecycle import MovedOnError, base_of
from valence.definitions.versions import Version, document_of, head, heads
from valence.store import Store, Unit, View

TAKEN = frozenset({"new", "changed", "moved_on"})  # the files that apply takes
Stand = tuple[str, str]  # hash of the document as the code reads it now, and state


@dataclass(frozen=True, slots=True)
class Difference:
    """How one definition of the folder stands to the store.

    `status` is `same`, `new` (not in the store), `default` (says what holds anyway while nothing
    is in the store: apply leaves it), `changed` (apply takes it), `behind` (the store moved on, the
    file did not change), `moved_on` (both changed: apply refuses), or `absent` (in the store only).
    `changes` and `unified` go from the store to the folder, or from the defaults where the store
    holds nothing of a kind that has some.
    """

    kind: str
    name: str
    path: Path
    status: str
    state_before: str | None
    state_after: str | None
    changes: list[Change] = field(default_factory=list)
    unified: str = ""
    conflict: MovedOnError | None = None


class FolderMovedOnError(ConflictError):
    """The store moved on for some files; each of `conflicts` shows base, theirs and yours."""

    def __init__(self, conflicts: Sequence[MovedOnError]) -> None:
        self.conflicts = list(conflicts)
        super().__init__("{conflicts}", conflicts=Lines([one.message for one in conflicts]))


Explained = Callable[[DefinitionKind[Any]], Sequence[str]]


def export(
    store: Store,
    kinds: DefinitionKinds,
    folder: Path,
    *,
    overwrite: bool = False,
    defaults: Explained | None = None,
) -> list[Path]:
    """Write the newest version of each definition; return the files that changed.

    A file that already says what the store holds is left as it is, with its comments. `defaults`
    also has a file of what nobody set yet, to be edited: it gives the lines that explain a kind.

    Raises
    ------
    ConflictError
        If a file holds a change that was not applied; `overwrite` gives it up.
    """
    with store.reading() as view:
        stored = [version for version in heads(view) if version.kind in kinds]
        planned = [
            (path, as_text(version))
            for version in stored
            if not _says(kinds, folder, path := _path(kinds, folder, version), version)
        ]
        edited = [path for path, _text in planned if _has_edit(view, kinds, folder, path)]
        if defaults is not None:
            set_by_somebody = {version.kind for version in stored}
            unset = [kind for kind in kinds if kind.singleton and kind.name not in set_by_somebody]
            planned += _defaults(unset, folder, defaults, overwrite=overwrite)
    if edited and not overwrite:
        raise ConflictError(
            "Not exported, for these files have changes that are not in the store yet: {files}. "
            "Apply them first, or export with overwriting to give them up.",
            files=", ".join(path.relative_to(folder).as_posix() for path in edited),
        )
    for path, text in planned:
        write_file(path, text)
    return [path for path, _text in planned]


def _defaults(
    unset: Sequence[DefinitionKind[Any]], folder: Path, explained: Explained, *, overwrite: bool
) -> Iterator[tuple[Path, str]]:
    for kind in unset:
        path, document = path_of(folder, kind, kind.name), kind.defaults()
        if document is not None and (overwrite or not path.exists()):
            yield path, as_default_text(kind, document, explained(kind))


def diff(store: Store, kinds: DefinitionKinds, folder: Path) -> list[Difference]:
    """Return how each definition of the folder and of the store stands, by path.

    Raises
    ------
    FaultyDefinitionError
        All that is wrong in all files.
    """
    files = read_folder(kinds, folder)
    with store.reading() as view:
        found = [_compared(view, file) for file in files]
        named = {(file.kind.name, file.name) for file in files}
        found += [
            Difference(
                version.kind,
                version.name,
                _path(kinds, folder, version),
                "absent",
                version.state,
                None,
            )
            for version in heads(view)
            if version.kind in kinds and (version.kind, version.name) not in named
        ]
    return sorted(found, key=lambda difference: difference.path)


def apply(
    store: Store,
    kinds: DefinitionKinds,
    folder: Path,
    *,
    actor: str,
    note: str = "",
    overwrite: bool = False,
) -> list[Difference]:
    """Take what the folder says into the store, all of it or nothing; return what was found.

    A file with `state: draft` becomes the draft, `published` is published, `retired` is retired.
    What is missing in the folder stays in the store. Applying twice is as once. The files then
    carry the version that they became. `overwrite` takes them over what moved on in the store.

    Raises
    ------
    FaultyDefinitionError
        All that is wrong in all files.
    FolderMovedOnError
        If the store moved on since the files were exported, with the three texts of each.
    """
    files = read_folder(kinds, folder)

    def take(unit: Unit) -> tuple[list[Difference], list[Version | None]]:
        unit.lock(*(f"definition:{file.kind.name}:{file.name}" for file in files))
        found = [_compared(unit, file) for file in files]
        conflicts = [one.conflict for one in found if one.conflict]
        if conflicts and not overwrite:
            raise FolderMovedOnError(conflicts)
        for file, difference in zip(files, found, strict=True):
            if difference.status in TAKEN:
                _take(unit, file, actor=actor, note=note)
        return found, [head(unit, file.kind.name, file.name) for file in files]

    found, now_stored = store.transact(take)
    for file, difference, version in zip(files, found, now_stored, strict=True):
        if version is not None and difference.status != "behind":
            refresh_header(file.path, version)
    return found


def _take(unit: Unit, file: DefinitionFile, *, actor: str, note: str) -> None:
    kind, name = file.kind, file.name
    theirs = head(unit, kind.name, name)
    same = theirs is not None and _normal_hash(kind, theirs.document) == file.content_hash
    if file.state == "retired" and same:
        lifecycle.retire(unit, kind, name, actor=actor)
        return
    if not same or theirs is None or theirs.state != "draft":
        base = None if theirs is None else base_of(theirs)
        theirs = lifecycle.save_draft(
            unit, kind, name, file.document, actor=actor, based_on=base, note=note
        )
    if file.state != "draft":
        since = file.effective_from
        seen = base_of(theirs)
        lifecycle.publish(unit, kind, name, actor=actor, based_on=seen, effective_from=since)
    if file.state == "retired":
        lifecycle.retire(unit, kind, name, actor=actor)


def _compared(view: View, file: DefinitionFile) -> Difference:
    theirs = head(view, file.kind.name, file.name)
    base = None if file.based_on is None else document_of(view, file.based_on.content_hash)
    status = _status(file, theirs, base)
    holds = "defaults" if theirs is None and file.kind.singleton else "store"
    stored = theirs.document if theirs else file.kind.defaults() if file.kind.singleton else None
    where = f"{file.kind.name} {file.name}"
    shown = file.path.name if file.kind.singleton else f"{file.kind.name}/{file.path.name}"
    return Difference(
        file.kind.name,
        file.name,
        file.path,
        status,
        None if theirs is None else theirs.state,
        file.state,
        [] if stored is None else changes(stored, file.document),
        unified(stored, file.document, before_name=f"{holds} {where}", after_name=shown),
        MovedOnError(where, theirs, base, file.document) if status == "moved_on" else None,
    )


def _status(file: DefinitionFile, theirs: Version | None, base: Json | None) -> str:
    yours = file.content_hash, file.state
    stored = _stand_of(file, theirs)
    if yours == stored:
        return "same"
    if base is None and theirs is None:
        if file.based_on is None and file.state != "retired" and _is_default(file):
            return "default"
        return "new"  # also in a new store, for a folder that another one exported
    based_on = _base_stand(file, base)
    if yours == based_on:
        return "behind"
    return "changed" if stored == based_on else "moved_on"


def _is_default(file: DefinitionFile) -> bool:
    return file.kind.singleton and file.document == file.kind.defaults()


def _stand_of(file: DefinitionFile, theirs: Version | None) -> Stand | None:
    return None if theirs is None else (_normal_hash(file.kind, theirs.document), theirs.state)


def _base_stand(file: DefinitionFile, base: Json | None) -> Stand | None:
    if file.based_on is None or base is None:
        return None  # a text that never was in this store: nobody can say what changed since
    return _normal_hash(file.kind, base), file.based_on.state or "draft"


def _normal_hash(kind: DefinitionKind[Any], document: Json) -> str:
    # Under the types of today: a field that the code has gained since is no change of the user's.
    try:
        return content_hash(kind.normal(document))
    except FaultyDefinitionError:
        return content_hash(document)


def _path(kinds: DefinitionKinds, folder: Path, version: Version) -> Path:
    return path_of(folder, kinds[version.kind], version.name)


def _says(kinds: DefinitionKinds, folder: Path, path: Path, version: Version) -> bool:
    file = _read_if_sound(kinds, folder, path)
    if file is None:  # an old text that the types of today refuse is still what the store holds
        return path.exists() and path.read_bytes() == as_text(version).encode()
    return (
        file.content_hash == _normal_hash(file.kind, version.document)
        and file.state == version.state
        and file.based_on == base_of(version)
    )


def _has_edit(view: View, kinds: DefinitionKinds, folder: Path, path: Path) -> bool:
    if not path.exists():
        return False
    file = _read_if_sound(kinds, folder, path)
    if file is None:
        return True
    return _compared(view, file).status not in {"same", "behind"}


def _read_if_sound(kinds: DefinitionKinds, folder: Path, path: Path) -> DefinitionFile | None:
    try:
        return read_file(kinds, folder, path) if path.exists() else None
    except FaultyDefinitionError:
        return None
