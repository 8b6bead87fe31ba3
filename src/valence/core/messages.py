"""Messages: an English sentence with named values, worded in the reader's language at the edge.

The English sentence is the message id, as gettext has it. A module that makes a sentence for a
person marks it with `message(...)`, so that extraction finds it; whoever shows it calls `worded`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence with `{named}` places and the values that fill them."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def worded(self, gettext: Callable[[str], str] = str) -> str:
        """Return the sentence with its values, translated by `gettext` (English by default)."""
        # A value may itself be a message ("line 3" inside "file x, line 3").
        values = {
            name: value.worded(gettext) if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        translated = gettext(self.text)
        return translated.format(**values) if values else translated

    def __str__(self) -> str:
        return self.worded()


def message(text: str, /, **values: object) -> Message:
    """Mark an English sentence for translation, with the values for its `{named}` places."""
    return Message(text, values)
