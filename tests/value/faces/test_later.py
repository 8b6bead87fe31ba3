"""What only time tells: predictions that come due, and stars told from whole first years."""

from __future__ import annotations

import json
import random
import re
from datetime import date, timedelta

import pytest
from tests.value.faces.brands import brand_house, fill, literal_lines
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.value.commands import value

runner = CliRunner()
LIKELY = "star_probability >= 0.5 and age_days <= 60"
CUT, LAST = date(2024, 8, 31), date(2025, 1, 15)


def bought():
    """Lines of 500 customers of twenty months; who buys much does so from the start."""
    draw, rows = random.Random(20), []
    for who in range(500):
        day, rate = date(2023, 5, 1) + timedelta(draw.randrange(560)), draw.gammavariate(1, 1 / 40)
        price = draw.uniform(5, 60)
        while day <= LAST:
            at = f"{day.isoformat()} 10:00"
            rows.append((f"o{len(rows)}", "tea", 1 + draw.randrange(4), at, price, str(who)))
            if draw.random() < 0.1:
                break
            day += timedelta(1 + int(draw.expovariate(rate)))
    return rows


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A brand built at the cut, and again some months later."""
    house = brand_house(tmp_path_factory.mktemp("grown") / "brand")
    rows = bought()
    early, later = ([row for row in rows if (row[3][:10] <= CUT.isoformat()) is soon]
                    for soon in (True, False))  # fmt: skip
    fill(house, literal_lines(early))
    house.build()
    fill(house, literal_lines(later))
    house.build()
    yield house
    house.close()


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def told(house, *words):
    result = runner.invoke(value.app, [*words, "--json", "--brand", str(house.brand.root)])
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_a_prediction_is_held_against_what_came_once_its_time_is_over(grown):
    web = client(grown)
    scored = told(grown, "predictions")["scored"]
    assert {row["months"] for row in scored} == {3}
    row = scored[0]
    assert row["value_off"] == pytest.approx(
        float(row["value_came_amount"]) / float(row["value_told_amount"]) - 1
    )
    said = text_of(web.get("/value/model/predictions"))
    assert f"{row['customers']} customers brought" in said
    assert "in the 3 months up to" in said
    assert "still to come" in said
    items = web.get("/api/v1/value/predictions").json()["items"]
    assert [i["value_off"] for i in items if i["value_off"] is not None] == [row["value_off"]]
    assert len(items) == 6
    waiting = web.get("/api/v1/value/predictions", params={"where": "value_mae is missing"}).json()
    assert waiting["total"] == 5


def test_the_last_orders_decide_which_predictions_are_due(grown):
    orders = told(grown, "predictions")
    assert all(row["until"] <= orders["as_of"] for row in orders["scored"])
    assert all(row["until"] > orders["as_of"] for row in orders["waiting"])


def test_early_stars_are_told_alike_on_the_page_by_api_and_by_command(grown):
    web = client(grown)
    found = web.get("/api/v1/value/stars", params={"limit": 5}).json()
    listed = told(grown, "stars", "--limit", "5")
    assert [row["customer_id"] for row in found["items"]] == [
        row["customer_id"] for row in listed["customers"]
    ]
    assert found["new"] == listed["new"] > 100
    assert found["auc"] > 0.6, "who buys much does so from the start"
    assert found["auc_low"] < found["auc"] < found["auc_high"]
    said = text_of(web.get("/value/stars"))
    assert f"{found['likely']} of {found['new']} new customers" in said
    assert found["reached"] == listed["reached"] > 0
    assert f"{found['reached']} new customers have brought that much already" in said
    limit = listed["limit"]
    every = told(grown, "stars", "--limit", "1000")["customers"]
    assert len(every) == found["new"]
    assert all(float(row["year_amount"]) <= limit for row in every), "who is one cannot become one"
    tested = f"Not enough data: {found['tested_on']} customers were there to test on; it takes 200."
    assert tested in said
    newest = found["likely"] and told(grown, "stars", "--where", LIKELY)
    assert ("Look after the stars of the last 60 days" in said) == bool(newest["customers"])
    young = told(grown, "stars", "--where", "age_days <= 60")
    assert all(28 <= row["age_days"] <= 60 for row in young["customers"])
