"""The page, the API and the command of the designed journey, of a shop imported as a user would."""

from __future__ import annotations

import json
from datetime import date
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from tests.browsing import served
from tests.built import built_once
from tests.journey.shop import shop
from typer.testing import CliRunner

from valence.app.cli import application as commands
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.errors import BadInputError
from valence.core.settings import load
from valence.journey.commands.designed import _row
from valence.journey.definition import JourneyDefinition
from valence.journey.designed import view
from valence.journey.designed.answers import (
    MART,
    Designed,
    Detour,
    Onward,
    Place,
    designed_of,
    gone,
)
from valence.journey.feelings import Felt
from valence.journey.map_answers import Share
from valence.kit.format import Formats
from valence.kit.languages import language
from valence.kit.published import published_tables


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    house = WholeHouse(load(built_once(tmp_path_factory, "walks", shop)))
    yield house
    house.close()


@pytest.fixture(scope="module")
def web(house):
    return TestClient(
        application(house), base_url="http://127.0.0.1", headers={"accept-language": "en"}
    )


@pytest.fixture(scope="module")
def address(house):
    with served(application(house)) as at:
        yield at


def told(house, *words):
    line = ["journey", "designed", *words, "--brand", str(house.brand.root)]
    done = CliRunner().invoke(commands("journey"), line)
    assert done.exit_code == 0, (done.output, done.exception)
    return done


def test_each_step_tells_how_it_is_walked_beside_how_it_is_designed(web):
    found = web.get("/api/v1/journey/designed").json()
    visit, product, basket, order = found["steps"]
    # Of five walks one is of the visit only, two go on to the basket, one of these by a detour.
    # The robot that visits ten thousand times is none of them.
    assert [visit["customers"], product["customers"], basket["customers"]] == [160, 130, 90]
    on = product["onward"]
    assert (on["customers"], on["straight"], on["by_detour"], on["nowhere"]) == (116, 55, 27, 34)
    assert (on["came"]["hits"], on["in_time"]["hits"]) == (82, 27)  # 3 minutes, not 5 or 12
    assert [(each["touchpoint"], each["customers"], each["came_all_the_same"])
            for each in on["instead"]] == [(None, 34, 0), ("visit", 27, 27)]  # fmt: skip
    assert visit["verdicts"] == {"share": "missed", "time": "kept"}
    assert product["verdicts"] == {"share": "kept", "time": "missed"}
    assert basket["verdicts"] == {"feeling": "few"}
    assert order["onward"] is None
    assert found["undesigned"] == [
        {"touchpoint": "service contact", "stage": "service", "customers": 40}
    ]
    # 90 % of 139 were to come, 82 did.
    assert found["largest"] == {
        "kind": "share", "step": 1, "touchpoint": "visit", "customers": 43, "went_to": None
    }  # fmt: skip


def test_the_page_begins_with_the_largest_departure(web):
    page = web.get("/journey/designed").text
    assert "Only 59\u202f% come from Visit to Product page, where 90\u202f% are designed to" in page
    assert "Of 4 targets that can be judged, 2 are missed." in page
    for said in ("How is each designed step walked?",
                 "half of them within 5.0 min, designed 3.0 min", "Where do they go instead?",
                 "What is walked, but not designed?"):  # fmt: skip
        assert said in page, said


def test_a_detour_opens_to_as_many_customers_as_it_says(web):
    path = "/journey/designed/customers?step=2&to=visit"
    assert path.replace("&", "&amp;") in web.get("/journey/designed").text
    assert "Product page → Visit" in web.get(path).text
    assert len(web.get(f"{path}&format=csv").text.splitlines()) == 28
    for wrong, said in (("step=4", "the steps 1 to 3"), ("step=1&to=vist", "visit")):
        page = web.get(f"/journey/designed/customers?{wrong}")
        assert page.status_code == 422
        assert said in page.text


