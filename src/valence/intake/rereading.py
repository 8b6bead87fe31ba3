"""Rereading: rows of the quarantine as a file again, to be read by the mapping of before."""

from __future__ import annotations

import json
import secrets
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from valence.intake.quarantine import Held

Why = Literal["replayed", "waited"]


@dataclass(frozen=True, slots=True)
class Again:
    """The rows of one file that are read again: their numbers in quarantine, and their lines."""

    file: str
    why: Why  # somebody asked for it, or what they waited for came
    reason: str = ""  # for which they waited
    row_ids: array[int] = field(default_factory=lambda: array("q"))
    lines: array[int] = field(default_factory=lambda: array("q"))

    def placed(self, held: Held) -> Held:
        """Return a row that is held again at its place in its own file."""
        return replace(held, file=self.file, line=self.lines[held.line - 1])


def write_rows(path: Path, rows: Iterable[Mapping[str, str | None]]) -> Path:
    """Write rows as JSON lines: every cell stands as it was, with no dialect to be guessed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # The same bytes would count as imported before; blanks behind a line change the bytes only.
    blanks = "".join(secrets.choice(" \t") for _ in range(64))
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(f"{json.dumps(dict(row), ensure_ascii=False)}{blanks}\n")
            blanks = ""
    return path
