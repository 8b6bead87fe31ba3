"""What a page says of the build behind it: when, by which definition, and what is missing."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

from valence.core.clock import now
from valence.core.messages import Message, message
from valence.definitions.reading import in_force
from valence.kit.ask import Asked
from valence.kit.opened import OpenBrand
from valence.kit.page import Empty, Step

if TYPE_CHECKING:
    from valence.lake.reader import Reader

D = TypeVar("D", bound=BaseModel)


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
    return defined_in(ask.service(OpenBrand), ask.reader, kind, model, mart)


def defined_in(house: OpenBrand, reader: Reader, kind: str, model: type[D], mart: str = "") -> D:
    """Return the definition that holds now in a brand; with a mart, that which it was made with."""
    state = reader.snapshot.head.marts.get(mart)
    at = now() if state is None else datetime.fromisoformat(state.built_at)
    with house.store.reading() as view:
        return in_force(view, kind, model, at)[0]


def unbuilt(ask: Asked, will: Message, mart: str) -> Empty | None:
    """Say that orders, or a build, are missing; None where the mart is there."""
    if ask.reader.has(mart):
        return None
    if not ask.reader.snapshot.rows("orders"):
        missing = message("No orders have been imported yet.")
        return Empty(will, missing, Step(message("Import orders"), "/imports"))
    missing = message("Orders are there; the figures have not been built from them yet.")
    return Empty(will, missing, Step(message("Build the figures"), "/builds"))
