"""Who acts: every route, page, command and job takes an `Actor` and declares a permission."""

from __future__ import annotations

import re
from dataclasses import dataclass

from valence.core.errors import ForbiddenError

_PERMISSION = re.compile(r"[a-z_]+:[a-z_]+")


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody or something that acts, and how they came in."""

    id: str
    name: str
    kind: str  # local, user, key, worker, respondent
    local: bool = False
    granted: frozenset[str] = frozenset()  # permissions that came with the way in


LOCAL = Actor(id="local", name="local user", kind="local", local=True)
WORKER = Actor(id="worker", name="worker", kind="worker", local=True)


def checked_permission(permission: str) -> str:
    """Return the permission if it has the form `capability:verb`."""
    if not _PERMISSION.fullmatch(permission):
        raise ValueError(f"a permission is written capability:verb, not {permission!r}")
    return permission


def authorize(actor: Actor, permission: str) -> None:
    """Admit the actor or refuse: for now, whoever works on this machine may do everything.

    Raises
    ------
    ForbiddenError
        If the actor is not a local one, and did not come with that permission.
    """
    checked_permission(permission)
    if not actor.local and permission not in actor.granted:
        raise ForbiddenError(
            "{actor} may not {permission}: only local use is open until sign-in exists.",
            actor=actor.name,
            permission=permission,
        )
