"""The router that every page of the desk is declared on, and what they share."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi.responses import RedirectResponse

from valence.app.house import WholeHouse
from valence.kit.ask import Asked
from valence.kit.routes import PageRouter

pages = PageRouter()


def house_of(ask: Asked) -> WholeHouse:
    """Return the opened brand that all pages of the desk are about."""
    return ask.service(WholeHouse)


def back(ask: Asked, otherwise: str) -> RedirectResponse:
    """Go back to the page that the form stood on; elsewhere if the browser does not say."""
    came = urlsplit(ask.request.headers.get("referer", ""))
    ours = came.netloc == ask.request.headers.get("host") and came.path.startswith("/")
    target = came.path + (f"?{came.query}" if came.query else "") if ours else otherwise
    return RedirectResponse(target, 303)
