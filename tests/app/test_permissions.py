"""Everything that somebody can reach declares a permission; the whole house is looked through."""

from __future__ import annotations

import pytest

from valence.app.capabilities import CAPABILITIES
from valence.app.everyday import everyday
from valence.app.folder import make_folder
from valence.app.house import WholeHouse
from valence.app.serve import application
from valence.kit.capability import loaded
from valence.kit.routes import permissions
from valence.trust.actor import checked_permission


@pytest.fixture
def house(tmp_path):
    made = WholeHouse(make_folder(tmp_path / "b", name="b", currency="EUR", timezone="UTC"))
    yield made
    made.close()


def test_every_route_declares_a_permission_but_health_and_static_files(house):
    open_to_all = {
        path for path, declared in permissions(application(house).routes) if not declared
    }
    assert open_to_all <= {"/health", "/static", "/static/{path:path}"}, open_to_all


def test_every_command_declares_a_permission():
    groups = [loaded(each.commands) for each in CAPABILITIES if each.commands]
    for group in (everyday, *groups):
        names = {command.name for command in group.app.registered_commands}
        assert names <= set(group.permissions)
        for permission in group.permissions.values():
            checked_permission(permission)


def test_every_job_and_definition_kind_declares_a_permission(house):
    assert house.job_kinds
    for kind in (*house.job_kinds, *house.definition_kinds):
        checked_permission(kind.permission)


def test_a_route_and_a_command_without_a_permission_are_refused():
    from valence.kit.commands import Commands
    from valence.kit.routes import PageRouter

    with pytest.raises(TypeError, match="permission"):
        PageRouter().get("/open")
    with pytest.raises(TypeError, match="permission"):
        Commands("x", "x").command("open")
    with pytest.raises(ValueError, match="capability:verb"):
        PageRouter().get("/open", permission="open")
