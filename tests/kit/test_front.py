"""The kit's own routes: static files, preferences, the API's description."""

import re

import pytest

from valence.kit.routes import permissions


def test_every_route_declares_a_permission(app):
    declared = dict(permissions(app.routes))
    assert len(declared) > 10
    assert [path for path, permission in declared.items() if permission is None] == []


def test_static_files_are_kept_for_ever_and_compressed(web):
    path = re.search(r'/static/[^"]+/tabler.min.css', web.get("/demo/form").text)[0]
    answer = web.get(path)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/css")
    stale = web.get(re.sub(r"static/\w+", "static/000000000000", path))
    assert stale.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/x/none.js", "/static/x/../ask.py", "/static/"])
def test_only_the_static_folder_is_served(web, path):
    assert web.get(path).status_code == 404


def test_language_and_theme_are_kept_in_a_cookie(web):
    answer = web.post("/preferences", data={"language": "zh", "theme": "dark", "back": "/demo"})
    assert answer.url.path == "/demo"
    assert '<html lang="zh-CN" data-theme="dark" data-bs-theme="dark">' in answer.text


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_preferences_never_lead_to_another_site(web, back):
    answer = web.post("/preferences", data={"back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_the_api_describes_itself_with_its_errors(web):
    spec = web.get("/api/v1/openapi.json").json()
    assert spec["openapi"].startswith("3.1")
    listed = spec["paths"]["/api/v1/demo/customers"]["get"]
    assert {"200", "403", "404", "409", "422", "500"} <= set(listed["responses"])
    assert {"where", "sort", "cursor", "limit"} == {p["name"] for p in listed["parameters"]}
    assert "TablePage" in spec["components"]["schemas"]
    problem = listed["responses"]["422"]["content"]
    assert list(problem) == ["application/problem+json"]
    assert "ProblemDetail" in spec["components"]["schemas"]
    assert not [path for path in spec["paths"] if not path.startswith("/api/v1/")]


def test_the_description_is_a_page_without_foreign_files(web):
    text = web.get("/api").text
    assert "/api/v1/demo/customers" in text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', text)


def test_every_page_leads_a_developer_to_the_api_and_its_file(web):
    page = web.get("/demo").text
    assert 'href="/api"' in page
    assert 'href="/api/v1/openapi.json"' in page
    assert "/api/v1/demo/customers" in web.get("/api/v1").text  # whoever types its address


@pytest.mark.parametrize("path", ["/demo", "/demo/customers", "/demo/form", "/api", "/nothing"])
def test_no_page_has_inline_code_or_style(web, path):
    text = web.get(path).text
    assert not re.findall(r"\sstyle=|\son\w+=|<style", text)
    scripts = re.findall(r"<script([^>]*)>", text)
    assert scripts
    assert all("src=" in s or 'type="application/json"' in s for s in scripts)
