"""What stands before every request."""

import pytest

from valence.core.errors import ForbiddenError
from valence.kit.guard import check_host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_loopback_may_be_listened_on(host):
    assert check_host(host) == host


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.4", "::", "example.org", ""])
def test_serving_beyond_loopback_is_refused_and_says_what_to_do(host):
    with pytest.raises(ForbiddenError, match=r"no sign-in yet.*ssh -L"):
        check_host(host)


def test_a_foreign_host_name_is_refused(web):
    assert web.get("/health", headers={"host": "evil.example"}).status_code == 421
    assert web.get("/health", headers={"host": "127.0.0.1.evil.example"}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "localhost", "[::1]:8000"])
def test_loopback_names_are_answered_on_any_port(web, host):
    assert web.get("/health", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "origin": "http://127.0.0.1"},
    ],
)
def test_a_form_of_another_site_is_refused(web, headers):
    assert web.post("/preferences", data={"theme": "dark"}, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"origin": "http://127.0.0.1"}, {"sec-fetch-site": "same-origin"}]
)
def test_our_own_form_and_a_program_may_write(web, headers):
    sent = web.post("/preferences", data={"theme": "dark"}, headers=headers, follow_redirects=False)
    assert sent.status_code == 303


@pytest.mark.parametrize("path", ["/demo", "/nothing", "/demo/broken", "/api/v1/openapi.json"])
def test_every_answer_has_the_headers_and_its_time(web, path):
    headers = web.get(path).headers
    assert "script-src 'self'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["server-timing"].startswith("app;dur=")


def test_what_the_guard_refuses_below_the_api_is_a_problem(web):
    """A program that reads problems met plain text."""
    foreign = web.get("/api/v1/demo/customers", headers={"host": "evil.example"})
    crossing = web.post("/api/v1/demo/customers", headers={"sec-fetch-site": "cross-site"})
    for answer, status, kind in ((foreign, 421, "foreign-host"), (crossing, 403, "forbidden")):
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.json()["type"] == f"/api/v1/problems/{kind}"
    page = web.get("/demo", headers={"host": "evil.example"})
    assert page.headers["content-type"].startswith("text/plain")
