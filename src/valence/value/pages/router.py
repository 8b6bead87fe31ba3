"""The router that every page of value is declared on, and what they share."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from valence.core.clock import now
from valence.core.messages import Message, message
from valence.definitions import definition_at
from valence.kit.ask import Asked
from valence.kit.opened import OpenBrand
from valence.kit.page import Empty, Step
from valence.kit.routes import PageRouter
from valence.value.definitions import Document, published

pages = PageRouter()
D = TypeVar("D", bound=Document)


def built_of(ask: Asked, mart: str) -> Message | str:
    """Return when a mart was built last, and for which day."""
    state = ask.reader.snapshot.head.marts.get(mart)
    if state is None:
        return ""
    return message(
        "{at}, as of {day}",
        at=ask.format.instant(datetime.fromisoformat(state.built_at)),
        day=ask.format.day(ask.as_of),
    )


def defined(ask: Asked, kind: str, model: type[D], mart: str = "") -> D:
    """Return the definition that holds now; with a mart, that which it was made with."""
    state = ask.reader.snapshot.head.marts.get(mart)
    at = now() if state is None else datetime.fromisoformat(state.built_at)
    with ask.service(OpenBrand).store.reading() as view:
        version = definition_at(view, kind, kind, at)
    return published({} if version is None else {kind: version.document}, kind, model)


def empty(ask: Asked, will: Message) -> Empty:
    """Say what is missing: orders, a build, or customers behind the orders."""
    snapshot = ask.reader.snapshot
    if not snapshot.rows("orders"):
        missing = message("No orders have been imported yet.")
        return Empty(will, missing, Step(message("Import orders"), "/imports"))
    if not ask.reader.has("value_summary"):
        missing = message("Orders are there; the figures have not been built from them yet.")
        return Empty(will, missing, Step(message("Build the figures"), "/builds"))
    missing = message(
        "No order names a customer. Check which column of the file holds the customer."
    )
    return Empty(will, missing, Step(message("Look at the imports"), "/imports"))
