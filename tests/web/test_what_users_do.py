"""What a person does with the pages that the tests of the single parts do not do already."""

import re

import pyarrow.parquet as pq
import pytest
from tests.browsing import drawn

pytestmark = pytest.mark.browser


def fitting(page):
    """Return how many customers the page says that fit."""
    said = page.locator(".v-answer").inner_text()
    return int(re.search(r"([\d,]+) customers? fits?", said)[1].replace(",", ""))


def test_a_rule_is_typed_and_what_fits_is_exported_as_parquet(visit, tmp_path):
    page = visit("/customers", accept_downloads=True)
    page.locator("#table-customers-where").fill("orders > 2")
    page.keyboard.press("Enter")
    page.get_by_text("customers fit").wait_for()
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Parquet").click()
    waiting.value.save_as(tmp_path / "customers.parquet")
    assert pq.read_table(tmp_path / "customers.parquet").num_rows == fitting(page)


def test_columns_are_chosen_and_what_each_means_can_be_read(visit):
    page = visit("/customers")
    page.get_by_text("What can a rule name?").click()
    assert "Days since the first order" in page.locator(".v-names").inner_text()
    page.locator("summary", has_text="Columns").click()
    page.get_by_label("Average order").check()
    page.get_by_role("button", name="Show these").click()
    page.get_by_role("columnheader", name="Average order").wait_for()


def test_how_it_is_computed_opens_on_every_page_of_figures_and_closes_by_escape(visit):
    page = visit("/")
    for path in ("/", "/customers", "/value", "/cohorts", "/builds"):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + path)
        page.locator(".v-how summary").first.click()
        panel = page.locator(".v-how-panel").first
        panel.wait_for()
        assert "Definition" in panel.inner_text()
        page.keyboard.press("Escape")
        panel.wait_for(state="hidden")


def test_a_tier_and_a_point_of_the_curve_open_their_customers(visit):
    page = visit("/value")
    drawn(page, "lorenz", "tiers")
    page.locator("#tiers-table-body a").first.click()
    top = fitting(page)
    page.go_back()
    drawn(page, "lorenz", "tiers")
    # The first point of the curve: the worse hue, so that it stands out.
    box = page.locator("#lorenz svg path[fill='#c2410c']").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.get_by_text(re.compile("customers? fits?")).wait_for()
    assert fitting(page) == top


def test_the_table_of_cohorts_is_sorted_and_filtered_and_a_cohort_opens(visit):
    page = visit("/cohorts")
    page.locator("#table-cohorts-where").fill("months_since == 1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("months_since"))
    page.get_by_role("link", name="Retention", exact=True).click()
    page.locator('th[aria-sort="descending"]', has_text="Retention").wait_for()
    shares = page.locator("#table-cohorts-body tbody tr").all_inner_texts()
    assert len(shares) > 5
    page.locator("#triangle tbody a").first.click()
    page.get_by_text(re.compile("customers? fits?")).wait_for()


def test_on_a_phone_the_menu_leads_from_page_to_page_in_chinese(visit):
    page = visit("/", lang="zh", width=390)
    page.get_by_role("button", name="菜单").click()
    page.locator("#nav").get_by_role("link", name="同期群").click()
    page.get_by_role("heading", name="同期群", exact=True).wait_for()
    assert page.complaints == []


def test_a_setting_is_looked_up_beside_the_editor_and_the_version_before_is_compared(visit):
    page = visit("/definitions")
    page.get_by_role("link", name="RFM scores").click()
    assert "whole number, 2 to 9" in page.locator("#settings").inner_text()
    page.get_by_role("link", name="version 2").click()
    assert page.locator("tr", has_text="bins").inner_text().split() == ["bins", "4", "3"]


def test_by_keyboard_alone_a_customer_is_reached_from_the_overview(visit):
    page = visit("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the content
    finding = page.locator(".list-group-item a").first
    finding.focus()
    page.keyboard.press("Enter")
    page.locator("#table-customers-body tbody th a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("Who is this, what are they worth").wait_for()
    assert page.complaints == []


def test_a_product_is_found_in_the_matrix_and_opens_those_who_bought_it(visit):
    page = visit("/products")
    page.locator("#table-products-where").fill("sales > 1")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("sales"))
    product = page.locator("#table-products-body tbody th a").first
    name = product.inner_text()
    product.click()
    page.get_by_role("heading", name=name, exact=True).wait_for()
    page.locator("#table-buyers-body tbody th a").first.click()
    page.get_by_text("Who is this, what are they worth").wait_for()
    assert page.complaints == []


def test_a_rung_of_the_ladder_opens_its_customers(visit):
    page = visit("/value/ladder")
    page.locator("#rungs-table-body tbody a").first.click()
    page.get_by_text(re.compile("customers? fits?")).wait_for()
    assert page.complaints == []


def test_the_valuable_without_a_strong_bond_are_reached_from_the_page_of_the_bond(visit):
    page = visit("/value/bond")
    drawn(page, "bond-tiers")
    page.locator("#bond-tiers-table-body tbody a").first.click()
    of_tier = fitting(page)
    page.go_back()
    page.get_by_role("link", name="See the valuable ones without a strong bond").click()
    page.get_by_text(re.compile("customers? fits?")).wait_for()
    assert 0 < fitting(page) <= of_tier
    assert page.complaints == []


def test_a_tier_of_customer_equity_opens_its_customers(visit):
    page = visit("/value/equity")
    drawn(page, "equity-tiers", "retention")
    count = page.locator("#equity-tiers-table-body tbody tr").first.locator("td").first.inner_text()
    page.locator("#equity-tiers-table-body tbody a").first.click()
    page.get_by_text(re.compile("customers? fits?")).wait_for()
    assert fitting(page) == int(count.replace(",", ""))
    assert page.complaints == []


def test_an_early_star_is_opened_and_the_list_is_exported(visit, tmp_path):
    page = visit("/value/stars", accept_downloads=True)
    page.locator("summary", has_text="Export").click()
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").first.click()
    waiting.value.save_as(tmp_path / "stars.csv")
    assert "customer_id" in (tmp_path / "stars.csv").read_text("utf-8-sig").splitlines()[0]
    page.locator("table tbody th a").first.click()
    page.get_by_text("Who is this, what are they worth").wait_for()
    assert page.complaints == []


def test_kept_predictions_are_sorted_and_lead_to_those_already_due(visit):
    page = visit("/value/model")
    page.locator("main a[href='/value/model/predictions']").first.click()
    page.locator("#table-predictions thead").get_by_role("link", name="Customers").click()
    page.locator('th[aria-sort="descending"]', has_text="Customers").wait_for()
    page.get_by_text("What can a rule name?").click()
    page.get_by_role("link", name="value_came_amount is not missing").click()
    page.wait_for_url(re.compile("value_came_amount"))
    assert page.complaints == []


def test_answers_are_weighed_and_the_page_says_what_that_changes(visit):
    page = visit("/experience?by=stage")
    page.get_by_label("An answer counts").select_option("tier")
    page.get_by_text("where every answer counts once").wait_for()
    page.get_by_role("link", name="Satisfaction").click()  # and it stays so on the next tab
    page.get_by_text("Satisfaction is").wait_for()
    drawn(page)
    assert page.complaints == []


def test_an_interview_is_opened_and_its_codes_stand_beside_its_words(visit):
    page = visit("/experience/interviews")
    page.get_by_role("link", name="A teapot sent back").click()
    page.get_by_text("The lid was chipped").wait_for()
    assert page.get_by_text("demo").first.is_visible()
    assert page.complaints == []
