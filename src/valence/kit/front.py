"""The kit's own routes: static files, preferences, health, and the API's description."""

from __future__ import annotations

from importlib.metadata import version
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Form, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, RedirectResponse, Response

from valence.core.errors import NotFoundError
from valence.kit.ask import THEME_COOKIE, THEMES, Ask
from valence.kit.languages import COOKIE, OFFERED, PSEUDO
from valence.kit.problems import TITLES, ProblemDetail
from valence.kit.routes import API, ApiRouter, PageRouter

pages = PageRouter()
api = ApiRouter("house")
VERSION = version("valence")
_YEAR = 365 * 24 * 3600


@pages.get("/static/{path:path}", permission="house:read")
async def static(request: Request, ask: Ask) -> Response:
    """Serve a static file."""
    return ask.house.assets.respond(request)


@pages.get("/health", permission="house:read")
async def health() -> JSONResponse:
    """Say that the server is up."""
    return JSONResponse({"status": "ok", "version": VERSION})


@pages.post("/preferences", permission="house:read")
async def preferences(
    ask: Ask,
    back: Annotated[str, Form()] = "/",
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> RedirectResponse:
    """Keep the reader's language or theme in a cookie and go back to where they were."""
    answer = RedirectResponse(_local(back), 303)
    codes = (*OFFERED, PSEUDO) if ask.house.pseudo else OFFERED
    for cookie, value, known in ((COOKIE, language, codes), (THEME_COOKIE, theme, THEMES)):
        if value in known:
            answer.set_cookie(cookie, value, max_age=_YEAR, samesite="lax")
    return answer


def _local(back: str) -> str:
    """Return the address if it is one of ours: another site's would be an open redirect."""
    parts = urlsplit(back)
    ours = back.startswith("/") and not back.startswith(("//", "/\\"))
    return back if ours and not parts.netloc and "\\" not in back else "/"


@api.get("/openapi.json", permission="house:read", include_in_schema=False)
async def openapi(request: Request) -> JSONResponse:
    """Return the description of the API (OpenAPI 3.1)."""
    return JSONResponse(description(request.app))


@pages.get("/api", permission="house:read")
async def docs(request: Request, ask: Ask) -> Response:
    """Show the description of the API."""
    return ask.page("kit/api.html", spec=description(request.app))


@pages.get(API, permission="house:read")
async def api_root() -> RedirectResponse:
    """Lead whoever opens the API's own address to its description."""
    return RedirectResponse("/api", 303)


@api.get("/problems/{kind}", permission="house:read")
async def problem_kind(kind: str, ask: Ask) -> dict[str, Any]:
    """Explain a kind of problem: the address that `type` of a problem names."""
    if kind not in TITLES:
        raise NotFoundError("There is no problem of the kind {kind!r}.", kind=kind)
    status, title = TITLES[kind]
    return {"kind": kind, "status": status, "title": ask._(title)}


def description(app: Any) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the app's API routes."""
    if not app.openapi_schema:
        spec = get_openapi(
            title="Valence",
            version=VERSION,
            openapi_version="3.1.0",
            summary="What a page shows, the API gives.",
            routes=app.routes,
        )
        schemas = spec.setdefault("components", {}).setdefault("schemas", {})
        problem = ProblemDetail.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(problem.pop("$defs", {}))
        schemas["ProblemDetail"] = problem
        app.openapi_schema = spec
    return dict(app.openapi_schema)
