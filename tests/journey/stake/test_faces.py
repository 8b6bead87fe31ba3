"""The page, the command and the API of value at stake, on a brand whose desk is called again."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from tests.value.faces.brands import fill
from typer.testing import CliRunner

from valence.app.cli import application
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application as web
from valence.journey.stake.answers import LABEL

# 900 customers buy for three years; who calls the desk twice within a week buys little afterwards.
LINES = """
SELECT 'o' || c || '-' || m AS invoice, 'tea' AS product, 'Tea' AS description, 1 AS quantity,
  TIMESTAMP '2023-01-03 10:00:00' + to_days(CAST(m * 30 + c % 17 AS INTEGER)) AS placed,
  20 + c % 7 AS price, c::VARCHAR AS customer, 'UK' AS country
FROM range(900) AS customers(c), range(36) AS months(m)
WHERE hash(c * 100 + m) % 10 < 5 AND NOT (c % 4 = 0 AND m > 5 + c % 25)
"""
CONTACTS = """
SELECT 'desk' AS source, c || '-' || n AS contact_id, 'case ' || c AS case_id, called AS opened_at,
  called::DATE AS opened_on, 'phone' AS channel, 'parcel' AS category, 'user_id' AS id_type, id_key
FROM (SELECT c, n, TIMESTAMPTZ '2023-01-10 10:00:00+00'
    + to_days(CAST((5 + c % 25) * 30 + n * 6 AS INTEGER)) AS called
  FROM range(900) AS customers(c), range(2) AS times(n) WHERE n = 0 OR c % 4 = 0) AS calls
JOIN keys ON keys.value = c::VARCHAR
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stake") / "brand"
    brand = make_folder(folder, name="Blossom & Bay", currency="GBP", timezone="Europe/London")
    made = WholeHouse(brand)
    fill(made, LINES, others={"contacts": CONTACTS})
    made.build()
    yield made
    made.close()


@pytest.fixture(scope="module")
def client(house):
    return TestClient(web(house), base_url="http://127.0.0.1")


def called(house, *words):
    found = CliRunner().invoke(application("journey"), ["journey", "stake", *words])
    assert found.exit_code == 0, found.output
    return found.output


def test_the_page_answers_which_touchpoint_costs_most(client):
    page = client.get("/journey/stake")
    assert page.status_code == 200
    assert "Which touchpoint costs us most?" in page.text
    assert "of the next 12 months at stake." in page.text
    assert "an adjusted association" in page.text
    assert (
        "/journey/stake/affected?touchpoint=service%20contact&amp;kind=repeat_contact" in page.text
    )


def test_a_row_opens_to_the_customers_who_met_it(client):
    asked = {"touchpoint": "service contact", "kind": "repeat_contact"}
    page = client.get("/journey/stake/affected", params=asked)
    assert page.status_code == 200
    assert "Who met it in the last 12 months?" in page.text
    table = client.get("/journey/stake/affected", params={**asked, "format": "csv"})
    rows = client.get("/api/v1/journey/stake/affected", params={**asked, "limit": 1000}).json()
    assert len(table.text.strip().splitlines()) - 1 == rows["total"] == len(rows["items"])
    (row,) = client.get("/api/v1/journey/stake").json()["items"]
    assert rows["total"] == row["customers_12m"] > 0


def test_what_nobody_knows_of_is_not_found(client):
    assert client.get("/journey/stake/affected?touchpoint=moon&kind=x").status_code == 404
    found = client.get("/api/v1/journey/stake?touchpoint=service+contakt")
    assert found.status_code == 404
    assert "service contact" in found.text


def test_command_and_api_say_the_same(house, client):
    told = json.loads(called(house, "--brand", str(house.brand.root), "--json"))
    given = client.get("/api/v1/journey/stake").json()
    assert told["label"] == given["label"] == LABEL
    (row,), (same,) = told["items"], given["items"]
    assert row["verdict"] == same["verdict"] == "costs"
    for name in ("stake_amount", "stake_low_amount", "effect_amount"):
        assert float(row[name]) == pytest.approx(float(same[name]))


def test_the_command_prints_a_table(house):
    said = called(house, "--brand", str(house.brand.root), "--touchpoint", "service contact")
    assert "repeat_contact" in said


def test_a_brand_without_a_build_says_what_is_missing(tmp_path):
    brand = make_folder(tmp_path / "bare", name="Bare", currency="GBP", timezone="Europe/London")
    bare = WholeHouse(brand)
    page = TestClient(web(bare), base_url="http://127.0.0.1").get("/journey/stake")
    bare.close()
    assert page.status_code == 200
    assert "No orders have been imported yet." in page.text


def test_the_map_by_api_and_command_tells_what_its_pages_tell(client, house):
    found = client.get("/api/v1/journey/map").json()
    places = {row["touchpoint"]: row for row in found["touchpoints"]}
    desk = places["service contact"]
    stakes = {stake["kind"]: stake["amount"] for stake in desk["stakes"]}
    assert stakes["repeat_contact"] > 0
    table = client.get("/journey/map.csv").text.splitlines()
    assert "stake_repeat_contact_amount" in table[0]
    # Nobody here ever complained: all who left are silent, at the touchpoint and in its stage.
    silent = [row["left_silent"] for row in found["stages"] if row["stage"] == desk["stage"]]
    assert (silent[0]["share"], desk["left_silent"]["share"]) == (1.0, 1.0)
    assert 30 <= desk["left_silent"]["leavers"] < desk["customers"]
    assert "Left without a word" in client.get("/journey").text
    one = client.get("/api/v1/journey/touchpoint", params={"name": "service contact"}).json()
    assert (one["measures"], one["pains"], one["words"]) == (desk, [], [])
    asked = {"name": "service contact", "where": "was_last", "limit": 1}
    people = client.get("/api/v1/journey/touchpoint/customers", params=asked).json()
    assert people["total"] == desk["lost"]["hits"] > 0
    heat = client.get("/api/v1/journey/heat", params={"by": "channel"}).json()["items"]
    assert ("service contact", "phone") in {(row["touchpoint"], row["name"]) for row in heat}
    line = ["journey", "map", "--touchpoint", "service contact", "--brand", str(house.brand.root)]
    said = CliRunner().invoke(application("journey"), line)
    assert "Left without a word" in said.output, said.output


def test_a_touchpoint_may_have_a_stroke_in_its_name(client):
    page = client.get("/journey/touchpoints/call%2Fchat")
    assert "There is no touchpoint &#39;call/chat&#39; on the map." in page.text
