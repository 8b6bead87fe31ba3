"""Files of definitions: one YAML file each, with what it was based on."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PositiveInt, ValidationError

from valence.core import ids
from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import message
from valence.definitions.documents import Json, Parsed, content_hash, from_yaml, to_yaml
from valence.definitions.faults import Fault, FaultyDefinitionError, explained
from valence.definitions.kinds import DefinitionKind, DefinitionKinds
from valence.definitions.versions import Base, Version, checked_name

_BLOCK = r"^{key}:.*\n(?:[ \t]+.*\n|\n(?=[ \t]))*"
State = Literal["draft", "published", "retired"]


class _BasedOn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    version: PositiveInt
    was: State  # not a second `state:`, which search-and-replace would hit
    content_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Header(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: str
    name: str
    state: State
    based_on: _BasedOn | None = None
    effective_from: AwareDatetime | None = None
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class DefinitionFile:
    """One file as it was read: what it wants the store to hold, and what it was made from."""

    path: Path
    kind: DefinitionKind[Any]
    name: str
    state: str
    document: Json  # every field, defaults included
    based_on: Base | None
    effective_from: datetime | None

    @property
    def content_hash(self) -> str:
        """The hash that the store would give its document."""
        return content_hash(self.document)


def path_of(folder: Path, kind: DefinitionKind[Any], name: str) -> Path:
    """Return where a definition stands: `<kind>.yaml` of a singleton, else `<kind>/<name>.yaml`."""
    return folder / (f"{kind.name}.yaml" if kind.singleton else f"{kind.name}/{name}.yaml")


def as_text(version: Version) -> str:
    """Return the file of a version."""
    return to_yaml(
        {
            "kind": version.kind,
            "name": version.name,
            "state": version.state,
            "based_on": _based_on(version),
            "definition": version.document,
        }
    )


def as_default_text(kind: DefinitionKind[Any], document: Json, comments: Sequence[str]) -> str:
    """Return the file of what nobody set, to be edited, under lines that explain it."""
    told = "".join(f"# {line}".rstrip() + "\n" for line in comments)
    head = {"kind": kind.name, "name": kind.name, "state": "published"}
    return told + to_yaml({**head, "definition": document})


def read_folder(kinds: DefinitionKinds, folder: Path) -> list[DefinitionFile]:
    """Return all definitions of a folder, by path.

    Raises
    ------
    FaultyDefinitionError
        All that is wrong in all files: the file, the line, the place, and what is expected.
    BadInputError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise BadInputError(
            "There is no folder {folder}. `valence definitions export` makes one.", folder=folder
        )
    found, faults = [], []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]):
        try:
            found.append(read_file(kinds, folder, path))
        except FaultyDefinitionError as faulty:
            faults += faulty.faults
    faults += _twice(folder, found)
    if faults:
        raise FaultyDefinitionError(faults)
    return found


def read_file(kinds: DefinitionKinds, folder: Path, path: Path) -> DefinitionFile:
    """Return one definition.

    Raises
    ------
    FaultyDefinitionError
        All that is wrong with it.
    """
    shown = path.relative_to(folder).as_posix()
    parsed: Parsed | None = None
    try:
        parsed = from_yaml(_text_of(path))
        header = _header(parsed)
        kind = _kind(kinds, header)
        return _checked(kind, header, folder, path)
    except FaultyDefinitionError as faulty:
        raise FaultyDefinitionError(
            [
                fault.within(shown, fault.line or (parsed.line(fault.place) if parsed else None))
                for fault in faulty.faults
            ]
        ) from faulty


def write_file(path: Path, text: str) -> None:
    """Write a file at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A name of its own: two who write the same file at once must not take each other's.
    beside = path.with_name(f".{path.name}.{ids.new_id()}.new")
    beside.write_text(text, "utf-8")
    os.replace(beside, path)  # noqa: PTH105 - the one call that replaces on every system


def refresh_header(path: Path, version: Version) -> bool:
    """Write into the file what the store now holds; comments stay. Return whether it changed."""
    text = path.read_text("utf-8")
    block = to_yaml({"state": version.state, "based_on": _based_on(version)})
    bare = re.sub(_BLOCK.format(key="based_on"), "", text, count=1, flags=re.MULTILINE)
    after, count = re.subn(
        _BLOCK.format(key="state"), lambda _match: block, bare, count=1, flags=re.MULTILINE
    )
    if not count or after == text:
        return False
    write_file(path, after)
    return True


def _based_on(version: Version) -> Json:
    return {
        "version": version.version,
        "was": version.state,
        "content_hash": version.content_hash,
    }


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except UnicodeDecodeError as wrong:
        said = message("This is not UTF-8 text: byte {at} does not fit.", at=wrong.start)
        raise FaultyDefinitionError([Fault((), said)]) from wrong


def _header(parsed: Parsed) -> _Header:
    if not isinstance(parsed.document, dict):
        said = message("This file holds no definition: it must begin with `kind:` and `name:`.")
        raise FaultyDefinitionError([Fault((), said)])
    try:
        return _Header.model_validate(parsed.document)
    except ValidationError as wrong:
        faults = [explained(dict(error), _Header) for error in wrong.errors()]
        raise FaultyDefinitionError(faults) from wrong


def _kind(kinds: DefinitionKinds, header: _Header) -> DefinitionKind[Any]:
    if header.kind not in kinds:
        said = message(
            "There is no kind of definition {kind!r}. {fix}",
            kind=header.kind,
            fix=did_you_mean(header.kind, [kind.name for kind in kinds]),
        )
        raise FaultyDefinitionError([Fault(("kind",), said)])
    return kinds[header.kind]


def _checked(
    kind: DefinitionKind[Any], header: _Header, folder: Path, path: Path
) -> DefinitionFile:
    # What is not to take effect may be unfinished: the check is asked where it is published.
    found = kind.faults(header.definition, draft=header.state != "published")
    faults = [Fault(("definition", *fault.place), fault.said) for fault in found]
    try:
        checked_name(kind, header.name)
    except BadInputError as wrong:
        faults.append(Fault(("name",), wrong.message))
    if path != (expected := path_of(folder, kind, header.name)):
        said = message(
            "This definition belongs into {expected}.",
            expected=expected.relative_to(folder).as_posix(),
        )
        faults.append(Fault(("name",), said))
    if faults:
        raise FaultyDefinitionError(faults)
    based_on = None
    if (said_base := header.based_on) is not None:
        based_on = Base(said_base.version, said_base.content_hash, said_base.was)
    return DefinitionFile(
        path,
        kind,
        header.name,
        header.state,
        kind.normal(header.definition),
        based_on,
        header.effective_from,
    )


def _twice(folder: Path, found: list[DefinitionFile]) -> Iterator[Fault]:
    first: dict[tuple[str, str], Path] = {}
    for file in found:
        earlier = first.setdefault((file.kind.name, file.name), file.path)
        if earlier != file.path:
            said = message(
                "{other} defines the same.", other=earlier.relative_to(folder).as_posix()
            )
            yield Fault(("name",), said, file.path.relative_to(folder).as_posix())
