"""The router that every API route of the desk is declared on."""

from __future__ import annotations

from valence.kit.routes import ApiRouter

api = ApiRouter("house")
