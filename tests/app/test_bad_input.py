"""Bad input through the whole house: what is imported can be built, and its pages open."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.core.errors import BadInputError
from valence.intake.importing import import_files

HEAD = "order_id,order date,customer id,amount\n"
PAGES = ("/", "/customers", "/value", "/cohorts", "/imports", "/quarantine", "/builds")
EXTREME = {
    "one customer": HEAD + "1,2024-03-05,7,10\n2,2024-04-05,7,20\n",
    "one order": HEAD + "1,2024-03-05,7,10\n",
    "no customers": "order_id,order date,amount\n1,2024-03-05,10\n2,2024-04-05,4\n",
    "all on one day": HEAD + "".join(f"{i},2024-03-05,{i % 5},{i + 1}\n" for i in range(20)),
    "all at zero": HEAD + "".join(f"{i},2024-03-0{i % 5 + 1},{i % 3},0\n" for i in range(9)),
    "more returned than sold": HEAD
    + "1,2024-03-05,7,10\n2,2024-03-06,7,-30\n3,2024-03-07,8,-5\n4,2024-03-07,9,0\n",
    "names of any kind": "order_id,order date,customer id,name,store,channel,amount\n"
    + f"1,2024-03-05,7,{'x' * 500},🛒,שלום,10\n2,2024-03-06,🛒,<b>Zoë</b>,'\"%,{'y' * 500},5\n"
    + "3,2024-03-06,سلام,שלום עולם,𠮷野家,\u202eweb,5\n",
}
SELDOM = ("one customer", "all on one day", "all at zero")  # the others hold what is odd in these


@pytest.fixture
def house(tmp_path):
    brand = make_folder(tmp_path / "brand", name="B", currency="GBP", timezone="Europe/London")
    opened = WholeHouse(brand)
    yield opened
    opened.close()


def bring(house: WholeHouse, text: str, folder: Path):
    path = folder / "given.csv"
    path.write_text(text, "utf-8")
    return import_files(house.brand, [path], yes=True)


def opened(house: WholeHouse):
    """Return how each page answers."""
    web = TestClient(application(house), base_url="http://127.0.0.1")
    return {page: web.get(page).status_code for page in PAGES}


@pytest.mark.parametrize(
    "text",
    [HEAD, "customer id,email,name\n7,a@example.org,Anna\n8,b@example.org,Ben\n"],
    ids=["no rows", "customers only"],
)
def test_without_orders_a_build_says_what_to_do_and_every_page_opens(house, tmp_path, text):
    assert bring(house, text, tmp_path).quarantined == 0
    sentence = (
        r"There are no orders to build from\. Bring some in with `valence import orders\.csv`"
    )
    with pytest.raises(BadInputError, match=sentence):
        house.build()
    assert opened(house) == dict.fromkeys(PAGES, 200)


@pytest.mark.parametrize(
    "what",
    [pytest.param(what, marks=pytest.mark.long if what in SELDOM else ()) for what in EXTREME],
)
def test_it_is_imported_and_built_and_every_page_opens(house, tmp_path, what):
    got = bring(house, EXTREME[what], tmp_path)
    assert got.quarantined == 0
    assert house.build().status == "succeeded"
    assert opened(house) == dict.fromkeys(PAGES, 200)


def test_a_hundred_thousand_orders_of_one_customer_are_one_customer(house, tmp_path):
    rows = "".join(
        f"{i},2024-{1 + i % 12:02d}-{1 + i % 28:02d},7,{i % 90}\n" for i in range(100_000)
    )
    got = bring(house, HEAD + rows, tmp_path)
    assert (got.new, got.files[0].totals.customers) == (100_000, 1)
    assert house.build().status == "succeeded"
    reader = house.lake.reader()
    try:
        [facts] = reader.rows(reader.table("customer_facts"))
    finally:
        reader.close()
    assert facts["orders"] == 100_000
