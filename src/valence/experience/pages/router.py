"""The router that every page of experience is declared on."""

from __future__ import annotations

from valence.kit.routes import PageRouter

pages = PageRouter()
