"""The graph: counts, customers and times of each pair, equal to a slow loop on real clicks."""

from __future__ import annotations

import random

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journey.paths import slow
from tests.journey.paths.walkers import row, rows, table

from valence.core.errors import BadInputError
from valence.journey.paths.graph import directly_follows, folded
from valence.journey.paths.journeys import left_out, walked
from valence.lake.columns import IBIS


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def graph(con, steps, **asked):
    found = con.to_pyarrow(directly_follows(steps, **asked)).to_pylist()
    return {
        (e["from_touchpoint"], e["to_touchpoint"]): (
            e["steps"], e["customers"], e["median_seconds"], e["p90_seconds"]
        )
        for e in found
    }  # fmt: skip


def test_pairs_are_counted_with_customers_and_times_and_where_journeys_begin_and_end(con):
    steps = table(rows(ann="visit@0 basket@1 order@2", bob="visit@0 basket@3 visit@4 basket@5"))
    assert graph(con, steps) == {
        (None, "visit"): (2, 2, None, None),
        ("visit", "basket"): (3, 2, 3600.0, pytest.approx(3600 + 0.8 * 7200)),
        ("basket", "order"): (1, 1, 3600.0, 3600.0),
        ("basket", "visit"): (1, 1, 3600.0, 3600.0),
        ("order", None): (1, 1, None, None),
        ("basket", None): (1, 1, None, None),
    }


def test_counts_and_medians_alone_are_the_same_without_the_rest(con):
    steps = table(rows(ann="visit@0 basket@1 order@2", bob="visit@0 basket@3 visit@4 basket@5"))
    assert graph(con, steps, brief=True) == {
        pair: (n, who if None in pair and pair[0] else None, median, None)
        for pair, (n, who, median, _) in graph(con, steps).items()
    }


def test_a_journey_ends_where_nothing_happens_for_long(con):
    steps = table(rows(ann="visit@0 basket@1 visit@30 basket@32 visit@60"))
    assert graph(con, steps, gap_hours=24) == {
        (None, "visit"): (3, 1, None, None),
        ("visit", "basket"): (2, 1, 5400.0, pytest.approx(3600 + 0.9 * 3600)),
        ("basket", None): (2, 1, None, None),
        ("visit", None): (1, 1, None, None),
    }


def test_ties_in_time_go_by_source_and_key_however_the_rows_arrive(con):
    found = [
        row(3, "ann", "basket", 1), row(2, "ann", "visit", 1),
        row(1, "ann", "call", 1, source="contacts"), row(9, "ann", "order", 0.5, source="orders"),
    ]  # fmt: skip
    for shuffled in (found, found[::-1]):
        got = graph(con, table(shuffled))
        assert [(pair, got[pair][0]) for pair in (
            (None, "order"), ("order", "call"), ("call", "visit"), ("visit", "basket"),
            ("basket", None),
        )] == [
            ((None, "order"), 1), (("order", "call"), 1), (("call", "visit"), 1),
            (("visit", "basket"), 1), (("basket", None), 1),
        ]  # fmt: skip
        assert len(got) == 5


def test_a_double_fired_event_is_one_step_but_coming_again_later_is_another(duck):
    twice = [row(1, "ann", "visit", 0), row(2, "ann", "visit", 0), row(3, "ann", "order", 1)]
    assert ("visit", "visit") not in graph(duck, table(twice))
    assert graph(duck, table(twice))["visit", "order"][:3] == (1, 1, 3600.0)
    again = [row(1, "ann", "visit", 0), row(2, "ann", "visit", 0.001)]
    assert graph(duck, table(again))["visit", "visit"][:2] == (1, 1)


def test_a_row_that_is_there_twice_counts_once(duck):
    once = rows(ann="visit@0 basket@1 order@2", bob="visit@0 order@3")
    assert graph(duck, table(once * 2)) == graph(duck, table(once))


def test_steps_of_nobody_without_time_or_touchpoint_are_left_out(duck):
    found = [
        *rows(ann="visit@0 order@1"), row(7, None, "visit", 0), row(8, "ann", "call", None),
        row(9, "ann", None, 0.5),
    ]  # fmt: skip
    assert graph(duck, table(found)) == graph(duck, table(rows(ann="visit@0 order@1")))


