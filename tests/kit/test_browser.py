"""The pages in a real browser: drawn, readable, by keyboard, in every theme, language and width."""

import re

import pytest
from playwright.sync_api import expect
from tests.browsing import WAIT, clean, overflow, serious, served

pytestmark = pytest.mark.browser
CHARTS = ("worth", "two", "stake", "lorenz", "cohorts", "rfm", "bridge")


@pytest.fixture(scope="module")
def address(app):
    with served(app) as at:
        yield at


def drawn(page):
    expect(page.locator("[data-options][data-drawn]")).to_have_count(len(CHARTS), timeout=WAIT)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_all_parts_are_clean_in_light_and_dark_wide_and_narrow(visit, lang):
    page = visit("/demo", "light", lang)
    drawn(page)
    page.locator("#doing.v-doing-done").wait_for()  # no part changes while it is looked at
    clean(page)
    assert page.complaints == []


@pytest.mark.parametrize(
    ("path", "theme", "lang", "width"),
    [
        ("/demo/customers", "light", "en", 1440),
        ("/demo/customers", "dark", "zh", 390),
        ("/demo/customers?where=ordrs+%3E+3", "dark", "en", 390),
        ("/demo/form", "dark", "zh", 390),
        ("/nothing", "light", "zh", 390),
        ("/api", "dark", "en", 390),
    ],
)
def test_other_pages_are_clean(visit, path, theme, lang, width):
    page = visit(path, theme, lang, width)
    assert serious(page) == []
    assert overflow(page) <= 0
    assert page.complaints == []


def test_charts_draw_their_marks(visit):
    page = visit("/demo")
    drawn(page)
    marks = {name: page.locator(f"#{name} svg path").count() for name in CHARTS}
    assert all(count >= 5 for count in marks.values()), marks
    texts = page.locator("#stake svg").text_content()
    assert "¥1.9\u00a0M" in texts  # the value beside its bar
    assert "¥2\u00a0M" in texts  # a tick of the axis, by the same rules
    assert page.locator("#cohorts").get_attribute("aria-label").startswith("Progress")


def test_the_table_of_a_chart_opens_and_closes(visit):
    page = visit("/demo")
    drawn(page)
    table = page.locator("#stake-table")
    assert not table.is_visible()
    button = page.locator("[data-toggle-table=stake-table]")
    button.click()
    assert table.is_visible()
    assert button.get_attribute("aria-expanded") == "true"
    assert "¥1,900,000.00" in table.inner_text()


def test_without_script_the_tables_stand_for_the_charts_and_everything_is_reachable(visit):
    page = visit("/demo", java_script_enabled=False)
    assert page.locator("#stake-table").is_visible()
    assert not page.locator("#stake").is_visible()
    page.locator(".v-how summary").first.click()
    assert page.locator(".v-how-panel").first.is_visible()
    page.locator("button[value=zh]").click()
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    page.locator("button[value=dark]").click()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_switching_the_theme_redraws_the_charts_and_is_kept(visit):
    page = visit("/demo")
    drawn(page)
    text = page.locator("#worth svg text").first
    before = text.get_attribute("fill")
    with page.expect_response("**/preferences"):
        page.locator("button[value=dark]").click()
    expect(text).not_to_have_attribute("fill", before, timeout=WAIT)
    page.reload()
    assert page.locator("html").get_attribute("data-bs-theme") == "dark"


