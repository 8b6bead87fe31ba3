"""Routers require a permission, and ask for it."""

import pytest
from fastapi.testclient import TestClient

from valence.app.web import create_app
from valence.core.settings import Brand, Settings
from valence.kit.routes import ApiRouter, PageRouter, permissions


def test_a_route_without_a_permission_cannot_be_declared():
    with pytest.raises(TypeError, match="permission"):
        PageRouter().get("/x")  # type: ignore[call-arg]


@pytest.mark.parametrize("wrong", ["", "read", "value.read", "Value:Read"])
def test_a_permission_of_another_form_is_refused(wrong):
    with pytest.raises(ValueError, match="capability:verb"):
        ApiRouter("x").post("/x", permission=wrong)


def test_every_route_of_the_empty_house_declares_a_permission(tmp_path):
    app = create_app(Brand(tmp_path, Settings()), [])
    assert [path for path, permission in permissions(app.routes) if permission is None] == []


def test_health_answers(tmp_path):
    app = create_app(Brand(tmp_path, Settings()), [])
    assert TestClient(app, base_url="http://127.0.0.1").get("/health").json()["status"] == "ok"


def test_a_parameter_that_a_route_does_not_have_is_refused_with_the_near_name(web):
    """It was ignored: a misspelt `limit` gave the default, a misspelt filter every row."""
    answer = web.get("/api/v1/demo/customers?limt=3&wher=orders+>+3")
    assert answer.status_code == 422
    assert answer.json()["detail"] == ("There is no parameter 'limt' here. Did you mean 'limit'?")
    assert [fault["field"] for fault in answer.json()["errors"]] == ["query.limt", "query.wher"]
    assert web.get("/api/v1/demo/customers?limit=3").status_code == 200
    assert len(web.get("/api/v1/demo/customers?limit=3").json()["items"]) == 3
