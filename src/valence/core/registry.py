"""Registries: what an application knows of one sort, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar, Generic, Protocol, TypeVar

from valence.core.errors import NotFoundError, did_you_mean
from valence.core.messages import Message


class Named(Protocol):
    """Anything with a name of its own."""

    @property
    def name(self) -> str:
        """The name, of which there is one."""


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Things of one sort by name, in the order in which they were declared."""

    unknown: ClassVar[Message]  # says that there is none of this {name}, and offers the {fix}

    def __init__(self, things: Iterable[T]) -> None:
        self._things: dict[str, T] = {}
        for thing in things:
            if thing.name in self._things:
                raise ValueError(f"two of {type(self).__name__} are named {thing.name!r}")
            self._things[thing.name] = thing

    @property
    def names(self) -> list[str]:
        """The names, in order."""
        return sorted(self._things)

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __getitem__(self, name: str) -> T:
        """Return the one of this name.

        Raises
        ------
        NotFoundError
            If there is none; the near name is offered.
        """
        if name not in self._things:
            fix = did_you_mean(name, self._things)
            raise NotFoundError(Message(self.unknown.text, {"name": name, "fix": fix}))
        return self._things[name]
