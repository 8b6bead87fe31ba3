"""Contacts: what led to them, and whether they solved the matter."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import ibis
import pyarrow as pa
import pytest

from valence.journey.columns import STEPS
from valence.journey.contacts import journey_contacts
from valence.journey.definition import JourneyDefinition
from valence.lake.canonical import CANONICAL
from valence.lake.columns import Column, arrow_schema

DAY = date(2025, 6, 30)


def at(day, hour=12):
    return datetime(2025, 6, day, hour, tzinfo=UTC)


def contacts(*rows):
    columns = (*CANONICAL["contacts"].columns, Column("customer_id", "text", "Customer."))
    made = [
        {
            "source": "desk", "contact_id": name, "customer_id": who, "opened_at": at(day),
            "opened_on": at(day).date(), "category": about, "channel": channel,
            "reopened": 0,  # a whole number beside a missing one is lost on its way to Spark
            **more,
        }
        for name, who, day, about, channel, more in rows
    ]  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(made, schema=arrow_schema(columns)))


def steps(*rows):
    made = [
        {"customer_id": who, "at": at(day, hour), "on": at(day).date(), "touchpoint": name,
         "stage": "use", "source": source, "row_key": key}
        for who, day, hour, name, source, key in rows
    ]  # fmt: skip
    return ibis.memtable(pa.Table.from_pylist(made, schema=arrow_schema(STEPS)))


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def told(con, contacts, steps):
    found = journey_contacts(
        contacts, steps, as_of=DAY, definition=JourneyDefinition(repeat_days=5)
    )
    return {row["contact_id"]: row for row in con.to_pyarrow(found).to_pylist()}


def test_the_last_touchpoint_before_counts_for_thirty_days_and_of_two_at_once_the_first(duck):
    found = told(
        duck,
        contacts(
            ("1", "ann", 10, "bill", "Phone", {}), ("2", "ann", 11, "bill", "phone", {}),
            ("3", "ann", 12, "bill", "", {}), ("4", "bob", 30, "bill", "mail", {}),
            ("5", "cid", 10, "bill", "mail", {}),
        ),
        steps(
            ("ann", 10, 12, "visit", "events", "e1"), ("ann", 10, 12, "app", "events", "e2"),
            ("ann", 10, 13, "order", "orders", "o1"), ("cid", 10, 13, "app", "events", "e3"),
            ("bob", 1, 1, "app", "events", "e4"),
        ),
    )  # fmt: skip
    after = {name: row["after"] for name, row in found.items()}
    assert after == {"1": "app", "2": "order", "3": "order", "4": "app", "5": None}
    # However a channel is written, it is one; one that is empty is none that it could differ from.
    assert [found[name]["again"] for name in ("1", "2")] == [True, True]
    assert [found[name]["elsewhere"] for name in ("1", "2")] == [False, False]


def test_a_contact_knows_its_cause_and_whether_it_came_again(con):
    solved = {"solved_at": at(5) + timedelta(days=1)}
    found = told(
        con,
        contacts(
            ("1", "ann", 5, "delivery", "phone", solved),
            ("2", "ann", 8, "delivery", "chat", solved),
            ("3", "ann", 20, "delivery", "chat", solved),
            ("4", "bob", 10, "price", "mail", {}),
            ("5", "bob", 11, "size", "mail", {**solved, "complaint": True}),
            ("6", "cid", 28, "size", "mail", {**solved, "reopened": 1}),
            ("7", None, 10, "size", "mail", solved),
        ),
        steps(
            ("ann", 4, 9, "delivery", "events", "e1"),
            ("ann", 5, 9, "app", "events", "e2"),
            ("ann", 5, 12, "call", "contacts", "desk:1"),
            ("bob", 10, 12, "mail", "contacts", "desk:4"),
        ),
    )
    assert "7" not in found  # of nobody
    assert (found["1"]["after"], found["1"]["touchpoint"]) == ("app", "call")
    assert found["1"]["again"]
    assert found["1"]["elsewhere"]
    assert not found["1"]["solved_at_once"]
    assert not found["2"]["first"]
    assert not found["2"]["again"]
    assert found["3"]["first"]
    assert found["3"]["solved_at_once"]
    assert found["4"]["after"] is None
    assert not found["4"]["solved_at_once"]
    assert found["5"]["complaint"]
    assert found["5"]["solved_at_once"]
    assert not found["6"]["judged"]
    assert not found["6"]["solved_at_once"]
