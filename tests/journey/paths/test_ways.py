"""Variants, step matrix, flows, ways between two touchpoints: each against a slow loop."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journey.paths import slow
from tests.journey.paths.test_graph import incidents, real_clicks, walks
from tests.journey.paths.walkers import row, rows, table

from valence.core.errors import BadInputError
from valence.journey.paths.between import between
from valence.journey.paths.matrix import flows, step_matrix
from valence.journey.paths.variants import variants


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


WALKED = rows(
    ann="visit@0 visit@1 basket@2 order@3", bob="visit@0 basket@4 order@5", cat="visit@0 basket@1",
    dan="call@2",
)  # fmt: skip


def test_journeys_of_one_way_are_a_variant_with_what_they_cover(con):
    got = sorted(con.to_pyarrow(variants(table(WALKED))).to_pylist(), key=lambda v: v["rank"])
    assert [(v["path"], v["journeys"], v["customers"], v["median_seconds"]) for v in got] == [
        (["visit", "basket", "order"], 2, 2, 14_400.0), (["call"], 1, 1, 0.0),
        (["visit", "basket"], 1, 1, 3600.0),
    ]  # fmt: skip
    assert [(v["share"], v["covered"]) for v in got] == [(0.5, 0.5), (0.25, 0.75), (0.25, 1.0)]


def test_variants_tell_repeats_where_they_shall_and_are_cut_where_they_are_long(duck):
    got = duck.to_pyarrow(variants(table(WALKED), collapse=False, longest=2)).to_pylist()
    assert {(tuple(v["path"]), v["cut"]): v["journeys"] for v in got} == {
        (("visit", "visit"), True): 1, (("visit", "basket"), True): 1,
        (("visit", "basket"), False): 1, (("call",), False): 1,
    }  # fmt: skip


@settings(max_examples=20)
@given(walks, st.sampled_from([None, 2]), st.booleans(), st.sampled_from([2, 30]))
def test_any_small_log_has_the_variants_of_a_slow_loop(duck, drawn, gap_hours, collapse, longest):
    found = [row(n, who, name, hour, source) for n, (who, name, hour, source) in enumerate(drawn)]
    asked = {"gap_hours": gap_hours, "collapse": collapse, "longest": longest}
    got = duck.to_pyarrow(variants(table(found), **asked)).to_pylist()
    assert {
        (tuple(v["path"]), v["cut"]): (v["journeys"], v["customers"], v["median_seconds"])
        for v in got
    } == slow.variants(found, **asked)


@pytest.mark.parametrize("log", [real_clicks, incidents])
def test_the_variants_of_real_logs_are_those_of_a_slow_loop(duck, shared_data, log):
    steps = duck.create_table("log", duck.to_pyarrow(log(duck, shared_data)), overwrite=True)
    expected = slow.variants(duck.to_pyarrow(steps).to_pylist(), collapse=True)
    got = duck.to_pyarrow(variants(steps)).to_pylist()
    assert {
        (tuple(v["path"]), v["cut"]): (
            v["journeys"],
            v["customers"],
            pytest.approx(v["median_seconds"]),
        )
        for v in got
    } == expected
    assert max(v["covered"] for v in got) == pytest.approx(1)


def test_the_matrix_tells_where_journeys_are_at_each_step(con):
    got = con.to_pyarrow(step_matrix(table(WALKED), positions=3)).to_pylist()
    assert {(c["position"], c["touchpoint"]): (c["journeys"], c["share"]) for c in got} == {
        (1, "visit"): (3, 0.75), (1, "call"): (1, 0.25), (2, "basket"): (3, 0.75),
        (3, "order"): (2, 0.5),
    }  # fmt: skip


def flow(con, **asked):
    got = con.to_pyarrow(flows(table(WALKED), **asked)).to_pylist()
    return {
        (f["position"], f["from_touchpoint"], f["to_touchpoint"]): f["journeys"] for f in got
    }  # fmt: skip


def test_flows_tell_the_ways_from_the_first_step_or_from_an_anchor(con):
    assert flow(con, positions=3) == {
        (0, "visit", "basket"): 3, (0, "call", None): 1, (1, "basket", "order"): 2,
        (1, "basket", None): 1,
    }  # fmt: skip
    assert flow(con, anchor="basket", positions=3) == {
        (0, "basket", "order"): 2, (0, "basket", None): 1, (1, "order", None): 2,
    }  # fmt: skip


def test_flows_to_an_anchor_tell_what_led_to_it_and_where_journeys_began(con):
    assert flow(con, anchor="order", side="before", positions=3) == {
        (-1, "basket", "order"): 2, (-2, "visit", "basket"): 2,
    }  # fmt: skip
    assert flow(con, anchor="basket", side="before", positions=4) == {
        (-1, "visit", "basket"): 3, (-2, None, "visit"): 3,
    }  # fmt: skip


def test_a_touchpoint_that_nothing_matches_has_no_ways(duck):
    assert flow(duck, anchor="telepathy") == {}
    assert duck.to_pyarrow(between(table(WALKED), "telepathy", "order")).num_rows == 0
    got = duck.to_pyarrow(between(table(WALKED), "visit", "telepathy")).to_pylist()
    assert [(r["went_on"], r["seconds"]) for r in got] == [(False, None)] * 3


def test_a_side_that_is_none_is_refused():
    with pytest.raises(BadInputError, match="after or before a touchpoint, not 'beside'"):
        flows(table([]), side="beside")


def gone(con, steps, *ends, **asked):
    got = con.to_pyarrow(between(steps, *ends, **asked)).to_pylist()
    return {r["customer_id"]: r["seconds"] if r["went_on"] else None for r in got}


def test_customers_go_on_where_the_other_touchpoint_comes_after_within_the_time(con):
    assert gone(con, table(WALKED), "visit", "order") == {"ann": 7200, "bob": 18_000, "cat": None}
    assert gone(con, table(WALKED), "visit", "order", within_hours=2) == {
        "ann": 7200, "bob": None, "cat": None,
    }  # fmt: skip
    assert gone(con, table(WALKED), "basket", "order", directly=True) == {
        "ann": 3600, "bob": 3600, "cat": None,
    }  # fmt: skip
    assert gone(con, table(WALKED), "visit", "order", directly=True) == {
        "ann": None, "bob": None, "cat": None,
    }  # fmt: skip


@settings(max_examples=20)
@given(walks, st.sampled_from(["ab", "aa", "bc"]), st.sampled_from([None, 1, 3]), st.booleans())
def test_any_small_log_has_the_customers_of_a_slow_loop(duck, drawn, ends, hours, directly):
    found = [row(n, who, name, hour, source) for n, (who, name, hour, source) in enumerate(drawn)]
    asked = {"within_hours": hours, "directly": directly}
    assert gone(duck, table(found), *ends, **asked) == slow.went_on(found, *ends, **asked)
