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