def test_the_command_prints_the_same(house, web):
    found = json.loads(told(house, "--json").stdout)
    api = web.get("/api/v1/journey/designed").json()
    assert (found["steps"], found["largest"]) == (api["steps"], api["largest"])
    said = told(house)
    assert "Only 59\u202f% come from Visit to Product page" in said.stderr
    assert "Walked, not designed: service contact (40)." in said.stderr
    assert "59\u202f% (" in said.stdout


def test_without_a_target_the_largest_detour_is_told(house):
    way = [{"touchpoint": name} for name in ("visit", "product", "basket", "order")]
    with published_tables(house.brand.root, MART) as asked:
        found = designed_of(asked.tables, JourneyDefinition(designed=way), asked.as_of)
        said = str(view.answer(found, asked.fmt).core)
    assert said.startswith("From Basket, 54 of 82 customers go nowhere within 30 days")
    assert found.targets == []


def test_where_nothing_is_designed_nobody_goes_on_and_nothing_is_undesigned(house):
    with published_tables(house.brand.root, MART) as asked:
        found = designed_of(asked.tables, JourneyDefinition(), asked.as_of)
        assert found.told() == {"steps": [], "undesigned": [], "largest": None}
        with pytest.raises(BadInputError, match="No journey has been designed yet"):
            gone(asked.tables, found, 1, "")


def test_of_too_few_the_command_tells_no_time_and_no_detour():
    journey = JourneyDefinition(designed=[{"touchpoint": "visit"}, {"touchpoint": "order"}])

    def row(n):
        on = Onward(n, 1, Share(n, n), Share(0, n), 60.0, [Detour("search", n - 1, 0)])
        place = Place(1, journey.designed[0], journey.named("visit"), n, Felt({}, {}, {}),
                      Share(0, 0), on)  # fmt: skip
        told = _row(place, Formats(language("en"), "GBP", ZoneInfo("UTC")))
        return told["come to the next"], told["median time"], told["first instead"]

    assert row(29) == ("", "", "")
    assert row(30) == ("100\u202f% (91.7–100\u202f%)", "60 s", "Search 29")


def test_a_journey_walked_as_designed_is_not_called_too_few():
    journey = JourneyDefinition(
        designed=[{"touchpoint": "visit", "onward_share": 0.9}, {"touchpoint": "order"}]
    )
    english = Formats(language("en"), "GBP", ZoneInfo("UTC"))

    def said(n):
        on = Onward(n, n, Share(n, n), Share(0, n), 60.0, [])
        places = [
            Place(at, step, journey.named(step.touchpoint), n, Felt({}, {}, {}), Share(0, 0), way)
            for (at, step), way in zip(enumerate(journey.designed, 1), (on, None), strict=True)
        ]
        return view.answer(Designed(journey, date(2025, 3, 31), places, []), english)

    perfect = said(90)
    assert "All customers walk as designed" in perfect.core.text
    assert perfect.rest.values == {"n": 1, "missed": 0}
    assert "Fewer than" in said(29).core.text


def test_before_the_first_build_the_page_says_what_is_missing(tmp_path):
    bare = WholeHouse(make_folder(tmp_path / "b", name="B", currency="EUR", timezone="UTC"))
    with TestClient(application(bare), base_url="http://127.0.0.1") as client:
        assert "empty-title" in client.get("/journey/designed").text
        assert client.get("/api/v1/journey/designed").status_code == 404
    bare.close()


@pytest.mark.browser
def test_the_ladder_is_read_on_a_phone(visit):
    page = visit("/journey/designed", lang="zh", theme="dark", width=390)
    assert page.locator(".v-way > li").count() == 4
    assert page.locator(".v-way-bar").first.bounding_box()["width"] > 200
    room = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(room)
    page.locator(".v-way-on a").first.click()
    page.get_by_role("heading", level=1).wait_for()
    assert "/journey/designed/customers" in page.url
    assert page.complaints == []
