"""Mystery visits: scored by weights, kept once, held against what customers say there."""

import base64
import re
from datetime import UTC, date, datetime

import pytest
from tests.experience.loop import define, feedback, house_of, land
from tests.experience.mystery.pictures import PNG, png
from tests.value.faces.fixtures import client

from valence.core import clock
from valence.core.errors import BadInputError
from valence.experience.mystery.answers import agreement_of, mean_of
from valence.experience.mystery.definition import Checklist, Point
from valence.experience.mystery.visits import Visit, score_of

LIST = Checklist(
    title="Store visit",
    places=("Bath", "York"),
    competitors=("Rival",),
    points=(
        Point(id="greeted", question="Were you greeted?", weight=3),
        Point(id="clean", question="Was it <b>clean</b>?"),
    ),
)
NOW = datetime(2025, 4, 1, 9, tzinfo=UTC)


def visit(place="Bath", day=1, visitor="ann", **marks):
    return Visit("store-visit", date(2025, 3, day), place, "own", visitor, marks)


def test_a_visit_scores_the_weights_of_what_was_met_over_what_was_seen():
    assert score_of(LIST, {"greeted": True, "clean": False}) == 75
    assert score_of(LIST, {"greeted": None, "clean": True}) == 100
    assert score_of(LIST, {"greeted": None}) is None
    with pytest.raises(BadInputError, match="Did you mean 'greeted'"):
        score_of(LIST, {"greted": True})


def test_visitors_of_one_place_and_day_are_compared_point_by_point():
    visits = [
        visit(greeted=True, clean=True), visit(visitor="bo", greeted=True, clean=False),
        visit(day=2, greeted=False), visit("York", greeted=False),
    ]  # fmt: skip
    found = agreement_of(visits)
    assert (found.items, found.observed) == (2, 0.5)
    assert agreement_of(visits[2:]) is None


def test_a_mean_has_an_interval_from_three_visits_on():
    assert mean_of([]).value is None
    assert mean_of([50, 60]).low is None
    known = mean_of([50, 60, 70])
    # Student's t with 2 degrees of freedom: 2.920 standard errors of 5.774.
    assert known.high == pytest.approx(60 + 2.920 * 5.774, abs=0.01)


@pytest.fixture
def house(tmp_path):
    house = house_of(tmp_path / "brand")
    answers = [
        (f"a{n}", "1", "csat", 5.0 if n % 2 else 3.0, "2025-03-20", "Bath", "") for n in range(24)
    ]
    visits = [("m1", None, "mystery", 4.0, "2025-03-21", "York", "")]
    land(house, feedback=feedback(*answers, *visits))
    with clock.frozen(datetime(2025, 1, 1, tzinfo=UTC)):
        define(house, "mystery", LIST.model_dump(mode="json"), name="store-visit")
    house.build()
    yield house
    house.close()


def test_a_visit_is_entered_by_form_once_and_shown_beside_what_customers_say(house):
    web, at = client(house), "/experience/mystery/store-visit/visit"
    with clock.frozen(NOW):
        assert "&lt;b&gt;clean&lt;/b&gt;" in web.get(at).text
        typed = {"visited_on": "2025-03-22", "place": "Bath", "visitor": "ann", "note": "rain",
                 "subject": "own", "point-greeted": "yes", "point-clean": "no"}  # fmt: skip
        kept = web.post(at, data=typed)
        assert kept.status_code == 200, kept.text
        again = web.post(at, data=typed)
        assert again.status_code == 409
        assert "kept already" in again.text
        web.post(at, data={**typed, "subject": "Rival", "place": "Rival Bath"})
        told = web.get("/api/v1/experience/mystery").json()
    own, york, rival = _by_place(told)
    assert own["visits"]["value"] == 75
    assert (own["customers"]["n"], own["customers"]["value"]) == (24, pytest.approx(75))
    assert own["gap"] == pytest.approx(0)
    assert york["visits"]["n"] == 1  # imported
    assert rival["customers"]["n"] == 0
    assert [(p["id"], p["met"], p["n"]) for p in told["points"]] == [
        ("clean", 0, 1), ("greeted", 1, 1),
    ]  # fmt: skip


def test_a_photo_stands_beside_the_note_and_is_served_as_a_picture_only(house):
    web, here = client(house), "/experience/mystery/store-visit/visit"
    form = {"visited_on": "2025-03-02", "place": "York", "visitor": "cy", "point-clean": "yes"}
    with clock.frozen(NOW):
        page = web.post(here, data=form, files={"photo": ("../x.html", PNG, "text/html")})
        assert page.status_code == 200, page.text
        (name,) = re.findall(r"/photos/([0-9a-f]{64}[.]png)\"><img", page.text)
        got = web.get(f"/experience/mystery/photos/{name}")
        assert (got.headers["content-type"], got.headers["x-content-type-options"]) == (
            "image/png", "nosniff",
        )  # fmt: skip
        assert b"tEXt" not in got.content
        assert (house.brand.data / "mystery" / name).is_file()
        html = {"photo": ("x.png", b"<script>alert(1)</script>", "image/png")}
        refused = web.post(here, data={**form, "visitor": "di"}, files=html)
        assert refused.status_code == 422
        assert "no JPEG or PNG" in refused.text
        body = {"checklist": "store-visit", "visited_on": "2025-03-03", "place": "York",
                "visitor": "eve", "marks": {"clean": True},
                "photo": base64.b64encode(PNG).decode()}  # fmt: skip
        assert web.post("/api/v1/experience/mystery", json=body).status_code == 200
        # A visit that is refused leaves no photo behind.
        wrong = {
            **body,
            "place": "Leeds",
            "photo": base64.b64encode(png(pixel=b"\0\0\xff")).decode(),
        }
        assert web.post("/api/v1/experience/mystery", json=wrong).status_code == 422
        seen = web.get("/api/v1/experience/mystery").json()["visits"]
        assert [(one["visited_on"], one["visitor"]) for one in seen] == [
            ("2025-03-21", "survey"), ("2025-03-03", "eve"), ("2025-03-02", "cy"),
        ]  # fmt: skip
        assert web.get(seen[1]["photo"]).content == got.content
    assert web.get("/experience/mystery/photos/..%2Fstore.db").status_code == 404
    assert len(list((house.brand.data / "mystery").iterdir())) == 1  # the same photo once


def _by_place(told):
    of = {place["place"]: place for place in told["places"]}
    return of["Bath"], of["York"], of["Rival Bath"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"place": "Leeds"}, "not visited by this checklist"),
        ({"visited_on": "2031-01-01"}, "has not come yet"),
        ({"subject": "Rivl"}, "Did you mean &#39;Rival&#39;"),
        ({"point-greeted": ""}, "Nothing was seen"),
        ({"visited_on": "soon"}, "date"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_and_what_was_typed_is_kept(house, wrong, said):
    typed = {"visited_on": "2025-03-22", "place": "Bath", "visitor": "ann", "subject": "own",
             "point-greeted": "yes", "note": "kept what was typed"}  # fmt: skip
    with clock.frozen(NOW):
        answer = client(house).post(
            "/experience/mystery/store-visit/visit", data={**typed, **wrong}
        )
    assert answer.status_code == 422
    assert said in answer.text
    assert "kept what was typed" in answer.text


def test_without_a_checklist_the_page_says_how_to_write_one(tmp_path):
    house = house_of(tmp_path / "empty")
    page = client(house).get("/experience/mystery")
    assert page.status_code == 200
    assert "No checklist" in page.text
    house.close()