def test_a_robot_is_left_out_whole_and_told(duck):
    robot = [row(n, "bot", "visit", n / 3600) for n in range(10_001)]
    found = rows(ann="visit@0 visit@48") + robot
    assert graph(duck, table(found))["visit", "visit"][:3] == (1, 1, 172_800.0)
    (who,) = duck.to_pyarrow(left_out(table(found))).to_pylist()
    assert who == {"customer_id": "bot", "steps": 10_001, "days": 1, "busiest": 10_001}
    assert duck.to_pyarrow(walked(table(found))).to_pylist() == [
        {"steps": 10_003, "customers": 2, "steps_left_out": 10_001, "customers_left_out": 1}
    ]


def test_nothing_gives_an_empty_graph(duck):
    assert graph(duck, table([])) == {}
    assert duck.to_pyarrow(walked(table([]))).to_pylist() == [
        {"steps": 0, "customers": 0, "steps_left_out": 0, "customers_left_out": 0}
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"gap_hours": 0}, "A length of time is above 0 hours, not 0"),
        ({"gap_hours": -3}, "above 0 hours, not -3"),
        ({"most_steps": 0}, "A customer has 1 step or more, not 0"),
    ],
)
def test_what_cannot_be_is_refused(asked, said):
    with pytest.raises(BadInputError, match=said):
        directly_follows(table([]), **asked)


def test_a_table_without_touchpoints_is_refused_by_name():
    with pytest.raises(BadInputError, match="no column 'touchpoint'"):
        directly_follows(table([]).drop("touchpoint"))


walks = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]), st.sampled_from("abc"), st.integers(0, 6),
        st.sampled_from(["events", "orders"]),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=20)
@given(walks, st.sampled_from([None, 1, 2.5]))
def test_any_small_log_gives_what_a_slow_loop_finds(duck, drawn, gap_hours):
    found = [row(n, who, name, hour, source) for n, (who, name, hour, source) in enumerate(drawn)]
    assert graph(duck, table(found), gap_hours=gap_hours) == {
        pair: (n, who, *(t if t is None else pytest.approx(t) for t in times))
        for pair, (n, who, *times) in slow.graph(found, gap_hours=gap_hours).items()
    }


def real_clicks(duck, shared_data):
    raw = duck.read_parquet(str(shared_data / "simple_shop/simple_shop_events.parquet"))
    return raw.select(
        customer_id=raw.user_id.cast("string"), touchpoint=raw.event,
        at=raw.timestamp.cast(IBIS["instant"]), source=ibis.literal("events"),
        row_key=ibis.row_number().cast("string"),
    )  # fmt: skip


def incidents(duck, shared_data):
    raw = duck.read_parquet(str(shared_data / "service_incidents/incident_event_log.parquet"))
    return raw.select(
        customer_id=raw.number.cast("string"), touchpoint=raw.incident_state.cast("string"),
        at=raw.sys_updated_at.cast(IBIS["instant"]), source=ibis.literal("contacts"),
        row_key=ibis.row_number().cast("string"),
    )  # fmt: skip


@pytest.mark.parametrize(("log", "gap_hours"), [
    (real_clicks, None), (real_clicks, 0.5), (incidents, None), (incidents, 240),
])  # fmt: skip
def test_the_graph_of_real_logs_is_what_a_slow_loop_finds(duck, shared_data, log, gap_hours):
    steps = duck.create_table("log", duck.to_pyarrow(log(duck, shared_data)), overwrite=True)
    found = duck.to_pyarrow(steps).to_pylist()
    random.Random(7).shuffle(found)
    got, expected = graph(duck, steps, gap_hours=gap_hours), slow.graph(found, gap_hours=gap_hours)
    assert {pair: e[:2] for pair, e in got.items()} == {p: e[:2] for p, e in expected.items()}
    for pair, edge in expected.items():
        if None not in pair:
            assert got[pair][2:] == pytest.approx(edge[2:])


def test_rare_edges_are_folded_by_where_they_come_from():
    edges = [
        {"from_touchpoint": a, "to_touchpoint": b, "steps": n}
        for a, b, n in [("x", "y", 10), ("y", "x", 2), ("y", "z", 3), (None, "x", 5), ("z", "y", 1)]
    ]
    got = folded(edges, most=2)
    assert [(e["from_touchpoint"], e["steps"]) for e in got.edges] == [("x", 10), (None, 5)]
    assert got.others == [
        {"from_touchpoint": "y", "edges": 2, "steps": 5},
        {"from_touchpoint": "z", "edges": 1, "steps": 1},
    ]
    assert got.share == pytest.approx(15 / 21)
    assert folded([], most=3).share == 0.0
