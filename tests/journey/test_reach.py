"""Reach against a slow reference: customer by customer, in plain Python."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from statistics import median

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.journey.columns import STEPS
from valence.journey.days import touchpoint_days
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.reach import REACH, touchpoint_reach
from valence.lake.columns import arrow_schema

DAY = date(2025, 6, 30)
JOURNEY = JourneyDefinition(
    stages=("see", "buy", "help"),
    touchpoints=(
        Touchpoint(name="visit", stage="see", asks="address"),
        Touchpoint(name="order", stage="buy", source="orders"),
        Touchpoint(name="call", stage="help", source="contacts", asks="address"),
    ),
    months=3,
    onward_days=5,
    silent_days=20,
    repeat_days=4,
)
STAGE = {each.name: each.stage for each in JOURNEY.touchpoints}
SOURCE = {each.name: each.source for each in JOURNEY.touchpoints}
ASKS = {each.name: each.asks for each in JOURNEY.touchpoints}
step = st.tuples(
    st.sampled_from(["ann", "bob", "cid"]),
    st.integers(0, 200 * 4),  # quarters of days back
    st.sampled_from(sorted(STAGE)),
    st.sampled_from([None, True, False]),
)


def steps_of(found, whose=""):
    rows = []
    for number, (who, back, touchpoint, kept) in enumerate(found):
        at = datetime(2025, 6, 30, 18, tzinfo=UTC) - timedelta(hours=6 * back)
        rows.append({
            "customer_id": whose + who, "at": at, "on": at.date(), "touchpoint": touchpoint,
            "stage": STAGE[touchpoint],
            "channel": {None: "web", True: "app", False: None}[kept], "source": SOURCE[touchpoint],
            "row_key": f"{whose}{number:04}", "standard_kept": kept, "delivered": None,
            "asks": ASKS[touchpoint] or None,
        })  # fmt: skip
    return rows


def table(rows):
    return ibis.memtable(pa.Table.from_pylist(rows, schema=arrow_schema(STEPS)))


def occasions(now):
    """The last step of each time that somebody was asked, and whether it was again elsewhere."""
    for who in {r["customer_id"] for r in now}:
        own = [r for r in now if r["customer_id"] == who and r["asks"] and r["channel"]]
        own.sort(key=lambda r: (r["at"], r["source"], r["row_key"]))
        for this, after in itertools.zip_longest(own, own[1:]):
            soon = after is not None and after["at"] - this["at"] <= timedelta(days=4)
            elsewhere = soon and after["channel"] != this["channel"]
            counted = this["source"] != "contacts" and this["on"] <= DAY - timedelta(days=4)
            if counted and (elsewhere or not soon):
                yield this, elsewhere


def slow(rows):
    """The same, a customer at a time."""
    since, earlier = date(2025, 3, 30), date(2024, 12, 30)
    number = {stage: place for place, stage in enumerate(JOURNEY.stages)}
    now = [r for r in rows if r["on"] > since]
    old = [r for r in rows if earlier < r["on"] <= since]
    out = {}
    for name in {r["touchpoint"] for r in now + old}:
        here = [r for r in now if r["touchpoint"] == name]
        before = [r for r in old if r["touchpoint"] == name]
        followed, onward, lost, repeats = 0, [], 0, 0
        silent, settled = DAY - timedelta(days=20), DAY - timedelta(days=4)
        asked = [pair for pair in occasions(now) if pair[0]["touchpoint"] == name]
        for who in {r["customer_id"] for r in now}:
            all_of = sorted(
                (r for r in now if r["customer_id"] == who),
                key=lambda r: (r["at"], r["source"], r["row_key"]),
            )
            mine = [r for r in all_of if r["touchpoint"] == name]
            if all_of[-1]["on"] <= silent and all_of[-1]["touchpoint"] == name:
                lost += 1
            if not mine:
                continue
            repeats += sum(
                b["at"] - a["at"] <= timedelta(days=4) and a["on"] <= settled
                for a, b in itertools.pairwise(mine)
            )
            if mine[0]["on"] > DAY - timedelta(days=5):
                continue
            followed += 1
            gaps = [
                (r["at"] - mine[0]["at"]).total_seconds() / 86400
                for r in all_of
                if number[r["stage"]] > number[STAGE[name]] and r["at"] >= mine[0]["at"]
            ]
            if gaps and min(gaps) <= 5:
                onward.append(min(gaps))
        out[name] = {
            "touchpoint": name, "stage": STAGE[name], "steps": len(here),
            "customers": len({r["customer_id"] for r in here}), "steps_before": len(before),
            "customers_before": len({r["customer_id"] for r in before}), "followed": followed,
            "onward": len(onward), "onward_days": median(onward) if onward else None,
            "could_leave": len({r["customer_id"] for r in here if r["on"] <= silent}),
            "lost": lost, "could_repeat": sum(r["on"] <= settled for r in here),
            "repeats": repeats,
            "promised": sum(r["standard_kept"] is not None for r in here),
            "kept": sum(bool(r["standard_kept"]) for r in here), "designed": 0, "delivered": 0,
            "asked": len(asked), "asked_again": sum(again for _, again in asked),
        }  # fmt: skip
    return out


def told(con, rows):
    found = touchpoint_reach(table(rows), as_of=DAY, definition=JOURNEY)
    return {row["touchpoint"]: row for row in con.to_pyarrow(found).to_pylist()}


@settings(max_examples=25)
@given(st.lists(step, max_size=30))
def test_reach_is_that_of_the_slow_reference(duck, found):
    rows = steps_of(found)
    assert told(duck, rows) == slow(rows)


@pytest.mark.spark
def test_spark_gives_the_same(duck, on_spark):
    rows = [
        row
        for each in range(30)
        for row in steps_of(
            [(who, (each * 37 + at * 53) % 700, name, kept)
             for at, (who, name, kept) in enumerate(
                 [("ann", "visit", None), ("ann", "order", True), ("bob", "visit", False),
                  ("ann", "call", True), ("bob", "call", None), ("bob", "call", True)])],
            f"{each}-",
        )
    ]  # fmt: skip
    assert told(on_spark, rows) == told(duck, rows)


def test_nothing_happened(duck):
    assert told(duck, []) == {}
    days = touchpoint_days(table([]), as_of=DAY)
    assert duck.to_pyarrow(days).num_rows == 0
    assert next(c.name for c in REACH) == "touchpoint"
