"""Builds: what is made anew, that patching equals making anew, and what a crash leaves."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.conftest import spark_seldom
from tests.lake.toy import MARTS, built, context, load, order, rows, toy_lake
from valence.core.errors import BadInputError
from valence.core.progress import Step
from valence.lake.build import Ask, build, explain
from valence.lake.runs import RunLog

PEOPLE = {"a": "anna", "b": "ben"}
LONG_SEEDS = [pytest.param(seed, marks=pytest.mark.long) for seed in range(9, 30)]


def modes(run):
    return {mart.mart: mart.mode for mart in run.marts}


def test_a_build_publishes_every_mart_on_each_engine(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    load(
        lake,
        order(1, "2025-01-31", "a", "10.5"),
        order(2, "2025-02-01", "b", "0.0001"),
        order(3, "2025-02-03", None, "7"),
        people=PEOPLE,
    )
    run = built(lake, Ask(engine=engine_name))
    assert run.as_of == "2025-02-03"
    assert rows(lake, "spend_by_customer") == [
        ("anna", 1, Decimal("10.5000")),
        ("ben", 1, Decimal("0.0001")),
    ]
    assert rows(lake, "total") == [(2, 2, Decimal("10.5001"))]
    assert len(rows(lake, "order_days")) == 3


@spark_seldom
def test_the_day_is_the_last_with_an_order_that_was_not_cancelled(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    off = f"SELECT *, 'cancelled' AS kind FROM ({order(2, '2025-03-01', 'b')})"
    load(lake, off, people=PEOPLE)
    assert built(lake, Ask(engine=engine_name)).as_of == "2025-03-01", "there is no other order"
    load(lake, order(1, "2025-01-31", "a"))
    assert built(lake, Ask(engine=engine_name)).as_of == "2025-01-31"


def test_a_second_build_keeps_everything(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a"), people=PEOPLE)
    built(lake)
    assert modes(built(lake)) == dict.fromkeys((mart.name for mart in MARTS), "keep")


def test_one_more_day_patches_its_month_and_its_customers(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a"), order(2, "2025-02-01", "b"), people=PEOPLE)
    built(lake, Ask(engine=engine_name))
    kept = set(lake.snapshot().files("order_days"))
    load(lake, order(3, "2025-02-02", "b"))
    run = built(lake, Ask(engine=engine_name))
    whole = {"total": "whole", "learned": "keep"}
    assert modes(run) == {mart.name: "part" for mart in MARTS} | whole
    assert kept & set(lake.snapshot().files("order_days")), "January's file stays as it was"
    assert rows(lake, "spend_by_customer") == [
        ("anna", 1, Decimal("10.0000")),
        ("ben", 2, Decimal("20.0000")),
    ]
    assert rows(lake, "by_first_month") == [
        (date(2025, 1, 1), 1, Decimal("10.0000")),
        (date(2025, 2, 1), 1, Decimal("20.0000")),
    ]


@spark_seldom
def test_a_scored_mart_keeps_what_it_learned_until_it_is_due(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a", "10"), order(2, "2025-01-31", "b", "20"), people=PEOPLE)
    built(lake, Ask(engine=engine_name))
    first = date(2025, 1, 31)
    assert rows(lake, "learned") == [("anna", first, 15.0), ("ben", first, 15.0)]
    load(lake, order(3, "2025-02-28", "b", "30"))
    assert modes(built(lake, Ask(engine=engine_name)))["learned"] == "keep"
    assert rows(lake, "learned") == [("anna", first, 15.0), ("ben", first, 15.0)]
    later = date(2025, 2, 28)
    built(lake, Ask(engine=engine_name, whole=True))
    assert rows(lake, "learned") == [("anna", later, 30.0), ("ben", later, 30.0)]


@spark_seldom
def test_another_day_makes_those_anew_whose_orders_left_a_window(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-10", "a"), order(2, "2025-02-09", "b"), people=PEOPLE)
    built(lake, Ask(engine=engine_name))
    assert rows(lake, "recent") == [("anna", Decimal("10.0000")), ("ben", Decimal("10.0000"))]
    load(lake, order(3, "2025-02-10", None))
    assert modes(built(lake, Ask(engine=engine_name)))["recent"] == "part"
    assert rows(lake, "recent") == [("anna", Decimal("0.0000")), ("ben", Decimal("10.0000"))]


@spark_seldom
def test_a_sum_over_customers_loses_a_row_that_nobody_is_left_in(tmp_path, engine_name):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a"), order(2, "2025-02-01", "b"), people=PEOPLE)
    built(lake, Ask(engine=engine_name))
    load(lake, order(1, "2025-02-28", "a", "3"))
    run = built(lake, Ask(engine=engine_name))
    assert modes(run)["by_first_month"] == "part"
    assert rows(lake, "by_first_month") == [(date(2025, 2, 1), 2, Decimal("13.0000"))]


def test_an_order_that_moves_to_another_customer_is_taken_from_the_first(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-31", "a"), order(2, "2025-01-31", "b"), people=PEOPLE)
    built(lake)
    load(lake, order(1, "2025-01-31", "b"))
    built(lake)
    assert rows(lake, "spend_by_customer") == [("ben", 2, Decimal("20.0000"))]


def test_a_merge_of_two_customers_moves_their_orders_and_a_split_moves_them_back(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-05", "a"), order(2, "2025-03-05", "b"), people=PEOPLE)
    built(lake)
    apart = rows(lake, "spend_by_customer"), rows(lake, "order_days")
    load(lake, people={"b": "anna"})
    assert modes(built(lake))["order_days"] == "part"
    assert rows(lake, "spend_by_customer") == [("anna", 2, Decimal("20.0000"))]
    load(lake, people={"b": "ben"})
    built(lake)
    assert (rows(lake, "spend_by_customer"), rows(lake, "order_days")) == apart


def test_a_build_for_an_earlier_day_leaves_out_what_came_later(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-05", "a"), order(2, "2025-03-05", "b"), people=PEOPLE)
    built(lake)
    built(lake, Ask(as_of=date(2025, 2, 1)))
    assert rows(lake, "spend_by_customer") == [("anna", 1, Decimal("10.0000"))]
    assert lake.snapshot().as_of == date(2025, 2, 1)
    built(lake)
    assert len(rows(lake, "spend_by_customer")) == 2


@pytest.mark.parametrize("seed", [5, *LONG_SEEDS])
def test_patching_gives_what_making_anew_gives(tmp_path, seed):
    draw = random.Random(seed)
    keys, people = [f"k{n}" for n in range(8)], [f"c{n}" for n in range(5)]
    lake = toy_lake(tmp_path)
    load(lake, order(0, "2025-01-01", "k0"), people={key: draw.choice(people) for key in keys})
    for _ in range(6):
        orders = {
            draw.randrange(40): (date(2025, 1, 1) + timedelta(draw.randrange(120))).isoformat()
            for _ in range(draw.randrange(1, 6))
        }
        load(
            lake,
            *(
                order(n, day, draw.choice([*keys, None]), str(draw.randrange(-50, 50)))
                for n, day in orders.items()
            ),
            people={draw.choice(keys): draw.choice(people)} if draw.random() < 0.4 else None,
        )
        day = date(2025, 1, 1) + timedelta(draw.randrange(120)) if draw.random() < 0.3 else None
        built(lake, Ask(as_of=day))
        names = [mart.name for mart in MARTS if mart.score is None]  # a model keeps what it learned
        patched = {name: rows(lake, name) for name in names}
        built(lake, Ask(as_of=day, whole=True))
        assert patched == {name: rows(lake, name) for name in names}


def test_explain_says_what_and_why_and_writes_nothing(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-05", "a"), people=PEOPLE)
    before = lake.snapshot().head
    planned = explain(lake, MARTS, context)
    assert (planned[0].mart.name, planned[0].mode) == ("order_days", "whole")
    assert str(planned[0].why) == "it was never built"
    assert lake.snapshot().head == before


def test_without_orders_the_build_says_how_to_get_some(tmp_path):
    with pytest.raises(BadInputError, match=r"There are no orders to build from. Bring some in"):
        built(toy_lake(tmp_path))


def test_a_stopped_build_changes_nothing_and_the_next_one_uses_what_it_finished(tmp_path):
    lake = toy_lake(tmp_path)
    load(lake, order(1, "2025-01-05", "a"), people=PEOPLE)

    def stop_before_the_last(step: Step) -> None:
        if step.done == len(MARTS) - 1:
            raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        build(lake, MARTS, context, progress=stop_before_the_last)
    assert not lake.reader().has("total")
    assert RunLog(lake.path).runs()[0].status == "failed"
    assert list(modes(built(lake)).values()) == ["keep"] * (len(MARTS) - 1) + ["whole"]


_BUILDER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.lake.toy import built, load, order, toy_lake
lake = toy_lake(Path({path!r}))
number = lake.snapshot().rows("orders")
print("ready", flush=True)
while True:
    number += 1
    load(lake, order(number, f"2025-01-{{number % 28 + 1:02d}}", "a"))
    built(lake)
"""


def test_a_build_killed_at_any_moment_leaves_the_last_good_marts(tmp_path):
    """Kill it at random moments; afterwards all tables agree and nothing is lost."""
    lake = toy_lake(tmp_path)
    load(lake, order(0, "2025-01-05", "a"), people={"a": "anna"})
    built(lake)
    script = _BUILDER.format(root=str(Path(__file__).parents[2]), path=str(tmp_path))
    draw = random.Random(11)
    seen = 1
    for kills in range(1, 5):
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(draw.uniform(0.05, 0.6))  # how far it got is the point of the test
            os.kill(process.pid, signal.SIGKILL)
        orders = rows(lake, "total")[0][1]
        assert orders == len(rows(lake, "order_days")) == rows(lake, "spend_by_customer")[0][1]
        landed = len(rows(lake, "orders"))
        assert landed >= seen
        assert orders <= landed <= orders + kills  # each leaves at most one landed and not built
        seen = landed
    built(lake)
    assert (
        rows(lake, "total")[0][1]
        == len(rows(lake, "orders"))
        == len({row[1] for row in rows(lake, "orders")})
    )
