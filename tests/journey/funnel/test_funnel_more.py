"""Times, weeks, who was lost, what goes with converting, and funnels as they are typed."""

from __future__ import annotations

from datetime import date
from math import exp, log, sqrt

import ibis
import pyarrow as pa
import pytest
from pydantic import ValidationError
from tests.journey.funnel.slow import DAY, row

from valence.core.errors import BadInputError
from valence.journey.columns import STEPS
from valence.journey.definition import JourneyDefinition
from valence.journey.funnel import FunnelDefinition, FunnelsDefinition
from valence.journey.funnel.chains import chains
from valence.journey.funnel.correlates import correlates, exposures
from valence.journey.funnel.definition import AIDA, refuse_unknown
from valence.journey.funnel.lost import lost_at
from valence.journey.funnel.spelling import (
    funnel_typed,
    hours_typed,
    steps_said,
    window_said,
    without_said,
)
from valence.journey.funnel.times import LONGEST, distribution, trend
from valence.lake.columns import arrow_schema

BUY = FunnelDefinition(
    name="buy", steps=[{"touchpoint": "visit"}, {"touchpoint": "order"}], window_hours=24
)
WEEK = 7 * 24 * 60
JOURNEY = JourneyDefinition()


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def table(log):
    return ibis.memtable(pa.Table.from_pylist(log, schema=arrow_schema(STEPS)))


def found(log, definition=BUY):
    return chains(table(log), definition=definition, as_of=DAY)


def rows(con, expression, *order):
    return con.to_pyarrow(expression.order_by(*order)).to_pylist()


def test_times_to_convert_fall_into_bins_whose_ends_belong_to_them(con):
    log = [row(f"c{n}", 0, "visit") for n in range(4)]
    log += [row(f"c{n}", minutes, "order") for n, minutes in enumerate((1, 2, 60, 61))]
    got = rows(con, distribution(found(log), definition=BUY), "until_seconds")
    assert [(r["until_seconds"], r["customers"]) for r in got] == [
        (60.0, 1), (300.0, 1), (3600.0, 1), (10800.0, 1),
    ]  # fmt: skip


def test_from_the_first_look_it_may_take_longer_than_the_window(duck):
    timed = BUY.model_copy(update={"timed": "first"})
    log = [row("ann", 0, "visit"), row("ann", 3 * WEEK, "visit"), row("ann", 3 * WEEK + 5, "order"),
           row("bob", 0, "visit"), row("bob", 60 * WEEK, "visit"),
           row("bob", 60 * WEEK + 5, "order")]  # fmt: skip
    late = date(2026, 12, 31)
    told = chains(table(log), definition=timed, as_of=late)
    got = rows(duck, distribution(told, definition=timed), "until_seconds")
    assert [(r["until_seconds"], r["customers"]) for r in got] == [
        (30 * 86400.0, 1), (LONGEST, 1),
    ]  # fmt: skip


def test_weeks_are_those_in_which_the_chain_began(con):
    log = [row("ann", 0, "visit"), row("ann", 30, "order"), row("bob", 5, "visit"),
           row("cid", WEEK, "visit"), row("cid", WEEK + 10, "order")]  # fmt: skip
    got = rows(con, trend(found(log), definition=BUY, as_of=date(2025, 3, 16)), "week_on")
    assert [(r["week_on"], r["entered"], r["converted"], r["complete"]) for r in got] == [
        (date(2025, 3, 3), 2, 1, True), (date(2025, 3, 10), 1, 1, False),
    ]  # fmt: skip
    assert [r["median_seconds"] for r in got] == [1800.0, 600.0]


def test_who_was_lost_is_listed_with_when_they_were_there_last(duck):
    log = [row("ann", 0, "visit"), row("bob", 5, "visit"), row("bob", 6, "order")]
    got = rows(duck, lost_at(found(log), definition=BUY, step=2), "customer_id")
    assert [(r["customer_id"], r["last_at"]) for r in got] == [("ann", log[0]["at"])]
    with pytest.raises(BadInputError, match="the steps 2 to 2"):
        lost_at(found(log), definition=BUY, step=3)


