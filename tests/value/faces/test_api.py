"""The API of value: typed, documented, and the same figures as the pages."""

from decimal import Decimal

import pytest
from tests.value.faces.fixtures import client, customer_id


def test_tiers_hold_all_customers_and_all_value(retail):
    web = client(retail)
    found, summary = web.get("/api/v1/value/tiers").json(), web.get("/api/v1/value/summary").json()
    assert sum(tier["customers"] for tier in found["items"]) == summary["customers"]
    of_customers = Decimal(summary["value_amount"]) - Decimal(
        summary["value_without_customer_amount"]
    )
    assert sum(Decimal(tier["value_amount"]) for tier in found["items"]) == of_customers
    assert found["value_basis"] == "net_revenue"


def test_amounts_are_exact_text_and_days_are_iso(few):
    summary = client(few).get("/api/v1/value/summary").json()
    assert summary["value_without_customer_amount"] == "30.0000"
    assert summary["as_of"] == "2025-03-31"


def test_lorenz_runs_from_nobody_to_everybody(retail):
    points = client(retail).get("/api/v1/value/lorenz").json()["items"]
    assert (points[0]["percent"], points[-1]["value_share"]) == (0, 1.0)
    assert len(points) == 101


def test_rfm_is_paged_by_cursor_without_losing_anybody(retail):
    web, seen, cursor = client(retail), [], None
    while True:
        params = {"limit": 100, "sort": "-rfm_score", **({"cursor": cursor} if cursor else {})}
        page = web.get("/api/v1/value/rfm", params=params).json()
        seen += [row["customer_id"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"]


def test_segments_are_named_in_the_readers_language(retail):
    assert client(retail).get("/api/v1/value/segments").json()["items"][0]["title"] == "Champions"
    in_chinese = client(retail, lang="zh").get("/api/v1/value/segments").json()
    assert in_chinese["items"][0]["title"] != "Champions"


def test_cohorts_give_the_order_of_staying(retail):
    found = client(retail).get("/api/v1/cohorts").json()
    places = [row["place"] for row in found["staying"] if row["compared"]]
    assert places == sorted(places)
    assert found["items"][0]["months_since"] == 0


@pytest.mark.parametrize("path", ["summary", "tiers", "lorenz", "rfm", "segments"])
def test_before_the_first_build_the_answer_is_a_problem_with_the_next_step(bare, path):
    answer = client(bare).get(f"/api/v1/value/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert "valence build" in answer.json()["detail"]


def test_a_faulty_rule_is_a_problem_with_its_place(retail):
    answer = client(retail).get("/api/v1/value/rfm", params={"where": "ordrs > 3"})
    assert answer.status_code == 422
    assert answer.json()["places"] == [{"start": 0, "end": 5}]


def test_the_description_of_the_api_names_every_field(retail):
    spec = client(retail).get("/api/v1/openapi.json").json()
    schemas = spec["components"]["schemas"]
    assert "gini" in schemas["ValueSummary"]["properties"]
    assert "value_amount" in schemas["Customer"]["properties"]
    assert "422" in spec["paths"]["/api/v1/value/rfm"]["get"]["responses"]


def test_one_customer_by_number_and_by_id_is_the_same(few):
    web, one = client(few), customer_id(few, "1")
    by_number, by_id = (web.get(f"/api/v1/customers/{x}").json() for x in ("user_id:1", one))
    assert by_number == by_id
    assert by_id["facts"]["value_amount"] == "85.5000"
