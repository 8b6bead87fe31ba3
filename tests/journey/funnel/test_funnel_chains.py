"""Chains: every option against trying all, on each engine; ties, repeats, windows."""

from __future__ import annotations

import random

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journey.funnel.slow import DAY, row, slow_chains, slow_own

from valence.journey.columns import STEPS
from valence.journey.funnel.chains import chains
from valence.journey.funnel.definition import FunnelDefinition
from valence.journey.funnel.rates import funnel
from valence.lake.columns import arrow_schema

SCHEMA = arrow_schema(STEPS)


def asked(*steps, order="ordered", hours=24.0, exclusions=()):
    """A funnel: touchpoints by name, `x?` optional, `=rule` by a rule."""

    def step(said):
        optional, said = said.endswith("?"), said.rstrip("?")
        what = {"rule": said[1:]} if said.startswith("=") else {"touchpoint": said}
        return {**what, "optional": optional}

    return FunnelDefinition(
        name="asked", steps=[step(each) for each in steps], order=order, window_hours=hours,
        exclusions=exclusions,
    )  # fmt: skip


def found(con, log, definition, as_of=DAY):
    table = ibis.memtable(pa.Table.from_pylist(log, schema=SCHEMA))
    rows = con.to_pyarrow(chains(table, definition=definition, as_of=as_of)).to_pylist()
    assert len({each["customer_id"] for each in rows}) == len(rows)
    return {each["customer_id"]: each for each in rows}


def own(con, log, definition):
    table = ibis.memtable(pa.Table.from_pylist(log, schema=SCHEMA))
    told = funnel(table, definition=definition, as_of=DAY, by="channel", attribution="each")
    return {
        (r["part"], r["step"]): (r["customers"], r["before"], r["before"] - r["lost"])
        for r in con.to_pyarrow(told).to_pylist()
    }


def reached(con, definition, *touchpoints, every=60):
    log = [row("ann", n * every, name, key=f"{n:04}") for n, name in enumerate(touchpoints)]
    told = found(con, log, definition)
    return told["ann"]["reached"] if told else 0


RULES = ('=channel == "app"', '=touchpoint in ("a", "b")', '=stage == "use"')
TOUCHPOINTS = ("a", "b", "c", "d", "x")


@st.composite
def funnels(draw):
    order = draw(st.sampled_from(("ordered", "strict", "any")))
    some = st.sampled_from((*TOUCHPOINTS, *RULES))
    names = draw(st.lists(some, min_size=2, max_size=4, unique=order == "any"))
    if order != "any":
        names = [
            f"{name}?" if 0 < place < len(names) - 1 and draw(st.booleans()) else name
            for place, name in enumerate(names)
        ]
    required = [n for n, name in enumerate(names, 1) if not name.endswith("?")]
    exclusions = []
    if order != "strict":
        for _ in range(draw(st.integers(0, 2))):
            ends = sorted(draw(st.lists(st.sampled_from(required), min_size=2, max_size=2,
                                        unique=True)))  # fmt: skip
            ends = [1, len(names)] if order == "any" else ends
            what = draw(st.sampled_from(({"touchpoint": "x"}, {"stage": "use"})))
            exclusions.append({**what, "after": ends[0], "before": ends[1]})
    hours = draw(st.sampled_from((1.0, 2.5, 6.0, 1000.0)))
    made = asked(*names, order=order, hours=hours, exclusions=exclusions)
    return made.model_copy(update={"timed": draw(st.sampled_from(("start", "first")))})


@st.composite
def logs(draw, who="ann"):
    # Few different times, so that many rows fall on one moment and at the window's very end.
    rows = draw(
        st.lists(
            st.tuples(
                st.integers(0, 12),
                st.sampled_from(TOUCHPOINTS),
                st.sampled_from(("web", "app")),
                st.sampled_from(("buy", "use")),
            ),
            max_size=9,
        )
    )
    keys = draw(st.permutations(range(len(rows))))
    return [
        row(who, 30 * at, touchpoint, stage=stage, channel=channel, key=f"{key:03}")
        for (at, touchpoint, channel, stage), key in zip(rows, keys, strict=True)
    ]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(definition=funnels(), several=st.lists(logs(), min_size=1, max_size=4))
def test_chains_are_those_that_trying_all_finds(duck, definition, several):
    log = [{**one, "customer_id": f"c{n}", "row_key": f"{n}-{one['row_key']}"}
           for n, rows in enumerate(several) for one in rows]  # fmt: skip
    assert found(duck, log, definition) == slow_chains(log, definition)
    assert own(duck, log, definition) == slow_own(log, definition, "channel")


# On Spark each definition is one query over many small logs: it takes seconds, not milliseconds.
ON_SPARK = (
    asked("a", "b", "c", hours=3.0),
    asked("a", "b?", "a", RULES[0], hours=2.5,
          exclusions=[{"touchpoint": "x", "after": 3, "before": 4}]),
    asked("a", RULES[1] + "?", "c", order="strict", hours=1.0),
    asked("a", "b", RULES[2], order="any", hours=1.5, exclusions=[{"touchpoint": "x"}]),
)  # fmt: skip


