"""Products on pages, by command and by API: what each does, who buys it, what it leads to."""

import json
import re
import statistics
from urllib.parse import quote

import pytest
from tests.browsing import clean, drawn
from tests.value.faces.brands import brand_house, define, fill, literal_lines
from tests.value.faces.fixtures import client
from typer.testing import CliRunner

from valence.core.errors import BadInputError, NotFoundError
from valence.value.commands import value

runner = CliRunner()
ENTRY = {"observe_months": 3, "cohort_months": 12, "minimum_customers": 20}


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def heads(answer):
    """Return what the columns of the table are called."""
    cells = re.findall(r'<th scope="col".*?</th>', answer.text.split("v-card-side")[-1], re.DOTALL)
    return [re.sub(r"<[^>]+>|[▲▼]", "", cell).strip() for cell in cells]


def told(house, *words, wrong=None):
    result = runner.invoke(value.app, [*words, "--json", "--brand", str(house.brand.root)])
    if wrong is not None:
        assert isinstance(result.exception, wrong), result.output
        return str(result.exception)
    assert result.exit_code == 0, (result.output, result.exception)
    return json.loads(result.stdout)


def stayed():
    """Lines of customers who began with tea and mostly stay, or with a cup and seldom do."""
    rows = []
    for n in range(120):
        first, month = ("tea", "cup")[n // 6 % 2], f"{1 + n % 6:02d}-{1 + n % 27:02d}"
        rows.append((f"a{n}", first, 1, f"2024-{month} 10:00", 10 + n % 5, str(n)))
        if n % 5 if first == "tea" else not n % 4:
            rows.append((f"b{n}", "tea", 2, f"2024-0{int(month[:2]) + 3}-01 10:00", 20, str(n)))
    return [*rows, ("last", "tea", 1, "2025-06-24 10:00", 9, "0")]


@pytest.fixture(scope="module")
def shop_of(tmp_path_factory):
    """A built brand of these customers, who are compared after three months already."""
    house = brand_house(tmp_path_factory.mktemp("entry") / "brand")
    define(house, "entry_products", {**ENTRY, "observe_months": 6, "cohort_months": 24})
    fill(house, literal_lines(stayed()))
    house.build()
    yield house
    house.close()


def test_the_page_says_which_products_do_what(retail):
    web = client(retail)
    said = text_of(web.get("/products"))
    items = web.get("/api/v1/products", params={"limit": 1000}).json()["items"]
    stars = [row for row in items if row["kind"] == "star"]
    assert f"{len(stars)} stars bring" in said
    share = sum(row["value_share"] for row in stars)
    assert f"{share * 100:.1f}" in said
    middle = statistics.median(row["sales"] for row in stars)
    assert f"A typical star is sold {middle:.0f} times" in said
    assert "Category" not in heads(web.get("/products")), "no product of this shop has one"
    assert "at least 1.5 × as dear as the middle product" in said


def test_each_kind_opens_its_products_and_each_product_its_buyers(retail):
    web = client(retail)
    page = web.get("/products").text
    link = re.search(r'href="(/products\?where=kind[^"]+star[^"]+)"', page)[1].replace("&amp;", "&")
    assert "Star" in text_of(web.get(link))
    first = web.get("/api/v1/products", params={"sort": "-sales", "limit": 1}).json()["items"][0]
    namespace, product = first["namespace"], first["product_id"]
    answer = web.get(f"/products/{namespace}/{quote(product, safe='')}")
    assert answer.status_code == 200
    assert first["name"] in answer.text.replace("&#39;", "'")
    assert "It sold best in" in answer.text
    drawn_as = re.search(r'id="months-options">(.*?)</script>', answer.text, re.DOTALL)[1]
    bars = [mark["value"] for mark in json.loads(drawn_as)["series"][0]["data"]]
    assert len(bars) == 13
    assert sum(bars) == pytest.approx(float(first["revenue_amount"]))
    assert "The first and the last month are not whole." in answer.text, "the data end on a 9th"
    assert "of value in 12 months, place" in answer.text
    behind = web.get(f"/api/v1/products/{namespace}/{product}/customers", params={"limit": 1000})
    assert sum(row["times"] for row in behind.json()["items"]) == first["named_sales"]
    began = [row for row in behind.json()["items"] if row["began"]]
    assert 0 < len(began) <= first["first_sales"]
    assert web.get(f"/products/{namespace}/none").status_code == 404
    assert web.get(f"/api/v1/products/{namespace}/none/customers").status_code == 404


def test_products_are_exported_and_filtered(retail):
    web = client(retail)
    lines = web.get("/products?format=csv").text.splitlines()
    assert lines[0].replace('"', "").startswith("namespace,product_id,name,kind,value_amount")
    assert web.get("/products", params={"where": "knd == 1"}).status_code == 422


def test_the_thresholds_of_a_definition_count_and_are_said(tmp_path):
    house = brand_house(tmp_path / "brand")
    define(house, "product_matrix", {"minimum_sales": 1, "leave_out": ["cup"]})
    rows = [(f"o{n}", "tea", 1, "2025-01-01 10:00", 9, str(n)) for n in range(4)]
    fill(house, literal_lines([*rows, ("x", "cup", 1, "2025-01-01 10:00", 9, "1")]))
    house.build()
    found = told(house, "products")
    assert [(row["product_id"], row["kind"]) for row in found["items"]] == [("tea", "star")]
    assert "fewer than 1 sales is not judged" in text_of(client(house).get("/products"))
    house.close()


def test_without_lines_the_page_says_what_is_missing(bare, shop):
    assert "No orders have been imported yet." in text_of(client(bare).get("/products"))
    assert client(bare).get("/api/v1/products").status_code == 404
    assert client(bare).get("/api/v1/products/entry").status_code == 404
    fill(shop, literal_lines([("a", None, 1, "2025-01-01 10:00", 9, "1")]))
    shop.build()
    assert "No order line names its product." in text_of(client(shop).get("/products"))
    assert "observed for 12 months" in text_of(client(shop).get("/products/entry"))
    assert "valence build" in told(bare, "products", wrong=NotFoundError)
    assert "observed for long enough" in told(shop, "entry", wrong=NotFoundError)


def test_the_first_product_that_makes_customers_stay_is_told(shop_of):
    web = client(shop_of)
    found = web.get("/api/v1/products/entry", params={"by": "product"}).json()
    tea, cup = found["items"][:2]
    assert (tea["product_id"], tea["place"], tea["verdict"]) == ("tea", 1, "more")
    assert (cup["product_id"], cup["verdict"]) == ("cup", "less")
    assert tea["adjusted_back_low"] > cup["adjusted_back_high"]
    said = text_of(web.get("/products/entry?by=product"))
    assert "Customers who began with The tea brought" in said
    assert "adjusted comparison, no proof" in said
    assert "Told apart from all customers" in said
    assert "90 % interval" in said.replace("\u202f", " ")
    assert told(shop_of, "entry")["items"][0]["name"] == tea["name"]
    printed = runner.invoke(value.app, ["entry", "--brand", str(shop_of.brand.root)])
    assert "more than others" in printed.output


def test_a_comparison_stands_until_it_is_due(shop_of):
    fill(shop_of, literal_lines([("z1", "tea", 1, "2025-06-29 10:00", 9, "1")]))
    run = shop_of.build()
    modes = {mart.mart: mart.mode for mart in run.marts}
    assert (modes["entry_products"], modes["product_matrix"]) == ("keep", "whole")
    found = client(shop_of).get("/api/v1/products/entry").json()
    assert found["fitted_on"] < found["as_of"] == "2025-06-29"
    fill(shop_of, literal_lines([("z2", "tea", 1, "2025-07-20 10:00", 9, "1")]))
    shop_of.build()
    found = client(shop_of).get("/api/v1/products/entry").json()
    assert found["fitted_on"] == found["as_of"] == "2025-07-20"


def test_what_is_not_there_is_refused_with_what_is(retail):
    assert "Did you mean" in text_of(client(retail).get("/products/entry?by=prodct"))
    assert "Did you mean 'star'" in told(retail, "products", "--kind", "stra", wrong=BadInputError)
    assert "Did you mean 'product'" in told(retail, "entry", "--by", "prodct", wrong=BadInputError)


def test_where_too_few_began_with_the_same_the_page_says_what_to_do(retail):
    page = client(retail).get("/products/entry")
    said = text_of(page)
    assert "no two won 100 customers each who were observed for 12 months" in said
    assert re.search(r"the most that one won is \d+\.", said)
    assert "Import products with their category" in said
    assert "Observe customers for fewer months" in said
    assert heads(page) == ["Product", "Customers", "Why not compared"]


def test_the_command_lists_a_kind(retail):
    found = told(retail, "products", "--kind", "star", "--limit", "3")
    assert {row["kind"] for row in found["items"]} == {"star"}
    assert found["kinds"]["star"]["products"] >= 3
    printed = runner.invoke(value.app, ["products", "--brand", str(retail.brand.root)])
    assert "Traffic product" in printed.output


@pytest.mark.browser
def test_the_matrix_is_drawn_and_readable_in_every_mode(visit, address):
    page = visit("/products")
    drawn(page, "products")
    clean(page)
    page.goto(page.url.replace("/products", "/products/entry"))
    clean(page, [("light", 390)])
    assert page.complaints == []
