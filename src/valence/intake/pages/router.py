"""The router that every page of intake is declared on, and what they share."""

from __future__ import annotations

from fastapi.responses import RedirectResponse, Response

from valence.core.messages import message
from valence.kit.ask import Asked
from valence.kit.opened import OpenBrand
from valence.kit.page import Crumb
from valence.kit.routes import PageRouter

pages = PageRouter()

SOURCES = Crumb(message("Data sources"), "/imports")
QUARANTINE = Crumb(message("Quarantine"), "/quarantine")


def opened_of(ask: Asked) -> OpenBrand:
    """Return the opened brand that all pages are about."""
    return ask.service(OpenBrand)


def go(ask: Asked, path: str) -> Response:
    """Lead to another page; a part of a page that htmx asked for leads the whole page there."""
    if ask.is_fragment:
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)
