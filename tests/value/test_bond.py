"""The bond: its parts, what is missing, and that frequency alone makes none strong."""

from __future__ import annotations

from datetime import date, datetime

import ibis
import pandas as pd
import pytest
from pydantic import ValidationError

from valence.value.bond import with_bond
from valence.value.bond_definition import BondDefinition, BondWeights
from valence.value.voice import customer_voice

AS_OF = date(2025, 6, 1)
STEADY = {
    "orders": 12, "orders_12m": 12, "gap_days": 30.0, "days_since_order": 10, "categories": 4,
    "channels": 1, "contacts": 0, "complaints": 0,
}  # fmt: skip


def bonds(*customers, definition=None):
    rows = [{"customer_id": str(n), **STEADY, **row} for n, row in enumerate(customers)]
    names = {name: None for row in rows for name in row}
    kinds = dict.fromkeys(STEADY, "int64") | {"customer_id": "string", "referrals": "int64"}
    schema = {name: kinds.get(name, "float64") for name in names} | {"gap_days": "float64"}
    frame = pd.DataFrame(rows, columns=list(names)).astype(object)
    t = ibis.memtable(frame.where(frame.notna(), None), schema=schema)
    out = with_bond(t, definition=definition or BondDefinition()).to_pandas()
    return out.sort_values("customer_id").to_dict("records")


def test_the_most_frequent_buyer_has_no_strong_bond_on_purchases_alone():
    [one] = bonds({})
    assert (one["bond_purchase"], one["bond_index"]) == (1.0, 100.0)
    assert one["bond"] == "weak"
    assert one["bond_missing"] == "service, experience, advocacy"


def test_a_second_part_that_speaks_for_it_makes_it_strong():
    happy, unhappy = bonds({"nps_score": 9.0}, {"nps_score": 2.0})
    assert (happy["bond"], happy["bond_advocacy"], happy["bond_index"]) == ("strong", 1.0, 100.0)
    assert unhappy["bond"] == "weak"
    assert unhappy["bond_index"] == pytest.approx(100 * 40 / 60)


def test_parts_are_the_mean_of_what_is_known_of_them():
    first, second = bonds(
        {"contacts": 4, "complaints": 1, "felt_share": 0.25, "channels": 2, "orders_12m": 3},
        {"days_since_order": 60, "categories": 1},
    )
    assert first["bond_purchase"] == pytest.approx((1 + 0.5 + 1) / 3)
    assert first["bond_service"] == 1.0
    assert first["bond_experience"] == pytest.approx((0.25 + 0.75) / 2)
    assert first["bond_index"] == pytest.approx(100 * (40 * 2.5 / 3 + 15 + 25 * 0.5) / 80)
    assert second["bond_purchase"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert second["bond_service"] == 0.0, "others were in contact and used a second channel"


def test_who_has_been_gone_for_a_year_has_no_strong_bond_and_who_never_bought_has_none():
    gone, never = bonds({"nps_score": 10.0, "orders_12m": 0}, {"orders": 0})
    assert gone["bond"] == "weak"
    assert never["bond"] is None


def test_one_part_alone_is_refused_as_a_bond():
    with pytest.raises(ValidationError, match="never one thing alone"):
        BondWeights(service=0, experience=0, advocacy=0)
    with pytest.raises(ValidationError, match="below strong_from"):
        BondDefinition(weak_from=70)


def answers(*rows):
    names = ("customer_id", "metric", "score", "scale", "answered_on", "subject")
    frame = pd.DataFrame(list(rows), columns=names)
    frame["answered_at"] = [datetime.combine(day, datetime.min.time()) for day in frame.answered_on]
    schema = dict.fromkeys(names, "string") | {
        "score": "float64", "answered_on": "date", "answered_at": "timestamp('UTC')",
    }  # fmt: skip
    return ibis.memtable(frame, schema=schema)


def test_the_last_answer_counts_and_how_it_felt_is_the_mean_of_a_year_on_each_scale():
    said = answers(
        ("a", "NPS", 9.0, None, date(2025, 5, 1), None),
        ("a", "nps", 3.0, None, date(2024, 5, 1), "own"),
        ("a", "csat", 3.0, "1-5", date(2025, 4, 1), "own"),
        ("a", "csat", 60.0, "0-100", date(2025, 4, 2), ""),
        ("a", "csat", 7.0, "1-5", date(2025, 4, 3), ""),  # off its scale: says nothing
        ("a", "nps", 0.0, None, date(2025, 5, 2), "rival"),
        ("a", "nps", 0.0, None, date(2025, 6, 2), None),  # after the day
        ("b", "share_of_wallet", 80.0, None, date(2025, 1, 1), None),
    )
    found = {
        r["customer_id"]: r
        for r in customer_voice(said, as_of=AS_OF).to_pandas().to_dict("records")
    }
    a, b = found["a"], found["b"]
    assert (a["nps_score"], a["nps_score_prior"]) == (9.0, 3.0)
    assert a["felt_share"] == pytest.approx((0.9 + 0.5 + 0.6) / 3)
    assert (a["answers"], a["felt_answers"], a["felt_share_prior"]) == (4, 3, pytest.approx(0.3))
    assert (b["wallet_share"], b["felt_answers"]) == (0.8, 0)


def test_a_referral_counts_also_of_who_never_answered():
    said = answers(("a", "nps", 9.0, None, date(2025, 5, 1), None))
    events = ibis.memtable(
        {
            "customer_id": ["a", "c", "c"],
            "name": ["Login", "Referral Completed", "referral"],
            "occurred_on": [date(2025, 1, 1), date(2024, 1, 1), date(2025, 1, 1)],
        }
    )
    found = customer_voice(said, as_of=AS_OF, events=events).to_pandas().set_index("customer_id")
    assert found.referrals.to_dict() == {"a": 0, "c": 2}
    assert found.referrals_prior.to_dict() == {"a": 0, "c": 1}
