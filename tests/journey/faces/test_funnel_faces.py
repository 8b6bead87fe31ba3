"""The funnel and retention on their pages, by API and command, and what is said of bad input."""

from __future__ import annotations

import json
from datetime import date

import pytest
from fastapi.testclient import TestClient
from tests.value.faces.brands import fill, literal_lines
from typer.testing import CliRunner

from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.audience.declaration import AUDIENCE
from valence.experience.declaration import EXPERIENCE
from valence.journey.commands import journey
from valence.journey.declaration import JOURNEY
from valence.value.declaration import VALUE

WHO = [f"{n}" for n in range(1, 81)]
# Everybody looks at a product, every second takes it into the basket, every fourth orders it.
LINES = [
    (f"o{who}", "tea", 1, f"2025-03-{3 + int(who) % 17:02} 13:00", 10.0, who)
    for who in WHO if int(who) % 4 == 0
] + [(f"p{who}", "tea", 1, "2025-01-02 13:00", 5.0, who) for who in WHO]  # fmt: skip
EVENTS = """
SELECT 'site' AS source, name || value AS event_id, name,
  moment AS occurred_at, moment::DATE AS occurred_on,
  CASE WHEN value::INT % 3 = 0 THEN 'app' ELSE 'web' END AS channel, 'user_id' AS id_type, id_key
FROM (
  SELECT *, timestamptz '2025-03-03 10:00:00+00' + to_days(value::INT % 17)
    + CASE name WHEN 'cart' THEN INTERVAL 1 HOUR ELSE INTERVAL 0 HOUR END AS moment
  FROM keys, (VALUES ('catalog'), ('cart')) n(name)
  WHERE name = 'catalog' OR value::INT % 2 = 0
)
"""
ASKED = "steps=product,basket,order&window=1d"


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("funnel") / "brand"
    made = WholeHouse(
        make_folder(folder, name="Tea", currency="GBP", timezone="UTC"),
        [AUDIENCE, VALUE, EXPERIENCE, JOURNEY],
    )
    fill(made, literal_lines(LINES), others={"events": EVENTS})
    made.build()
    yield made
    made.close()


@pytest.fixture(scope="module")
def web(house):
    return TestClient(
        application(house), base_url="http://127.0.0.1", headers={"accept-language": "en"}
    )


def told(web, path):
    got = web.get(f"/api/v1/{path}")
    assert got.status_code == 200, got.text
    return got.json()


def test_the_api_tells_the_funnel(web):
    found = told(web, f"journey/funnel?{ASKED}&by=channel")
    # Four came on the last day, so that their day is not over.
    assert [row["customers"] for row in found["steps"]] == [76, 38, 19]
    assert [row["open"] for row in found["steps"]] == [4, 2, 1]
    assert (found["entered"], found["open"], found["converted"]) == (76, 4, 19)
    assert found["steps"][2]["median_seconds"] == 3 * 3600
    parts = {row["part"]: row["customers"] for row in found["parts"] if row["step"] == 3}
    assert parts == {"app": 6, "web": 13}
    assert sum(each["customers"] for each in found["time_to_convert"]) == 19
    assert sum(week["entered"] for week in found["weeks"]) == 80


def test_who_was_lost_opens_to_customers(web):
    lost = told(web, f"journey/funnel/lost?{ASKED}&step=3&limit=5")
    assert (lost["total"], len(lost["items"])) == (19, 5)
    assert lost["items"][0]["customer_id"]
    page = web.get(f"/journey/funnel/lost?{ASKED}&step=3")
    assert page.status_code == 200
    assert "Lost before “Order”" in page.text
    assert "/customers/" in page.text
    csv = web.get(f"/journey/funnel/lost?{ASKED}&step=3&format=csv")
    assert len(csv.text.strip().splitlines()) == 20


def test_a_property_of_the_customer_tells_them_apart(web):
    found = told(web, f"journey/funnel?{ASKED}&by=tier")
    assert sum(row["customers"] for row in found["parts"] if row["step"] == 1) == 76


def test_each_step_under_its_own_channel_and_times_from_the_first_look(web):
    found = told(web, f"journey/funnel?{ASKED}&by=channel&attribution=each&timed=first")
    assert found["funnel"]["timed"] == "first"
    parts = {(row["part"], row["step"]): row["customers"] for row in found["parts"]}
    # Whoever looks at it on the app orders on the web, as all do.
    assert [parts["app", n] for n in (1, 2, 3)] == [25, 13, 0]
    assert [parts["web", n] for n in (1, 2, 3)] == [51, 25, 19]
    page = web.get(f"/journey/funnel?{ASKED}&by=channel&attribution=each&timed=first").text
    assert "Of all who enter, those who convert under this value" in page
    assert "The time runs from when the customer first came to the first step at all." in page
    assert '<option value="first" selected>' in page


