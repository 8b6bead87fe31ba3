"""The value bridge: who stands in which bar, and that the bars sum to the last digit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valence.core.days import months_before
from valence.core.errors import BadInputError
from valence.value import bridge, customer_facts, customer_moves
from valence.value.bridge import MOVES, bridge_by
from valence.value.days import order_days
from valence.value.trailing import with_trailing

DAY = date(2025, 6, 30)
# Opening year: from July 2023 to June 2024; closing year: from July 2024 to June 2025.
BEFORE, OPENING, CLOSING = "2023-05-01", "2023-12-01", "2024-12-01"
SCHEMA = {
    "customer_id": "string", "ordered_on": "date", "net_amount": "decimal(18, 4)", "kind": "string",
}  # fmt: skip


def moves_of(rows, table, **options):
    found = rows(customer_moves(table, as_of=DAY, **options), "customer_id")
    return {row["customer_id"]: (row["move"], row["change_amount"]) for row in found}


def test_everybody_stands_in_one_move(orders, rows):
    table = orders(
        [
            ("came", CLOSING, "10"),
            ("left", OPENING, "20"),
            ("back", BEFORE, "5"),
            ("back", CLOSING, "7"),
            ("more", OPENING, "10"),
            ("more", CLOSING, "11"),
            ("less", OPENING, "10"),
            ("less", CLOSING, "4"),
            ("same", OPENING, "3"),
            ("same", CLOSING, "3"),
        ]
    )
    assert moves_of(rows, table) == {
        "came": ("new", 10),
        "left": ("lost", -20),
        "back": ("reactivated", 7),
        "more": ("grown", 1),
        "less": ("shrunk", -6),
        "same": ("unchanged", 0),
    }


def test_returns_without_a_purchase_go_by_value_and_are_counted(orders, rows):
    table = orders([("gave back then", OPENING, "-30"), ("gives back now", CLOSING, "-8")])
    assert moves_of(rows, table) == {
        "gave back then": ("grown", 30),
        "gives back now": ("shrunk", -8),
    }
    found = {row["move"]: row for row in rows(bridge(table, as_of=DAY))}
    assert (found["grown"]["only_returns"], found["grown"]["only_returns_amount"]) == (1, 30)


def test_a_customer_may_leave_more_than_everything_and_come_with_less_than_nothing(orders, rows):
    table = orders(
        [
            ("left and gave back", OPENING, "20"),
            ("left and gave back", CLOSING, "-25"),
            ("came and gave back", CLOSING, "10"),
            ("came and gave back", "2025-01-01", "-15"),
            ("gave back before the first purchase", OPENING, "-4"),
            ("gave back before the first purchase", CLOSING, "6"),
        ]
    )
    assert moves_of(rows, table) == {
        "left and gave back": ("lost", -45),
        "came and gave back": ("new", -5),
        "gave back before the first purchase": ("new", 10),
    }


def test_the_edges_of_the_years_are_those_of_the_trailing_months(orders, rows):
    table = orders(
        [
            ("a", "2023-06-30", "1"),  # the day before the opening year
            ("a", "2023-07-01", "2"),
            ("a", "2024-06-30", "4"),  # the opening day
            ("a", "2024-07-01", "8"),
            ("a", "2025-06-30", "16"),  # the closing day
            ("a", "2025-07-01", "32"),  # does not exist yet
        ]
    )
    (row,) = rows(customer_moves(table, as_of=DAY))
    assert (row["opening_amount"], row["closing_amount"]) == (6, 24)
    known = with_trailing(customer_facts(table, as_of=DAY), table, as_of=DAY)
    (same,) = rows(customer_moves(table, as_of=DAY, table=known))
    assert {name: same[name] for name in row} == row


def test_years_that_overlap_and_years_that_leave_a_gap(orders, rows):
    table = orders([("a", "2024-12-15", "10"), ("b", "2025-05-01", "5"), ("c", "2022-01-01", "9")])
    # Both years hold the order of a; b came after the opening day.
    assert moves_of(rows, table, since=date(2025, 3, 31)) == {
        "a": ("unchanged", 0), "b": ("new", 5), "c": ("unchanged", 0),
    }  # fmt: skip
    # c left long ago; a and b both came since.
    assert moves_of(rows, table, since=date(2022, 6, 30)) == {
        "a": ("new", 10), "b": ("new", 5), "c": ("lost", -9),
    }  # fmt: skip


def test_cancelled_orders_are_nobodys_move(rows):
    values = [("a", date(2024, 12, 1), Decimal(9), "cancelled"), ("b", DAY, Decimal(1), "sale")]
    assert moves_of(rows, ibis.memtable(values, schema=SCHEMA)) == {"b": ("new", 1)}


def test_a_bridge_does_not_lead_backwards(orders):
    table = orders([("a", CLOSING, "1")])
    with pytest.raises(BadInputError, match="to a later one, not from 2025-07-01 to 2025-06-30"):
        bridge(table, as_of=DAY, since=date(2025, 7, 1))


def test_by_a_dimension_the_bridges_sum_to_the_one_of_all(orders, rows):
    table = orders(
        [(f"c{n}", day, str(7 * n - 20)) for n in range(20) for day in (OPENING, CLOSING)[n % 2 :]]
    )
    known = {"customer_id": [f"c{n}" for n in range(20)], "tier": [*"ab"] * 9 + [None, None]}
    since = date(2024, 6, 29)
    moves = customer_moves(table, as_of=DAY, since=since, table=ibis.memtable(known))
    made = bridge(order_days(table), as_of=DAY, since=since, moves=moves, by=("tier",))
    (whole,), parts = rows(bridge_by(made, "all")), rows(bridge_by(made, "tier"))
    for name in ("opening_amount", "new_amount", "lost_amount", "closing_amount", "customers"):
        assert sum(part[name] for part in parts) == whole[name]
    assert {part["name"] for part in parts} == {"a", "b", None}


@st.composite
def histories(draw):
    """Orders of a few customers and of nobody: sales, returns, corrections, cancellations."""
    one = st.tuples(
        st.sampled_from(["a", "b", "c", "d", None]),
        st.integers(0, 1100).map(lambda n: DAY - timedelta(n)),
        st.integers(-(10**8), 10**8).map(lambda n: Decimal(n) / 10_000),
        st.sampled_from(["sale", "sale", "sale", "return", "adjustment", "cancelled", None]),
    )
    return draw(st.lists(one, min_size=1, max_size=25))


def by_hand(found, since):
    """What each customer's move is, told row by row."""
    told = {}
    for who in {row[0] for row in found} - {None}:
        own = [
            (day, net, kind or ("return" if net < 0 else "sale"))
            for name, day, net, kind in found
            if name == who and kind != "cancelled"
        ]
        if not own:
            continue
        sales = [day for day, _, kind in own if kind == "sale"]
        ends = [
            {day for day, _, _ in own if months_before(end, 12) < day <= end}
            for end in (since, DAY)
        ]
        opening, closing = (sum(net for day, net, _ in own if day in end) for end in ends)
        was, now = (any(day in end for day in sales) for end in ends)
        move = (
            "new" if now and min(sales) > since
            else "lost" if was and not now
            else "reactivated" if now and not was
            else "grown" if closing > opening
            else "shrunk" if closing < opening
            else "unchanged"
        )  # fmt: skip
        told[who] = (move, opening, closing)
    return told


