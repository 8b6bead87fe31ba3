import re
from datetime import date

import pytest

from tests.app.desk.brands import AS_OF, land, orders
from tests.app.desk.conftest import client
from valence.lake.build import Ask
from valence.trust.actor import LOCAL
from valence.trust.audit import record


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def test_the_overview_answers_in_one_sentence_with_four_figures(looking):
    page = looking.get("/")
    assert page.status_code == 200
    assert re.search(
        r"240 customers brought £129\xa0K in the last 12 months, 10.6\u202f% more than in the 12",
        page.text,
    )
    assert page.text.count('class="card v-figure"') == 4
    assert page.text.count('class="v-spark"') == 4


def test_what_names_nobody_is_in_no_value_per_customer(bare):
    """All value was divided by the known customers: £2,197 each of Online Retail, not £1,875."""
    given = [("a", 10, "k1"), ("b", 20, "k2"), ("c", 30, None)]
    land(
        bare,
        [
            {
                "namespace": "shop",
                "order_id": number,
                "ordered_on": AS_OF,
                "id_key": key,
                "net_amount": amount,
                "kind": "sale",
            }
            for number, amount, key in given
        ],
    )
    bare.build()
    page = text_of(client(bare).get("/"))
    assert "2 customers brought £30.00 in the last 12 months." in page
    assert "(orders without a known customer brought £30.00 more)" in page
    assert "Value of 12 months £60.00 £30.00 without a known customer" in page
    assert "Value per customer £15.00 £30.00 by 2 known customers" in page
    found = client(bare).get("/api/v1/overview").json()
    assert float(found["value_12m"]) == 60
    assert float(found["named_value_12m"]) == 30
    assert found["value_per_customer_12m"] == 15


def test_a_change_that_chance_could_bring_has_no_arrow(looking):
    """What was given back moved by a hair, and had an arrow."""
    page = looking.get("/").text
    figure = page.partition("Share of sales given back")[2].partition("</div></div>")[0]
    assert "about the same" in figure
    assert "v-neutral" in figure


def test_the_overview_links_each_finding_to_whom_it_is_about(looking):
    page = looking.get("/")
    assert page.text.count('class="list-group-item"') == 5
    assert "/customers?where=tier+%3D%3D+%22top%22" in page.text


def test_a_month_that_goes_on_is_compared_with_the_same_days(house):
    house.build(Ask(date(2026, 10, 12)))
    page = text_of(client(house).get("/"))
    assert "Oct 2026 goes up to 12 Oct 2026, and is compared with the same days" in page


def test_one_month_of_the_year_before_is_no_line(bare):
    """Its single point had an error in the console, and a name over that of the other line."""
    rows = orders(40)
    land(bare, [row for row in rows if row["ordered_on"] >= date(2025, 10, 20)])
    bare.build()
    page = client(bare).get("/").text
    assert "Value of all orders by month, and a year before" not in page
    assert "Value of all orders by month" in page


def test_without_data_the_first_page_says_what_to_do(bare):
    page = text_of(client(bare).get("/"))
    assert "No orders have been imported yet." in page
    assert "valence import orders.csv" in page
    assert "valence demo" in page


def test_with_data_and_no_build_the_first_page_offers_one(bare):
    land(bare, orders(3))
    page = client(bare).get("/")
    assert "have landed; the figures have not been built" in text_of(page)
    assert 'action="/builds"' in page.text


@pytest.mark.parametrize(
    "rows",
    [
        [("a", "2026-10-31", 10)],
        [(str(n), "2026-10-31", 10) for n in range(4)],
        [("a", "2026-10-30", 0), ("b", "2026-10-31", -5)],
    ],
    ids=["one order", "all on one day", "nothing and less than nothing"],
)
def test_hardly_any_data_is_said_not_drawn(bare, rows):
    land(
        bare,
        [
            {
                "namespace": "shop",
                "order_id": number,
                "ordered_on": date.fromisoformat(day),
                "id_key": "k1",
                "net_amount": amount,
                "kind": "return" if amount < 0 else "sale",
            }
            for number, day, amount in rows
        ],
    )
    bare.build()
    page = client(bare).get("/")
    assert page.status_code == 200
    assert "Not enough data: all orders fall into one month." in page.text


def test_the_api_gives_what_the_page_shows(looking):
    found = looking.get("/api/v1/overview").json()
    assert (found["customers_12m"], found["comparable"], found["value_basis"]) == (
        240,
        True,
        "net_revenue",
    )
    assert len(found["months"]) == 24
    assert [one["key"] for one in found["findings"]][:2] == ["carried", "moved"]


def test_before_the_first_build_the_api_says_what_to_do(bare):
    answer = client(bare).get("/api/v1/overview")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "valence build" in answer.json()["detail"]


def test_figures_of_a_day_before_the_first_order_say_so(house):
    house.build(Ask(date(2020, 1, 1)))
    page = client(house).get("/")
    assert "The figures were built for 1 Jan 2020, and no order was placed up to then." in (
        text_of(page)
    )


def test_the_api_gives_the_audit_trail_newest_first_page_by_page(house, web):
    for subject in ("c1", "c2", "c1"):
        house.store.transact(lambda unit, s=subject: record(unit, LOCAL, "audience:reveal", s))
    first = web.get("/api/v1/audit", params={"limit": 2}).json()
    assert [one["subject"] for one in first["items"]] == ["c1", "c2"]
    rest = web.get("/api/v1/audit", params={"cursor": first["next"]}).json()
    assert ([one["subject"] for one in rest["items"]], rest["next"]) == (["c1"], None)
    only = web.get("/api/v1/audit", params={"subject": "c2"}).json()["items"]
    assert [(one["actor"], one["action"]) for one in only] == [("local", "audience:reveal")]
