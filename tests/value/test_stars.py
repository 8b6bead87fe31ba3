"""Early stars: what is learned of the first weeks, and that its probabilities hold."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import numpy as np
import pyarrow as pa
import pytest
from scipy.special import expit
from scipy.stats import norm, rankdata

from valence.lake.marts import BuildContext
from valence.value.auc import auc_interval
from valence.value.early_stars import first_weeks
from valence.value.facts import customer_facts
from valence.value.star_model import FirstWeeks, learned, try_stars
from valence.value.stars_mart import REFIT_DAYS, STAR_MARTS

NUMBERS_OF = (
    "first_amount", "weeks_days", "weeks_amount", "weeks_returned_share", "weeks_discount_share",
    "weeks_channels",
)  # fmt: skip


def test_first_weeks_count_from_the_first_purchase_and_the_year_ends_after_it(rows):
    seen = ibis.memtable(
        {
            "customer_id": ["a", "a", "a", "a", "b"],
            "ordered_on": [
                date(2024, 1, 1), date(2024, 1, 29), date(2024, 1, 30), date(2025, 1, 1),
                date(2024, 6, 1),
            ],
            "net_amount": [10.0, 20.0, 40.0, 80.0, 5.0],
            "channel": ["web", "store", "app", "web", "web"],
        }
    ).cast({"net_amount": "decimal(18, 4)"})  # fmt: skip
    a, b = rows(first_weeks(seen, customer_facts(seen), as_of=date(2025, 6, 1)), "customer_id")
    assert (a["first_amount"], a["weeks_days"], a["weeks_amount"]) == (10, 1, 30)
    assert (a["weeks_channels"], a["first_channel"]) == (2, "web")
    assert a["year_amount"] == 70, "365 days after the first purchase is 31 December"
    assert (b["weeks_days"], b["year_amount"]) == (0, 5)


def drawn(n, seed):
    draw = np.random.default_rng(seed)
    first, again = draw.gamma(2, 30, n), draw.poisson(0.6, n).astype(float)
    zero = np.zeros(n)
    weeks = FirstWeeks(first, again, first * (1 + again), zero, zero, zero + 1, ["web"] * n)
    truth = expit(-5 + 0.6 * np.log1p(first) + 1.2 * np.log1p(again))
    return weeks, draw.random(n) < truth, truth, draw.random(n)


def test_probabilities_come_near_the_true_ones():
    weeks, star, truth, first = drawn(20_000, 1)
    told = learned(weeks, star, first).probabilities(weeks)
    assert np.abs(told - truth).mean() < 0.02
    assert told.mean() == pytest.approx(truth.mean(), rel=0.1)


def test_the_test_is_made_on_customers_that_the_model_has_not_seen():
    weeks, star, _, first = drawn(20_000, 2)
    test = try_stars(weeks, star, first)
    assert test.customers == 2_500
    assert test.auc > 0.65
    assert test.brier < test.brier_naive
    assert test.told == pytest.approx(test.came, abs=0.06)
    shuffled = try_stars(weeks, np.random.default_rng(3).permutation(star), first)
    assert shuffled.auc == pytest.approx(0.5, abs=0.05)


def test_the_interval_of_the_area_covers_the_true_one():
    draw, apart, stars, others = np.random.default_rng(4), 1.2, 40, 120
    true, covered = norm.cdf(apart / np.sqrt(2)), []
    for _ in range(1_000):
        seen = np.concatenate([draw.normal(apart, 1, stars), draw.normal(0, 1, others)])
        above = rankdata(seen)[:stars].sum() - stars * (stars + 1) / 2
        low, high = auc_interval(above / (stars * others), stars, others)
        covered.append(low <= true <= high)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.03)


def test_an_area_of_one_kind_only_has_no_interval():
    assert auc_interval(0.7, 0, 10) is None
    assert auc_interval(1.0, 10, 10) == (1.0, 1.0)


def weeks_table(n):
    """First weeks of customers who began over three years, a third of them with two channels."""
    weeks, star, _, first = drawn(n, 5)
    began = [date(2023, 1, 1) + timedelta(days=int(3 * 365 * f)) for f in first]
    return ibis.memtable(
        {
            "customer_id": [f"c{i}" for i in range(n)],
            "first_order_on": began,
            "first_channel": ["web" if i % 3 else None for i in range(n)],
            "first_amount": weeks.first_amount,
            "weeks_days": weeks.weeks_days.astype(int),
            "weeks_amount": weeks.weeks_amount,
            "weeks_returned_share": weeks.weeks_returned_share,
            "weeks_discount_share": weeks.weeks_discount_share,
            "weeks_channels": weeks.weeks_channels.astype(int),
            "year_amount": weeks.weeks_amount + 1000.0 * star,
        }
    ).cast(dict.fromkeys(("first_amount", "weeks_amount", "year_amount"), "decimal(18, 4)"))


def test_what_was_learned_stands_until_it_is_due_and_foretells_as_the_model_does(duck):
    mart = next(mart for mart in STAR_MARTS if mart.name == "early_stars")
    table = weeks_table(3_000)

    def made(day, **before):
        context = BuildContext(day, "EUR", None, {})
        batches = mart.score({"first_weeks": table, **before}, context, duck.to_pyarrow_batches)
        return pa.Table.from_batches(batches)

    day = date(2025, 12, 31)
    first = made(day)
    told = {row["customer_id"]: row["value"] for row in first.to_pylist() if row["customer_id"]}
    assert len(told) > 500
    rows = table.execute().set_index("customer_id")
    ages = np.array([(day - on.date()).days for on in rows.first_order_on])
    old = rows[ages > 365].sort_values(
        ["first_order_on", "first_amount", "weeks_amount", "weeks_days", "year_amount"]
    )
    value = old.year_amount.to_numpy(dtype=float)
    star = value > np.quantile(value, 0.8)
    model = learned(of(old), star, -np.array([(day - on.date()).days for on in old.first_order_on]))
    new = rows.loc[list(told)]
    assert list(told.values()) == pytest.approx(model.probabilities(of(new)), rel=1e-9)

    (limit,) = {row["value"] for row in first.to_pylist() if row["name"] == "limit"}
    there = {r["customer_id"] for r in first.to_pylist() if r["customer_id"] and r["reached"]}
    assert there == set(new.index[new.year_amount.to_numpy(dtype=float) > limit])
    assert 0 < len(there) < len(told)

    before = duck.create_table("stars_before", first, overwrite=True)
    later = made(day + timedelta(days=1), early_stars=before)
    assert figures(later) == figures(first), "the model stands"
    due = made(day + timedelta(days=REFIT_DAYS), early_stars=before)
    assert figures(due) != figures(first)


def of(rows):
    return FirstWeeks(
        *(rows[name].to_numpy(dtype=float) for name in NUMBERS_OF),
        [channel or "" for channel in rows.first_channel],
    )


def figures(table):
    return [row for row in table.to_pylist() if row["kind"] != "customer"]
