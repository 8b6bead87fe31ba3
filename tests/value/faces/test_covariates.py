"""Covariates of worth from the definition to the pages: a shop whose first products tell."""

from __future__ import annotations

import random
import re
from datetime import date, timedelta

import pytest
from tests.value.faces.brands import brand_house, define, fill, literal_lines
from tests.value.faces.fixtures import client

LAST = date(2025, 1, 15)


def bought():
    """Lines of 1,500 customers of a year; who began with tea buys three times as often."""
    draw, rows = random.Random(4), []
    for who in range(1500):
        first = "tea" if who % 2 else "pot"
        day, rate = date(2024, 1, 20) + timedelta(draw.randrange(240)), draw.gammavariate(1, 1 / 60)
        rate *= 3 if first == "tea" else 1
        product, leaves = first, draw.betavariate(0.8, 3)
        while day <= LAST:
            at = f"{day.isoformat()} 10:00"
            rows.append((f"o{len(rows)}", product, 1 + draw.randrange(4), at, 9.5, str(who)))
            if draw.random() < leaves:
                break
            day, product = day + timedelta(1 + int(draw.expovariate(rate))), "cup"
    return rows


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A brand whose definition names the first product, built."""
    house = brand_house(tmp_path_factory.mktemp("told") / "brand")
    fill(house, literal_lines(bought()))
    document = {"model": "bg-nbd", "covariates": ["first_product", "first_season"]}
    define(house, "lifetime_value", document)
    house.build()
    yield house
    house.close()


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_card_says_what_the_first_product_does(told):
    web = client(told)
    said = text_of(web.get("/value/model"))
    assert "BG/NBD with covariates" in said
    assert "What does the first purchase say of a customer?" in said
    sentence = re.search(
        r"Product of the first purchase The (pot|tea): buys ([\d.]+) times "
        r"\(([\d.]+) to ([\d.]+)\) as",
        said,
    )
    assert sentence is not None
    level, times, low, high = sentence[1], *map(float, sentence.groups()[1:])
    true = 3 if level == "tea" else 1 / 3
    assert low < times < high
    assert low < true < high
    names = {row["parameter"] for row in web.get("/api/v1/value/model").json()["parameters"]}
    assert {f"gamma_{number}[first_product={level}]" for number in (1, 2, 3)} <= names
    chinese = text_of(client(told, lang="zh").get("/value/model"))
    assert f"首次购买的商品 The {level}" in chinese


def test_each_customer_is_foretold_by_their_first_product(told):
    reader = told.lake.reader()
    first, worth = reader.table("first_purchases"), reader.table("worth")
    t = worth.join(first, "customer_id").group_by("first_product")
    rows = {r["first_product"]: r for r in reader.rows(t.agg(n=lambda t: t.count(),
            expected=lambda t: t.expected_purchases.mean()))}  # fmt: skip
    assert set(rows) == {"tea", "pot"}
    assert rows["tea"]["expected"] > 1.2 * rows["pot"]["expected"]
    kept = reader.table("predictions")
    assert {row["model"] for row in reader.rows(kept)} == {"bg-nbd+covariates"}
    who = reader.one(worth.order_by(worth.worth_amount.desc()))["customer_id"]
    reader.close()
    assert "Were they ever about to leave?" in text_of(client(told).get(f"/value/customers/{who}"))
