"""Lifetime value in a notebook: from orders to worth, on each engine."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

import valence as vl
from valence.core.errors import BadInputError
from valence.value.lifetime.foretold import CARD, WORTH

DAY = "2011-12-09"
FEW = pd.DataFrame(
    [
        (who, f"2025-0{month}-1{who}", 10.0 * who)
        for who in (1, 2, 3)
        for month in range(1, 2 + who)
    ],
    columns=["customer_id", "ordered_on", "net_amount"],
)


def part(orders):
    """A sixteenth of the customers, 12748 among them."""
    return orders.filter(orders.customer_id.cast("int64") % 16 == 12748 % 16)


def test_a_data_frame_is_taken_and_every_customer_has_worth():
    found = vl.value.clv(FEW, as_of="2025-06-30", model="bg-nbd")
    assert found.columns == tuple(column.name for column in WORTH)
    rows = found.order_by("customer_id").to_pyarrow().to_pylist()
    assert [row["customer_id"] for row in rows] == ["1", "2", "3"]
    card = vl.value.clv_model(FEW, as_of="2025-06-30")
    assert card.columns == tuple(column.name for column in CARD)
    assert "note" in {row["kind"] for row in card.to_pyarrow().to_pylist()}


def test_later_orders_do_not_exist_for_the_day():
    alone = FEW[FEW.ordered_on <= "2025-03-31"]
    both = (vl.value.clv(t, as_of="2025-03-31", model="bg-nbd") for t in (FEW, alone))
    first, second = (t.order_by("customer_id").to_pyarrow() for t in both)
    assert first.equals(second)


def test_more_months_bring_more_and_discount_takes_off(retail):
    def worth(**asked):
        t = vl.value.clv(part(retail["orders"]), as_of=DAY, model="bg-nbd", **asked)
        return t.worth_amount.sum().to_pyarrow().as_py()

    year = worth()
    assert Decimal("1.5") < worth(horizon_months=24) / year < 2
    assert worth(discount_rate=0.0) > year


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"model": "sbg"}, "is for contracts, where it is known who left"),
        ({"model": "bgnbd"}, "There is no model 'bgnbd'. Did you mean 'bg-nbd'"),
        ({"horizon_months": 0}, "horizon_months: Input should be greater than or equal to 1"),
        ({"interval": 90}, "interval: Input should be less than 1"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_to_do(asked, said):
    with pytest.raises(BadInputError, match=said):
        vl.value.clv(FEW, as_of="2025-06-30", **asked)


def test_orders_of_several_currencies_are_refused_and_of_one_are_taken():
    mixed = FEW.assign(currency=["GBP", "EUR"] * (len(FEW) // 2) + ["GBP"] * (len(FEW) % 2))
    with pytest.raises(BadInputError, match=r"several currencies \(EUR, GBP\).*== 'EUR'"):
        vl.value.clv(mixed, as_of="2025-06-30")
    assert vl.value.clv(FEW.assign(currency="GBP"), as_of="2025-06-30").count().execute() == 3


def many(n=300):
    """Orders of customers who came within some months and each left after a few purchases."""
    draw, rows = np.random.default_rng(7), []
    for who in range(n):
        day, rate = pd.Timestamp("2023-01-01") + pd.Timedelta(days=who % 90), draw.gamma(8, 1 / 160)
        for _ in range(draw.geometric(draw.beta(2, 3))):
            rows.append((str(who), day, float(draw.integers(10, 60))))
            day += pd.Timedelta(days=1 + int(draw.exponential(1 / rate)))
    return pd.DataFrame(rows, columns=["customer_id", "ordered_on", "net_amount"])


def test_when_everybody_is_long_gone_nobody_is_worth_anything():
    worth = vl.value.clv(many(), as_of="2030-12-31").to_pandas()
    assert len(worth) == 300
    assert worth.alive_probability.max() < 0.01
    assert worth.worth_amount.astype(float).max() < 0.01


def test_where_all_cost_more_than_they_bring_worth_is_not_known_and_the_card_says_why():
    losing = many().assign(cost_amount=lambda t: t.net_amount * 1.2)
    worth = vl.value.clv(losing, as_of="2023-12-31").to_pandas()
    assert worth.worth_amount.isna().all()
    assert worth.expected_purchases.notna().all()
    said = vl.value.clv_model(losing, as_of="2023-12-31").to_pandas().said.dropna()
    assert any("Nobody has a mean spend above 0" in each for each in said)


@pytest.mark.spark
@pytest.mark.long  # every mart, worth among them, is held equal in the ordinary run
def test_worth_and_card_are_equal_on_duckdb_and_spark(retail, spark_retail):
    both = [part(tables["orders"]) for tables in (retail, spark_retail)]
    on_duck, on_spark = (
        vl.value.clv(t, as_of=DAY).order_by("customer_id").to_pandas() for t in both
    )
    assert len(on_duck) > 200
    for name in on_duck.columns[1:]:
        assert list(on_spark[name].astype(float)) == pytest.approx(
            list(on_duck[name].astype(float)), rel=1e-6, abs=1e-3, nan_ok=True
        ), name
    cards = (vl.value.clv_model(t, as_of=DAY, holdout_weeks=16).to_pyarrow() for t in both)
    one, other = (card.to_pylist() for card in cards)
    assert [(r["kind"], r["model"], r["name"]) for r in one] == [
        (r["kind"], r["model"], r["name"]) for r in other
    ]
    assert [r["value"] or 0 for r in other] == pytest.approx(
        [r["value"] or 0 for r in one], rel=1e-6, abs=1e-9
    )
