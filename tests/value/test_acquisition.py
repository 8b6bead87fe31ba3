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
    found = [row for row in found if row["channel"] != "radio"]
    # a, b and c were won for 120: 40 each. 110 / 3 at once, then 40 / 3 more, then 0 / 2.
    assert [r["months_since"] for r in found] == [0, 1, 2]
    assert {r["channel"] for r in found} == {"web"}
    assert [r["customers"] for r in found] == [3, 3, 2]
    assert [r["value_per_customer"] for r in found] == pytest.approx([110 / 3, 50, 50])
    assert [r["paid_back"] for r in found] == [False, True, True]
    assert {r["cost_per_customer"] for r in found} == {40.0}


def test_spend_on_a_channel_that_wins_nobody_is_told_without_a_cost_of_each(rows):
    seen = orders()
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    found = rows(payback(cohorts, spend(), as_of=AS_OF), "channel", "months_since")
    assert [(r["channel"], r["new_customers"], r["cost_amount"]) for r in found] == [
        ("ads", 0, 120), ("radio", 0, 10),
    ]  # fmt: skip
    unknown = ("cost_per_customer", "value_per_customer", "paid_back")
    assert {tuple(r[name] for name in unknown) for r in found} == {(None, None, False)}


def bought(*rows):
    """Orders of (customers, day, channel): as many customers, each once for 20."""
    own = [(f"{day} {n}", day, channel, 20.0) for many, day, channel in rows for n in range(many)]
    names = ("customer_id", "ordered_on", "channel", "net_amount")
    return table(own, names, ordered_on="date", net_amount="decimal(18, 4)")


def paid(*rows):
    names = ("channel", "spent_on", "cost_amount")
    return table(rows, names, spent_on="date", cost_amount="decimal(18, 4)")


def test_spend_of_a_month_that_won_nobody_is_a_cost_of_those_who_were_won(rows):
    # Once 100 for 10 customers, 10 each, paid back at once: January's 10,000 were lost.
    seen = bought((1, "2024-12-05", "store"), (10, "2025-02-10", "tv"))
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    spent = paid(("tv", "2025-01-15", 10_000.0), ("tv", "2025-02-15", 100.0))
    found = rows(payback(cohorts, spent, as_of=AS_OF), "months_since")
    assert [r["months_since"] for r in found] == [0, 1]
    assert {(r["new_customers"], r["cost_amount"], r["cost_per_customer"]) for r in found} == {
        (10, 10_100, 1_010.0)
    }
    assert {r["paid_back"] for r in found} == {False}


def test_customers_of_the_month_that_the_data_begin_in_are_not_won(rows):
    # 99 of them may have bought for years; the spend before and in that month is theirs too.
    seen = bought((99, "2025-01-05", "tv"), (2, "2025-02-10", "tv"))
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    spent = paid(("tv", "2024-12-15", 7.0), ("tv", "2025-01-15", 9.0), ("tv", "2025-02-15", 60.0))
    found = rows(payback(cohorts, spent, as_of=AS_OF), "months_since")
    assert {(r["new_customers"], r["cost_amount"], r["cost_per_customer"]) for r in found} == {
        (2, 60, 30.0)
    }


@pytest.mark.spark
@pytest.mark.long  # 20 s: Spark computes each of its many steps anew
def test_payback_is_equal_on_both_engines_whatever_letters_a_channel_ends_with(
    duck, on_spark, tmp_path
):
    seen = bought((1, "2024-12-05", "store"), (10, "2025-02-10", "tv"), (2, "2025-03-01", " TV "))
    cohorts = channel_cohorts(seen, customer_facts(seen), as_of=AS_OF)
    duck.to_parquet(cohorts, tmp_path / "cohorts.parquet")
    spent = paid(("tv", "2025-01-15", 9.0), ("Tv", "2025-02-15", 100.0), ("vf", "2025-02-02", 5.0))
    duck.to_parquet(spent, tmp_path / "spend.parquet")
    of_duck, of_spark = (
        engine.to_pyarrow(
            payback(
                engine.read_parquet(str(tmp_path / "cohorts.parquet")),
                engine.read_parquet(str(tmp_path / "spend.parquet")),
                as_of=AS_OF,
            ).order_by("channel", "months_since")
        ).to_pylist()
        for engine in (duck, on_spark)
    )
    assert {row["channel"] for row in of_duck} == {"tv", "vf"}
    assert of_spark == of_duck


def test_retention_is_worth_what_gupta_and_lehmann_say():
    # r/(1+i−r) is 0.8/0.3 at 80 % and 10 %; a point more is worth about 4 %.
    found = {round(r.share, 2): r for r in retention_worth(300.0, 0.8, 0.1)}
    assert found[0.8].value == pytest.approx(800.0)
    assert found[0.81].change == pytest.approx(0.81 / 0.29 / (0.8 / 0.3) - 1)
    assert max(r.share for r in retention_worth(300.0, 0.98, 0.1)) == pytest.approx(0.99)
