"""The page of worth: what it says on real, small, odd and missing data."""

import re

import pytest
from tests.value.faces.brands import fill, literal_lines
from tests.value.faces.fixtures import client


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_it_says_who_carries_the_value_and_how_much(retail):
    answer = client(retail).get("/value")
    said = text_of(answer)
    assert answer.status_code == 200
    summary = client(retail).get("/api/v1/value/summary").json()
    assert f"{summary['top_customers']} of {summary['customers']} customers" in said
    assert f"carry {summary['top_value_share'] * 100:.1f}" in said
    assert "value: net revenue" in said
    assert "as of 9 Dec 2011" in said


def test_what_names_nobody_stands_apart(few):
    said = text_of(client(few).get("/value"))
    assert "Orders without a customer £30" in said


def test_value_per_customer_is_of_known_customers(few):
    said = text_of(client(few).get("/value"))
    assert "Value, last 12 months £87.50" in said
    assert "£30.00 of it without a known customer" in said
    assert "Value per customer, 12 months £14.38 £57.50 by 4 known customers" in said


def test_every_cell_of_the_grid_opens_its_customers(retail):
    page, web = client(retail).get("/value").text, client(retail)
    links = re.findall(r'href="(/customers\?where=recency_level[^"]+)"', page)
    cells = web.get("/api/v1/value/rfm?limit=1").json()["grid"]
    assert len(links) == len(cells)
    first = web.get(links[0].replace("&amp;", "&"))
    assert first.status_code == 200
    assert "customers fit" in first.text


def test_the_segments_are_sorted_by_value_and_exported(retail):
    lines = client(retail).get("/value?format=csv").text.splitlines()
    assert lines[0].replace('"', "").startswith("segment,customers,customers_share,value_amount")
    assert len(lines) > 5


def test_in_chinese_nothing_is_left_in_english(retail):
    page = client(retail, lang="zh").get("/value").text
    rules = re.sub(r"<code.*?</code>|<input[^>]*>|<script.*?</script>", "", page, flags=re.DOTALL)
    said = " ".join(re.sub(r"<[^>]+>", " ", rules).split())
    assert "价值分层" in said
    for word in ("customers", "Recency", "tier", "segment", "value"):
        assert word not in said


def test_before_the_first_import_the_page_says_what_is_missing_and_the_step(bare):
    said = text_of(client(bare).get("/value"))
    assert "No orders have been imported yet." in said
    assert "Import orders" in said


def test_before_the_first_build_the_page_offers_to_build(shop):
    fill(shop, literal_lines([("a", "tea", 1, "2025-01-01 10:00", 9, "1")]))
    assert "have not been built" in client(shop).get("/value").text
    assert "have not been built" in client(shop).get("/customers").text
    assert "have not been built" in client(shop).get("/cohorts").text


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("a", "tea", 1, "2025-01-01 10:00", 9, "1")], "The best 100 % of customers carry 100 %"),
        ([("Ca", "tea", -1, "2025-01-01 10:00", 9, "1")], "no value above zero"),
        ([("a", "tea", 1, "2025-01-01 10:00", 0, "1")], "no value above zero"),
        ([("a", "tea", 1, "2025-01-01 10:00", 9, None)], "No order names a customer"),
    ],
    ids=["one customer", "returns only", "value of zero", "nobody is named"],
)
def test_odd_data_are_said_and_not_drawn(shop, rows, said):
    fill(shop, literal_lines(rows))
    shop.build()
    web = client(shop)
    assert said in text_of(web.get("/value")).replace("\u202f", " ")
    for page in ("/value", "/cohorts", "/customers"):
        assert web.get(page).status_code == 200


def test_a_rule_with_a_fault_comes_back_marked(retail):
    answer = client(retail).get("/value", params={"where": "custmers > 3"})
    assert answer.status_code == 422
    assert "<mark>custmers</mark>" in answer.text
