"""A survey answered in a real browser on a phone, in Chinese and in English."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from tests.browsing import overflow, serious
from tests.experience.surveys.surveys import AFTER_DELIVERY, EVERY_KIND, invited, published

from valence.core.clock import frozen, now
from valence.experience.surveys.landing import land
from valence.experience.surveys.tables import responses

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "has_touch": True, "is_mobile": True}


@pytest.fixture
def link(house):
    with house.store.writing() as unit:
        published(unit, "delivery", {**AFTER_DELIVERY, "least_seconds": 0})
        return invited(unit, "delivery")


def going_on(page, answer, button):
    page.get_by_label(answer, exact=True).check()
    page.get_by_role("button", name=button).click()


def test_answered_in_chinese_by_thumb(house, visit, link, path):
    page = visit(path(link), lang="zh", **PHONE)
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    expect(page.get_by_text("您的配送").first).to_be_visible()
    assert (overflow(page), serious(page)) == (0, [])
    page.get_by_label("3", exact=True).check()
    page.locator("button").click()
    page.locator("textarea").fill("<b>晚了三天</b> 😡")
    page.locator("button").click()
    page.get_by_label("2", exact=True).check()
    page.locator("button").click()
    going_on(page, "破损", re.compile(".*"))
    expect(page.get_by_role("status")).to_have_text("您的意见对我们很有帮助。")
    assert page.complaints == []
    assert land(house) == 1
    reader = house.lake.reader()
    rows = {row["metric"]: row for row in reader.rows(reader.table("feedback"))}
    assert (rows["nps"]["score"], rows["nps"]["text"]) == (3, "<b>晚了三天</b> 😡")
    assert {row["language"] for row in rows.values()} == {"zh"}
    reader.close()


def test_answered_in_english_without_script_stopped_and_resumed(visit, link, path):
    page = visit(path(link), java_script_enabled=False, **PHONE)
    going_on(page, "9", "Next")
    expect(page.get_by_role("heading")).to_contain_text("Teahouse made it easy for me.")
    page.close()
    page = visit(path(link), java_script_enabled=False, **PHONE)
    expect(page.get_by_role("heading")).to_contain_text("Teahouse made it easy for me.")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_label("9", exact=True)).to_be_checked()
    going_on(page, "10", "Next")
    going_on(page, "7", "Next")
    going_on(page, "Fine", "Send")
    expect(page.get_by_role("status")).to_have_text("Your words help us.")
    page.goto(page.url)
    expect(page.get_by_role("status")).to_have_text("Your words help us.")


def test_nothing_chosen_where_an_answer_is_needed_is_said(visit, link, path):
    page = visit(path(link), **PHONE)
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Please answer this question")
    assert serious(page) == []


def test_the_language_can_be_switched_on_the_way(visit, link, path):
    page = visit(path(link), **PHONE)
    going_on(page, "9", "Next")
    page.get_by_role("link", name="简体中文").click()
    expect(page.get_by_text("您的配送").first).to_be_visible()
    going_on(page, "5", re.compile(".*"))
    expect(page.get_by_text("包裹外观如何").first).to_be_visible()


def test_keyboard_alone_answers(visit, link, path):
    page = visit(path(link))
    page.get_by_label("0", exact=True).focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading")).to_contain_text("made it easy")


def test_expired_and_forged_links_are_friendly(house, visit, path):
    with frozen(now() - timedelta(days=30)), house.store.writing() as unit:
        published(unit, "delivery", AFTER_DELIVERY)
        old = invited(unit, "delivery")
    page = visit(path(old), **PHONE)
    expect(page.get_by_role("status")).to_contain_text("This link has expired")
    page = visit(path(old)[:-3] + "abc", **PHONE)
    expect(page.get_by_role("status")).to_contain_text("not complete, or it was not made by us")
    assert (overflow(page), serious(page)) == (0, [])


def test_in_a_frame_of_a_named_site_and_in_no_other(house, visit, path, address):
    import http.server
    import threading
    from functools import partial

    port = address.rpartition(":")[2]
    there = f"http://localhost:{port}"
    served = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    mine = f"http://127.0.0.1:{served.server_port}"
    with house.store.writing() as unit:
        published(unit, "shop", {**AFTER_DELIVERY, "embed": [mine]})
        link = invited(unit, "shop")

    class Shop(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            query = "" if self.path == "/plain" else "?embed=1"
            self.wfile.write(f'<iframe src="{there}{path(link)}{query}"></iframe>'.encode())

        def log_message(self, *_):
            pass

    served.RequestHandlerClass = partial(Shop)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    try:
        page = visit(mine + "/", **PHONE)
        frame = page.frame_locator("iframe")
        frame.get_by_label("9", exact=True).check()
        frame.get_by_role("button", name="Next").click()
        expect(frame.get_by_role("heading")).to_contain_text("made it easy")
        page = visit(mine + "/plain", **PHONE)
        expect(page.frame_locator("iframe").get_by_role("button", name="Next")).to_have_count(0)
    finally:
        served.shutdown()


def test_every_kind_of_question_is_answered_on_a_phone(house, visit, path):
    with house.store.writing() as unit:
        published(unit, "every", {**EVERY_KIND, "least_seconds": 0})
        link = invited(unit, "every")
    page = visit(path(link), theme="dark", **PHONE)

    def on():
        assert (overflow(page), serious(page)) == (0, []), page.url
        page.get_by_role("button").click()

    page.get_by_label("Satisfied", exact=True).check()
    on()
    for n, feels in enumerate(("I like it", "I dislike it")):
        page.locator("fieldset").nth(n).get_by_label(feels, exact=True).check()
    on()
    for n in range(2):
        page.locator("fieldset").nth(n).get_by_label("4", exact=True).check()
    on()
    page.get_by_label("5", exact=True).check()
    on()
    on()  # what may be left out is passed over
    for n, price in enumerate(("1", "5,5", "9.50", "20")):
        page.locator("fieldset").nth(n).get_by_role("textbox").fill(price)
    on()
    page.get_by_role("textbox").fill("40")
    on()
    for where in ("web", "store"):
        page.get_by_label(where, exact=True).check()
    on()
    page.get_by_role("textbox").fill("Fine.")
    on()
    expect(page.get_by_role("status")).to_have_text("Thank you. Your answers have arrived.")
    with house.store.reading() as view:
        assert [row["state"] for row in view.rows(responses.select())] == ["complete"]
