"""Acquisition: what a new customer cost, and when they have paid it back."""

from __future__ import annotations

from datetime import date

import ibis
import pytest

from valence.value.acquisition import channel_cohorts, payback
from valence.value.acquisition_definition import AcquisitionDefinition
from valence.value.facts import customer_facts
from valence.value.retention_worth import retention_worth

AS_OF = date(2025, 3, 31)
ORDERS = [
    ("a", "2025-01-10", "Web", 20.0), ("a", "2025-02-10", "Store", 30.0),
    ("b", "2025-01-20", "Web", 40.0),
    ("c", "2025-02-01", "Web", 50.0), ("c", "2025-03-01", "Web", 10.0),
    ("d", "2025-01-05", "Store", 99.0),
    ("e", "2024-12-05", "Web", 1000.0),  # before there was spend: not won by it
]  # fmt: skip
SPEND = [
    ("ads", "2025-01-15", 100.0), ("ads", "2025-02-15", 20.0), ("radio", "2025-01-01", 10.0),
]  # fmt: skip


def table(rows, names, **kinds):
    columns = {name: [row[n] for row in rows] for n, name in enumerate(names)}
    return ibis.memtable(columns).cast(kinds)


def orders():
    names = ("customer_id", "ordered_on", "channel", "net_amount")
    return table(ORDERS, names, ordered_on="date", net_amount="decimal(18, 4)")


def spend():
    names = ("channel", "spent_on", "cost_amount")
    return table(SPEND, names, spent_on="date", cost_amount="decimal(18, 4)")


def test_value_adds_up_until_the_cost_of_a_customer_is_paid_back(rows):
    seen = orders()
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    named = AcquisitionDefinition(channels={"Ads": "web"})
    found = rows(payback(cohorts, spend(), as_of=AS_OF, definition=named), "months_since")
    # a, b and c were won for 120: 40 each. 110 / 3 at once, then 40 / 3 more, then 0 / 2.
    assert [r["months_since"] for r in found] == [0, 1, 2]
    assert {r["channel"] for r in found} == {"web"}
    assert [r["customers"] for r in found] == [3, 3, 2]
    assert [r["value_per_customer"] for r in found] == pytest.approx([110 / 3, 50, 50])
    assert [r["paid_back"] for r in found] == [False, True, True]
    assert {r["cost_per_customer"] for r in found} == {40.0}


def test_spend_on_a_channel_that_wins_nobody_shows_no_customers(rows):
    seen = orders()
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    assert rows(payback(cohorts, spend(), as_of=AS_OF), "months_since") == []


def test_retention_is_worth_what_gupta_and_lehmann_say():
    # r/(1+i−r) is 0.8/0.3 at 80 % and 10 %; a point more is worth about 4 %.
    found = {round(r.share, 2): r for r in retention_worth(300.0, 0.8, 0.1)}
    assert found[0.8].value == pytest.approx(800.0)
    assert found[0.81].change == pytest.approx(0.81 / 0.29 / (0.8 / 0.3) - 1)
    assert max(r.share for r in retention_worth(300.0, 0.98, 0.1)) == pytest.approx(0.99)
