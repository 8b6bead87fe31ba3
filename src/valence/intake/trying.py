"""Trying out: the first rows of a file as a mapping would let them land, and what it would hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from valence.core.clock import now
from valence.core.errors import ValenceError
from valence.core.messages import Message
from valence.core.settings import Brand
from valence.intake import quarantine
from valence.intake.held import reason_words
from valence.intake.looking import bench_of
from valence.intake.mapping import FileMapping
from valence.intake.planning import Rules
from valence.intake.reading import open_source
from valence.intake.staging import good, stage
from valence.intake.targets import KINDS
from valence.lake.workbench import quoted

SHOWN = 6
_KINDS = {"number": "amount", "float": "float", "int": "int", "bool": "bool", "date": "instant"}


@dataclass(frozen=True, slots=True)
class Refused:
    """One row that would go to quarantine."""

    line: int
    column: str
    why: Message
    value: str | None


@dataclass(frozen=True, slots=True)
class Tried:
    """What the first rows would become."""

    columns: Sequence[tuple[str, str]] = ()  # place in the mapping, kind of its cells
    rows: Sequence[Sequence[Any]] = ()
    read: int = 0
    bad: int = 0
    refused: Sequence[Refused] = ()
    fault: Message | None = None


def try_out(brand: Brand, head: Path, mapping: FileMapping) -> Tried:
    """Return what a mapping makes of a file's first rows; nothing is kept."""
    settings = brand.settings.brand
    rules = Rules(settings.timezone, settings.currency, now())
    try:
        with bench_of(brand) as bench:
            staged = stage(bench, open_source(bench, head), mapping, rules, "tried")
            names = staged.names(bench)
            shown = _shown(mapping, names)
            cells = ", ".join(quoted(name) for _, _, name in shown) or "1"
            rows = bench.rows(f"SELECT {cells} FROM ({good(staged)}) LIMIT {SHOWN}")
            held = list(quarantine.held(bench, staged))
    except ValenceError as wrong:
        return Tried(fault=wrong.message)
    refused = [
        Refused(one.line, one.column, reason_words(one.reason), one.value) for one in held[:SHOWN]
    ]
    columns = [(place, kind) for place, kind, _ in shown]
    return Tried(columns, [_plain(row) for row in rows], staged.read, len(held), refused)


def _shown(mapping: FileMapping, names: set[str]) -> list[tuple[str, str, str]]:
    """Return place, kind and staged name of what is shown, in the order of the mapping."""
    targets = KINDS[mapping.kind].targets
    found = [
        (f"columns.{name}", _KINDS.get(targets[name].type, "text"), name)
        for name in mapping.columns
        if name in names
    ]
    if "_net" in names and "net_amount" not in mapping.columns:
        found.append(("columns.net_amount", "amount", "_net"))
    for group, prefix in (("identifiers", "i_"), ("contact", "c_"), ("attributes", "a_")):
        given = mapping.in_vault if group == "contact" else getattr(mapping, group)
        found += [
            (f"{group}.{name}", "text", prefix + name) for name in given if prefix + name in names
        ]
    return found


def _plain(row: Sequence[Any]) -> list[Any]:
    return [cell.replace(microsecond=0) if isinstance(cell, datetime) else cell for cell in row]
