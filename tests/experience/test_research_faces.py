"""Scores and research on pages, by API and by command, of a brand whose panel is literal."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.experience.loop import define
from tests.value.faces.fixtures import client as served
from typer.testing import CliRunner

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.experience.commands import experience
from valence.experience.marts import MARTS
from valence.journey.marts import MARTS as JOURNEY
from valence.lake.build import Ask, build

AS_OF = date(2026, 6, 30)
PEOPLE = 60
# What each of 60 people answered on one day, n from 0: metric, about whom and what, score, scale.
PANEL = (
    ("nps", "own", "'delivery'", "[10, 9, 8, 3][n % 4 + 1]", "0-10"),
    ("kano_functional", "own", "'tea sample'", "1", "1-5"),
    ("kano_dysfunctional", "own", "'tea sample'", "3", "1-5"),
    ("kano_functional", "own", "'on time'", "3", "1-5"),
    ("kano_dysfunctional", "own", "'on time'", "5", "1-5"),
    *((of, who, f"'{item}'", score, "1-7")
      for item, felt in (("speed", "n % 7 + 1"), ("price", "(n * 3) % 5 + 1"))
      for of, who, score in (("expectation", "own", "6"), ("perception", "own", felt),
                             ("importance", "own", "5"), ("perception", "mingya", "1"))),
    ("overall", "own", "NULL", "n % 7 + 1", "1-7"),
    *(("perceived_value", who, f"'{part}'", score, "1-7")
      for part, score in (("functional", "6"), ("emotional", "5"), ("social", "n % 3 + 3"),
                          ("time cost", "3"), ("money cost", "2"))
      for who in ("own", "mingya")),
    ("awareness_aided", "own", "NULL", "least(n % 4, 1)", "0-1"),
    ("awareness_aided", "mingya", "NULL", "n % 2", "0-1"),
    ("distinctiveness", "own", "NULL", "6", "1-7"),
    ("emotional_connection", "own", "NULL", "n % 2 + 4", "1-7"),
)  # fmt: skip
OFFERS = {
    "offers": [
        {"name": "Parcel", "services": [
            {"name": "tea sample"}, {"name": "on time", "dimension": "speed"},
            {"name": "gift card"},
        ]},
    ]
}  # fmt: skip


def panel():
    parts = [
        f"""SELECT 'panel' AS source, 'q{at}-' || n AS feedback_id, '{metric}' AS metric,
            '{subject}' AS subject, {about} AS touchpoint, ({score})::DOUBLE AS score,
            '{scale}' AS scale, TIMESTAMPTZ '2026-05-04 10:00:00+00' AS answered_at,
            DATE '2026-05-04' AS answered_on, ['Soho', 'Leeds'][n % 2 + 1] AS store,
            'user_id' AS id_type, 'k' || n AS id_key FROM range({PEOPLE}) AS r(n)"""
        for at, (metric, subject, about, score, scale) in enumerate(PANEL)
    ]
    return " UNION ALL ".join(parts)


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = make_folder(tmp_path_factory.mktemp("panel") / "b", name="b", currency="EUR",
                         timezone="UTC")  # fmt: skip
    made = WholeHouse(folder)
    with made.lake.writing("load") as writer:
        writer.merge("feedback", panel())
        writer.merge(
            "identifier_map",
            f"SELECT 'k' || n AS id_key, '01890000-0000-7000-8000-' || lpad(n::TEXT, 12, '0') "
            f"AS customer_id FROM range({PEOPLE}) AS r(n)",
        )
        writer.commit()
    names = [mart for mart in JOURNEY if mart.name == "touchpoint_names"]
    answers = [mart for mart in MARTS if mart.name == "answers"]
    build(made.lake, [*names, *answers], made.context, ask=Ask(as_of=AS_OF))
    yield made
    made.close()


@pytest.fixture(scope="module")
def web(house):
    return served(house)


def told(house, *words):
    """What a command says as JSON."""
    run = CliRunner().invoke(experience.app, [*words, "--json", "--brand", str(house.brand.root)])
    assert run.exit_code == 0, run.output
    return json.loads(run.stdout)


def test_scores_by_store_and_stage_with_n_interval_and_the_weights_that_were_asked(house, web):
    page = web.get("/experience?by=store&weigh=tier")
    assert page.status_code == 200, page.text
    assert "An answer counts" in page.text
    assert f"{PEOPLE} answers are left out" in page.text
    found = web.get("/api/v1/experience/scores?by=store").json()
    assert found["weighed"] is None
    assert {g["name"]: (g["n"], g["score"]) for g in found["groups"]} == {
        "Soho": (30, 50.0), "Leeds": (30, 0.0),
    }  # fmt: skip
    stages = told(house, "nps", "--by", "stage", "--weigh", "tier", "--surveys-alike")
    assert stages["weighed"]["left_out"] == PEOPLE  # there are no customers yet to stand for
    assert told(house, "nps", "--by", "stage")["groups"][0]["name"] == "use"
    assert web.get("/api/v1/experience/scores?weigh=teir").status_code == 422
    assert web.get("/api/v1/experience/scores?since=0001-01-01").status_code == 422
    rival = web.get("/api/v1/experience/scores?subject=mingya").json()
    assert (rival["subject"], rival["all"]) == ("mingya", None)


def test_kano_is_told_by_segment_and_a_trait_that_is_none_is_refused(house, web):
    page = web.get("/experience/kano?by=tier")
    assert page.status_code == 200, page.text
    assert "Must be there: on time." in page.text
    assert (
        web.get("/api/v1/experience/kano/segments?by=tier").json() == []
    )  # no customers are known
    assert told(house, "kano", "--by", "tier")["features"] == []
    run = CliRunner().invoke(experience.app, ["kano", "--by", "teir", "--brand",
                                              str(house.brand.root)])  # fmt: skip
    assert "Did you mean 'tier'?" in str(run.exception)
    for words, said in (
        (["--segment", "tier"], "'tier' names no segment"),
        (["--by", "tier", "--segment", "tier=top"], "not both"),
        (["--segment", "tier=top"], "No customer is in tier=top"),
    ):
        run = CliRunner().invoke(experience.app, ["kano", *words, "--brand", str(house.brand.root)])
        assert said in str(run.exception)
    (row, *_) = web.get("/api/v1/experience/kano").json()
    assert (row["item"], row["n_before"], row["better_probability"]) == ("on time", None, None)
    assert web.get("/api/v1/experience/kano?by=tier&segment=top").status_code == 422


def test_the_gap_says_which_importance_it_uses(house, web):
    assert "Importance is what people said" in web.get("/experience/gap").text
    page = web.get("/experience/gap?importance=derived").text
    assert "Importance is derived: each dimension" in page
    found = web.get("/api/v1/experience/gap?importance=derived").json()
    assert (found["importance"], found["outcome"], found["why"]) == ("derived", "overall", None)
    weights = {row["item"]: row["importance"] for row in found["gaps"]}
    assert weights["speed"] > 0.9
    told_gap = told(house, "gap", "--importance", "derived")
    assert {row["item"]: row["importance"] for row in told_gap["gaps"]} == weights


def test_perceived_value_is_told_brand_by_brand_with_n_and_interval(house, web):
    assert "Perceived value here: 10.00 points" in web.get("/experience/perceived").text
    found = web.get("/api/v1/experience/perceived").json()
    assert [(one["name"], one["n"]) for one in found["brands"]] == [("own", 60), ("mingya", 60)]
    assert found["brands"][0]["low"] < 10 < found["brands"][0]["high"]
    assert told(house, "perceived", "--by", "bond")["brands"] == found["brands"]


def test_offers_have_their_services_on_floors_and_in_layers(house, web):
    assert web.get("/api/v1/experience/layers").json()["offers"][0]["name"] is None
    define(house, "offers", OFFERS)
    page = web.get("/experience/layers").text
    assert "What sets us apart: tea sample." in page
    assert "Asked of too few people: gift card." in page
    (offer,) = web.get("/api/v1/experience/layers").json()["offers"]
    assert [(s["service"], s["level"], s["layer"]) for s in offer["services"]] == [
        ("tea sample", "surprise", "differentiating"), ("on time", "basic", "basic"),
        ("gift card", None, None),
    ]  # fmt: skip
    on_time = offer["services"][1]
    assert on_time["ahead_of_competitors"] is True
    assert on_time["explains"] > 0.9
    assert on_time["moves_satisfaction"] == "more"
    assert told(house, "layers")["offers"] == [offer]


def test_the_brand_has_shares_and_means_with_n_and_interval(house, web):
    page = web.get("/experience/brand")
    assert page.status_code == 200, page.text
    assert "75 % know the brand by name".replace(" ", "\u202f", 1) in page.text
    found = web.get("/api/v1/experience/brand?by=customer").json()
    own = {r["measure"]: r for r in found["brands"] if r["name"] == "own"}
    assert own["awareness_aided"]["value"] == 0.75
    assert own["awareness_aided"]["low"] < 0.75 < own["awareness_aided"]["high"]
    assert own["emotional_connection"]["value"] == 4.5
    assert {row["name"] for row in found["segments"]} == {"customer"}
    assert told(house, "brand")["brands"] == found["brands"]
    assert web.get("/experience/brand", headers={"accept-language": "zh"}).status_code == 200


def test_what_nobody_was_asked_says_what_will_appear_and_what_is_missing(house):
    bare = WholeHouse(make_folder(house.brand.root.parent / "bare", name="b", currency="EUR",
                                  timezone="UTC"))  # fmt: skip
    for path in ("kano", "gap", "perceived", "layers", "brand"):
        page = served(bare).get(f"/experience/{path}")
        assert page.status_code == 200, page.text
        assert "empty-title" in page.text
    assert served(bare).get("/api/v1/experience/brand").status_code == 404
    bare.close()
