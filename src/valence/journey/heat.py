"""Who comes to each touchpoint through which channel, and of which segment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from valence.core.days import months_before
from valence.journey.map_answers import JourneyMap
from valence.lake.reading import Tables


def heat_by(tables: Tables, found: JourneyMap, by: str) -> Sequence[dict[str, Any]]:
    """Return rows `touchpoint`, `name`, `n`: steps by channel, or customers by segment.

    Parameters
    ----------
    tables
        The published tables.
    found
        The map, whose months count.
    by
        channel or segment.
    """
    if by == "channel":
        t = tables.table("touchpoint_days")
        since = months_before(found.as_of, found.definition.months)
        t = t.filter(t.on > since, t.on <= found.as_of)
        t = t.mutate(name=t.channel.lower())
        t = t.group_by("touchpoint", "name").agg(n=t.steps.sum().cast("int64"))
    elif tables.has("touchpoint_segments"):
        t = tables.table("touchpoint_segments")
        t = t.select("touchpoint", name=t.segment, n=t.customers)
    else:
        return []
    return tables.rows(t.order_by("touchpoint", t.n.desc(), "name"))
