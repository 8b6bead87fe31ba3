"""Faults of a document: where in it, what is wrong, and what is expected instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel

from valence.core.errors import BadInputError, did_you_mean
from valence.core.messages import Message, message

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at a place of a document such as `("tiers", 2, "name")`."""

    place: Place
    said: Message
    file: str = ""
    line: int | None = None

    @property
    def path(self) -> str:
        """The place as text: `tiers[2].name`."""
        text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.place)
        return text.removeprefix(".")

    @property
    def message(self) -> Message:
        """The whole sentence: file and line, place, and what is wrong."""
        at = [self.file] if self.file else []
        if self.line is not None:
            at.append(f"{self.line}")
        place = ":".join(at)
        if self.path:
            place = f"{place} {self.path}".strip()
        if not place:
            return self.said
        return message("{place}: {said}", place=place, said=self.said)

    def within(self, file: str, line: int | None) -> Fault:
        """Return the fault with the file and line where it stands."""
        return replace(self, file=file, line=line)


class FaultyDefinitionError(BadInputError):
    """All that is wrong with one document or one folder; nothing was changed."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(
            "{count} fault(s) found, nothing was changed.\n{faults}",
            count=len(self.faults),
            faults=Lines([fault.message for fault in self.faults]),
        )


class Lines(Message):
    """Several messages, each on a line of its own."""

    def __init__(self, messages: Iterable[Message]) -> None:
        lines: dict[str, object] = {f"line_{number}": one for number, one in enumerate(messages)}
        super().__init__("\n".join(f"{{{name}}}" for name in lines), lines)


def explained(error: dict[str, Any], model: type[BaseModel]) -> Fault:
    """Return what pydantic found as a fault, with the near name where a name is unknown."""
    place = tuple(error["loc"])
    if error["type"] == "extra_forbidden":
        known = fields_at(model, place[:-1])
        fix = did_you_mean(str(place[-1]), known)
        return Fault(place, message("There is no such field. {fix}", fix=fix))
    if error["type"] == "missing":
        return Fault(place, message("This field is missing."))
    if error["type"] in {"literal_error", "enum"}:
        known = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
        fix = did_you_mean(str(error["input"]), known)
        return Fault(
            place, message("{got!r} is not known here. {fix}", got=error["input"], fix=fix)
        )
    why = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    if error["type"] == "value_error":
        return Fault(place, message("{why}", why=why))
    return Fault(place, message("{got} {why}.", got=_short(error["input"]), why=why))


def fields_at(model: type[BaseModel], place: Place) -> list[str]:
    """Return the names of the fields that a document of `model` may have at a place."""
    schema = model.model_json_schema()
    names: set[str] = set()
    for node in _schemas_at(schema, schema, list(place)):
        names |= set(node.get("properties", {}))
    return sorted(names)


def _schemas_at(root: dict[str, Any], node: dict[str, Any], place: list[Any]) -> list[Any]:
    if "$ref" in node:
        return _schemas_at(root, root["$defs"][node["$ref"].rsplit("/", 1)[1]], place)
    if options := node.get("anyOf", node.get("oneOf")):
        return [found for option in options for found in _schemas_at(root, option, place)]
    return _schemas_at(root, _inner(node, place[0]), place[1:]) if place else [node]


def _inner(node: dict[str, Any], part: Any) -> dict[str, Any]:
    found = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
    if found is None:
        found = node.get("additionalProperties")
    # Pydantic names the member of a union in the place; the schema has no step for it.
    return found if isinstance(found, dict) else node


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
