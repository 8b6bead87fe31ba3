"""The value bridge on its page, by command and by API: bars, their customers, what ties."""

import json
import re
from decimal import Decimal

import pytest
from tests.browsing import clean, drawn
from tests.value.faces.brands import fill, literal_lines
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.core.errors import BadInputError, NotFoundError
from valence.value.commands import value

runner = CliRunner()
TWO_YEARS = (
    # invoice, product, quantity, placed, price, customer
    ("o1", "tea", 1, "2023-05-01 10:00", 5.00, "back"),
    ("o2", "tea", 1, "2024-02-01 10:00", 20.00, "left"),
    ("o3", "tea", 1, "2024-02-02 10:00", 10.00, "less"),
    ("o4", "tea", 1, "2024-02-03 10:00", 10.00, "more"),
    ("Co5", "tea", -1, "2024-03-01 10:00", 3.00, "only returns"),
    ("o6", "tea", 1, "2024-04-01 10:00", 7.00, None),
    ("o7", "tea", 1, "2025-01-01 10:00", 9.00, "came"),
    ("o8", "tea", 1, "2025-01-02 10:00", 6.00, "back"),
    ("o9", "tea", 1, "2025-01-03 10:00", 4.00, "less"),
    ("o10", "tea", 2, "2025-01-04 10:00", 8.00, "more"),
    ("o11", "tea", 1, "2025-06-30 10:00", 1.00, None),
)


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    from tests.value.faces.brands import brand_house

    house = brand_house(tmp_path_factory.mktemp("bridge") / "brand")
    fill(house, literal_lines(TWO_YEARS))
    house.build()
    yield house
    house.close()


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def told(house, *words, wrong=None):
    result = runner.invoke(
        value.app, ["bridge", *words, "--json", "--brand", str(house.brand.root)]
    )
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_the_page_says_where_value_went(years):
    said = text_of(client(years).get("/value/bridge"))
    assert "In the last 12 months customers brought £35.00, £2.00 less. (than £37.00" in said
    assert "came back brought £15.00, those who bought more £9.00; £6.00 went" in said
    assert "New 1 £0.00 £9.00 £9.00" in said
    assert "The longest step up: New, £9.00. The longest step down: Lost, £20.00." in said
    assert "value: net revenue" in said
    assert "All orders 6 £44.00 −£8.00 £36.00" in said


def test_both_ends_with_the_orders_of_nobody_are_the_value_of_the_summary(retail):
    web = client(retail)
    lines = {row["move"]: row for row in web.get("/api/v1/value/bridge").json()["moves"]}
    summary = web.get("/api/v1/value/summary").json()
    assert lines["all orders"]["closing_amount"] == summary["value_12m_amount"]
    assert lines["all orders"]["opening_amount"] == summary["value_prior_12m_amount"]


@pytest.mark.parametrize("house", ["years", "retail"])
def test_every_bar_opens_its_customers(house, request):
    web = client(request.getfixturevalue(house))
    found = web.get("/api/v1/value/bridge").json()["moves"]
    bars = [row for row in found if row["where"]]
    assert len(bars) == 5
    for row in bars:
        behind = web.get("/api/v1/customers", params={"where": row["where"], "limit": 1})
        assert behind.json()["total"] == row["customers"], row["move"]
    page = web.get("/value/bridge").text
    link = re.search(r'href="(/customers\?where=[^"]+orders_prior_12m[^"]+)"', page)
    assert web.get(link[1].replace("&amp;", "&")).status_code == 200


def test_new_customers_are_the_same_on_the_bridge_and_on_the_page_of_equity(years):
    web = client(years)
    moves = {
        row["move"]: row["customers"] for row in web.get("/api/v1/value/bridge").json()["moves"]
    }
    assert moves["new"] == web.get("/api/v1/value/equity").json()["new_customers_12m"] > 0
    said = f"customers: {moves['new']} new, {moves['reactivated']} back again"
    assert said in text_of(web.get("/value/bridge"))
    assert f"New customers, last 12 months {moves['new']} " in text_of(web.get("/value/equity"))


def test_a_year_that_the_orders_do_not_cover_is_named(retail, few):
    said = text_of(client(retail).get("/value/bridge"))
    assert "the year before is not whole. (the orders begin on 1 Dec 2010" in said
    assert "orders of two years: there will be one from 24 Nov 2012 on" in said
    assert "910" not in said, "what stayed of nine days is no share of a year"
    assert not told(retail)["opening_is_whole"]
    said = text_of(client(few).get("/value/bridge"))
    assert "The orders begin on 10 Jan 2025, so there is no year before" in said
    assert "Not enough data" in said


def test_before_the_first_build_the_page_says_what_is_missing(bare):
    assert "No orders have been imported yet." in text_of(client(bare).get("/value/bridge"))
    assert client(bare).get("/api/v1/value/bridge").status_code == 404
    assert "valence build" in told(bare, wrong=NotFoundError)


def test_by_a_dimension_it_is_told_exported_and_refused(years):
    web = client(years)
    lines = web.get("/value/bridge?by=country&format=csv").text.splitlines()
    assert lines[0].replace('"', "").startswith("name,customers,opening_amount,new_amount")
    assert lines[1].split(",")[0].strip('"') == "United Kingdom"
    refused = web.get("/value/bridge?by=contry")
    assert (refused.status_code, "Did you mean" in refused.text) == (422, True)


def test_any_two_days_are_bridged_by_command(years):
    found = told(years, "--from", "2023-12-31", "--to", "2024-12-31", "--by", "country")
    moves = {row["move"]: row for row in found["moves"]}
    assert (found["opening_on"], found["closing_on"]) == ("2023-12-31", "2024-12-31")
    assert {name: row["customers"] for name, row in moves.items() if row["customers"]} == {
        "new": 3, "shrunk": 1, "lost": 1, "customers": 5, "all orders": 5,
    }  # fmt: skip
    assert Decimal(found["opening_amount"]) == 5
    assert found["items"][0]["name"] == "United Kingdom"
    other = told(years, "--from", "2025-01-01")  # from the published marts, another opening day
    assert (other["computed"], other["opening_amount"]) == ("last build", "46.0000")


def test_a_bar_lists_its_customers_by_command(years):
    found = told(years, "--move", "shrunk", "--limit", "1")
    (row,) = found["customers"]
    assert (found["total"], row["name"], row["change_amount"]) == (1, "less", "-6.0000")
    assert "Did you mean 'lost'" in told(years, "--move", "lots", wrong=BadInputError)
    printed = runner.invoke(
        value.app, ["bridge", "--by", "tier", "--move", "new", "--brand", str(years.brand.root)]
    )
    assert "New: 1 of 1 customers" in printed.output


@pytest.mark.browser
def test_the_bridge_is_drawn_and_readable_in_every_mode(visit, address):
    page = visit("/value/bridge")
    drawn(page, "bridge")
    clean(page)
    assert page.complaints == []
