"""Documents as text: canonical JSON for their hash, canonical YAML for people."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from valence.core.messages import Message, message
from valence.definitions.faults import Fault, FaultyDefinitionError, Place

Json = dict[str, Any]


class Document(BaseModel):
    """What a user defines: unknown fields are refused, nothing changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def content_hash(document: Json) -> str:
    """Return the SHA-256 of the document's canonical JSON, which no order of keys changes."""
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def to_yaml(document: Any) -> str:
    """Return the document as YAML: one form for one document, in the order of its fields."""
    text: str = yaml.dump(
        document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=96, indent=2
    )
    return text


@dataclass(frozen=True, slots=True)
class Parsed:
    """A YAML text, read: its document, and where each part of it stands."""

    document: Any
    root: yaml.Node | None

    def line(self, place: Place) -> int | None:
        """Return the line (from 1) of a place, or of the nearest part around it."""
        node = self.root
        line = None if node is None else node.start_mark.line + 1
        for part in place:
            node, marked = _step(node, part)
            line = marked or line
        return line


def from_yaml(text: str) -> Parsed:
    """Read YAML as people mean it: `no` and `08:30` and `2026-01-01` are text, keys stand once.

    Raises
    ------
    FaultyDefinitionError
        If it is not YAML, with the line.
    """
    try:
        loader = _Loader(text)
        try:
            root = loader.get_single_node()
            document = None if root is None else loader.construct_document(root)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as wrong:
        line = None if wrong.problem_mark is None else wrong.problem_mark.line + 1
        raise _not_yaml(str(wrong.problem or "it cannot be read"), line) from wrong
    except yaml.YAMLError as wrong:
        raise _not_yaml(str(wrong).splitlines()[0], None) from wrong
    return Parsed(document, root)


def _not_yaml(why: str, line: int | None) -> FaultyDefinitionError:
    said: Message = message("This is not valid YAML: {why}.", why=why.rstrip("."))
    return FaultyDefinitionError([Fault((), said, line=line)])


def _step(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, int | None]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        found: yaml.Node = node.value[part]
        return found, found.start_mark.line + 1
    return node, None


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain values: YAML 1.1 reads 08:30 as 510, `no` as false, a day as a date."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own class attribute

    def construct_mapping(
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: FBT001, FBT002 - PyYAML's own
    ) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _value in node.value:
            if key.value in seen:
                problem = f"the key {key.value!r} stands twice"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", "-+0123456789."),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(f"^(?:{_pattern})$"),
        [*_first, ""] if "\0" in _first else list(_first),
    )


def _decimal_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(loader.construct_scalar(node))  # 0123 is 123: YAML 1.1 would read it as octal


_Loader.add_constructor("tag:yaml.org,2002:int", _decimal_int)


class _Dumper(yaml.SafeDumper):
    """Lists indented below their key, long text as a block, no anchors."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        super().increase_indent(flow, False)  # noqa: FBT003 - PyYAML's own signature

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - every part is written out
        return True


_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


# A carriage return, a tab, an odd line break: only double quotes carry them through.
_ODD = re.compile("[\x00-\x09\x0b-\x1f\x7f-\xa0\u2028\u2029\ufeff]")


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    style = None
    if _ODD.search(value):
        style = '"'
    elif "\n" in value:
        style = "|"
    elif _NUMBER.fullmatch(value):
        style = "'"  # `1e5` is text to YAML 1.1 and a number to us
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
