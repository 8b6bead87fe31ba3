"""What a user does with customers, worth and cohorts, in a real browser."""

import pytest
from tests.browsing import drawn

pytestmark = pytest.mark.browser


def test_a_rule_is_mistyped_mended_sorted_and_paged(visit):
    page = visit("/customers")
    rule = page.locator("#table-customers-where")
    rule.fill('teir == "base" and days_since_order > 60')
    rule.press("Enter")
    page.locator("mark", has_text="teir").wait_for()
    page.get_by_role("link", name='tier == "base" and days_since_order > 60').first.click()
    page.get_by_text("customers fit").wait_for()
    page.get_by_role("link", name="Days since", exact=True).click()
    page.locator('th[aria-sort="descending"]', has_text="Days since").wait_for()
    first = page.locator("#table-customers-body tbody th").first.inner_text()
    page.get_by_role("link", name="Next").click()
    page.locator(".v-pages", has_text="51–").wait_for()
    assert page.locator("#table-customers-body tbody th").first.inner_text() != first


def test_a_table_is_exported(visit):
    page = visit("/customers", accept_downloads=True)
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV all rows").click()
    assert waiting.value.suggested_filename == "customers.csv"


def test_a_customer_is_found_opened_and_an_order_unfolded_by_keyboard(visit):
    page = visit("/customers")
    page.get_by_label("Name, e-mail, phone, or number").fill("12748")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Customer A. L. 12748").wait_for()
    order = page.locator("#timeline li details summary").first
    order.focus()
    page.keyboard.press("Enter")
    page.locator("#timeline li details table").first.wait_for()
    assert page.locator("#timeline li details table tbody tr").count() > 5


def test_contact_data_are_shown_on_demand_and_older_entries_appended(visit):
    page = visit("/customers/12748")
    assert page.get_by_text("ada@example.co.uk").count() == 0
    page.get_by_role("button", name="Show contact data").click()
    page.get_by_text("ada@example.co.uk").wait_for()
    before = page.locator("#timeline li").count()
    page.get_by_role("link", name="Older").click()
    page.locator("#timeline li").nth(before).wait_for()


def test_the_language_and_the_theme_are_switched_and_kept(visit):
    page = visit("/value")
    page.get_by_role("button", name="简体中文").click()
    page.locator('html[lang="zh-CN"]').wait_for()
    page.locator("button[name=theme][value=dark]").click()
    page.locator('html[data-bs-theme="dark"]').wait_for()
    drawn(page, "lorenz", "tiers")


def test_a_cell_of_the_grid_opens_its_customers(visit):
    page = visit("/value")
    page.locator("#rfm-grid td a").first.click()
    page.get_by_text("customers fit").wait_for()


def test_without_script_an_order_opens_as_a_page(visit):
    page = visit("/customers/12748", java_script_enabled=False)
    page.locator("#timeline li details summary").first.click()
    page.get_by_role("link", name="Show the lines").first.click()
    page.get_by_text("What was in it?").wait_for()
