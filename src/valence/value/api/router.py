"""The router that every route of value is declared on, and what they share."""

from __future__ import annotations

from typing import Any, TypeVar

from valence.core.errors import NotFoundError
from valence.kit.ask import Asked
from valence.kit.routes import ApiRouter
from valence.value.answers import summary_of

api = ApiRouter("value")
Found = TypeVar("Found")


def summary_row(ask: Asked) -> dict[str, Any]:
    """Return the summary; not found without a build."""
    return built(summary_of(ask.reader))


def built(found: Found | None) -> Found:
    """Return what was read of a published table; not found where it has not been built."""
    if found is None:
        raise NotFoundError(
            "No figures have been built yet. Import orders, then run `valence build`, or build "
            "them on the page of builds."
        )
    return found
