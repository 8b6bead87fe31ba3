"""Value by group and by firm, on pages, by command and by API."""

import json
import re
from decimal import Decimal

import pytest
from tests.browsing import clean, drawn
from tests.value.faces.brands import brand_house, fill, literal_lines
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.core.errors import BadInputError
from valence.lake.build import Ask
from valence.value.commands import value

runner = CliRunner()
LINES = (
    # invoice, product, quantity, placed, price, customer
    ("o1", "tea", 1, "2024-05-01 10:00", 100.00, "1"),
    ("o2", "tea", 1, "2025-05-02 10:00", 90.00, "1"),
    ("o3", "tea", 1, "2025-05-03 10:00", 10.00, "2"),
    ("o4", "tea", 1, "2024-05-04 10:00", 30.00, "3"),
    ("o5", "tea", 1, "2025-05-05 10:00", 5.00, "4"),
)


def said_of(**firms):
    """SQL of identifiers that name the firm of each customer."""
    values = ", ".join(f"('{who[1:]}', '{firm}')" for who, firm in firms.items())
    return {
        "identifiers": f"""SELECT 'crm' AS source, 'user_id' AS id_type, k.id_key,
            k.id_key AS link_key, t.firm AS account_id
            FROM keys k JOIN (VALUES {values}) AS t(who, firm) ON t.who = k.value"""
    }


@pytest.fixture(scope="module")
def firms(tmp_path_factory):
    house = brand_house(tmp_path_factory.mktemp("firms") / "brand")
    fill(house, literal_lines(LINES), others=said_of(_1="Acme & Co", _2="Acme & Co", _3="Silent"))
    house.build()
    yield house
    house.close()


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def told(house, *words, wrong=None):
    result = runner.invoke(value.app, [*words, "--json", "--brand", str(house.brand.root)])
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def test_the_page_says_which_group_brings_most(retail):
    said = text_of(client(retail).get("/value/groups"))
    rows = client(retail).get("/api/v1/value/groups").json()["items"]
    assert f"Most came from {rows[0]['name'].capitalize()}" in said
    assert f"{rows[0]['customers_12m']} customers" in said
    assert "value: net revenue" in said


def test_groups_of_one_dimension_sum_to_all_customers(retail):
    web = client(retail)
    whole = web.get("/api/v1/value/summary").json()
    for by in ("segment", "tier", "main_channel", "country", "store"):
        found = web.get("/api/v1/value/groups", params={"by": by}).json()["items"]
        assert sum(row["customers"] for row in found) == whole["customers"]
        assert sum(row["value_12m_share"] for row in found) == pytest.approx(1)
        assert web.get("/value/groups", params={"by": by}).status_code == 200


def test_each_group_opens_its_customers_and_is_exported(retail):
    web = client(retail)
    page = web.get("/value/groups?by=country").text
    link = re.search(r'href="(/customers\?where=country[^"]+)"', page)[1].replace("&amp;", "&")
    assert "customers fit" in web.get(link).text
    lines = web.get("/value/groups?by=country&format=csv").text.splitlines()
    assert lines[0].replace('"', "").startswith("name,customers,customers_12m,value_12m_amount")


def test_a_dimension_that_is_not_known_is_said_and_one_that_is_not_there_refused(retail, few):
    said = text_of(client(few).get("/value/groups?by=store"))
    assert "Not enough data: of no customer is this known." in said
    assert "Did you mean" in text_of(client(retail).get("/value/groups?by=tear"))
    assert "Did you mean 'tier'" in told(retail, "groups", "--by", "tear", wrong=BadInputError)


def test_the_command_prints_what_the_page_shows(retail):
    found = told(retail, "groups", "--by", "tier")
    assert {row["name"] for row in found["items"]} == {"top", "middle", "base"}
    amounts = [Decimal(row["value_12m_amount"]) for row in found["items"]]
    assert amounts == sorted(amounts, reverse=True)
    result = runner.invoke(value.app, ["groups", "--brand", str(retail.brand.root)])
    assert "Champions" in result.output
    earlier = told(retail, "groups", "--by", "tier", "--as-of", "2011-06-30")
    assert earlier["computed"] == "now"


def test_without_firms_the_page_says_how_to_bring_them_in(retail):
    said = text_of(client(retail).get("/value/groups/accounts"))
    assert "No customer belongs to a firm." in said
    assert "account_id" in said
    assert client(retail).get("/api/v1/value/accounts").json()["items"] == []


def test_a_firm_is_told_with_its_people_and_on_whom_it_hangs(firms):
    web = client(firms)
    said = text_of(web.get("/value/groups/accounts"))
    assert "2 firms brought £100 in the last 12 months." in said
    assert "95.2" in said  # percent of all customers' value
    assert "1 of them hangs on one of its people: £100." in said
    row = web.get("/api/v1/value/accounts").json()["items"][0]
    assert (row["account_id"], row["customers"], row["top_customer_share"]) == (
        "Acme & Co",
        2,
        0.95,
    )
    people = web.get("/api/v1/value/accounts/Acme & Co/customers").json()["items"]
    assert [(one["label"], one["firm_share"]) for one in people] == [("1", 0.95), ("2", 0.05)]
    page = text_of(web.get("/value/groups/accounts/Acme %26 Co"))
    assert "Acme &amp; Co" in page
    assert web.get("/value/groups/accounts/none").status_code == 404
    assert web.get("/api/v1/value/accounts/none/customers").status_code == 404


def test_the_firms_that_fell_silent_are_found_by_their_rule(firms):
    web = client(firms)
    link = re.search(r'href="(/value/groups/accounts\?where=orders_12m[^"]+)"',
                     web.get("/value/groups/accounts").text)[1]  # fmt: skip
    assert "Silent" in text_of(web.get(link))
    found = told(firms, "accounts", "--where", "orders_12m == 0")
    assert ([row["account_id"] for row in found["items"]], found["firms"]["silent"]) == (
        ["Silent"],
        1,
    )


def test_a_customer_who_changes_the_firm_is_moved_by_a_patch_as_by_a_whole_build(tmp_path):
    house = brand_house(tmp_path / "brand")
    fill(house, literal_lines(LINES), others=said_of(_1="Old", _2="Old"))
    house.build()
    fill(house, literal_lines(LINES), others=said_of(_1="New"))
    run = house.build()
    assert {mart.mart: mart.mode for mart in run.marts}["customer_accounts"] == "part"
    patched = client(house).get("/api/v1/value/accounts").json()["items"]
    assert [(row["account_id"], row["customers"]) for row in patched] == [("New", 1), ("Old", 1)]
    house.build(Ask(whole=True))
    assert patched == client(house).get("/api/v1/value/accounts").json()["items"]
    house.close()


@pytest.mark.browser
def test_the_groups_are_drawn_and_readable_in_every_mode(visit, address):
    page = visit("/value/groups")
    drawn(page, "groups")
    clean(page)
    assert page.complaints == []