def test_the_keyboard_alone_reaches_everything(visit):
    page = visit("/demo")
    drawn(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "v-skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.locator(".v-how summary").first.focus()
    page.keyboard.press("Enter")
    panel = page.locator(".v-how-panel").first
    assert panel.is_visible()
    expect(panel).to_be_focused(timeout=WAIT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('[data-close]')")
    page.keyboard.press("Escape")
    assert not panel.is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_the_phone_menu_opens_by_keyboard_and_closes_by_escape(visit):
    page = visit("/demo/form", width=390)
    assert not page.locator("#nav").is_visible()
    page.locator(".v-menu").focus()
    page.keyboard.press("Enter")
    assert page.locator("#nav").is_visible()
    assert page.locator(".v-menu").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not page.locator("#nav").is_visible()


def test_sorting_and_paging_keep_the_page_and_the_address(visit):
    page = visit("/demo/customers")
    page.evaluate("window.kept = true")
    page.get_by_role("link", name="Step").click()
    page.wait_for_url("**/demo/customers?sort=-orders")
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(re.compile("cursor="))
    assert page.locator(".v-pages").inner_text().startswith("51–100 of 137")
    page.go_back()
    page.wait_for_url("**/demo/customers?sort=-orders")
    assert page.complaints == []


def test_a_rule_with_a_fault_is_shown_without_leaving_and_mended_by_a_click(visit):
    page = visit("/demo/customers")
    page.get_by_role("textbox").fill("ordrs > 7")
    page.keyboard.press("Enter")
    page.locator(".v-caret mark").wait_for()
    assert page.get_by_role("textbox").input_value() == "ordrs > 7"
    page.get_by_role("link", name="orders > 7").click()
    page.wait_for_url(re.compile(r"where=orders"))
    page.locator(".v-table").wait_for()
    assert page.locator(".v-caret").count() == 0


def test_the_first_column_of_a_table_stays_on_a_phone(visit):
    page = visit("/demo/customers", width=390)
    scroll = page.locator(".v-scroll")
    first = page.locator(".v-table tbody tr:first-child > :first-child")
    before = first.bounding_box()["x"]
    scroll.evaluate("box => box.scrollLeft = 200")
    assert scroll.evaluate("box => box.scrollLeft") > 0
    assert abs(first.bounding_box()["x"] - before) < 1


def test_on_a_phone_what_lies_beyond_the_edge_shows_and_a_tap_leads_there(visit):
    """The table was cut after its third column, and nothing said that there were more."""
    page = visit("/demo/customers", width=390)
    scroll, more = page.locator(".v-scroll"), page.get_by_role("button", name="More columns")
    assert "v-beyond" in scroll.get_attribute("class")
    last = page.locator(".v-table thead th").last
    while more.is_visible():
        at = scroll.evaluate("box => box.scrollLeft")
        more.click()
        expect(scroll).not_to_have_js_property("scrollLeft", at, timeout=WAIT)
        page.evaluate("new Promise(drawn => requestAnimationFrame(() => setTimeout(drawn, 30)))")
    box = last.bounding_box()
    assert box["x"] + box["width"] <= 390
    assert "v-beyond" not in scroll.get_attribute("class")
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(page.locator(".v-swipe")).not_to_contain_class("v-on", timeout=WAIT)


def test_on_a_phone_a_wide_picture_says_that_there_is_more(visit):
    """It was cut at the edge like any other, and nothing invited to swipe."""
    page = visit("/demo", width=390)
    drawn(page)
    box = page.locator(".v-scroll", has=page.locator("#cohorts"))
    more = page.locator(f"[data-swipe={box.get_attribute('id')}]")
    expect(more).to_have_text("More to the right ›")
    more.click()
    expect(box).not_to_have_js_property("scrollLeft", 0, timeout=WAIT)
    page.set_viewport_size({"width": 1440, "height": 900})
    expect(more).not_to_be_visible(timeout=WAIT)


def test_a_menu_opens_within_the_phone(visit):
    page = visit("/demo/customers", width=390)
    for name in ("Export", "Columns"):
        page.locator("summary", has_text=name).click()
        box = page.locator("details[open] .v-pop-body").bounding_box()
        assert box["x"] >= 0, name
        assert box["x"] + box["width"] <= 390, name


def test_a_job_is_asked_again_until_it_is_done(visit):
    page = visit("/demo")
    page.locator("#doing.v-doing-done").wait_for(timeout=5000)
    assert page.get_by_role("link", name="See the result").is_visible()
