"""Worth, ladder, bond and equity on their pages, by command and by API."""

import json
import re
from decimal import Decimal

import pytest
from tests.value.faces.fixtures import client, customer_id
from typer.testing import CliRunner

from valence.core.errors import BadInputError, NotFoundError
from valence.value.commands import value

runner = CliRunner()


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def ran(house, *words):
    return runner.invoke(value.app, [*words, "--brand", str(house.brand.root)])


def told(house, *words, wrong=None):
    result = ran(house, *words, "--json")
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("model", "The orders begin on 2010-12-01: too late to hold 26 weeks back"),
        ("ladder", "stand higher now and"),
        ("bond", "No bond can be called strong yet"),
        ("equity", "customers are expected to bring £"),
        ("model/predictions", "Nothing foretold has come due yet: the first is scored on"),
        ("stars", "Not enough data: it takes 200 customers whose first year is over"),
    ],
)
def test_each_page_answers_in_a_sentence(retail, page, said):
    answer = client(retail).get(f"/value/{page}")
    assert answer.status_code == 200
    assert said in text_of(answer)


@pytest.mark.parametrize("page", ["model", "ladder", "bond", "equity", "predictions", "stars"])
def test_before_the_first_build_each_says_what_is_missing(bare, page):
    web = client(bare)
    shown = "model/predictions" if page == "predictions" else page
    assert "No orders have been imported yet." in text_of(web.get(f"/value/{shown}"))
    assert web.get(f"/api/v1/value/{page}").status_code == 404
    if page != "model":
        assert "valence build" in told(bare, page, wrong=NotFoundError)


def test_worth_by_api_is_that_of_the_command_and_of_the_customer(retail):
    web = client(retail)
    found = web.get("/api/v1/value/clv", params={"limit": 3}).json()
    by_command = told(retail, "clv", "--limit", "3")
    assert found["model"] == by_command["model"] == "mbg-nbd"
    assert found["base"] == {
        **found["base"], "customers": found["total"],
        "worth_amount": by_command["base"]["worth_amount"],
    }  # fmt: skip
    worth = [row["worth_amount"] for row in found["items"]]
    assert worth == [row["worth_amount"] for row in by_command["customers"]]
    assert worth == sorted(worth, key=Decimal, reverse=True)
    for row in found["items"]:
        low, middle, high = (Decimal(row[f"worth_{end}amount"]) for end in ("low_", "", "high_"))
        assert low <= middle <= high
    own = {"where": f'customer_id == "{customer_id(retail, "12748")}"'}
    (one,) = web.get("/api/v1/value/clv", params=own).json()["items"]
    assert one["alive_probability"] > 0.99
    printed = ran(retail, "customer", "12748").output
    worth, low, high = (
        f"£{Decimal(one[f'worth_{end}amount']):,.2f}" for end in ("", "low_", "high_")
    )
    assert f"{worth} ({low} to {high}), still buys: 100" in printed


def test_the_model_card_by_api_has_parameters_and_says_why_nothing_was_tested(retail):
    card = client(retail).get("/api/v1/value/model").json()
    assert {row["parameter"] for row in card["parameters"]} >= {"r", "alpha", "a", "b", "p", "q"}
    assert (card["cut_on"], card["forecasts"]) == (None, [])
    assert any("too late to hold 26 weeks back" in said for said in card["notes"])


def test_a_model_for_contracts_is_refused_with_what_to_use_instead(retail):
    said = told(retail, "clv", "--model", "sbg", wrong=BadInputError)
    assert "Orders of a shop do not say so: take bg-nbd" in said


def test_a_model_asked_for_by_name_is_computed_now_without_the_backtest(retail):
    card = told(retail, "clv", "--params", "--model", "bg-nbd")
    assert (card["model"], card["computed"]) == ("bg-nbd", "now")
    said = ran(retail, "clv", "--params", "--model", "bg-nbd").output
    assert "valence value backtest" in said


def test_the_ladder_counts_the_same_everywhere(retail):
    found = client(retail).get("/api/v1/value/ladder").json()
    by_command = told(retail, "ladder", "--limit", "2")
    assert found["rungs"] == by_command["rungs"]
    assert sum(rung["customers"] for rung in found["rungs"]) == sum(
        move["customers"] for move in found["moves"]
    )
    assert len(by_command["leaving"]["items"]) == min(2, found["leaving"]["customers"])
    behind = client(retail).get(
        "/api/v1/customers", params={"where": found["leaving"]["where"], "limit": 1}
    )
    assert behind.json()["total"] == found["leaving"]["customers"]
    printed = ran(retail, "ladder").output
    assert "before \\ now" in printed
    assert "About to step off" in printed


def test_movement_is_told_between_any_two_days(few):
    found = told(few, "ladder", "--from", "2025-02-02", "--as-of", "2025-03-31")
    then = told(few, "ladder", "--as-of", "2025-02-02")
    assert (found["since"], found["computed"]) == ("2025-02-02", "now")
    before = {rung["name"]: rung["before"] for rung in found["rungs"] if rung["before"]}
    assert before == {row["name"]: row["customers"] for row in then["rungs"] if row["customers"]}
    assert sum(before.values()) == 2
    assert sum(rung["customers"] for rung in found["rungs"]) == 4
    assert "2025-03-31 is not before" in told(
        few, "ladder", "--from", "2025-03-31", wrong=BadInputError
    )


def test_bonds_sum_to_all_who_bought_and_name_their_parts(retail):
    found = client(retail).get("/api/v1/value/bond").json()
    by_command = told(retail, "bond")
    assert found["parts"] == by_command["parts"]
    assert sum(row["customers"] for row in found["bonds"]) == found["customers"]
    by_tier = [row[level] for row in found["tiers"] for level in ("none", "weak", "strong")]
    assert sum(by_tier) == found["customers"]
    assert "no data" in ran(retail, "bond").output


def test_equity_sums_the_worth_of_each(retail):
    web = client(retail)
    found = web.get("/api/v1/value/equity").json()
    assert (
        found["base"]["worth_amount"] == web.get("/api/v1/value/clv").json()["base"]["worth_amount"]
    )
    by_command = told(retail, "equity")
    assert by_command["base"]["worth_amount"] == found["base"]["worth_amount"]
    assert found["channels"] == []
    assert "No payback: import spend" in ran(retail, "equity").output
