"""The page of voice: what is complained about, what is new, and the texts behind it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from fastapi.testclient import TestClient

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.experience.commands import texts as commands
from valence.experience.text.marts import TEXT_MARTS
from valence.lake.build import Ask, build

AS_OF = date(2026, 6, 30)
SAID = (
    "Delivery was terribly slow again",
    "The price is great and the staff are friendly",
    "包装破了，客服态度很差",
    "味道很好，送货很快",
    "<script>alert(1)</script> the app crashes",
    "😡",
    "Sehr langsam",
    "",
)
WHO = "01890000-0000-7000-8000-000000000001"


CONTACT = f"""SELECT 'desk' AS source, 'k9' AS contact_id, 'chat' AS channel,
    TIMESTAMPTZ '{AS_OF} 10:00:00+00' AS opened_at, DATE '{AS_OF}' AS opened_on,
    'My box is lost, awful' AS text, 'user_id' AS id_type, 'k1' AS id_key"""


PASSAGES = f"""SELECT 'interviews' AS source, 'abc:' || n AS feedback_id, 'interview' AS metric,
    TIMESTAMPTZ '{AS_OF} 10:00:00+00' AS answered_at, DATE '{AS_OF}' AS answered_on,
    'The price is terrible' AS text, NULL AS score, NULL AS scale, 'order' AS touchpoint,
    NULL AS id_type, NULL AS id_key FROM range(50) r(n)"""


def answers(count=240):
    yield PASSAGES
    for n in range(count):
        day = AS_OF - timedelta(n // 2)
        text = SAID[n % len(SAID)] if n % 5 or n > 55 else "The parcel was leaking badly"
        said = text.replace("'", "''")
        yield (
            f"SELECT 'survey' AS source, 'f{n}' AS feedback_id, 'nps' AS metric, "
            f"TIMESTAMPTZ '{day} 10:00:00+00' AS answered_at, DATE '{day}' AS answered_on, "
            f"'{said}' AS text, {n % 11}.0 AS score, '0-10' AS scale, 'order' AS touchpoint, "
            f"'user_id' AS id_type, {'NULL' if n % 2 else repr('k1')} AS id_key"
        )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = make_folder(tmp_path_factory.mktemp("voice") / "b", name="b", currency="EUR",
                         timezone="UTC")  # fmt: skip
    made = WholeHouse(folder)
    with made.lake.writing("load") as writer:
        writer.merge("feedback", " UNION ALL ".join(answers()))
        writer.merge("contacts", CONTACT)
        writer.merge("identifier_map", f"SELECT 'k1' AS id_key, '{WHO}' AS customer_id")
        writer.commit()
    build(made.lake, TEXT_MARTS, made.context, ask=Ask(as_of=AS_OF))
    yield made
    made.close()


@pytest.fixture
def client(house):
    return TestClient(application(house), base_url="http://127.0.0.1")


def test_the_page_tells_aspects_new_words_and_leads_to_the_texts(client):
    page = client.get("/experience/voice")
    assert page.status_code == 200
    assert "Most complaints are about" in page.text
    assert "leaking" in page.text
    assert "/experience/voice/texts?word=leaking+badly" in page.text
    assert "/experience/voice/texts?aspect=delivery" in page.text


def test_words_to_service_stand_beside_answers_with_their_source_named(client):
    page = client.get("/experience/voice").text
    assert "Where do the words come from?" in page
    assert "Service contact" in page
    found = client.get("/experience/voice/texts", params={"where": 'metric == "contact"'}).text
    assert "My box is lost, awful" in found
    assert "Service contact" in found
    assert f"/customers/{WHO}" in found
    told = client.get("/api/v1/experience/themes").json()
    assert {one["metric"]: one["texts"] for one in told["said_in"]}["contact"] == 1


def test_one_interview_of_many_passages_is_not_so_many_customers(client):
    told = client.get("/api/v1/experience/themes").json()
    said_in = {one["metric"]: one["texts"] for one in told["said_in"]}
    assert said_in.pop("interview") == 50
    assert sum(said_in.values()) == told["texts"]
    (price,) = [row for row in told["aspects"] if row["aspect"] == "price"]
    assert price["complaints"] == 0
    assert "price" not in {row["term"] for row in told["words"]}


def test_texts_stand_with_day_touchpoint_and_customer_and_are_no_html(client):
    page = client.get("/experience/voice/texts", params={"aspect": "app", "mood": "bad"})
    assert page.status_code == 200
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert f"/customers/{WHO}" in page.text
    assert "order" in page.text


def test_the_api_gives_what_the_page_shows(client):
    told = client.get("/api/v1/experience/themes").json()
    assert told["texts"] > told["judged"] > told["complaints"] > 0
    assert told["languages"]["other"] > 0
    assert "leaking badly" in {row["term"] for row in told["new"]}
    delivery = next(row for row in told["aspects"] if row["aspect"] == "delivery")
    assert delivery["low"] < delivery["share"] < delivery["high"]


def test_every_word_opens_to_as_many_texts_as_it_counts(client):
    told = client.get("/api/v1/experience/themes").json()
    for row in told["words"]:
        opened = client.get("/api/v1/experience/texts", params={"word": row["term"]}).json()
        assert opened["total"] == row["complaints"]
        assert all(one["sentiment"] < 0 for one in opened["items"])


def test_an_aspect_opens_to_as_many_texts_as_it_counts(client):
    told = client.get("/api/v1/experience/themes").json()
    for row in told["aspects"]:
        asked = {"aspect": row["aspect"], "mood": "bad"}
        opened = client.get("/api/v1/experience/texts", params=asked).json()
        assert opened["total"] == row["complaints"]


def test_texts_are_filtered_by_rule_and_taken_along_as_a_file(client):
    page = client.get("/experience/voice/texts", params={"where": "sentiment < -2"})
    assert "Nobody said anything that fits." in page.text
    wrong = client.get("/experience/voice/texts", params={"where": "sentimant < 0"})
    assert wrong.status_code == 422
    assert "sentiment" in wrong.text
    taken = client.get("/experience/voice/texts", params={"format": "csv"})
    assert taken.status_code == 200
    assert taken.text.startswith('"source","feedback_id"')


def test_an_unknown_mood_is_refused(client):
    assert client.get("/experience/voice/texts", params={"mood": "sad"}).status_code == 422


def test_the_command_prints_themes(house, capsys):
    folder = house.brand.root
    commands.themes_command(folder, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["as_of"] == AS_OF.isoformat()
    assert told["new"]
    commands.themes_command(folder)
    out = capsys.readouterr().out
    assert "Newly frequent" in out
    assert "delivery" in out


@pytest.mark.browser
@pytest.mark.parametrize(("theme", "lang", "width"), [("light", "en", 1440), ("dark", "zh", 390)])
def test_the_page_in_a_browser(visit, house, theme, lang, width):
    from tests.browsing import served

    with served(application(house)) as address:
        page = visit(f"{address}/experience/voice", theme=theme, lang=lang, width=width)
        page.wait_for_selector("#aspects svg")
        assert page.complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click("#words table a >> nth=0")
        page.wait_for_selector("blockquote")
        assert page.complaints == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
