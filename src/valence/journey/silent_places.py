"""Who left without a word, by where the journey of each ended: a touchpoint, and its stage."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from valence.core.days import months_before
from valence.core.messages import message
from valence.kit.silence import MONTHS, Silence, hurt, silence_counts, spoken, together
from valence.lake.columns import Column, arrow_schema
from valence.lake.marts import BuildContext, Inputs, Mart, Read, rows_read
from valence.lake.portable import given, last_rows

PLACES = (
    Column("level", "text", "touchpoint or stage."),
    Column("name", "text", "Where the customers took their last step."),
    Column("customers", "int", "Customers whose last step it was."),
    Column("left", "float", "How many of them are expected to have left."),
    Column("leavers", "float", "How many sure leavers these are worth."),
    Column("silent_share", "float", "Share of the leavers who said nothing; empty: too few."),
    Column("silent_low", "float", "Its 90 % interval: low end."),
    Column("silent_high", "float", "High end."),
)


def _places(inputs: Inputs, context: BuildContext, read: Read) -> Iterator[pa.RecordBatch]:
    since = months_before(context.as_of, MONTHS)
    steps = given(inputs["journey_steps"], "customer_id", "at", "touchpoint", "stage", "source",
                  "row_key")  # fmt: skip
    ends = last_rows(steps, "customer_id", "at", "touchpoint", "stage", ties=("source", "row_key"))
    customers = inputs["customers"].join(ends, "customer_id")
    counts = silence_counts(
        customers,
        inputs["worth"],
        spoken(inputs["answers"], inputs["contacts"], since=since),
        hurt(steps, since=since),
        since=since,
        groups=("touchpoint", "stage"),
    )
    at: dict[tuple[str, str], list[Silence]] = defaultdict(list)
    for row in rows_read(counts, read):
        for level in ("touchpoint", "stage"):
            at[level, row[level]].append(Silence.of(row))
    rows = [_row(level, name, together(each)) for (level, name), each in sorted(at.items())]
    yield pa.RecordBatch.from_pylist(rows, schema=arrow_schema(PLACES))


def _row(level: str, name: str, one: Silence) -> dict[str, Any]:
    low, high = one.silent_interval()
    told = one.enough
    return {
        "level": level,
        "name": name,
        "customers": one.customers,
        "left": one.left,
        "leavers": one.effective,
        "silent_share": one.silent if told else None,
        "silent_low": low if told else None,
        "silent_high": high if told else None,
    }


SILENCE_MART = Mart(
    name="silent_places",
    owner="journey",
    title=message("Silent leavers by where they ended"),
    grain=("level", "name"),
    rebuild="whole",
    inputs=("customers", "worth", "answers", "contacts", "journey_steps"),
    columns=PLACES,
    score=_places,
    served=True,
)
