"""The page, the API and the command of paths: a small shop imported as a user would."""

from __future__ import annotations

import json

import pytest
from fastapi.testclient import TestClient
from tests.browsing import served
from tests.built import built_once
from tests.journey.shop import events, shop
from typer.testing import CliRunner

from valence.app.cli import application as commands
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.settings import load
from valence.journey.paths import view
from valence.journey.paths.answers import Loops
from valence.kit.published import published_tables


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = WholeHouse(load(built_once(tmp_path_factory, "walks", shop)))
    yield house
    house.close()


@pytest.fixture
def web(house):
    with TestClient(application(house), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def address(house):
    with served(application(house)) as at:
        yield at


def told(house, *words):
    line = ["journey", "paths", *words, "--brand", str(house.brand.root)]
    return CliRunner().invoke(commands("journey"), line)


def test_the_command_gives_all_that_is_told_as_json(house):
    done = told(house, "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["walked"] == {
        "steps": sum(1 for _ in events()) + 21 + 80, "customers": 201,
        "steps_left_out": 10_001, "customers_left_out": 1, "most_steps": 10_000,
    }  # fmt: skip
    edges = {(e["from_touchpoint"], e["to_touchpoint"]): e for e in found["edges"]}
    assert (None, "visit") in edges
    assert ("visit", "visit") not in edges  # the robot's
    assert edges["visit", "product"]["customers"] == 90
    assert sum(v["journeys"] for v in found["variants"]) == found["journeys"] == 200
    (again,) = found["repeats"]
    assert (again["contacts"], again["repeated"], again["asked_twice"]) == (80, 40, 40)
    assert found["changes"]["by"] == "period"
    assert found["kinds"]["journeys"] == 200


def test_the_command_answers_from_to_and_of_a_segment_in_words(house):
    done = told(house, "--from", "visit", "--to", "basket")
    assert "went on to" in done.stderr
    done = told(house, "--from", "product", "--segment", "orders > 0")
    assert done.exit_code == 0
    assert "Basket" in done.stdout
    assert "1 customers with more than 10,000 steps each are left out" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--from", "vist"), "no touchpoint 'vist'. Did you mean 'visit'?"),
        (("--segment", "order > 2"), "orders"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(house, words, said):
    done = told(house, *words)
    assert done.exit_code != 0
    assert said in f"{done.stderr}{done.exception}"


def test_a_touchpoint_that_nobody_came_to_is_said_not_drawn(house, web):
    assert "No customer came to" in told(house, "--from", "referral").stderr
    page = web.get("/journey/paths?from=referral").text
    assert "No customer came to" in page
    assert "no journey fits" in page


@pytest.mark.parametrize("part", ["ways", "variants", "loops", "kinds", "changes"])
@pytest.mark.parametrize("asked", ["", "&segment=orders+%3E+0", "&days=90&gap=7", "&to=basket"])
def test_every_part_answers_every_question(web, part, asked):
    page = web.get(f"/journey/paths?part={part}{asked}")
    assert page.status_code == 200
    assert 'class="v-answer"' in page.text
    api = web.get(f"/api/v1/journey/paths?part={part}{asked}")
    assert api.status_code == 200
    assert api.json()["part"] == part


def test_contacts_that_came_again_are_those_of_the_days_asked_for(web):
    def contacts(days):
        path = f"/api/v1/journey/paths?part=loops&days={days}"
        return [row["contacts"] for row in web.get(path).json()["result"]["repeats"]]

    assert contacts(0) == [80]
    (lately,) = contacts(90)
    assert 0 < lately < 80


def test_what_is_asked_for_again_is_told_with_its_channels(house):
    asked = {
        "asks": "delivery details", "asked": 40, "customers": 30, "again": 10, "again_share": 0.25,
        "again_low": 0.14, "again_high": 0.4, "median_seconds": 172_800.0, "channel": "web",
        "next_channel": "store",
    }  # fmt: skip
    few = {**asked, "asks": "a form", "asked": 4, "again": 0, "channel": None}
    with published_tables(house.brand.root, "journey_steps") as read:
        table = view.asked_table(Loops([], [], [asked, few], 7), read.fmt)
    assert table.rows == [
        ["delivery details", 40, 30, 10, 0.25, 0.14, 0.4, "Website → Store", "2.0 days"],
        ["a form", 4, 30, 0, None, None, None, None, "2.0 days"],
    ]


def test_a_wrong_rule_is_marked_and_what_was_typed_stays(web):
    page = web.get("/journey/paths?segment=ordrs+%3E+0")
    assert page.status_code == 422
    assert "<mark>ordrs</mark>" in page.text
    assert 'value="ordrs &gt; 0"' in page.text


@pytest.mark.parametrize(
    "asked", ["part=nothing", "days=-1", "days=x", "gap=0", "gap=99999", "from=nowhere"]
)
def test_an_address_that_cannot_be_is_refused(web, asked):
    assert web.get(f"/journey/paths?{asked}").status_code == 422


def test_a_pair_and_a_band_open_to_as_many_customers_as_they_say(web):
    edges = web.get("/api/v1/journey/paths?part=ways").json()["result"]
    (pair,) = [
        e for e in edges["edges"]
        if (e["from_touchpoint"], e["to_touchpoint"]) == ("visit", "product")
    ]  # fmt: skip
    page = "/journey/paths/customers?gap=30&start=visit&end=product&format=csv"
    assert len(web.get(page).text.splitlines()) - 1 == pair["customers"]
    (band,) = [
        f for f in edges["flows"]
        if (f["position"], f["from_touchpoint"], f["to_touchpoint"]) == (0, "visit", "product")
    ]  # fmt: skip
    found = web.get(page + "&at=0").text.splitlines()
    assert len(found) - 1 == band["customers"]
    began = [e for e in edges["edges"] if e["from_touchpoint"] is None]
    for edge in began:
        page = f"/journey/paths/customers?gap=30&start=&end={edge['to_touchpoint']}&format=csv"
        assert len(web.get(page).text.splitlines()) - 1 == edge["customers"]


def test_the_table_of_pairs_filters_sorts_and_exports(web):
    page = web.get("/journey/paths?format=csv&where=customers+%3E%3D+50").text
    assert page.splitlines()[0].startswith('"start","end","from_touchpoint"')
    assert web.get("/journey/paths?where=custmers+%3E+1").status_code == 422


def test_a_house_without_steps_says_what_is_missing(tmp_path):
    bare = WholeHouse(make_folder(tmp_path / "b", name="B", currency="EUR", timezone="UTC"))
    with TestClient(application(bare), base_url="http://127.0.0.1") as client:
        assert client.get("/journey/paths").status_code == 200
        assert client.get("/api/v1/journey/paths").status_code == 404
    bare.close()


@pytest.mark.browser
def test_the_picture_is_drawn_and_a_band_leads_to_its_customers(visit):
    page = visit("/journey/paths?from=visit")
    page.locator("#ways[data-drawn] svg path").first.wait_for()
    assert page.locator("#ways svg path").count() > 8
    narrow = visit("/journey/paths", theme="dark", lang="zh", width=390)
    narrow.locator("#ways[data-drawn] svg").first.wait_for()
    room = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert narrow.evaluate(room)
    assert page.complaints == narrow.complaints == []
