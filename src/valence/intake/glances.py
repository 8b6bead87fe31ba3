"""Glances: what is at fault in rows of the quarantine as lists show it, masked if personal."""

from __future__ import annotations

import re
from collections.abc import Sequence

from valence.intake import quarantine
from valence.intake.held import HeldRow
from valence.intake.mapping import PARTS, FileMapping, folded
from valence.intake.quarantine import Row
from valence.people.keys import Keyring
from valence.people.masking import HIDDEN, masked
from valence.store import View

_LONG = 60  # letters
_PHONE = re.compile(r"\+\d[\d ().-]{6,}|1[3-9]\d{9}")


def glances(view: View, keyring: Keyring, rows: Sequence[HeldRow]) -> dict[int, str]:
    """Return the value at fault of each row, by its number; empty where it is missing.

    What a customer is known by, and what looks like an address or a telephone in another column,
    is masked; a broken line, whose cells cannot be told apart, is hidden.
    """
    mappings: dict[str, FileMapping] = {}
    found = {}
    for row in quarantine.opened(view, keyring, [row.row_id for row in rows]):
        if row.mapping_hash not in mappings:
            mappings[row.mapping_hash] = quarantine.mapping_of(view, row.mapping_hash)
        found[row.row_id] = _glance(row, mappings[row.mapping_hash])
    return found


def _glance(row: Row, mapping: FileMapping) -> str:
    value = (row.value or "").strip()
    if set(row.cells) == {""}:
        return HIDDEN
    if not value:
        return ""
    kind = _personal(row, mapping) or _looks_like(value)
    if kind:
        return masked(kind if kind != "email" or "@" in value else "", value)
    line = " ".join(value.split())
    return line if len(line) <= _LONG else f"{line[:_LONG]}…"


def _personal(row: Row, mapping: FileMapping) -> str:
    """The kind of personal data that a column holds, empty if it holds none."""
    names = folded(tuple(row.cells))
    for place, cell in mapping.cells():
        group, _, name = place.partition(".")
        if group in {"identifiers", "contact"} and row.column in cell.read_in(names):
            return "name" if name in PARTS else name
    return ""


def _looks_like(value: str) -> str:
    if "@" in value:
        return "email"
    return "phone" if _PHONE.fullmatch(value) else ""
