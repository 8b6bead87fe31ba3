"""Interviews are brought in, coded by several, quoted at the touchpoint; a code is taken back."""

import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from tests.experience.loop import house_of, land
from tests.value.faces.fixtures import client, customer_id
from typer.testing import CliRunner

from valence.app.house import WholeHouse
from valence.core.errors import BadInputError, ConflictError, NotFoundError
from valence.core.ids import new_id
from valence.core.settings import load
from valence.experience.commands import experience
from valence.experience.declaration import EXPERIENCE
from valence.experience.interviews import book
from valence.experience.interviews.answers import agreement_of
from valence.experience.interviews.book import Code
from valence.experience.interviews.tables import interview_codes, interviews
from valence.journey.declaration import JOURNEY
from valence.value.declaration import VALUE

SAID = """Interviewer: Why did you leave?
Anna: <b>Delivery</b> was terribly slow, I was angry.
Interviewer: And the shop?
Anna: The staff were friendly and helpful.
"""
T0 = datetime(2025, 4, 1, 9, tzinfo=UTC)
THEMES, PLACES = ("delivery", "staff"), {"delivery": "use"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("interviews") / "brand"
    house = house_of(made, VALUE, JOURNEY)
    land(house)
    house.build()
    house.close()
    return made


@pytest.fixture(scope="module")
def house(folder):
    made = WholeHouse(load(folder), [VALUE, JOURNEY, EXPERIENCE])
    yield made
    made.close()


@pytest.fixture(scope="module")
def told(house):
    asked = {"title": "Why she left", "held_on": "2025-03-20", "text": SAID,
             "customer": "user_id:1"}  # fmt: skip
    made = client(house).post("/api/v1/experience/interviews", json=asked)
    assert made.status_code == 200, made.text
    return made.json()


def test_passages_are_feedback_and_questions_no_words_of_customers(house, told):
    assert (told["passages"], told["voices"], told["coded"]) == (2, 1, 0)
    house.build()
    tables = house.lake.reader()
    t = tables.table("feedback_texts")
    rows = tables.rows(t.filter(t.source == "interviews").order_by("feedback_id"))
    assert [row["metric"] for row in rows] == ["interview", "interview"]
    assert rows[0]["sentiment"] < 0 < rows[1]["sentiment"]
    assert {row["customer_id"] for row in rows} == {customer_id(house, "1")}


def test_the_same_transcript_twice_is_refused(house, told):
    again = {"title": "Again", "held_on": "2025-03-21", "text": SAID}
    refused = client(house).post("/api/v1/experience/interviews", json=again)
    assert refused.status_code == 409
    assert told["title"] in refused.json()["detail"]


def test_a_passage_is_coded_suggested_undone_and_quoted_at_its_touchpoint(house, told):
    web, here = client(house), f"/experience/interviews/{told['interview_id']}"
    page = web.get(here)
    assert "&lt;b&gt;Delivery&lt;/b&gt; was terribly slow" in page.text
    assert "suggested: Delivery" in page.text
    first = web.get(f"/api/v1{here}").json()["items"][1]
    assert first["suggested"] == {"theme": "delivery", "touchpoint": "delivery", "mood": "bad"}
    form = {"feedback_id": first["feedback_id"], "theme": "delivery", "touchpoint": "delivery",
            "mood": "bad", "coder": "Bo", "number": "2"}  # fmt: skip
    for coder in ("Bo", "Cy", "Bo"):  # twice by one is once
        kept = web.post(f"{here}/codes", data={**form, "coder": coder}, follow_redirects=False)
        assert kept.status_code == 303, kept.text
        assert kept.headers["location"].endswith("#p-2")
    (theme,) = web.get("/api/v1/experience/interviews").json()["themes"]
    assert (theme["passages"], theme["bad"], theme["coders"], theme["voices"]) == (1, 1, 2, 1)
    for part in ("touchpoints/delivery", "journey"):  # the touchpoint's page, and the map
        assert web.get(f"/experience/{part}").text.count("terribly slow") == 1
    assert "terribly slow" in web.get("/experience/interviews/coded?theme=delivery").text
    quoted = web.get("/api/v1/experience/interviews/coded?touchpoint=delivery").json()["items"]
    assert [(one["title"], one["voice"]) for one in quoted] == [("Why she left", "P1")]
    voice = web.get("/experience/voice").text
    assert "What do interviews say, coded by hand?" in voice
    assert web.get("/experience/touchpoints/basket").text.count("terribly slow") == 0
    web.post(f"{here}/codes", data={"coder": "Cy", "undo": "1"})
    codes = web.get(f"/api/v1{here}").json()["items"][1]["codes"]
    assert [code["coder"] for code in codes] == ["Bo"]
    web.post(f"{here}/codes", data={"coder": "Bo", "take_back": codes[0]["code_id"]})
    assert web.get("/api/v1/experience/interviews").json()["themes"] == []
    wrong = web.post(f"{here}/codes", data={**form, "theme": "delivry"})
    assert wrong.status_code == 422
    assert "Did you mean" in wrong.text


def test_words_of_several_are_no_customers_and_a_touchpoint_is_known(house, told):
    web = client(house)
    asked = {"title": "A group", "held_on": "2025-03-20", "kind": "focus_group",
             "text": "Ann: slow\nBen: slow\nAnn: bad\nBen: bad"}  # fmt: skip
    for more, words in (
        ({"customer": "user_id:1"}, "2 participants speak"),
        ({"touchpoint": "delivry"}, "There is no touchpoint 'delivry'"),
        ({"text": "Ann: slow\nBen: slow\nAnn: bad"}, "may be a name: Ben"),
    ):
        refused = web.post("/api/v1/experience/interviews", json={**asked, **more})
        assert refused.status_code == 422
        assert words in refused.json()["detail"]


def test_a_transcript_is_taken_back_with_words_and_codes(house, folder):
    web, here = client(house), "/api/v1/experience/interviews"
    asked = {"title": "A mistake", "held_on": "2025-03-20", "text": "Anna buys at night.",
             "speakers": ["-"]}  # fmt: skip

    def bring():
        return web.post(here, json=asked).json()["interview_id"]

    def words():
        tables = house.lake.reader()
        texts = tables.rows(tables.table("feedback").select("text"))
        return {"text": asked["text"]} in texts

    one = bring()
    passage = web.get(f"{here}/{one}").json()["items"][0]["feedback_id"]
    web.post(f"{here}/{one}/codes", json={"feedback_id": passage, "theme": "app"})
    assert words()
    assert web.delete(f"{here}/{one}").json() == {"interview_id": one}
    assert not words()
    assert web.get(f"{here}/{one}").status_code == 404
    again = bring()  # it may come again, as another
    assert (
        web.post(f"/experience/interviews/{again}/remove", follow_redirects=False).status_code
        == 303
    )
    asked_again = ["interviews", "remove", bring(), "--brand", str(folder), "--json"]
    done = CliRunner().invoke(experience.app, asked_again)
    assert json.loads(done.stdout)["title"] == "A mistake"
    assert not words()


def test_by_form_with_a_file_and_by_command(house, folder, tmp_path):
    web = client(house)
    form = {"title": "A group", "kind": "focus_group", "held_on": "2025-03-22"}
    file = {"file": ("group.txt", "甲：太慢了\n乙：我也觉得\n甲：是的\n乙：对".encode("gb18030"))}
    made = web.post("/experience/interviews/new", data=form, files=file)
    assert made.status_code == 200, made.text
    assert "太慢了" in made.text
    none = web.post("/experience/interviews/new", data=form)
    assert none.status_code == 422
    assert "Nobody says anything" in none.text
    notes = tmp_path / "notes.txt"
    notes.write_text("She pays with vouchers only.")
    run, brand = CliRunner(), ["--brand", str(folder)]

    def command(*words):
        done = run.invoke(experience.app, ["interviews", *words, *brand, "--json"])
        assert done.exit_code == 0, done.exception
        return json.loads(done.stdout)

    one = command("import", str(notes), "--title", "Notes", "--on", "2025-03-23")["interview_id"]
    passage = command("show", one)["items"][0]["feedback_id"]
    assert command("code", one, passage, "--theme", "payment")["code"]["theme"] == "payment"
    assert [each["text"] for each in command("quotes", "--theme", "payment")["items"]] == [
        "She pays with vouchers only."
    ]
    assert command("code", one, "--undo")["undone"]
    assert {each["title"] for each in command("list")["items"]} >= {"A group", "Notes"}


def test_the_page_of_a_touchpoint_fetches_the_quotes(house, told):
    page = client(house).get("/journey/touchpoints/order")
    assert page.status_code == 200, page.text
    assert 'hx-get="/experience/touchpoints/order"' in page.text
    assert 'hx-get="/experience/journey"' in client(house).get("/journey").text


def kept(store):
    one = book.Interview(new_id(), "interview", "t", date(2025, 4, 1), "abc", 1, 1, T0, "ann")
    store.transact(lambda unit: unit.execute(interviews.insert(), book._values(one)))
    return one.interview_id


def test_codes_on_both_stores(store):
    one = kept(store)

    def code(**more):
        values = {"theme": "delivery", "touchpoint": "", "mood": "", "coder": "ann", **more}
        said = Code(one, "abc:0001:P1", **values)
        return store.transact(
            lambda unit: book.code(unit, said, themes=THEMES, places=PLACES, actor="ann", at=T0)
        )

    first = code()
    assert code().code_id == first.code_id
    assert code(mood="bad").code_id != first.code_id  # said anew
    assert code(theme="", touchpoint="delivery", coder="bo").stage == "use"
    with store.reading() as view:
        assert len(book.codes_of(view)) == 2
        assert [each.mood for each in book.codes_of(view, theme="delivery")] == ["bad"]
    for more, words in (
        ({"theme": ""}, "a theme, a touchpoint, or both"),
        ({"theme": "delivry"}, "Did you mean 'delivery'"),
        ({"touchpoint": "shop"}, "There is no touchpoint"),
        ({"coder": " "}, "Say who codes"),
        ({"mood": "ugly"}, "good, bad, or not said"),
    ):
        with pytest.raises(BadInputError, match=words):
            code(**more)
    with pytest.raises(NotFoundError, match="has no code"):
        store.transact(lambda unit: book.take_back(unit, first.code_id, "bo", actor="bo", at=T0))

    def undone():
        return store.transact(lambda unit: book.undo(unit, one, "ann", actor="cy", at=T0))

    assert undone().mood == "bad"
    assert undone() is None
    with store.reading() as view:
        gone = interview_codes.c.removed_by
        assert view.scalars(sa.select(gone).where(gone.is_not(None))) == ["ann", "cy"]
    with pytest.raises(ConflictError, match="is there already"), store.reading() as view:
        book._not_there(view, "abc")


def test_coders_agree_on_the_passages_that_two_coded():
    one = new_id()

    def said(passage, coder, theme):
        return Code(one, passage, theme, "", "", coder)

    assert agreement_of([said("a:1:P1", "ann", "price")]) is None
    both = [said(f"a:{n}:P1", who, "price" if n % 2 or (who, n) == ("bo", 0) else "app")
            for n in range(8) for who in ("ann", "bo")]  # fmt: skip
    found = agreement_of(both)
    assert (found.items, found.observed) == (8, 7 / 8)
