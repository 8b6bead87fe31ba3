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
from valence.journey.funnel.answers import Typed, question_of
from valence.journey.funnel.chains import chains, judged
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
from valence.journey.funnel.view import address
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
    got = rows(
        con, trend(found(log), table(log), definition=BUY, as_of=date(2025, 3, 16)), "week_on"
    )
    assert [(r["week_on"], r["entered"], r["converted"], r["complete"]) for r in got] == [
        (date(2025, 3, 3), 2, 1, True), (date(2025, 3, 10), 1, 1, False),
    ]  # fmt: skip
    assert [r["median_seconds"] for r in got] == [1800.0, 600.0]


def test_a_week_is_of_business_days_and_over_with_all_of_its_window(duck):
    # A Monday in Shanghai is still a Sunday in UTC; 36 hours are over after two days, not one.
    late = {**row("ann", -60, "visit"), "on": date(2025, 3, 3)}
    half = BUY.model_copy(update={"window_hours": 36})
    for as_of, complete in ((date(2025, 3, 10), False), (date(2025, 3, 11), True)):
        told = trend(found([late], half), table([late]), definition=half, as_of=as_of)
        (week,) = rows(duck, told, "week_on")
        assert (week["week_on"], week["complete"]) == (date(2025, 3, 3), complete)


def test_the_median_time_of_a_week_lies_between_order_statistics(con):
    log = [row(f"c{n:03}", 0, "visit") for n in range(100)]
    log += [row(f"c{n:03}", n + 1, "order") for n in range(100)]
    (week,) = rows(con, trend(found(log), table(log), definition=BUY, as_of=DAY), "week_on")
    # Of 100 times the 40th and the 61st hold the median with 95 % (Conover 1999, the normal curve).
    assert (week["median_low"], week["median_seconds"], week["median_high"]) == (
        40 * 60, 50.5 * 60, 61 * 60,
    )  # fmt: skip
    (few,) = rows(con, trend(found(log[:2]), table(log), definition=BUY, as_of=DAY), "week_on")
    assert (few["median_low"], few["median_high"]) == (None, None)


def test_who_may_still_convert_is_not_judged(duck):
    log = [row("ann", 0, "visit"), row("bob", 24 * 60, "visit"), row("bob", 24 * 60 + 1, "order")]
    every = found(log)
    told = rows(duck, judged(every, definition=BUY, as_of=date(2025, 3, 4)), "customer_id")
    assert [each["customer_id"] for each in told] == ["ann"]
    assert duck.to_pyarrow(every.count()).as_py() == 2


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
    "name",
    [
        "women's page",
        "what, now",
        "who?",
        'a "b" (c',
        "stage:buy",
        "return:2-3",
        "C:\\x",
        "产品,页",
    ],
)
def test_any_name_is_read_as_it_was_written(name):
    stages = ("buy", name)
    journey = JourneyDefinition(
        stages=stages,
        touchpoints=[{"name": each, "stage": "buy"} for each in ("visit", "return", name)],
    )
    definition = FunnelDefinition(
        name="all",
        steps=[{"touchpoint": "visit"}, {"touchpoint": name, "optional": True}, {"stage": name}],
        exclusions=[{"touchpoint": name, "after": 1, "before": 3}, {"stage": name}],
    )
    again = funnel_typed(
        steps_said(definition), journey=journey, without=without_said(definition), name="all"
    )
    assert steps_said(again) == steps_said(definition)
    assert again.steps == definition.steps
    assert [each.said for each in again.exclusions] == [name, name]


def test_a_name_with_an_apostrophe_needs_no_quotes():
    journey = JourneyDefinition(
        touchpoints=[{"name": name, "stage": "buy"} for name in ("women's page", "order")]
    )
    typed = funnel_typed("Women's page, order", journey=journey)
    assert [step.touchpoint for step in typed.steps] == ["women's page", "order"]


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
    assert [window_said(hours) for hours in (1.5 / 60, 0.005, 7 / 60)] == ["1.5m", "0.3m", "7m"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (Typed("purchase", order="any"), "no step can be optional"),
        (Typed("AIDA", window="9999w"), "window_hours"),
    ],
)
def test_a_named_funnel_cannot_be_changed_to_what_is_none(typed, said):
    with pytest.raises(BadInputError, match=said):
        question_of(typed, FunnelsDefinition(), JOURNEY, DAY)


def test_a_funnel_by_name_keeps_its_titles_through_the_form_and_its_links():
    typed = Typed(steps=steps_said(AIDA), window="30d", days="7", by="channel")
    question = question_of(typed, FunnelsDefinition(), JOURNEY, date(2025, 3, 31))
    assert question.definition == AIDA
    assert address(question) == (
        "/journey/funnel?name=AIDA&by=channel&attribution=first&since=2025-03-25"
    )
    other = question_of(Typed("AIDA", window="2d"), FunnelsDefinition(), JOURNEY, DAY)
    assert "window=2d" in address(other)
    assert other.definition.steps[0].title == "attention"


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
