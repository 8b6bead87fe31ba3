"""The router that every page of value is declared on, and what they share."""

from __future__ import annotations

from valence.core.messages import Message, message
from valence.kit.ask import Asked
from valence.kit.built import built_of, defined, unbuilt
from valence.kit.page import Empty, Step
from valence.kit.routes import PageRouter

__all__ = ["built_of", "defined", "empty", "pages"]
pages = PageRouter()


def empty(ask: Asked, will: Message) -> Empty:
    """Say what is missing: orders, a build, or customers behind the orders."""
    if not ask.reader.snapshot.rows("orders"):
        missing = message("No orders have been imported yet.")
        return Empty(will, missing, Step(message("Import orders"), "/imports"))
    missing = message(
        "No order names a customer. Check which column of the file holds the customer."
    )
    nobody = Empty(will, missing, Step(message("Look at the imports"), "/imports"))
    return unbuilt(ask, will, "value_summary") or nobody
