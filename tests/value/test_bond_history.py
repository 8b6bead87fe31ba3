"""Bonds of the past equal those told on the day; what they foretell is told with its interval."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from scipy.special import expit

from valence.core.days import months_before
from valence.lake.marts import BuildContext
from valence.value.bond import with_bond
from valence.value.bond_history import MONTHS_BACK, bonds_before, later
from valence.value.bond_history_mart import BOND_HISTORY_MARTS
from valence.value.bond_proof import prove
from valence.value.customers import customers
from valence.value.facts import customer_facts
from valence.value.orders import order_facts

DAY = date(2011, 12, 9)
(MART,) = BOND_HISTORY_MARTS


def test_a_past_bond_is_the_one_that_was_told_on_that_day(retail, rows):
    tables = {"orders": order_facts(retail["orders"]), "order_lines": retail["order_lines"],
              "products": retail["products"]}  # fmt: skip
    told = bonds_before(tables, as_of=DAY)
    for months in (12, 6, 0):
        day = months_before(DAY, months)
        facts = customer_facts(
            retail["orders"], lines=retail["order_lines"], products=retail["products"], as_of=day
        )
        then = with_bond(customers(retail["orders"], as_of=day, facts=facts))
        then = {r["customer_id"]: r for r in rows(then.filter(then.bond.notnull()))}
        found = {r["customer_id"]: r for r in rows(told.filter(told.months_back == months))}
        assert found.keys() == then.keys()
        # Only the edges of twelve months, moved by whole days, may shift.
        off = [c for c, r in found.items() if abs(r["bond_index"] - then[c]["bond_index"]) > 1e-9]
        assert len(off) <= 0.01 * len(found), months
        for name in ("days_since_order", "orders", "value_amount"):
            assert all(found[c][name] == then[c][name] for c in found), (months, name)


def test_the_year_after_counts_from_the_day(duck, rows):
    import ibis

    seen = ibis.memtable({
        "customer_id": ["a", "a", "a", "b"], "net_amount": [5.0, 7.0, -2.0, 9.0],
        "ordered_on": [date(2024, 12, 9), date(2024, 12, 10), date(2025, 1, 1), date(2024, 1, 1)],
    }).cast({"net_amount": "decimal(18, 4)"})  # fmt: skip
    (only,) = rows(later(seen, since=date(2024, 12, 9), as_of=date(2025, 12, 9)))
    assert (only["customer_id"], only["later_orders"]) == ("a", 1)
    assert only["later_value_amount"] == 5


def drawn(n, seed, effect):
    """Customers whose bond adds to the odds of coming back, at equal RFM."""
    draw = np.random.default_rng(seed)
    recency, orders = draw.exponential(120, n), 1 + draw.geometric(0.4, n).astype(float)
    value = orders * draw.gamma(2, 20, n)
    index = np.clip(30 + 8 * np.log(orders) - recency / 20 + draw.normal(0, 12, n), 0, 100)
    logit = 0.8 * np.log(orders) - 0.9 * np.log1p(recency) + 2.5 + effect * index / 10
    again = (draw.random(n) < expit(logit - effect * 3)).astype(float)
    brought = again * draw.gamma(2, 30, n) + 4 * effect * index / 10 + draw.normal(0, 5, n)
    return index, recency, orders, value, again, brought


@pytest.mark.parametrize("effect", [0.0, 0.3])
def test_the_odds_of_ten_points_more_are_covered_by_their_interval(effect):
    proofs = [prove(*drawn(1_500, seed, effect)) for seed in range(60)]
    covered = sum(p.odds.low <= np.exp(effect) <= p.odds.high for p in proofs)
    assert 47 <= covered <= 60, "of 60 intervals of 90 %"
    gained = sum(p.gain.low > 0 for p in proofs)
    assert (gained > 40) if effect else (gained <= 8)
    better = np.mean([p.auc_both - p.auc_rfm for p in proofs])
    assert bool(better > 0.005) is bool(effect)


def test_too_few_customers_prove_nothing():
    assert prove(*(each[:150] for each in drawn(1_500, 1, 0.3))) is None
    index, *rest = drawn(1_500, 1, 0.3)
    assert prove(index * 0, *rest) is None
    *known, again, brought = drawn(1_500, 1, 0.3)
    assert prove(*known, again * 0, brought) is None


def test_the_mart_tells_shares_and_proof_and_stands_for_four_weeks(duck, retail):
    orders = order_facts(retail["orders"])
    facts = customer_facts(retail["orders"], as_of=DAY)
    t = with_bond(customers(retail["orders"], as_of=DAY, facts=facts))
    none = {
        name: duck.create_table(f"no_{name}", schema={"customer_id": "string", **columns},
                                overwrite=True)
        for name, columns in {
            "contacts": {"opened_on": "date"},
            "feedback": {"answered_on": "date", "metric": "string"},
            "events": {"occurred_on": "date", "name": "string"},
        }.items()
    }  # fmt: skip
    inputs = {"order_facts": orders, "customers": t, "order_lines": retail["order_lines"],
              "products": retail["products"], **none}  # fmt: skip
    context = BuildContext(DAY, "GBP", None, {})
    rows = [r for b in MART.score(inputs, context, duck.to_pyarrow_batches) for r in b.to_pylist()]
    days = {r["on"] for r in rows if r["kind"] == "share"}
    assert days == {months_before(DAY, months) for months in MONTHS_BACK}
    for day in days:
        shares = [r["value"] for r in rows if (r["kind"], r["on"]) == ("share", day)]
        assert sum(shares) == pytest.approx(1)
    stayed = {r["name"]: r["value"] for r in rows if r["kind"] == "later"}
    assert stayed["weak"] > stayed["none"]
    proof = {r["name"]: r for r in rows if r["kind"] == "proof"}
    assert proof["odds"]["low"] < proof["odds"]["value"] < proof["odds"]["high"]
    made = duck.create_table("told_bonds", MART.score(inputs, context, duck.to_pyarrow_batches)
                             and _table(rows), overwrite=True)  # fmt: skip
    again = {**inputs, "bond_history": made}
    assert MART.score(again, context, duck.to_pyarrow_batches) is None


def _table(rows):
    import pyarrow as pa

    return pa.Table.from_pylist(rows)
