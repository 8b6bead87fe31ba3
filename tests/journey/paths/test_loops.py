"""Loops: steps back, and contacts that came again for the same matter."""

from __future__ import annotations

from datetime import UTC, date, datetime

import ibis
import pyarrow as pa
import pytest
from tests.journey.paths.walkers import rows, table

from valence.journey.asked import asked_again, channels_asked, occasions
from valence.journey.paths.loops import contact_matters, loops, repeated_contacts, repeats


@pytest.fixture(
    params=["duck", pytest.param("on_spark", marks=[pytest.mark.spark, pytest.mark.long])]
)
def con(request):
    return request.getfixturevalue(request.param)


def test_ways_back_and_repeats_are_counted(con):
    steps = table(rows(ann="cart@0 pay@1 cart@3 pay@4", bob="cart@0 cart@2 pay@3"))
    got = con.to_pyarrow(loops(steps)).to_pylist()
    assert {
        (e["touchpoint"], e["over"]): (e["times"], e["customers"], e["median_seconds"]) for e in got
    } == {
        ("cart", "pay"): (1, 1, 10_800.0), ("pay", "cart"): (1, 1, 10_800.0),
        ("cart", "cart"): (1, 1, 7200.0),
    }  # fmt: skip


DAY = date(2025, 3, 31)


def contact(number, day, channel, who="ann", case=None, about=None):
    return {
        "source": "desk", "contact_id": str(number), "customer_id": who, "case_id": case,
        "category": about, "channel": channel, "opened_at": datetime(2025, 3, day, tzinfo=UTC),
        "opened_on": date(2025, 3, day),
    }  # fmt: skip


def contacts(*found):
    names = ["source", "contact_id", "customer_id", "case_id", "category", "channel"]
    schema = pa.schema(
        [
            *((n, pa.string()) for n in names),
            ("opened_at", pa.timestamp("us", "UTC")),
            ("opened_on", pa.date32()),
        ]
    )
    return ibis.memtable(pa.Table.from_pylist(list(found), schema=schema))


FOUND = contacts(
    contact(1, 1, "phone", about="delivery"), contact(2, 3, "chat", about="Delivery"),
    contact(3, 31, "chat", about="delivery"), contact(4, 1, "phone", case="7", about="bill"),
    contact(5, 30, "phone", case="7", about="other"), contact(6, 2, "mail", who="bob"),
    contact(7, 2, "mail", who="bob"), contact(8, 2, "mail", who=None, about="delivery"),
    contact(9, 1, "mail", who="cat", case="8", about="bill"),
    contact(10, 2, "chat", who="cat", case="9", about="bill"),
    contact(11, 3, "mail", who="cat", case="8", about="other"),
)  # fmt: skip


def test_a_contact_on_the_same_case_or_in_the_same_category_soon_after_comes_again(con):
    matters = contact_matters(FOUND, as_of=DAY, within_days=14)
    got = con.to_pyarrow(repeated_contacts(matters)).to_pylist()
    told = {r["contact_id"]: (r["repeated"], r["asked_twice"], r["channel_before"]) for r in got}
    assert told == {
        "1": (False, False, None), "2": (True, True, "phone"), "3": (False, False, "chat"),
        "4": (False, False, None), "5": (False, False, "phone"), "6": (False, False, None),
        "7": (False, False, None), "9": (False, False, None), "10": (True, True, "mail"),
        "11": (True, False, "mail"),
    }  # fmt: skip
    later = con.to_pyarrow(
        repeated_contacts(contact_matters(FOUND, as_of=DAY, within_days=30))
    ).to_pylist()
    assert sorted(r["contact_id"] for r in later if r["repeated"]) == ["10", "11", "2", "3", "5"]


def test_a_channel_is_the_same_however_it_is_written(duck):
    found = contacts(
        contact(1, 1, "Phone", about="bill"), contact(2, 2, "phone ", about="bill"),
        contact(3, 3, "", about="bill"), contact(4, 4, "chat", about="bill"),
        contact(5, 5, "phone", about="bill"),
    )  # fmt: skip
    got = duck.to_pyarrow(repeated_contacts(contact_matters(found, as_of=DAY))).to_pylist()
    told = {r["contact_id"]: r["asked_twice"] for r in got}
    assert told == {"1": False, "2": False, "3": False, "4": False, "5": True}
    young = contact_matters(found, as_of=date(2025, 3, 2))
    assert duck.to_pyarrow(young.count()).as_py() == 2


def test_repeats_are_told_by_category_with_their_interval(con):
    got = con.to_pyarrow(repeats(contact_matters(FOUND, as_of=DAY, within_days=30))).to_pylist()
    (row,) = [r for r in got if r["category"] == "delivery"]
    assert (row["contacts"], row["repeated"], row["customers"]) == (3, 2, 1)
    assert row["repeated_low"] < row["repeated_share"] == 2 / 3 < row["repeated_high"]
    assert row["within_days"] == 30


def test_contacts_without_case_and_category_are_no_matter(duck):
    found = contacts(contact(1, 1, "phone"), contact(2, 1, "chat"))
    (row,) = duck.to_pyarrow(repeats(contact_matters(found, as_of=DAY))).to_pylist()
    assert (row["category"], row["contacts"], row["repeated"]) == (None, 2, 0)


def test_the_same_asked_for_again_through_another_channel_is_told_with_both(con):
    def asking(who, day, channel, source="events", asks="address"):
        return {
            "customer_id": who, "at": datetime(2025, 3, day, tzinfo=UTC), "asks": asks,
            "on": date(2025, 3, day),
            "channel": channel, "source": source, "row_key": f"{who}{day}",
        }  # fmt: skip

    steps = pa.Table.from_pylist([
        asking("ann", 1, "web"), asking("ann", 1, "Web"),  # two pages
        asking("ann", 3, "store", asks="Address "),
        asking("bob", 1, "web"), asking("bob", 20, "store"),  # too late to be again
        asking("cid", 1, "web"), asking("cid", 2, "phone", source="contacts"),
        asking("dee", 1, "web"), asking("dee", 2, "app", asks="card"), asking("dee", 3, None),
        asking("eve", 30, "web"), asking("eve", 31, "store"),  # too young to be judged
        asking("eve", 20, ""), asking("fay", 1, "Web"), asking("fay", 2, "web "),
    ])  # fmt: skip
    t = ibis.memtable(steps)
    found = occasions(t, within_days=7, as_of=DAY)
    told = con.to_pyarrow(asked_again(found).order_by("about")).to_pylist()
    assert [r["about"] for r in told] == ["address", "card"]
    names = ("asks", "asked", "customers", "again", "median_seconds")
    assert [tuple(r[name] for name in names) for r in told] == [
        ("Address ", 7, 5, 2, 129_600.0), ("card", 1, 1, 0, None),
    ]  # fmt: skip
    assert told[0]["again_low"] < told[0]["again_share"] == 2 / 7 < told[0]["again_high"]
    pairs = con.to_pyarrow(channels_asked(found)).to_pylist()
    assert {(r["channel"].lower(), r["next_channel"], r["again"]) for r in pairs} == {
        ("web", "store", 1), ("web", "phone", 1)
    }  # fmt: skip
