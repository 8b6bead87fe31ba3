"""What tracking and couriers report: visits that lead to orders, visits in vain, parcels."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest

from valence.demo.visits import STEPS
from valence.journey.definition import JourneyDefinition


@pytest.fixture(scope="module")
def events(brand):
    return brand.observed["web_events"].to_pylist()


@pytest.fixture(scope="module")
def scans(brand):
    return brand.observed["deliveries"].to_pylist()


@pytest.fixture(scope="module")
def visits(events):
    found = defaultdict(list)
    for row in events:
        found[row["session"]].append(row)
    return found


def _sales(brand):
    """The online orders: when, by whom and whether sent."""
    return {
        row["order_id"]: row
        for row in brand.observed["shop_orders"].to_pylist()
        if row["status"] == "completed"
    }


def test_events_come_in_order_of_time_and_within_the_months(brand, events):
    times = [row["time"] for row in events]
    assert times == sorted(times)
    assert brand.start <= times[0].date()
    assert times[-1].date() <= brand.end


def test_most_online_orders_are_preceded_by_a_visit_that_ends_in_checkout(brand, visits):
    orders = {(row["user_id"], row["order_time"]) for row in _sales(brand).values()}
    ends = defaultdict(list)
    for rows in visits.values():
        if any(row["event"] == "Checkout Started" for row in rows):
            ends[rows[0]["user_id"]].append(rows[-1]["time"])
    followed = sum(
        any(timedelta(0) <= at - end < timedelta(minutes=20) for end in ends[who])
        for who, at in orders
        if who
    )
    assert 0.45 < followed / len(orders) < 0.7  # three visits in five may be tracked


def test_steps_of_a_visit_come_in_the_order_of_the_funnel(visits):
    order = ["Page Viewed", "Application Opened", *STEPS[1:]]
    for rows in list(visits.values())[:3_000]:
        places = [order.index(row["event"]) for row in rows]
        assert places == sorted(places)
        assert len({row["user_id"] for row in rows}) == 1


def test_many_visits_end_in_nothing(visits):
    last = Counter(rows[-1]["event"] for rows in visits.values())
    bought = last["Payment Info Entered"]
    assert sum(last.values()) > 1.8 * bought
    assert last["Product Added"] > 100
    assert last["Product Viewed"] > last["Checkout Started"] > 50


def test_the_usual_journey_recognises_every_event_but_delays(brand):
    names = {
        *brand.observed["web_events"]["event"].unique().to_pylist(),
        *brand.observed["deliveries"]["scan"].unique().to_pylist(),
    }
    rules = " ".join(each.rule for each in JourneyDefinition().of("events"))
    assert {name for name in names if f'"{name.lower()}"' not in rules} == {"Delivery Delayed"}


def test_each_parcel_arrives_once_and_each_late_one_is_announced(brand, scans):
    arrived = [row for row in scans if row["scan"] == "Order Delivered"]
    delayed = {row["order_id"]: row for row in scans if row["scan"] == "Delivery Delayed"}
    assert len({row["order_id"] for row in arrived}) == len(arrived)
    late = {row["order_id"] for row in arrived if row["scanned"] > row["promised"]}
    assert late
    assert late <= set(delayed)
    assert all(row["scanned"] == row["promised"] for row in delayed.values())
    truth = {row["order_id"] for row in brand.truth["experiences"].to_pylist() if row["late"]}
    assert set(delayed) == truth


def test_parcels_come_after_their_orders_and_pick_ups_are_not_sent(brand, scans):
    sales = _sales(brand)
    for row in scans:
        sale = sales[row["order_id"]]
        assert sale["store"] is None
        assert row["scanned"] > sale["order_time"]
    soon = brand.end - timedelta(days=40)
    due = [key for key, row in sales.items()
           if row["store"] is None and row["order_time"].date() < soon]  # fmt: skip
    arrived = {row["order_id"] for row in scans if row["scan"] == "Order Delivered"}
    assert len(set(due) - arrived) < 0.001 * len(due)
