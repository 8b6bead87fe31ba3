"""Sentences kept for later: a message as JSON, so that a page words it in its reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from valence.core.messages import Message

_TYPES: dict[str, type] = {"float": float, "decimal": Decimal, "instant": datetime, "day": date}
_READ: dict[str, Callable[[str], object]] = {
    "float": float,
    "decimal": Decimal,
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
}


def kept(message: Message) -> dict[str, Any]:
    """Return the message as JSON; `restored` gives one that words the same."""
    return {
        "text": message.text,
        "values": {name: _kept(value) for name, value in message.values.items()},
    }


def restored(document: Mapping[str, Any] | None) -> Message | None:
    """Return the message that was kept; None for None."""
    if document is None:
        return None
    values = {name: _restored(value) for name, value in document["values"].items()}
    return Message(document["text"], values)


def _kept(value: object) -> Any:
    if isinstance(value, Message):
        return {"message": kept(value)}
    if value is None or isinstance(value, bool | int | str):
        return value
    # A format such as {amount:,.2f} or {day:%d %b} needs the type again, not its text.
    # A datetime is a date too, so it stands first.
    for name, type_ in _TYPES.items():
        if isinstance(value, type_):
            return {name: value.isoformat() if isinstance(value, date) else str(value)}
    return str(value)


def _restored(value: Any) -> object:
    if not isinstance(value, dict):
        return value
    [(name, inner)] = value.items()
    return restored(inner) if name == "message" else _READ[name](inner)
