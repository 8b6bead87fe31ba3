"""Surveys on pages, by API and on the command line: the same figures."""

import csv
import io
import json
from contextlib import closing

import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient
from tests.browsing import clean, drawn, served
from tests.experience.surveys.brand import N, forty_customers
from tests.experience.surveys.surveys import AFTER_DELIVERY, invited, published
from typer.testing import CliRunner

from valence.app.serve import application
from valence.experience.commands import experience
from valence.experience.surveys.answering import Said, give
from valence.experience.surveys.codes import make_code
from valence.experience.surveys.inviting import Asking, invite
from valence.trust.actor import LOCAL

SAME = {"Origin": "http://127.0.0.1"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """Forty customers were asked, twelve answered; two answers of a code are held back."""
    made = forty_customers(tmp_path_factory.mktemp("brand"))
    with made.store.writing() as unit:
        published(unit, "delivery", {**AFTER_DELIVERY, "least_seconds": 0, "minimum": 10})
        code = make_code(unit, "delivery", "Soho & <Co>", touchpoint="store")
    with closing(made.lake.reader()) as reader:
        links = invite(made, reader, Asking("delivery", consent="the mail tool"), LOCAL).made
    for n, each in enumerate(links[:12]):
        answered(made, each.link, str(n % 11), "<b>late</b>")
    for _ in range(2):
        with made.store.writing() as unit:
            link = invited(unit, "delivery", kind="visit", parent_id=code.id, place="Soho & <Co>")
        answered(made, link, "9", "", trapped=True)
    yield made
    made.close()


def answered(house, link, score, why, **more):
    said = {"recommend": score, "why": why, "easy": "6", "parcel": "fine"}
    for question, value in said.items():
        if question == "why" and int(score) > 6:
            continue
        with house.store.writing() as unit:
            give(unit, link, Said(question, {"answer": [value]}, "en", **more))


@pytest.fixture(scope="module")
def client(house):
    return TestClient(application(house), base_url="http://127.0.0.1", follow_redirects=False)


@pytest.fixture(scope="module")
def address(house):
    with served(application(house)) as found:
        yield found


def run(house, *words):
    done = CliRunner().invoke(experience.app, [*words, "--brand", str(house.brand.root)])
    assert done.exit_code == 0, done.output
    return done


def test_the_list_says_who_was_asked_and_how_many_answered(client):
    page = client.get("/experience/surveys")
    assert page.status_code == 200
    assert "12 of 40 customers who were asked have answered." in page.text
    assert "30\N{NARROW NO-BREAK SPACE}% (" in page.text


def test_the_page_of_a_survey_shows_results_with_n_and_words_as_text(client):
    page = client.get("/experience/surveys/delivery")
    assert "&lt;b&gt;late&lt;/b&gt;" in page.text
    assert "<b>late" not in page.text
    assert "What went wrong?" in page.text
    assert "Soho &amp; &lt;Co&gt;" in page.text


def test_a_survey_that_is_not_there_is_named_with_the_near_one(client):
    page = client.get("/experience/surveys/delivry")
    assert page.status_code == 404
    assert "Did you mean" in page.text


def test_page_api_and_command_tell_the_same(house, client):
    told = client.get("/api/v1/experience/surveys").json()["surveys"]
    assert json.loads(run(house, "surveys", "--json").stdout)["surveys"] == told
    assert (told[0]["asked"], told[0]["answered"], told[0]["held"]) == (N, 12, 2)
    assert told[0]["response_share"] == 0.3
    one = client.get("/api/v1/experience/surveys/delivery").json()
    printed = json.loads(run(house, "survey", "delivery", "--json").stdout)
    assert (one["results"], one["likeness"]) == (printed["results"], printed["likeness"])
    assert one["results"][0]["n"] == 12


def test_a_code_is_made_on_the_page_and_drawn(client):
    where = "/experience/surveys/delivery/codes"
    made = client.post(where, data={"place": "Camden"}, headers=SAME)
    assert made.status_code == 303
    page = client.get(made.headers["location"])
    assert "http://127.0.0.1:8000/s/" in page.text
    picture = client.get(made.headers["location"] + "/picture.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    ended = client.post(made.headers["location"] + "/end", headers=SAME)
    assert ended.status_code == 303
    assert "This code has ended." in client.get(made.headers["location"]).text
    assert client.post(where, data={"place": " "}, headers=SAME).status_code == 422


def test_held_answers_are_shown_with_their_reason_and_decided_once(house, client):
    page = client.get("/experience/held")
    assert page.text.count("A field that people do not see was filled in.") == 2
    found = client.get("/api/v1/experience/held-answers").json()["held"]
    assert [one["reason"] for one in found] == ["trap", "trap"]
    first, second = (one["response_id"] for one in found)
    gone = client.post(f"/experience/held/{first}", data={"do": "release"}, headers=SAME)
    assert gone.status_code == 303
    again = client.post(f"/experience/held/{first}", data={"do": "drop"}, headers=SAME)
    assert again.status_code == 303
    refused = client.post(f"/experience/held/{second}", data={"do": "burn"}, headers=SAME)
    assert refused.status_code == 422
    key = {"Idempotency-Key": "once"}
    where = f"/api/v1/experience/held-answers/{second}/drop"
    assert [client.post(where, headers=key).status_code for _ in range(2)] == [200, 200]
    assert client.post(where).status_code == 404
    assert json.loads(run(house, "held", "--json").stdout) == {"held": []}


def test_links_are_printed_as_csv_with_a_contact_and_who_was_left_out_is_said(house):
    with house.store.writing() as unit:
        published(unit, "csv", {**AFTER_DELIVERY, "rest_days": 0})
    words = ["invite", "csv", "--where", "orders == 1", "--with", "email"]
    none = run(house, *words)
    assert none.stdout == ""
    assert "20 customers fit, 0 links were made; left out: 20 no: no consent recorded" in (
        none.stderr
    )
    done = run(house, *words, "--consent-elsewhere", "our mail tool")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert len(rows) == 20
    assert {row["email"] for row in rows} == {f"c{n}@x.cn" for n in range(20)}
    assert all(row["link"].startswith("http://127.0.0.1:8000/s/") for row in rows)
    told = json.loads(run(house, *words, "--json", "--consent-elsewhere", "x").stdout)
    assert (told["fitting"], told["made"], told["left_out"]) == (20, 20, {})


def test_links_are_made_by_api_and_nobody_is_asked_twice(house, client):
    with house.store.writing() as unit:
        published(unit, "api", AFTER_DELIVERY)
        unit.execute(sa.text("DELETE FROM survey_invitations WHERE survey = 'csv'"))
    where = "/api/v1/experience/surveys/api/invitations"
    made = client.post(where, json={"consent_elsewhere": "x"})
    assert (made.status_code, made.json()["made"]) == (201, 0)
    assert made.json()["left_out"] == {"asked something a short while ago": N}
    key = {"Idempotency-Key": "links"}
    body = {"consent_elsewhere": "x", "where": "orders == 1"}
    with house.store.writing() as unit:
        published(unit, "restless", {**AFTER_DELIVERY, "rest_days": 0})
    twice = "/api/v1/experience/surveys/restless/invitations"
    first, again = (client.post(twice, json=body, headers=key).json() for _ in range(2))
    assert first["made"] == len(first["links"]) == 20
    assert first == again
    assert client.post(where, json={"share": 20}).status_code == 422
    assert client.post(where, json={"where": "oders == 1"}).status_code == 422
    code = client.post("/api/v1/experience/surveys/api/codes", json={"place": "Soho"})
    again = client.post("/api/v1/experience/surveys/api/codes", json={"place": "Soho"})
    assert code.json() == again.json()


def test_a_code_is_printed_and_drawn_by_command(house, tmp_path):
    picture = tmp_path / "soho.svg"
    done = run(house, "code", "delivery", "Soho", "--svg", str(picture))
    assert done.stdout.startswith("http://127.0.0.1:8000/s/")
    assert "<svg" in picture.read_text("utf-8")


def test_answers_come_in_by_command_where_nothing_serves(house):
    first = json.loads(run(house, "collect", "--json").stdout)
    assert first["landed"] >= 12
    assert json.loads(run(house, "collect", "--json").stdout) == {"landed": 0}


@pytest.mark.browser
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_are_clean_in_a_browser(visit, lang):
    for path in ("/experience/surveys", "/experience/surveys/delivery", "/experience/held"):
        page = visit(path, lang=lang)
        drawn(page)
        clean(page)
        assert page.complaints == []
