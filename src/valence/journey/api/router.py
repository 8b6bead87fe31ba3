"""The router that every route of the journey is declared on."""

from __future__ import annotations

from valence.kit.routes import ApiRouter

api = ApiRouter("journey")
