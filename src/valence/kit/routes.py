"""Routers that refuse a route without a permission, for pages and for the API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.responses import HTMLResponse
from starlette.routing import BaseRoute

from valence.kit.ask import asked
from valence.kit.problems import UnknownParametersError, problem_responses
from valence.trust.actor import Actor, authorize, checked_permission

API = "/api/v1"
Who = Callable[[Request], Actor]
Handler = TypeVar("Handler", bound=Callable[..., Any])


class Permit:
    """The dependency that asks `authorize` before a handler runs.

    `who` names the actor where it is not the local user: whoever a signed link was made for.
    """

    def __init__(self, permission: str, who: Who | None = None) -> None:
        self.permission = checked_permission(permission)
        self.who = who

    async def __call__(self, request: Request) -> None:
        """Admit the actor of the request or raise ForbiddenError."""
        ask = asked(request)
        if self.who is not None:
            ask.actor = self.who(request)
        authorize(ask.actor, self.permission)


class _Router:
    """Declares routes on a FastAPI router; each names its permission, `capability:verb`."""

    def __init__(self, router: APIRouter, defaults: dict[str, Any]) -> None:
        self.router = router
        self._defaults = defaults

    def route(
        self, method: str, path: str, *, permission: str, **options: Any
    ) -> Callable[[Handler], Handler]:
        """Declare a route of any method; `permission` is required, and checked on each request.

        `who` names the actor by the request, for a page that is open to others than the local user.
        Other options are those of FastAPI's decorators.
        """
        permit = Depends(Permit(permission, options.pop("who", None)))
        dependencies = [permit, *options.pop("dependencies", ())]
        merged = {**self._defaults, **options}

        def declare(handler: Handler) -> Handler:
            self.router.add_api_route(
                path, handler, methods=[method], dependencies=dependencies, **merged
            )
            return handler

        return declare

    def get(self, path: str, *, permission: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a GET route."""
        return self.route("GET", path, permission=permission, **options)

    def post(self, path: str, *, permission: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a POST route."""
        return self.route("POST", path, permission=permission, **options)

    def put(self, path: str, *, permission: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PUT route."""
        return self.route("PUT", path, permission=permission, **options)

    def patch(self, path: str, *, permission: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PATCH route."""
        return self.route("PATCH", path, permission=permission, **options)

    def delete(self, path: str, *, permission: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a DELETE route."""
        return self.route("DELETE", path, permission=permission, **options)


class PageRouter(_Router):
    """Routes of pages: HTML, outside the API's description; paths are whole (`/value`)."""

    def __init__(self) -> None:
        super().__init__(
            APIRouter(include_in_schema=False),
            {"response_class": HTMLResponse, "response_model": None},
        )


class ApiRouter(_Router):
    """Routes of the API: paths stand below `/api/v1`, faults are problem details (RFC 9457).

    A parameter that a route does not have is refused: a filter that is misspelt would else give
    every row.
    """

    def __init__(self, tag: str) -> None:
        router = APIRouter(prefix=API, tags=[tag], dependencies=[Depends(_known_parameters)])
        super().__init__(router, {})

    def route(
        self, method: str, path: str, *, permission: str, **options: Any
    ) -> Callable[[Handler], Handler]:
        """Declare a route of any method, with the problems that may come of it."""
        described = {"responses": problem_responses(method), **options}
        return super().route(method, path, permission=permission, **described)


async def _known_parameters(request: Request) -> None:
    given = list(dict.fromkeys(request.query_params))
    if not given:
        return
    known = _parameters(request.scope["route"].dependant)
    if unknown := [name for name in given if name not in known]:
        raise UnknownParametersError(unknown, sorted(known))


def _parameters(dependant: Dependant) -> set[str]:
    """Return the names of the query parameters of a handler and of what it depends on."""
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_parameters(inner) for inner in dependant.dependencies))


def permissions(routes: list[BaseRoute]) -> Iterator[tuple[str, str | None]]:
    """Yield each route's path and its permission, None where none is declared."""
    for route in routes:
        if (included := getattr(route, "original_router", None)) is not None:
            yield from permissions(included.routes)  # FastAPI keeps an included router whole
            continue
        declared = [
            dependency.dependency.permission
            for dependency in getattr(route, "dependencies", ())
            if isinstance(dependency.dependency, Permit)
        ]
        yield str(getattr(route, "path", route)), declared[0] if declared else None