@settings(max_examples=20, deadline=None)
@given(histories(), st.integers(1, 700))
def test_the_bars_lead_from_end_to_end_to_the_last_digit(rows, found, days):
    table = ibis.memtable(found, schema=SCHEMA)
    since = months_before(DAY, 12) if days % 2 else DAY - timedelta(days)
    made = rows(bridge(table, as_of=DAY, since=since))
    named = [row for row in made if row["move"] in MOVES]
    told = by_hand(found, since)
    opening = sum(row["opening_amount"] for row in named)
    closing = sum(row["closing_amount"] for row in named)
    assert opening == sum(then for _, then, _ in told.values())
    assert opening + sum(row["change_amount"] for row in named) == closing
    for row in named:
        own = [(then, now) for move, then, now in told.values() if move == row["move"]]
        assert row["change_amount"] == sum(now - then for then, now in own)
    everything = [net for _, day, net, kind in found
                  if kind != "cancelled" and months_before(DAY, 12) < day <= DAY]  # fmt: skip
    assert sum(row["closing_amount"] for row in made) == sum(everything)


@pytest.mark.spark
def test_between_any_two_days_it_is_equal_on_duckdb_and_spark(duck, on_spark, retail, spark_retail):
    def made(con, table):
        day, since = date(2011, 11, 30), date(2011, 5, 31)
        found = con.to_pyarrow(bridge(table["orders"], as_of=day, since=since)).to_pylist()
        return sorted(found, key=lambda row: row["move"])

    assert made(duck, retail) == made(on_spark, spark_retail)
