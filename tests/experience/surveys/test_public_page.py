"""The public page as a browser without script and as a program meets it."""

import re
from datetime import timedelta

import pytest
from tests.experience.surveys.surveys import AFTER_DELIVERY, invited, published

from valence.core.clock import frozen, now
from valence.experience.surveys.tables import invitations, responses

SAME = {"Origin": "http://127.0.0.1", "Accept-Language": "en"}


@pytest.fixture
def link(house):
    with house.store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        return invited(unit, "delivery")


def post(client, where, question, answer, **more):
    form = {"question": question, "answer": answer, "version": "1", "lang": "en", **more}
    return client.post(where, data=form, headers=SAME)


def rows(house, table):
    with house.store.reading() as view:
        return view.rows(table.select())


def test_the_page_stands_outside_of_the_shell(client, link, path):
    page = client.get(path(link), headers=SAME)
    assert page.status_code == 200
    assert "How likely are you to recommend Teahouse" in page.text
    assert "v-nav-group" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


def test_a_look_is_noted_once_and_answers_nothing(house, client, link, path):
    client.get(path(link))
    [first] = rows(house, invitations)
    client.get(path(link))
    assert rows(house, invitations)[0]["opened_at"] == first["opened_at"] is not None
    assert rows(house, responses) == []


def test_the_language_is_the_browsers_the_one_begun_in_or_the_one_chosen(client, link, path):
    where = path(link)
    assert 'lang="zh-CN"' in client.get(where, headers={"Accept-Language": "zh-CN"}).text
    assert "您的配送" in client.get(f"{where}?lang=zh", headers=SAME).text
    post(client, where, "recommend", "9", lang="zh")
    assert "您的配送" in client.get(where, headers=SAME).text


def test_answers_lead_on_and_the_end_says_thank_you(house, client, link, path):
    where = path(link)
    for question, answer in (("recommend", "9"), ("easy", "6"), ("parcel", "fine")):
        gone = post(client, where, question, answer)
        assert (gone.status_code, gone.headers["location"]) == (303, f"{where}?lang=en")
    end = client.get(where)
    assert "Your words help us." in end.text
    assert "<form" not in end.text
    again = post(client, where, "recommend", "0")
    assert again.status_code == 303
    assert len(rows(house, responses)) == 1


def test_what_cannot_be_taken_is_said_beside_the_question(client, link, path):
    page = post(client, path(link), "recommend", "11")
    assert page.status_code == 422
    assert "&#39;11&#39; is not on the scale" in page.text
    assert page.text.count('name="answer"') == 11


def test_html_in_an_open_answer_is_text(client, link, path):
    where = path(link)
    post(client, where, "recommend", "1")
    post(client, where, "why", "<script>alert(1)</script>")
    page = client.get(f"{where}?at=why")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "<script>alert" not in page.text


@pytest.mark.parametrize(
    "body", ["answer=" + "x" * 300_000, "a=1&" * 5000, "%ff%00=\x00"], ids=["long", "many", "odd"]
)
def test_a_form_that_no_page_sends_is_refused_on_the_page(client, link, path, body):
    headers = {**SAME, "Content-Type": "application/x-www-form-urlencoded"}
    page = client.post(path(link), content=body, headers=headers)
    assert page.status_code == 422
    assert "v-nav-group" not in page.text


@pytest.mark.parametrize("token", ["x", "a" * 51, "a/b", "%2e%2e/value", "AQ" * 30])
def test_a_forged_link_gets_a_friendly_sentence(client, link, token):
    page = client.get(f"/s/{token}", headers=SAME)
    assert page.status_code == 404
    assert "not complete, or it was not made by us" in page.text
    assert "v-nav-group" not in page.text
    assert client.post(f"/s/{token}", headers=SAME).status_code == 404


def test_an_expired_link_gets_a_friendly_sentence(house, client, path):
    with frozen(now() - timedelta(days=30)), house.store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        old = invited(unit, "delivery")
    page = client.get(path(old), headers=SAME)
    assert (page.status_code, "This link has expired" in page.text) == (410, True)


def test_a_form_of_another_site_is_refused(client, link, path):
    headers = {"Origin": "https://evil.example"}
    form = {"question": "recommend", "answer": "0"}
    assert client.post(path(link), data=form, headers=headers).status_code == 403


def test_named_sites_may_frame_it_and_only_when_asked(house, client, path):
    with house.store.writing() as unit:
        published(unit, "shop", {**AFTER_DELIVERY, "embed": ["https://shop.example"]})
        link = invited(unit, "shop")
    policy = client.get(path(link)).headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    framed = client.get(path(link) + "?embed=1")
    policy = framed.headers["content-security-policy"]
    assert "frame-ancestors 'self' https://shop.example" in policy
    assert "script-src 'self'" in policy
    assert '?embed=1"' in framed.text
    gone = client.post(
        path(link) + "?embed=1", data={"question": "recommend", "answer": "9", "lang": "en"}
    )
    assert gone.headers["location"].endswith("embed=1")


def test_a_code_that_many_scan_leads_each_to_a_link_of_their_own(house, client, path):
    with house.store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        code = invited(unit, "delivery", kind="place", place="Soho", channel="qr")
    page = client.get(path(code))
    assert 'name="visit"' in page.text
    visit = page.text.partition('name="visit" value="')[2][:36]
    gone = post(client, path(code), "recommend", "9", visit=visit)
    mine = gone.headers["location"].partition("?")[0]
    assert mine != path(code)
    assert "made it easy" in client.get(mine).text


def test_by_the_public_name_only_signed_links_and_styles_are_reached(house, link, path):
    from fastapi.testclient import TestClient

    from valence.app.serve import application
    from valence.core.settings import load

    toml = house.brand.root / "valence.toml"
    web = '[web]\naddress = "https://voice.example"\n'
    toml.write_text(toml.read_text("utf-8").replace("[web]\n", web))
    house.brand = load(house.brand.root)
    outside = TestClient(application(house), base_url="http://voice.example")
    page = outside.get(path(link))
    styles = re.findall(r'href="(/static/[^"]+css)"', page.text)
    assert [outside.get(style).status_code for style in styles] == [200, 200, 200]
    for closed in ("/", "/experience", "/customers", "/api/v1/openapi.json", "/preferences"):
        assert outside.get(closed).status_code == 421
