"""Steps: each row at the first touchpoint whose rule holds, in one table, on each engine."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest
from pydantic import ValidationError

from valence.journey.columns import STEPS
from valence.journey.definition import JourneyDefinition, Touchpoint
from valence.journey.steps import claims, journey_steps, unrecognised
from valence.lake.canonical import CANONICAL
from valence.lake.columns import IBIS, Column, arrow_schema

DAY = date(2025, 3, 31)


def at(day, hour=12):
    return datetime(2025, 3, day, hour, tzinfo=UTC)


def table(name, *rows):
    """A canonical table as a build gives it, with a customer; no rule here asks for money."""
    columns = (
        *(c for c in CANONICAL[name].columns if c.kind != "amount"),
        Column("customer_id", "text", "Customer."),
    )
    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=arrow_schema(columns)))


def event(number, name, day=1, who="ann", **more):
    return {
        "source": "site", "event_id": str(number), "name": name, "occurred_at": at(day),
        "occurred_on": date(2025, 3, day), "customer_id": who, "channel": "web", **more,
    }  # fmt: skip


def order(number, day=1, who="ann", kind="sale"):
    return {
        "namespace": "shop", "order_id": str(number), "ordered_at": at(day, 13), "kind": kind,
        "ordered_on": date(2025, 3, day), "customer_id": who, "channel": "web",
    }  # fmt: skip


def contact(number, day=1, who="ann", answered=None):
    return {
        "source": "desk", "contact_id": str(number), "opened_at": at(day), "customer_id": who,
        "opened_on": date(2025, 3, day), "answered_at": answered, "channel": "phone",
    }  # fmt: skip


@pytest.fixture(params=["duck", pytest.param("on_spark", marks=pytest.mark.spark)])
def con(request):
    return request.getfixturevalue(request.param)


def steps(con, tables, **asked):
    found = con.to_pyarrow(journey_steps(tables, as_of=DAY, **asked)).to_pylist()
    return sorted(found, key=lambda row: (row["at"], row["touchpoint"]))


def test_rows_of_all_tables_become_steps_in_one(con):
    tables = {
        "events": table("events", event(1, "Product Viewed"), event(2, "cart", 2)),
        "orders": table("orders", order(7, 3), order(8, 9, kind="return")),
        "contacts": table("contacts", contact(5, 10)),
    }
    got = steps(con, tables)
    assert [(row["touchpoint"], row["stage"], row["source"]) for row in got] == [
        ("product", "consider", "events"), ("basket", "buy", "events"), ("order", "buy", "orders"),
        ("return", "service", "orders"), ("service contact", "service", "contacts"),
    ]  # fmt: skip
    assert set(got[0]) == {column.name for column in STEPS}
    assert [row["row_key"] for row in got[:3]] == ["site:1", "site:2", "shop:7"]


def test_rows_of_nobody_later_rows_and_what_no_rule_takes_are_no_steps(con):
    events = table(
        "events", event(1, "cart", who=None), event(2, "heartbeat"),
        {**event(3, "cart"), "occurred_on": date(2025, 4, 1)}, event(4, "cart"),
    )  # fmt: skip
    assert [row["row_key"] for row in steps(con, {"events": events})] == ["site:4"]


def test_the_first_touchpoint_whose_rule_holds_takes_the_row(con):
    definition = JourneyDefinition(
        stages=("buy",),
        touchpoints=(
            Touchpoint(name="app cart", stage="buy", rule='name == "cart" and channel == "app"'),
            Touchpoint(name="basket", stage="buy", rule='name == "cart"', channel="shop"),
            Touchpoint(name="never", stage="buy", rule='name == "cart" and channel == "web"'),
        ),
    )
    events = table("events", event(1, "cart", channel="app"), event(2, "cart", 2))
    got = steps(con, {"events": events}, definition=definition)
    assert [(row["touchpoint"], row["channel"]) for row in got] == [
        ("app cart", "app"), ("basket", "shop"),
    ]  # fmt: skip
    told = con.to_pyarrow(claims({"events": events}, as_of=DAY, definition=definition)).to_pylist()
    assert sorted((r["touchpoint"], r["rows"], r["held"], r["taken"]) for r in told) == [
        ("app cart", 2, 1, 1), ("basket", 2, 2, 1), ("never", 2, 1, 0),
    ]  # fmt: skip


def test_a_standard_says_of_each_row_whether_service_was_as_promised(con):
    definition = JourneyDefinition(
        stages=("service",),
        touchpoints=(
            Touchpoint(
                name="call", stage="service", source="contacts",
                standard="hours_to_answer <= 24.0",
            ),
        ),
    )  # fmt: skip
    contacts = table("contacts", contact(1, 1, answered=at(1, 15)), contact(2, 2))
    got = steps(con, {"contacts": contacts}, definition=definition)
    assert [row["standard_kept"] for row in got] == [True, False]


def test_events_that_no_touchpoint_takes_are_listed_with_counts(con):
    events = table(
        "events", event(1, "heartbeat"), event(2, "heartbeat", 4, who="bob"), event(3, "cart"),
    )  # fmt: skip
    (row,) = con.to_pyarrow(unrecognised(events, as_of=DAY)).to_pylist()
    assert (row["name"], row["events"], row["customers"]) == ("heartbeat", 2, 2)
    assert (row["first_on"], row["last_on"]) == (date(2025, 3, 1), date(2025, 3, 4))


def test_without_any_table_there_are_no_steps(duck):
    assert duck.to_pyarrow(journey_steps({}, as_of=DAY)).num_rows == 0


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([{"name": "a", "stage": "bye"}], "a: there is no stage 'bye'; the stages are buy"),
        ([{"name": "a", "stage": "buy", "rule": "nam == 'x'"}], "a: .*nam"),
        ([{"name": "a", "stage": "buy"}] * 2, "each touchpoint needs a name of its own"),
        ([{"name": "a", "stage": "buy", "sorce": "events"}], "sorce"),
        ([{"name": "a", "stage": "buy", "source": "orders", "standard": "name == 'x'"}], "name"),
    ],
)
def test_a_definition_that_cannot_work_is_refused(given, said):
    with pytest.raises(ValidationError, match=said):
        JourneyDefinition.model_validate({"stages": ["buy"], "touchpoints": given})


def test_the_clicks_of_a_real_shop_are_recognised_as_a_slow_count_has_them(duck, shared_data):
    raw = duck.read_parquet(str(shared_data / "simple_shop/simple_shop_events.parquet"))
    rows = duck.to_pyarrow(raw).to_pylist()
    usual = {
        "main": "visit", "catalog": "product", "cart": "basket", "delivery_choice": "checkout",
        "payment_choice": "payment", "payment_done": "payment",
    }  # fmt: skip
    expected = Counter(usual[row["event"]] for row in rows if row["event"] in usual)
    t = raw.mutate(
        source=ibis.literal("shop"), name=raw.event, channel=ibis.null("string"),
        customer_id=raw.user_id.cast("string"), occurred_at=raw.timestamp.cast(IBIS["instant"]),
        occurred_on=raw.timestamp.date(), event_id=ibis.row_number().cast("string"),
    )  # fmt: skip
    lacking = {
        c.name: ibis.null(IBIS[c.kind]) for c in CANONICAL["events"].columns if c.name not in t
        .columns
    }  # fmt: skip
    made = journey_steps({"events": t.mutate(**lacking)}, as_of=date(2020, 12, 31))
    counts = duck.to_pyarrow(made.group_by("touchpoint").agg(n=made.count())).to_pylist()
    assert {row["touchpoint"]: row["n"] for row in counts} == dict(expected)
    assert (expected["product"], expected["visit"], expected["basket"]) == (14_518, 5_635, 2_842)


def test_a_parcel_is_late_by_what_was_promised_and_without_a_promise_is_not_judged(con):
    events = table(
        "events",
        event(1, "Order Delivered", 2, promised_at=at(3)),
        event(2, "delivered", 4, promised_at=at(3)),
        event(3, "delivery", 5, promised_at=None),
    )
    rows = steps(con, {"events": events})
    assert {row["row_key"]: row["standard_kept"] for row in rows} == {
        "site:1": True, "site:2": False, "site:3": None,
    }  # fmt: skip
