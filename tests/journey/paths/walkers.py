"""Small tables of steps, written as what each customer did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import ibis
import pyarrow as pa

from valence.journey.columns import STEPS
from valence.lake.columns import arrow_schema

START = datetime(2025, 3, 1, tzinfo=UTC)


def row(number, who, touchpoint, hours, source="events"):
    at = None if hours is None else START + timedelta(hours=hours)
    return {
        "customer_id": who, "at": at, "on": None if at is None else at.date(),
        "touchpoint": touchpoint, "stage": "buy", "channel": "web", "source": source,
        "row_key": f"site:{number:06}", "standard_kept": None,
    }  # fmt: skip


def rows(**walks):
    """`ann="visit@0 basket@1.5"`: touchpoints with the hour of each."""
    found = []
    for who, walk in walks.items():
        for step in walk.split():
            name, _, hours = step.partition("@")
            found.append(row(len(found), who, name.replace("_", " "), float(hours)))
    return found


def table(found):
    return ibis.memtable(pa.Table.from_pylist(found, schema=arrow_schema(STEPS)))
