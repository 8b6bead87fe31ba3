"""Moments: what was known before each, and what came after, on each engine."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest
from pydantic import ValidationError

from valence.experience.answers import ANSWERS
from valence.journey.columns import STEPS
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.stake.columns import STAKE_MOMENTS
from valence.journey.stake.definition import BadExperience, StakeDefinition
from valence.journey.stake.moments import stake_moments
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column, arrow_schema

DAY = date(2026, 6, 30)
ORDERS = (
    Column("customer_id", "text", ""), Column("ordered_on", "day", ""),
    Column("kind", "text", ""), Column("value_amount", "float", ""),
)  # fmt: skip
CONTACTS = (
    *(c for c in CANONICAL["contacts"].columns if c.kind != "amount"),
    Column("customer_id", "text", ""),
)
TEXTS = (
    Column("source", "text", ""), Column("feedback_id", "text", ""),
    Column("sentiment", "float", ""),
)  # fmt: skip


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def step(who, on, touchpoint="delivery", kept=None, source="events", key=""):
    return {
        "customer_id": who, "on": on, "at": datetime.combine(on, datetime.min.time(), UTC),
        "touchpoint": touchpoint, "stage": "use", "channel": "web", "source": source,
        "row_key": key or f"{source}:{who}{on}", "standard_kept": kept,
    }  # fmt: skip


def order(who, on, value, kind="sale"):
    return {"customer_id": who, "ordered_on": on, "kind": kind, "value_amount": value}


def contact(who, on, number, category="parcel"):
    return {
        "source": "desk", "contact_id": number, "customer_id": who, "category": category,
        "opened_on": on, "opened_at": datetime.combine(on, datetime.min.time(), UTC),
    }  # fmt: skip


def answer(who, on, number, touchpoint, *, bad, subject="own"):
    return {
        "source": "form", "feedback_id": number, "customer_id": who, "on": on, "metric": "csat",
        "touchpoint": touchpoint, "subject": subject, "bad": bad, "good": not bad,
    }  # fmt: skip


COLUMNS = {
    "journey_steps": STEPS, "order_facts": ORDERS, "contacts": CONTACTS, "answers": ANSWERS,
    "feedback_texts": TEXTS,
}  # fmt: skip


def moments(con, definition=None, journey=None, **tables):
    made = {}
    for name, rows in {"order_facts": (), **tables}.items():
        table = pa.Table.from_pylist(list(rows), schema=arrow_schema(COLUMNS[name]))
        made[name] = con.create_table(f"stake_{name}", ibis.memtable(table), overwrite=True)
    found = stake_moments(
        made, as_of=DAY, definition=definition or StakeDefinition(),
        journey=journey or JourneyDefinition(),
    )  # fmt: skip
    assert found.columns == tuple(c.name for c in STAKE_MOMENTS)
    return con.to_pyarrow(found.order_by("kind", "touchpoint", "customer_id", "on")).to_pylist()


def test_windows_end_the_day_before_and_begin_the_day_after(con):
    on = date(2025, 6, 1)
    days = (-731, -730, -366, -365, -92, -91, -1, 0, 1, 365, 366)
    orders = [order("ann", on + timedelta(days=d), 10.0**at) for at, d in enumerate(days)]
    (row,) = moments(con, journey_steps=[step("ann", on, kept=False)], order_facts=orders)
    assert (row["kind"], row["touchpoint"], row["bad"]) == ("standard_broken", "delivery", True)
    assert row["value_before"] == 1111111.0
    assert row["value_730"] == 1111110.0
    assert row["value_365"] == 1111000.0
    assert row["value_182"] == 1110000.0
    assert (row["orders_before"], row["orders_365"]) == (7.0, 4.0)
    assert row["later"] == 10.0**8 + 10.0**9
    assert (row["recency_days"], row["tenure_days"]) == (1.0, 731.0)


def test_a_promise_is_a_moment_on_the_day_that_it_was_for_whenever_it_was_kept(con):
    bought, due, late = date(2025, 6, 1), date(2025, 6, 4), date(2025, 6, 9)
    soon = date(2025, 6, 2)
    orders = [order(who, bought, 10.0) for who in ("ann", "ben")]
    steps = [
        {**step("ann", late, kept=False), "due_on": due},
        {**step("ben", soon, kept=True), "due_on": due},
    ]
    found = moments(con, journey_steps=steps, order_facts=orders)
    assert [(row["bad"], row["on"], row["recency_days"]) for row in found] == [
        (True, due, 3.0), (False, due, 3.0),
    ]  # fmt: skip


def test_who_has_bought_nothing_has_no_days_and_a_return_counts_against_the_year(con):
    on = date(2025, 6, 1)
    rows = moments(
        con,
        journey_steps=[step("ann", on, kept=False), step("bob", on, kept=True)],
        order_facts=[order("bob", on + timedelta(days=9), -12.5, kind="return")],
    )
    assert [(r["customer_id"], r["bad"], r["later"]) for r in rows] == [
        ("ann", True, 0.0), ("bob", False, -12.5),
    ]  # fmt: skip
    assert {r["recency_days"] for r in rows} == {-1.0}
    assert {r["tenure_days"] for r in rows} == {-1.0}


def test_a_day_is_one_moment_and_is_bad_if_any_of_it_was(con):
    first, second = date(2025, 6, 1), date(2025, 9, 1)
    rows = moments(
        con,
        journey_steps=[
            step("ann", first, kept=True, key="a"), step("ann", first, kept=False, key="b"),
            step("ann", second, kept=True),
        ],
    )  # fmt: skip
    assert [(r["on"], r["bad"], r["moments_365"], r["bad_365"]) for r in rows] == [
        (first, True, 0.0, 0.0), (second, False, 1.0, 1.0),
    ]  # fmt: skip


def test_touchpoints_where_nothing_went_wrong_are_left_out(con):
    rows = moments(
        con,
        journey_steps=[
            step("ann", date(2025, 6, 1), kept=True),
            step("ann", date(2025, 6, 2), touchpoint="visit", kept=None),
        ],
    )
    assert rows == []


def test_a_contact_about_the_same_within_thirty_days_is_a_repeat(con):
    days = [date(2025, 6, 1), date(2025, 6, 20), date(2025, 8, 20)]
    contacts = [contact("ann", on, str(at)) for at, on in enumerate(days)]
    contacts += [contact("ann", date(2025, 6, 21), "9", category="price")]
    contacts += [contact("bob", on, f"b{at}", category=None) for at, on in enumerate(days)]
    contacts += [
        {**contact("cid", days[0], "c0"), "case_id": "K1"},
        {**contact("cid", days[1], "c1", category="price"), "case_id": "K1"},
    ]
    steps = [
        step(
            c["customer_id"],
            c["opened_on"],
            "service contact",
            source="contacts",
            key=f"desk:{c['contact_id']}",
        )
        for c in contacts
    ]
    rows = moments(con, journey_steps=steps, contacts=contacts)
    assert [(r["customer_id"], r["bad"]) for r in rows] == [
        ("ann", False), ("ann", True), ("ann", False), ("ann", False),
        # Of no known matter, none is a repeat; one case is one matter whatever its category.
        ("bob", False), ("bob", False), ("bob", False), ("cid", False), ("cid", True),
    ]  # fmt: skip
    assert {r["kind"] for r in rows} == {"repeat_contact"}


def test_an_answer_is_a_moment_at_what_it_is_about_or_else_where_it_is_taken(con):
    on = date(2025, 6, 1)
    rows = moments(
        con,
        journey=JourneyDefinition(
            touchpoints=(
                Touchpoint(name="delivery", stage="use", also=("First Parcel",)),
                Touchpoint(name="survey", stage="recommend", source="feedback"),
            )
        ),
        journey_steps=[
            step("ann", on, "survey", source="feedback", key="form:1"),
            step("eve", on, "survey", source="feedback", key="form:5"),
        ],
        answers=[
            answer("ann", on, "1", "whatever", bad=True),
            answer("eve", on, "5", "first parcel ", bad=True),
            answer("fay", on, "6", "whatever", bad=True),
            answer("bob", on, "2", " Delivery ", bad=True),
            answer("cid", on, "3", "delivery", bad=True, subject="a competitor"),
            answer("dan", on, "4", None, bad=True),
        ],
        feedback_texts=[{"source": "form", "feedback_id": "2", "sentiment": -0.8}],
    )
    assert [(r["kind"], r["touchpoint"], r["stage"], r["customer_id"]) for r in rows] == [
        ("low_score", "delivery", "use", "bob"),
        ("low_score", "delivery", "use", "eve"),
        ("low_score", "survey", "recommend", "ann"),
        ("negative_text", "delivery", "use", "bob"),
    ]


def test_what_is_bad_is_for_the_user_to_say(con):
    own = StakeDefinition(
        experiences=(
            BadExperience(name="by web", rule='channel == "web"', told="channel is not missing"),
        )
    )
    (row,) = moments(con, own, journey_steps=[step("ann", date(2025, 6, 1))])
    assert (row["kind"], row["bad"]) == ("by web", True)


def test_a_bad_rule_is_refused_with_what_it_could_have_meant():
    with pytest.raises(ValidationError, match="standard_kept"):
        StakeDefinition(
            experiences=(BadExperience(name="x", rule="standard_keep == false", told="bad"),)
        )
    twice = BadExperience(name="x", rule="bad", told="bad is not missing")
    with pytest.raises(ValidationError, match="a name of its own"):
        StakeDefinition(experiences=(twice, twice))
