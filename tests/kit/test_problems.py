"""Errors as pages and as problem details."""

import pytest


def test_an_api_error_is_a_problem_detail_in_the_readers_language(web):
    answer = web.get("/api/v1/nothing", headers={"accept-language": "zh"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "/api/v1/problems/not-found"
    assert body["status"] == 404
    assert body["instance"] == "/api/v1/nothing"
    assert body["title"] == "这里什么都没有"


def test_the_address_of_a_problem_type_explains_it(web):
    assert web.get("/api/v1/problems/busy").json()["status"] == 409


def test_a_wrong_parameter_names_its_field_and_what_it_must_be(web):
    body = web.get("/api/v1/demo/customers?limit=0").json()
    assert body["errors"] == [{"field": "query.limit", "detail": "must be 1 or more"}]


def test_a_wrong_rule_tells_each_fault_with_its_place(web):
    body = web.get("/api/v1/demo/customers", params={"where": "ordrs > 3"}).json()
    assert body["errors"][0]["detail"] == "There is no column 'ordrs'. Did you mean 'orders'?"
    assert body["places"] == [{"start": 0, "end": 5}]
    assert body["corrected"] == "orders > 3"


def test_a_broken_page_gives_an_incident_and_no_secret(web, caplog):
    answer = web.get("/demo/broken")
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert "incident" in answer.text
    assert "secret detail" in caplog.text


@pytest.mark.parametrize(("method", "status"), [("GET", 404), ("POST", 404)])
def test_an_unknown_address_is_a_page_that_leads_on(web, method, status):
    answer = web.request(method, "/nothing")
    assert answer.status_code == status
    assert "No page stands at this address" in answer.text


def test_the_wrong_method_says_so(web):
    answer = web.delete("/demo")
    assert answer.status_code == 405
    assert "does not take that kind of request" in answer.text


def test_an_error_page_keeps_what_was_typed(web):
    answer = web.post("/demo/busy", data={"name": "Ann & <b>", "note": "a\nb"})
    assert answer.status_code == 409
    assert "The store is busy: Ann &amp; &lt;b&gt; holds it." in answer.text
    assert 'value="Ann &amp; &lt;b&gt;"' in answer.text
    assert "<textarea" in answer.text


def test_htmx_gets_the_error_alone(web):
    answer = web.post("/demo/busy", data={"name": "Ann"}, headers={"hx-request": "true"})
    assert answer.status_code == 409
    assert "<html" not in answer.text
    assert "The store is busy: Ann holds it." in answer.text
