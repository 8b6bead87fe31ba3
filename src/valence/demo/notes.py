"""Notes: the answers of panels as they come together, and the table that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from valence.demo.arrays import Ints, numbered, picked
from valence.demo.lived import DAY
from valence.demo.tables import Brand, instants

RIVALS = ("Camellia & Co", "Northgate Home", "Mingya")


@dataclass(slots=True)
class Notes:
    """Rows as they come together; -1 for no respondent."""

    parts: list[dict[str, Any]] = field(default_factory=list)

    def add(self, count: int, **columns: Any) -> None:
        """Add rows; columns that are left out are empty."""
        empty = {
            "about": pa.nulls(count, pa.string()), "brand": pa.repeat("own", count),
            "words": pa.nulls(count, pa.string()), "language": pa.nulls(count, pa.string()),
            "score": pa.nulls(count, pa.float64()), "scale": pa.nulls(count, pa.string()),
            "account": np.full(count, -1), "via": pa.repeat("survey", count),
        }  # fmt: skip
        self.parts.append({**empty, **columns})

    def column(self, name: str) -> Any:
        """Return one column of all rows."""
        return pa.chunked_array([_arrow(part[name]) for part in self.parts]).combine_chunks()


def _arrow(values: Any) -> Any:
    return values if isinstance(values, pa.Array) else pa.array(values)


@dataclass(frozen=True, slots=True)
class Panel:
    """Who is asked in a wave, and when."""

    account: Ints
    at: Ints  # seconds

    def times(self, each: int) -> dict[str, Any]:
        """Respondents and moments, each as often as they are asked."""
        return {"account": np.repeat(self.account, each), "at": np.repeat(self.at, each)}


def noted(brand: Brand, notes: Notes, *, after: int) -> pa.Table:
    """Return the notes up to the last day, by time, numbered from `after` + 1."""
    at = np.asarray(notes.column("at"))
    order = np.lexsort((np.arange(len(at)), at))
    order = order[at[order] < brand.days * DAY]
    names = ("question", "about", "brand", "score", "scale", "words", "language", "via")
    columns = {name: notes.column(name).take(pa.array(order)) for name in names}
    account = np.asarray(notes.column("account"))[order]
    return pa.table(
        {
            "note_id": numbered("Q", after + np.arange(1, len(order) + 1), digits=7),
            "noted": instants(brand.start, at[order]),
            **columns,
            "user_id": picked(brand.accounts.user_id, account),
        }
    )
