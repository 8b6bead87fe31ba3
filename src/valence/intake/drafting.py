"""Drafting: a mapping as YAML to be edited, with what the file holds and what can be said of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from valence.intake.looking import Look
from valence.intake.mapping import CONTACT, FileMapping, mapping_yaml
from valence.intake.targets import KINDS
from valence.people.normalise import ID_TYPES

_WIDE = 96
_AMOUNTS = {"orders": ("net_amount",), "order_lines": ("quantity", "unit_price")}
# What a draft has gaps for.
_COLUMNS = ("order_id", "ordered_at", "net_amount")
_KNOWN_BY = ("user_id", "email", "phone")
_CONTACT = ("name", "address")
_PEOPLE = ("orders", "order_lines", "customers", "feedback", "contacts", "messages", "events")


def draft(seen: Look, path: Path) -> str:
    """Return a mapping as YAML: what was found out, or gaps to fill in where nobody could tell.

    Comments say what to do with it, which columns are not read, and what else a row can say.
    """
    name = shlex.quote(str(path))
    head = [
        f"What the columns of {path.name} are taken for."
        if seen.mapping
        else f"Nobody can tell what {path.name} holds: say which column is what.",
        f"Change it, then: valence import {name} --mapping FILE",
    ]
    body = mapping_yaml(seen.mapping) if seen.mapping else _gaps(path)
    tail = [*_unread(seen), *_further(seen.mapping)]
    return f"{_comments(head)}{body}{_comments(tail)}"


def _gaps(path: Path) -> str:
    """A mapping of orders whose columns nobody knows; gaps that stay are as if not there."""
    kinds = ", ".join(kind for kind in KINDS if kind not in {"orders", "lookup"})
    return "\n".join(
        [
            "version: 1",
            f"name: {_word(path)}",
            f"kind: orders  # or {kinds}",
            "columns:",
            "  order_id:",
            "  ordered_at:  # or {column: NAME, time: NAME, date: dmy}",
            "  net_amount:  # or gross_amount; of lines quantity and unit_price",
            "identifiers:  # one is enough",
            *(f"  {kind}:" for kind in _KNOWN_BY),
            "contact:",
            *(f"  {kind}:" for kind in _CONTACT),
            "",
        ]
    )


def _word(path: Path) -> str:
    letters = "".join(c if c.isalnum() else "-" for c in path.name.split(".")[0].lower())
    return letters.strip("-") or "file"


def _unread(seen: Look) -> Iterator[str]:
    """The columns that are not read, each with its first values."""
    if not seen.unused:
        return
    yield ""
    yield "Columns that are not read, with their first values:"
    samples = {column.name: ", ".join(column.samples) for column in seen.columns}
    for name in seen.unused:
        yield _cut(f"  {name}: {samples.get(name, '')}")


def _further(mapping: FileMapping | None) -> Iterator[str]:
    """What else a row can say."""
    kind = mapping.kind if mapping else "orders"
    if kind == "lookup":
        return
    said = mapping.columns if mapping else _COLUMNS
    people = mapping.identifiers if mapping else _KNOWN_BY
    contact = mapping.contact if mapping else _CONTACT
    yield ""
    yield from _listed("columns", [name for name in KINDS[kind].targets if name not in said])
    if kind in _PEOPLE:
        yield from _listed("identifiers", [name for name in ID_TYPES if name not in people])
        yield from _listed("contact", [name for name in CONTACT if name not in contact])
    if mapping is None:
        yield ""
        yield "Kinds of files, and what each row needs:"
        for name, one in KINDS.items():
            needed = [n for n, target in one.targets.items() if target.required]
            told = ", ".join([*needed, *_AMOUNTS.get(name, ())]) or "an identifier"
            if name != "lookup":
                yield f"  {name}: {told}"


def _listed(group: str, names: list[str]) -> Iterator[str]:
    if not names:
        return
    line = f"More {group}:"
    for name in names:
        if len(line) + len(name) + 2 > _WIDE:
            yield line
            line = " "
        line += f" {name}," if name != names[-1] else f" {name}"
    yield line


def _cut(line: str) -> str:
    one = " ".join(line.split("\n"))
    return one if len(one) <= _WIDE else f"{one[:_WIDE]}…"


def _comments(lines: list[str]) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)
