"""What the page and the command of the bond tell: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valence.lake.reading import Tables
from valence.value.bond import LEVELS, PARTS

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the index over all customers who bought."""

    name: str
    known: int  # customers with data on it
    mean: float | None  # of these, 0 to 1


@dataclass(frozen=True, slots=True)
class Bonds:
    """How strong bonds are, and what the index rests on."""

    rows: Sequence[Row]

    @property
    def customers(self) -> int:
        """Customers who bought."""
        return sum(row["customers"] for row in self.rows)

    @property
    def value(self) -> float:
        """Their value in the last twelve months."""
        return float(sum(row["value_12m_amount"] for row in self.rows))

    @property
    def index(self) -> float | None:
        """Mean index."""
        return sum(r["index_sum"] for r in self.rows) / self.customers if self.customers else None

    def of(self, level: str, tier: str | None = None) -> tuple[int, float]:
        """Return customers with a bond of that strength, in a tier or all, and their value."""
        rows = [r for r in self.rows if r["bond"] == level and tier in (None, r["tier"])]
        return sum(r["customers"] for r in rows), float(sum(r["value_12m_amount"] for r in rows))

    @property
    def tiers(self) -> list[str]:
        """The value tiers, in order of their value a customer."""

        def mean(tier: str) -> float:
            n = sum(self.of(level, tier)[0] for level in LEVELS)
            return sum(self.of(level, tier)[1] for level in LEVELS) / n if n else 0.0

        return sorted({row["tier"] for row in self.rows if row["tier"]}, key=mean, reverse=True)

    @property
    def only(self) -> str | None:
        """The one part that has data, so that no bond can be strong; None where more have."""
        known = [part.name for part in self.parts() if part.known]
        return known[0] if len(known) == 1 else None

    def parts(self) -> list[Part]:
        """Return the four parts with their data."""
        found = []
        for name in PARTS:
            known = sum(row[f"{name}_known"] for row in self.rows)
            total = sum(row[f"{name}_sum"] or 0.0 for row in self.rows)
            found.append(Part(name, known, total / known if known else None))
        return found


def bonds_of(tables: Tables) -> Bonds | None:
    """Return the bonds; None before the first build."""
    if not tables.has("bonds"):
        return None
    return Bonds(tables.rows(tables.table("bonds").order_by("bond", "tier")))
