"""Rates: counts, shares with intervals, times, and whose value of a property counts."""

from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pytest
from tests.journey.funnel.slow import DAY, row, slow_chains, slow_counts

from valence.core.errors import BadInputError
from valence.core.intervals import wilson
from valence.journey.columns import STEPS
from valence.journey.funnel import FunnelDefinition
from valence.journey.funnel.rates import funnel
from valence.lake.columns import arrow_schema

BUY = FunnelDefinition(
    name="buy",
    steps=[{"touchpoint": "visit"}, {"touchpoint": "basket", "optional": True},
           {"touchpoint": "order"}],
    window_hours=24,
)  # fmt: skip
LOG = [
    row("ann", 0, "visit"), row("ann", 10, "basket", channel="app"),
    row("ann", 30, "order", channel="store"),
    row("bob", 0, "visit", channel="app"), row("bob", 60, "order"),
    row("cid", 0, "visit"), row("cid", 5, "basket"),
    row("dee", 0, "visit", channel=None), row("eve", 0, "order"),
]  # fmt: skip


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def table(log):
    return ibis.memtable(pa.Table.from_pylist(log, schema=arrow_schema(STEPS)))


def told(con, log=LOG, definition=BUY, **options):
    found = funnel(table(log), definition=definition, as_of=DAY, **options)
    return con.to_pyarrow(found.order_by("part", "step")).to_pylist()


def test_each_step_tells_who_came_and_who_was_lost(con):
    rows = told(con)
    assert [(r["title"], r["customers"], r["before"], r["lost"]) for r in rows] == [
        ("visit", 4, 4, 0), ("basket", 2, 4, 2), ("order", 2, 4, 2),
    ]  # fmt: skip
    assert [r["share"] for r in rows] == [1.0, 0.5, 0.5]
    low, high = wilson(2, 4)
    assert (rows[2]["share_low"], rows[2]["share_high"]) == pytest.approx((low, high))
    assert (rows[2]["step_share_low"], rows[2]["step_share_high"]) == pytest.approx((low, high))
    assert (rows[2]["median_seconds"], rows[2]["mean_seconds"]) == (2700.0, 2700.0)
    assert [r["optional"] for r in rows] == [False, True, False]


def test_counts_are_those_of_the_slow_way(duck):
    slow = slow_counts(slow_chains(LOG, BUY), BUY)
    for fast, one in zip(told(duck), slow, strict=True):
        assert {name: fast[name] for name in one} == pytest.approx(one)


def test_a_property_counts_from_the_first_the_last_or_a_steps_row(con):
    def parts(attribution):
        rows = told(con, by="channel", attribution=attribution)
        return {(r["part"], r["step"]): r["customers"] for r in rows if r["customers"]}

    assert parts("first") == {
        ("web", 1): 2, ("web", 2): 2, ("web", 3): 1, ("app", 1): 1, ("app", 3): 1, ("–", 1): 1,
    }  # fmt: skip
    last = parts("last")
    assert (last["store", 3], last["web", 3]) == (1, 1)
    # Those who never came to the step have no value there.
    assert parts(2) == {
        ("app", 1): 1, ("app", 2): 1, ("app", 3): 1, ("web", 1): 1, ("web", 2): 1,
    }  # fmt: skip


def test_each_step_counts_under_its_own_value(con):
    rows = told(con, by="channel", attribution="each")
    counts = {(r["part"], r["step"]): (r["customers"], r["before"], r["lost"]) for r in rows}
    assert {key: found for key, found in counts.items() if any(found)} == {
        # Of two who began on the web both took a basket, one of them on the app.
        ("web", 1): (2, 2, 0), ("web", 2): (1, 2, 0), ("web", 3): (1, 2, 1),
        ("app", 1): (1, 1, 0), ("app", 2): (1, 1, 1), ("app", 3): (0, 1, 0),
        ("store", 3): (1, 0, 0), ("–", 1): (1, 1, 0), ("–", 2): (0, 1, 1), ("–", 3): (0, 1, 1),
    }  # fmt: skip
    shares = {(r["part"], r["step"]): (r["share"], r["step_share"]) for r in rows}
    assert shares["store", 3] == (0.25, None)  # of the four who entered, wherever
    assert shares["web", 3] == (0.25, 0.5)
    whole = [r["customers"] for r in told(con)]
    assert [sum(r["customers"] for r in rows if r["step"] == n) for n in (1, 2, 3)] == whole


def test_parts_add_up_to_the_whole(duck):
    whole = [r["customers"] for r in told(duck)]
    rows = told(duck, by="channel")
    assert [sum(r["customers"] for r in rows if r["step"] == n) for n in (1, 2, 3)] == whole


def test_a_column_that_is_not_there_names_the_near_one(duck):
    with pytest.raises(BadInputError, match="Did you mean 'channel'"):
        told(duck, by="chanel")
    with pytest.raises(BadInputError, match="There is no step 9: this funnel has 3"):
        told(duck, by="channel", attribution=9)
    with pytest.raises(BadInputError, match="is after"):
        told(duck, since=date(2026, 1, 1))


def test_an_empty_log_has_steps_of_nobody(duck):
    rows = told(duck, log=[])
    assert [r["customers"] for r in rows] == [0, 0, 0]
    assert [r["share"] for r in rows] == [None, None, None]