def test_the_page_tells_who_comes_through_and_where_most_are_lost(web):
    page = web.get(f"/journey/funnel?{ASKED}&by=channel").text
    assert "25" in page
    assert "of the 76 customers at “Product page” come to “Order”." in page
    assert "Most are lost before “Basket”: 38 of 76." in page
    for title in ("How many come to each step?", "Step by step", "Channel: who converts?",
                  "How long does it take to convert?", "What goes with converting?"):  # fmt: skip
        assert title in page
    assert "4 more did within 24 h, not judged yet" in page
    assert 'value="1d"' in page


def test_the_funnel_without_a_question_is_aida(web):
    page = web.get("/journey/funnel").text
    assert "Attention" in page
    assert "Action" in page


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("steps=produkt,order", "Did you mean &#39;product&#39;?"),
        ("steps=product", "A funnel needs two steps or more"),
        ("steps=product,order&window=0d", "is no time to convert within"),
        ("name=purchase&order=any", "in any order no step can be optional"),
        ("name=AIDA&window=9999w", "This is no funnel: window_hours"),
        ("name=AIDDA", "Did you mean &#39;AIDA&#39;?"),
        ("steps=product,order&by=chanel", "Did you mean &#39;channel&#39;?"),
        ("steps=product,order&order=orderly", "Did you mean &#39;ordered&#39;?"),
        ("steps=product,order&timed=fisrt", "Did you mean &#39;first&#39;?"),
        ("steps=product,order&by=channel&attribution=some", "first, last, 2, each"),
        ("steps=product,order&days=-1", "Look back 1 to 3660 days"),
    ],
)
def test_bad_input_is_said_in_the_form_and_keeps_what_was_typed(web, asked, said):
    page = web.get(f"/journey/funnel?{asked}")
    assert page.status_code == 422
    assert said in page.text
    if "steps=" in asked:
        assert asked.partition("steps=")[2].partition("&")[0] in page.text
    api = web.get(f"/api/v1/journey/funnel?{asked}")
    assert api.status_code == 422
    assert api.headers["content-type"].startswith("application/problem+json")


def test_where_nothing_matches_the_page_says_so(web):
    page = web.get("/journey/funnel?steps=referral,order")
    assert page.status_code == 200
    assert "Nobody came to “Referral”." in page.text
    assert told(web, "journey/funnel?steps=referral,order")["steps"][1]["share"] is None


def test_retention_by_count_and_by_money(web):
    found = told(web, "journey/retention?begin=product&back=order&period=week")
    first = [row for row in found["items"] if row["periods_since"] == 0]
    assert sum(row["customers"] for row in first) == 80
    assert sum(row["active"] for row in first) == 20
    money = told(web, "journey/retention?begin=product&measure=revenue&period=month")
    assert [row["amount"] for row in money["items"]] == ["200.0000"]
    states = told(web, "journey/retention?period=month")["lifecycle"]
    assert [(row["period_on"], row["new"], row["resurrected"]) for row in states] == [
        ("2025-01-01", 80, 0), ("2025-02-01", 0, 0), ("2025-03-01", 0, 80),
    ]  # fmt: skip


def test_the_page_of_retention_and_its_bad_input(web):
    page = web.get("/journey/retention?period=week")
    assert page.status_code == 200
    for title in ("How many come back, and how long?", "Cohort by cohort",
                  "Who is new, who returns, who falls silent?"):  # fmt: skip
        assert title in page.text
    wrong = web.get("/journey/retention?begin=produkt")
    assert wrong.status_code == 422
    assert "Did you mean &#39;product&#39;?" in wrong.text
    assert web.get("/api/v1/journey/retention?period=year").status_code == 422


def test_the_commands_print_the_same(house):
    def ran(*words):
        done = CliRunner().invoke(journey.app, [*words, "--brand", str(house.brand.root)])
        assert done.exit_code == 0, (done.output, done.exception)
        return done.stdout

    found = json.loads(
        ran("funnel", "--steps", "product, basket, order", "--window", "1d", "--json")
    )
    assert [row["customers"] for row in found["steps"]] == [76, 38, 19]
    assert "By channel" in ran("funnel", "purchase", "--by", "channel")
    back = json.loads(ran("retention", "--json"))
    assert back["lifecycle"][0]["new"] == 80
    assert date.fromisoformat(back["lifecycle"][0]["period_on"]).weekday() == 0
    assert "Lifecycle" in ran("retention", "--period", "month")
