"""Navigation by the loop: what the capabilities declare, grouped, in order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from valence.core.messages import Message, message
from valence.kit.capability import Capability, Loop, NavItem

GROUPS: dict[Loop, Message] = {
    "know": message("Know"),
    "measure": message("Measure"),
    "decide": message("Decide"),
    "act": message("Act"),
    "prove": message("Prove"),
    "house": message("House"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """One step of the loop with its pages."""

    key: Loop
    title: Message
    items: tuple[NavItem, ...]

    @property
    def entries(self) -> tuple[NavItem, ...]:
        """What the side shows: an entry for each family of pages."""
        return tuple(item for item in self.items if not item.beside)

    def family(self, of: NavItem) -> tuple[NavItem, ...]:
        """Return the pages that stand beside one another, the entry itself first; none alone."""
        head = of.beside or of.path
        found = tuple(item for item in self.items if head in (item.path, item.beside))
        return found if len(found) > 1 and of in found else ()


def grouped(capabilities: Iterable[Capability]) -> tuple[Group, ...]:
    """Return the groups that have a page, in the order of the loop."""
    items = [item for capability in capabilities for item in capability.nav]
    groups = (
        Group(
            key,
            title,
            tuple(sorted((i for i in items if i.under == key), key=lambda i: (i.order, i.path))),
        )
        for key, title in GROUPS.items()
    )
    return tuple(group for group in groups if group.items)


def current(groups: Iterable[Group], path: str) -> NavItem | None:
    """Return the entry whose path is the longest beginning of `path`."""
    fitting = [
        item
        for group in groups
        for item in group.items
        if path == item.path or path.startswith(item.path.rstrip("/") + "/")
    ]
    return max(fitting, key=lambda item: len(item.path), default=None)
