"""Table pages, and the same rows by the API."""

import io
import re
from dataclasses import replace

import pyarrow.parquet as pq
import pytest


def names(text):
    return re.findall(r'<th scope="row"[^>]*>(?:<a[^>]*>)?([^<]*)', text)


def test_a_table_shows_its_first_page_and_says_how_many_there_are(web):
    text = web.get("/demo/customers").text
    assert len(names(text)) == 50
    assert "1–50 of 137" in text
    assert 'aria-sort="descending"' in text


def test_a_rule_filters_and_stays_in_the_field(web):
    text = web.get("/demo/customers", params={"where": 'bond == "strong" and orders > 5'}).text
    assert "bond == &#34;strong&#34; and orders &gt; 5" in text
    api = web.get("/api/v1/demo/customers", params={"where": 'bond == "strong" and orders > 5'})
    assert api.json()["total"] > 0
    assert {row["bond"] for row in api.json()["items"]} == {"strong"}


def test_a_rule_with_a_fault_shows_it_in_its_place_and_keeps_it(web):
    answer = web.get("/demo/customers", params={"where": "ordrs > 3"})
    assert answer.status_code == 422
    assert "<mark>ordrs</mark> &gt; 3" in answer.text
    assert "Did you mean &#39;orders&#39;?" in answer.text
    assert 'value="ordrs &gt; 3"' in answer.text
    assert "where=orders+%3E+3" in answer.text  # the rule mended, as a link


def test_the_next_cursor_of_a_page_leads_through_all_rows_once(web):
    seen, path = [], "/api/v1/demo/customers?sort=-worth&limit=40"
    cursor = ""
    while cursor is not None:
        body = web.get(f"{path}&cursor={cursor}").json()
        seen += [row["customer_id"] for row in body["items"]]
        cursor = body["next"]
    assert len(seen) == len(set(seen)) == 137


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("sort=wort", "There is no column &#39;wort&#39; here. Did you mean &#39;worth&#39;?"),
        ("show=nam", "Did you mean &#39;name&#39;?"),
        ("limit=0", "A page has 1 to 1000 rows"),
        ("cursor=zzz", "begin at the first page"),
        ("format=pdf", "is not a format of export"),
    ],
)
def test_a_wrong_address_is_refused_in_words(web, query, said):
    answer = web.get(f"/demo/customers?{query}")
    assert answer.status_code == 422
    assert said in answer.text


def test_columns_can_be_chosen_and_stay_chosen_when_sorting(web):
    text = web.get("/demo/customers?show=name&show=customer_id").text
    assert "c00001" in text
    assert "show=name&amp;show=customer_id&amp;sort=" in text
    assert "¥" not in text


def test_zero_negative_and_missing_are_told_apart(web):
    text = web.get("/demo/customers?where=worth+<=+0+or+worth+is+missing&limit=200").text
    assert "¥0.00" in text
    assert "−¥" in text
    assert "not known" in text


def test_no_row_is_said(web):
    assert "No row fits this rule." in web.get("/demo/customers?where=orders+>+99").text


def test_saving_a_segment_is_offered_only_where_a_part_can_keep_one(web, app):
    assert "Save as segment" not in web.get("/demo/customers").text
    house = app.state.house
    able = [replace(each, save_segment="/segments/new") for each in house.capabilities]
    app.state.house = replace(house, capabilities=able)
    try:
        page = web.get("/demo/customers?where=orders+>+3").text
    finally:
        app.state.house = house
    assert 'href="/segments/new?where=orders+%3E+3"' in page


def test_csv_is_guarded_against_formulas(web):
    lines = web.get("/demo/customers?format=csv&where=orders+<+9").text.splitlines()
    columns = ["customer_id", "name", "worth", "orders", "active", "bond", "last_order_on"]
    assert lines[0].replace('"', "").split(",") == [*columns, "currency"]
    assert len(lines) == 138
    assert any('"\'=1+2"' in line for line in lines)
    assert any('"\'-5 apples"' in line for line in lines)
    assert any(",-4001.0000," in line for line in lines)  # a number is no formula


def exported(web, **params):
    return pq.read_table(
        io.BytesIO(web.get("/demo/customers", params={"format": "parquet", **params}).content)
    )


def test_csv_for_excel_has_a_mark_and_titles_with_units(web):
    answer = web.get("/demo/customers?format=excel&show=name&show=worth&show=active")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    head = answer.text.splitlines()[0]
    assert head.endswith('"Name","Value (CNY)","Progress (0–1)"')
    assert "attachment" in answer.headers["content-disposition"]
    chinese = web.get("/demo/customers?format=excel&show=worth", headers={"accept-language": "zh"})
    assert "价值（CNY）" in chinese.text


def test_parquet_is_typed_and_whole_and_each_column_has_its_unit(web):
    table = exported(web)
    assert table.num_rows == 137
    assert str(table.schema.field("worth").type) == "decimal128(18, 4)"
    assert table.schema.field("worth").metadata == {b"unit": b"CNY"}
    assert table.schema.field("active").metadata == {b"unit": "0–1".encode()}
    assert set(table["currency"].to_pylist()) == {"CNY"}


@pytest.mark.parametrize("sort", ["-worth", "worth", "name"])
def test_an_export_has_the_rows_of_the_rule_in_the_order_of_the_page(web, sort):
    """It was in the order of the key, whatever the page showed."""
    params = {"where": "orders > 3", "sort": sort}
    page = web.get("/api/v1/demo/customers", params={**params, "limit": 200}).json()
    there = [row["customer_id"] for row in page["items"]]
    assert exported(web, **params)["customer_id"].to_pylist() == there
