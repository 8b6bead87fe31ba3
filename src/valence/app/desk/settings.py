"""What can be set in a definition: each setting, what it may be, and what it is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any

from valence.app.desk.defined import AnyKind
from valence.core.messages import Message, message
from valence.definitions.documents import Json

TYPES: Mapping[str, Message] = {
    "integer": message("whole number"),
    "number": message("number"),
    "string": message("text"),
    "boolean": message("yes or no"),
    "array": message("list"),
    "object": message("settings of its own"),
}
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a definition, as its editor explains it."""

    path: str  # as it stands in the text: weights.recency, tiers[].share
    meaning: Message | str
    may_be: Message
    optional: bool
    now: str  # empty: where the text repeats it, or where nothing is set


def about(kind: AnyKind) -> Message:
    """Return what a kind of definition decides, in a sentence."""
    return Message((getdoc(kind.model) or "").splitlines()[0])


def settings_of(kind: AnyKind, document: Json | None) -> list[Setting]:
    """Return every setting of a kind, in the order of its text, with its value in a document."""
    schema = kind.model.model_json_schema()
    return list(_settings(schema, schema.get("$defs", {}), document or {}, ""))


def explained(kind: AnyKind) -> list[str]:
    """Return the lines that explain a kind at the head of a file that holds its defaults."""
    known = settings_of(kind, None)
    return [
        f"{kind.title}: {about(kind)}",
        "These are the defaults, which hold while nothing is set. Change what you want, then run",
        "`valence definitions diff` and `valence definitions apply`.",
        "",
        *(f"{one.path}: {f'{one.meaning} ' if one.meaning else ''}({one.may_be})" for one in known),
    ]


def _settings(schema: Schema, defs: Schema, document: Any, within: str) -> Iterator[Setting]:
    for name, given in schema.get("properties", {}).items():
        part = _resolved(given, defs)
        value = document.get(name) if isinstance(document, Mapping) else None
        path = f"{within}{name}"
        inner = _resolved(part.get("items", {}), defs)
        nested = part if "properties" in part else inner if "properties" in inner else None
        if nested is None or "description" in given:
            yield Setting(
                path,
                Message(given["description"]) if given.get("description") else "",
                _may_be(part),
                _optional(given),
                "" if nested is not None else _shown(value),
            )
        if nested is not None:
            listed = nested is inner
            deeper = {} if listed else value
            yield from _settings(nested, defs, deeper, f"{path}[]." if listed else f"{path}.")


def _resolved(schema: Schema, defs: Schema) -> Schema:
    """Return a schema without its reference, and without `null` as the other choice."""
    if "$ref" in schema:
        return dict(defs[schema["$ref"].rpartition("/")[2]])
    choices = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if not choices:
        return schema
    # A decimal may come as a number or as text: the number says what it may be.
    return _resolved({**schema, **choices[0], "anyOf": ()}, defs)


def _optional(schema: Schema) -> bool:
    return any(each.get("type") == "null" for each in schema.get("anyOf", ()))


def _may_be(schema: Schema) -> Message:
    if names := schema.get("enum"):
        return message("one of {names}", names=", ".join(map(str, names)))
    said = TYPES.get(str(schema.get("type")), TYPES["string"])
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return message("{kind}, {low} to {high}", kind=said, low=_plain(low), high=_plain(high))
    if above is not None and below is not None:
        return message(
            "{kind} between {low} and {high}", kind=said, low=_plain(above), high=_plain(below)
        )
    if low is not None:
        return message("{kind}, {low} or more", kind=said, low=_plain(low))
    return said


def _plain(number: float) -> str:
    return f"{number:g}"


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
