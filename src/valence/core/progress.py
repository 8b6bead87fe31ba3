"""Progress: how long work tells whoever waits how far it is, and learns that it should stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from valence.core.messages import Message


@dataclass(frozen=True, slots=True)
class Step:
    """Where the work is: a sentence, and how much of the whole is done."""

    label: Message
    done: int = 0
    total: int | None = None

    @property
    def share(self) -> float | None:
        """The part done, 0 to 1, where the total is known."""
        return None if not self.total else min(1.0, self.done / self.total)


class Progress(Protocol):
    """Called at each step; raises to stop the work (a cancelled job)."""

    def __call__(self, step: Step) -> None:
        """Tell a step."""


def silent(step: Step) -> None:
    """Listen to nothing: the default where nobody waits."""
