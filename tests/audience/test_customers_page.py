"""The page of all customers: filter, search, quick filters, export, labels."""

import csv
import io
import re

import pyarrow.parquet as pq
import pytest
from tests.value.faces.fixtures import PEOPLE, client, customer_id


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_customers_are_called_by_name_and_number_never_by_a_bare_id(few):
    page = client(few).get("/customers").text
    assert "A. L. 1" in page
    assert "林 ** 5" in page
    one = customer_id(few, "1")
    assert f'href="/customers/{one}"' in page
    assert f">{one}<" not in page


def test_names_of_any_length_script_and_direction_are_masked_and_kept_whole(few):
    page = client(few).get("/customers").text
    for hidden in ("Lovelace", "Bartholomew", "עליכם", "ada@example", "O'Neill"):
        assert hidden not in page
    assert "😀" in page


def test_the_sentence_tells_what_the_rule_finds_and_what_they_carry(few):
    said = text_of(client(few).get("/customers", params={"where": "orders >= 2"}))
    assert "1 customer fits and brought £85.50" in said


def test_a_rule_with_a_mistake_is_marked_in_its_place_with_the_near_name(few):
    answer = client(few).get("/customers", params={"where": 'teir == "top"'})
    assert answer.status_code == 422
    assert "<mark>teir</mark>" in answer.text
    assert "tier == &#34;top&#34;" in answer.text


def test_a_rule_that_fits_nobody_says_so(few):
    answer = client(few).get("/customers", params={"where": "orders > 1000"})
    assert answer.status_code == 200
    assert "No customer fits this rule." in answer.text


def test_tiers_and_segments_are_quick_filters(retail):
    page = client(retail).get("/customers").text
    link = re.search(r'href="(/customers\?[^"]*where=tier[^"]*)"', page)[1].replace("&amp;", "&")
    chosen = client(retail).get(link).text
    assert 'aria-current="page"' in chosen
    assert "brought" in chosen


@pytest.mark.parametrize("how", ["csv", "excel", "parquet"])
def test_everything_that_fits_is_exported(retail, how):
    answer = client(retail).get("/customers", params={"where": 'tier == "top"', "format": how})
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    if how == "csv":
        top = client(retail).get("/api/v1/value/tiers").json()["items"][0]["customers"]
        assert len(answer.text.splitlines()) == top + 1


def read_export(house, how, **params):
    answer = client(house).get("/customers", params={"format": how, **params})
    if how == "parquet":
        return pq.read_table(io.BytesIO(answer.content)).to_pylist()
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.parametrize(
    ("how", "label", "number"),
    [
        ("csv", "label", "number"),
        ("parquet", "label", "number"),
        ("excel", "Customer", "Number in the source"),
    ],
)
def test_an_export_names_customers_as_the_page_does_and_by_the_shops_number(
    few, how, label, number
):
    """It had nothing but an id that the shop does not know."""
    rows = read_export(few, how, sort="customer_id", show="value_amount")
    told = {row[number]: row[label] for row in rows}
    assert told["1"] == "A. L. 1"
    assert told["5"] == "林 ** 5"
    assert not re.search("Lovelace|ada@example|7946", str(rows))


def test_an_export_keeps_rule_and_sort(retail):
    params = {"where": "orders > 2", "sort": "-days_since_order"}
    page = client(retail).get("/api/v1/customers", params={**params, "limit": 1000}).json()
    rows = read_export(retail, "csv", **params)
    assert [row["number"] for row in rows] == [row["number"] for row in page["items"]]
    assert [int(row["days_since_order"]) for row in rows] == sorted(
        (int(row["days_since_order"]) for row in rows), reverse=True
    )


def test_money_of_an_export_has_its_currency_and_shares_their_range(few):
    assert {row["currency"] for row in read_export(few, "csv")} == {"GBP"}
    heads = read_export(few, "excel", show=["value_amount", "return_share"])[0]
    assert {"Value (GBP)", "Share given back (0–1)"} <= set(heads)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1", "1"),
        ("user_id:1", "1"),
        ("ADA@example.co.uk", "1"),
        ("+44 20 7946 0123", "1"),
        ("lovelace", "1"),
        ("晓梅", "5"),
    ],
)
def test_a_customer_is_found_by_number_address_phone_and_name(few, typed, number):
    answer = client(few).post("/customers/find", data={"typed": typed}, follow_redirects=False)
    if answer.status_code == 303:
        assert answer.headers["location"] == f"/customers/{customer_id(few, number)}"
    else:
        assert customer_id(few, number) in answer.text


def test_the_api_finds_customers_by_what_somebody_types(few):
    found = client(few).post("/api/v1/customers/find", json={"text": "lovelace"}).json()
    assert found == {
        "items": [{"customer_id": customer_id(few, "1"), "label": "A. L. 1", "number": "1"}]
    }
    assert client(few).post("/api/v1/customers/find", json={"text": "nobody"}).json()["items"] == []


def test_who_is_not_found_gets_a_hint_and_keeps_what_was_typed(few):
    answer = client(few).post("/customers/find", data={"typed": "Nobody <b>"})
    assert "No customer is known by that" in answer.text
    assert 'value="Nobody &lt;b&gt;"' in answer.text


def test_the_api_gives_every_column_and_pages_by_cursor(few):
    web = client(few)
    first = web.get("/api/v1/customers", params={"limit": 2, "sort": "-value_amount"}).json()
    assert (first["total"], len(first["items"])) == (len(PEOPLE), 2)
    assert first["items"][0]["tier"] == "top"
    assert (first["items"][0]["label"], first["items"][0]["number"]) == ("A. L. 1", "1")
    assert first["currency"] == "GBP"
    then = web.get(
        "/api/v1/customers", params={"limit": 2, "sort": "-value_amount", "cursor": first["next"]}
    ).json()
    assert {r["customer_id"] for r in first["items"]}.isdisjoint(
        {r["customer_id"] for r in then["items"]}
    )


def test_before_the_first_build_the_api_says_what_to_do(bare):
    assert "valence build" in client(bare).get("/api/v1/customers").json()["detail"]
    assert "No orders have been imported yet." in client(bare).get("/customers").text


def test_breadth_is_called_by_what_it_counts(few):
    """It was called categories where none is known, and products were counted."""
    page = client(few).get("/customers?show=breadth&show=breadth_of").text
    assert "Products bought" in page
    assert "Categories" not in page
    assert ">products<" in page
    one = client(few).get(f"/customers/{customer_id(few, '1')}").text
    assert "Products bought" in one