def test_what_goes_with_converting_has_the_odds_of_its_table_of_four(duck):
    log = []
    for n in range(100):
        with_it, through = n < 40, n % 40 < 20
        who = f"c{n:03}"
        log += [row(who, 0, "search")] if with_it else []
        # What is met after the first step does not count: it could be of converting.
        log += [row(who, 10, "visit"), row(who, 15, "app"), *([row(who, 20, "order")] * through)]
    looked = rows(
        duck, exposures(found(log), table(log), definition=BUY, as_of=DAY), "kind", "value"
    )
    told = {(r["kind"], r["value"]): (r["customers"], r["converted"]) for r in looked}
    assert told == {("all", ""): (100, 60), ("channel", "web"): (100, 60),
                    ("touchpoint", "search"): (40, 20)}  # fmt: skip
    (only,) = correlates(looked)
    # Converted and not with it 20 and 20, without it 40 and 20; each with a half more.
    odds = log_odds(20, 20, 40, 20)
    error = sqrt(1 / 20.5 + 1 / 20.5 + 1 / 40.5 + 1 / 20.5)
    assert only.odds_ratio == pytest.approx(exp(odds))
    assert (only.low, only.high) == pytest.approx(
        (exp(odds - 1.959964 * error), exp(odds + 1.959964 * error)), rel=1e-6
    )
    assert only.q == only.p


def log_odds(*cells):
    a, b, c, d = (cell + 0.5 for cell in cells)
    return log(a * d / b / c)


def test_chance_is_corrected_for_how_many_things_were_looked_at():
    looked = [{"kind": "all", "value": "", "customers": 1000, "converted": 500}]
    looked += [{"kind": "touchpoint", "value": f"t{n}", "customers": 500, "converted": 250 + 10 * n}
               for n in range(6)]  # fmt: skip
    told = correlates(looked)
    p = [each.p for each in told]
    assert p == sorted(p)
    # Benjamini & Hochberg: q of the k-th of m is the least p·m/j over j from k on.
    assert [each.q for each in told] == pytest.approx(
        [min(min(1.0, p[j] * 6 / (j + 1)) for j in range(k, 6)) for k in range(6)]
    )
    few = [looked[0], {"kind": "touchpoint", "value": "few", "customers": 29, "converted": 9}]
    assert correlates(few) == []


def test_funnels_are_typed_as_people_say_them():
    typed = 'product, Basket?, stage:buy, rule:channel in ("app", "web")'
    definition = funnel_typed(typed, journey=JOURNEY, window="36h", without="return:1-3")
    assert [step.said for step in definition.steps] == [
        "product", "basket", "buy", 'channel in ("app", "web")',
    ]  # fmt: skip
    assert [step.optional for step in definition.steps] == [False, True, False, False]
    assert definition.window_hours == 36
    assert definition.ends(0) == (1, 3)
    again = funnel_typed(
        steps_said(definition), journey=JOURNEY, window=window_said(definition.window_hours),
        without=without_said(definition),
    )  # fmt: skip
    assert again.model_copy(update={"name": definition.name}) == definition


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"steps": "produkt, order"}, "no touchpoint 'produkt'. Did you mean 'product'"),
        ({"steps": "stage:bye, order"}, "no stage 'bye'. Did you mean 'buy'"),
        ({"steps": " , "}, "two steps or more"),
        ({"steps": "order"}, "two steps or more"),
        ({"steps": "visit, order", "window": "0d"}, "'0d' is no time"),
        ({"steps": "visit, order", "window": "soon"}, "'soon' is no time"),
        ({"steps": 'visit, rule:chanel == "app"'}, "channel"),
        ({"steps": "visit?, order"}, "cannot be optional"),
        ({"steps": "visit, order", "order": "strict", "without": "return"}, "anything between"),
        ({"steps": "visit, order", "without": "return:2-3"}, "a step and a later one"),
        ({"steps": "visit, order, visit", "order": "any"}, "a step stands once"),
    ],
)
def test_what_is_no_funnel_is_refused_with_what_to_do(typed, said):
    with pytest.raises(BadInputError, match=said.replace("(", r"\(").replace("?", r"\?")):
        funnel_typed(typed.pop("steps"), journey=JOURNEY, **typed)


def test_windows_are_typed_with_their_unit():
    assert [hours_typed(each) for each in ("90m", "12h", "7d", "2w")] == [1.5, 12, 168, 336]
    assert [window_said(hours) for hours in (1.5, 12, 168, 168 * 8)] == ["90m", "12h", "7d", "8w"]


def test_aida_is_ready_and_names_tell_funnels_apart():
    assert FunnelsDefinition().named("aida") == AIDA
    refuse_unknown(AIDA, JOURNEY)
    with pytest.raises(BadInputError, match="Did you mean 'AIDA'"):
        FunnelsDefinition().named("AIDDA")
    with pytest.raises(ValidationError, match="a name of its own"):
        FunnelsDefinition(funnels=(AIDA, AIDA))
    other = FunnelDefinition(name="x", steps=[{"touchpoint": "viist"}, {"stage": "buy"}])
    with pytest.raises(BadInputError, match="Did you mean 'visit'"):
        refuse_unknown(other, JOURNEY)