@pytest.mark.spark
@pytest.mark.parametrize(
    "definition",
    [
        ON_SPARK[1],
        *(pytest.param(each, marks=pytest.mark.long) for each in (ON_SPARK[0], *ON_SPARK[2:])),
    ],
    ids=lambda each: each.order,
)
def test_chains_are_the_same_on_spark(on_spark, definition):
    draw = random.Random(7)
    log = [
        row(
            f"c{who}", 30 * draw.randrange(13), draw.choice(TOUCHPOINTS),
            stage=draw.choice(("buy", "use")), channel=draw.choice(("web", "app")),
            key=f"{draw.random()}",
        )
        for who in range(150)
        for _ in range(draw.randrange(9))
    ]  # fmt: skip
    slow = slow_chains(log, definition)
    assert {each["reached"] for each in slow.values()} == set(definition.required)
    assert found(on_spark, log, definition) == slow
    if definition is ON_SPARK[1]:
        assert own(on_spark, log, definition) == slow_own(log, definition, "channel")


def test_a_step_that_repeats_needs_a_row_each_time(duck):
    again = asked("a", "b", "a", "c")
    assert reached(duck, again, "a", "b", "a", "c") == 4
    assert reached(duck, again, "a", "b", "c") == 2
    assert reached(duck, asked("a", "a"), "a") == 1
    assert reached(duck, asked("a", "a"), "a", "x", "a") == 2


def test_rows_of_one_moment_count_as_done_in_order(duck):
    log = [row("ann", 0, name, key=f"{n}") for n, name in enumerate(("c", "b", "a"))]
    assert found(duck, log, asked("a", "b", "c"))["ann"]["reached"] == 3
    assert found(duck, log, asked("c", "b", "a"))["ann"]["reached"] == 3
    assert found(duck, log, asked("a", "b", "c"))["ann"]["seconds_3"] == 0


def test_an_exclusion_of_the_same_moment_comes_after_the_steps(duck):
    broken = asked("a", "b", exclusions=[{"touchpoint": "x"}])
    log = [row("ann", 0, "a", key="2"), row("ann", 60, "b", key="3")]
    assert found(duck, [*log, row("ann", 0, "x", key="1")], broken)["ann"]["reached"] == 1
    assert found(duck, [*log, row("ann", 60, "x", key="1")], broken)["ann"]["reached"] == 2


def test_the_window_runs_from_the_first_step_and_its_end_belongs_to_it(duck):
    assert reached(duck, asked("a", "b", "c", hours=2.0), "a", "b", "c") == 3
    assert reached(duck, asked("a", "b", "c", hours=1.99), "a", "b", "c") == 2
    # A later start is as good: the first one is out of time.
    assert reached(duck, asked("a", "b", "c", hours=2.0), "a", "x", "a", "b", "c") == 3


def test_strict_lets_nothing_lie_between(duck):
    strict = asked("a", "b", order="strict")
    assert reached(duck, strict, "a", "x", "b") == 1
    assert reached(duck, strict, "a", "x", "a", "b") == 2


def test_any_order_counts_different_steps_within_the_window(duck):
    every = asked("a", "b", "c", order="any", hours=2.0)
    assert reached(duck, every, "c", "a", "b") == 3
    assert reached(duck, every, "c", "x", "a", "b") == 2
    assert reached(duck, every, "x") == 0


def test_optional_steps_are_left_out_and_counted(duck):
    optional = asked("a", "b?", "c")
    log = [row("ann", 0, "a"), row("ann", 9, "c"), row("bob", 0, "a"), row("bob", 5, "b")]
    told = found(duck, log, optional)
    assert (told["ann"]["reached"], told["ann"]["at_2"]) == (3, None)
    assert (told["bob"]["reached"], told["bob"]["seconds_2"]) == (1, 300)


def test_more_than_ten_steps(duck):
    names = [f"t{n}" for n in range(14)]
    assert reached(duck, asked(*names), *names) == 14
    assert reached(duck, asked(*names), *names[:9], *names[10:]) == 9


def test_time_to_convert_is_that_of_the_latest_start(duck):
    log = [row("ann", 0, "a"), row("ann", 50, "a"), row("ann", 60, "b"), row("ann", 70, "b")]
    ann = found(duck, log, asked("a", "b"))["ann"]
    assert ann["seconds_2"] == 600
    assert ann["reached_at"] == log[2]["at"]


def test_or_that_since_the_first_look_of_all(duck):
    log = [row("ann", 0, "a"), row("ann", 3000, "a"), row("ann", 3060, "b")]
    timed = asked("a", "b", hours=24.0).model_copy(update={"timed": "first"})
    ann = found(duck, log, timed)["ann"]
    assert (ann["seconds_1"], ann["seconds_2"]) == (0, 3060 * 60)  # longer than the window
    assert ann["started_at"] == log[1]["at"]


def test_a_merged_customer_is_one(duck):
    log = [row("ann", 0, "a"), row("ann too", 60, "b")]
    apart = found(duck, log, asked("a", "b"))
    merged = found(duck, [{**one, "customer_id": "ann"} for one in log], asked("a", "b"))
    assert apart["ann"]["reached"] == 1
    assert merged["ann"]["reached"] == 2


def test_later_rows_and_rows_of_nobody_do_not_count(duck):
    log = [row("ann", 0, "a"), row("ann", 60, "b"), row(None, 0, "a"), row("ann", 2880, "c")]
    told = found(duck, log, asked("a", "b", "c", hours=99.0), as_of=log[0]["on"])
    assert list(told) == ["ann"]
    assert told["ann"]["reached"] == 2


def test_where_nothing_matches_there_is_nobody(duck):
    assert found(duck, [row("ann", 0, "x")], asked("a", "b")) == {}
    assert found(duck, [], asked("a", "b")) == {}
