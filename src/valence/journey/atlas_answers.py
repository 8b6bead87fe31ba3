"""What the journey map tells: plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from valence.lake.reading import Tables

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Atlas:
    """The touchpoints with what they took, and the events that none took."""

    claims: Sequence[Row]
    unrecognised: Sequence[Row]


def atlas_of(tables: Tables) -> Atlas | None:
    """Return the map; None before the first build."""
    if not tables.has("journey_claims"):
        return None
    unknown = tables.table("journey_unrecognised")
    return Atlas(
        tables.rows(tables.table("journey_claims")),
        tables.rows(unknown.order_by(unknown.events.desc(), "name", "channel").limit(50)),
    )
