"""What pages say of settings is what was set: horizon, intervals, limits, bins, names of tiers."""

from __future__ import annotations

import html
import random
import re
from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.value.faces.brands import brand_house, define, fill, literal_lines
from tests.value.faces.fixtures import client, customer_id
from typer.testing import CliRunner

from valence.kit.format import Formats
from valence.kit.languages import language
from valence.value.answers import worth
from valence.value.commands import value
from valence.value.concentration import concentration
from valence.value.definitions import RfmDefinition
from valence.value.grid_view import rfm_how

LAST = date(2025, 3, 31)
ENGLISH = Formats(language("en"), "GBP")
BEST = 'the "best"'
SET = {
    "lifetime_value": {"horizon_months": 6, "interval": 0.8, "refit_days": 14, "holdout_weeks": 12},
    "cohorts": {"confidence": 0.9, "minimum_customers": 5},
    "bond": {"strong_from": 72.5, "weak_from": 20},
    "rfm": {"bins": 4},
    "value_tiers": {"tiers": [{"name": BEST, "share": "0.5"}, {"name": "rest", "share": "0.5"}]},
}


def bought():
    """Lines of 240 customers of 26 months."""
    draw, rows = random.Random(7), []
    for who in range(1, 241):
        day, price = date(2023, 2, 1) + timedelta(draw.randrange(700)), draw.uniform(5, 60)
        while day <= LAST:
            at = f"{day.isoformat()} 10:00"
            rows.append((f"o{len(rows)}", "tea", 1 + draw.randrange(4), at, price, str(who)))
            if draw.random() < 0.15:
                break
            day += timedelta(1 + int(draw.expovariate(1 / 40)))
    return [*rows, ("last", "tea", 1, f"{LAST} 10:00", 20.0, "1")]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A brand of which nothing is set as it comes, built."""
    made = brand_house(tmp_path_factory.mktemp("set") / "brand")
    fill(made, literal_lines(bought()))
    for name, document in SET.items():
        define(made, name, document)
    made.build()
    yield made
    made.close()


@pytest.fixture(scope="module")
def said(house):
    """The text of a page: spaces of any width are one."""

    def text(path, lang="en"):
        answer = client(house, lang=lang).get(path)
        assert answer.status_code == 200
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())

    return text


def test_worth_names_its_horizon_and_interval(house, said):
    page = said("/value/equity")
    assert "in the next 6 months; in the last 12 months customers brought" in page
    assert "Worth of the base, next 6 months" in page
    assert "80 % interval £" in page
    assert "next 12 months" not in page
    assert "worth_base" not in page, "tables that it is made from are named by their titles"
    one = said(f"/value/customers/{customer_id(house, '1')}")
    assert re.search(r"Worth £[^ ]+ over the next 6 months\.", one)
    assert "80 % of customers like this one bring" in one
    assert re.search(r"[\d.]+ purchases (are expected )?in the next 6 months", one)
    assert "within the year" not in one
    assert "A purchase here is a day with one order or more." in one
    listed = said("/customers?show=customer_id&show=worth_amount")
    assert "Worth, next 6 months" in listed


def test_worth_by_api_and_command_names_its_horizon_and_interval(house):
    web = client(house)
    for path in ("clv", "model", "equity"):
        found = web.get(f"/api/v1/value/{path}").json()
        assert (found["horizon_months"], found["interval"]) == (6, 0.8), path
    ran = CliRunner().invoke(value.app, ["clv", "--brand", str(house.brand.root)])
    assert "Worth the most, next 6 months; 80" in " ".join(ran.output.split())


def test_models_say_how_often_they_are_fitted(said):
    assert "Models are fitted anew every 14 days, or when" in said("/value/model")
    assert "of 80 % that should be" in said("/value/model")


def test_cohorts_say_how_sure_their_intervals_are(house, said):
    page = said("/cohorts")
    assert "90 % interval" in page
    assert "with 90 % intervals" in page
    assert "both 90 %. Of the difference of two shares: Agresti & Caffo (2000), 95 %." in page
    staying = client(house).get("/api/v1/cohorts").json()["staying"]
    assert {row["confidence"] for row in staying} == {0.9}


def test_the_bond_says_from_where_on_it_is_strong(said):
    assert "A bond is strong from 72.5 on if" in said("/value/bond")
    assert "and weak from 20 on." in said("/value/bond")


def test_scores_say_their_range_and_that_equal_values_share_one(said):
    page = said("/value")
    assert "Each customer is scored from 1 to 4 for recency" in page
    assert "Equal values share a score" in page
    assert "a fifth" not in page


def test_own_cuts_of_scores_are_said():
    own = rfm_how("", RfmDefinition(recency_cuts=(30, 60, 90, 180)), ENGLISH).note
    assert "cuts of its own" in own
    assert "cuts of its own" not in rfm_how("", RfmDefinition(), ENGLISH).note


@pytest.mark.parametrize("page", ["/value/bridge", "/value/equity", "/value"])
def test_links_find_the_customers_of_a_tier_whose_name_has_quotes(house, page):
    web = client(house)
    text = html.unescape(web.get(page).text).replace("\\u0026", "&")  # pictures are JSON
    links = set(re.findall(r'/customers\?[^"<]*tier[^"<]*', text))
    rules = {parse_qs(urlsplit(link).query)["where"][0] for link in links}
    assert any(r'tier == "the \"best\""' in rule for rule in rules)
    for rule in rules:
        assert web.get("/api/v1/customers", params={"where": rule}).status_code == 200, rule


def test_the_change_of_what_the_best_carry_is_of_as_many_as_the_figure(house):
    reader = house.lake.reader()
    found, t = worth(reader), reader.table("customers")
    shares = [
        reader.one(concentration(year, share=Decimal("0.5")))["top_value_share"]
        for span in ("12m", "prior_12m")
        for year in [
            t.filter(t[f"orders_{span}"] > 0).select(
                "customer_id", value_amount=t[f"value_{span}_amount"]
            )
        ]
    ]
    assert found.summary["top_share"] == 0.5
    assert (found.top_share.now, found.top_share.before) == pytest.approx(tuple(shares))
    reader.close()
