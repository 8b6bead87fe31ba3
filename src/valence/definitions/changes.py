"""Changes between two documents: part by part, and as text."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from valence.definitions.documents import to_yaml

_NAMING = ("id", "key", "code", "name")  # a field by which the items of a list are told apart
_MISSING = object()


@dataclass(frozen=True, slots=True)
class Change:
    """One part that differs: `added`, `removed`, `changed` or `reordered`."""

    path: str  # `tiers[name=gold].threshold`
    what: str
    before: Any = None
    after: Any = None


def changes(before: Any, after: Any) -> list[Change]:
    """Return what differs, the parts of `before` first; items of lists are matched by name."""
    return list(_compare("", before, after))


def unified(before: Any, after: Any, *, before_name: str, after_name: str) -> str:
    """Return the difference of the two as YAML in unified format; empty when there is none."""
    lines = difflib.unified_diff(
        [] if before is None else to_yaml(before).splitlines(),
        [] if after is None else to_yaml(after).splitlines(),
        before_name,
        after_name,
        lineterm="",
    )
    return "".join(f"{line}\n" for line in lines)


def overlapping(one: list[Change], other: list[Change]) -> list[str]:
    """Return the paths that both change: one is the other, or lies within it."""
    paths = {change.path for change in other}
    return sorted(
        change.path
        for change in one
        if any(_within(change.path, path) or _within(path, change.path) for path in paths)
    )


def _within(path: str, outer: str) -> bool:
    return path == outer or not outer or path.startswith((f"{outer}.", f"{outer}["))


def _compare(path: str, before: Any, after: Any) -> Iterator[Change]:
    if before is _MISSING:
        yield Change(path, "added", after=after)
    elif after is _MISSING:
        yield Change(path, "removed", before=before)
    elif isinstance(before, dict) and isinstance(after, dict):
        yield from _compare_parts(before, after, lambda key: f"{path}.{key}".removeprefix("."))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(path, before, after)
    elif before != after or type(before) is not type(after):
        yield Change(path, "changed", before, after)


def _compare_lists(path: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    naming = next((name for name in _NAMING if _names(name, before) and _names(name, after)), None)
    if naming is None:
        # Without names, the place in the list is all there is to go by.
        places = dict(enumerate(before)), dict(enumerate(after))
        yield from _compare_parts(places[0], places[1], lambda number: f"{path}[{number}]")
        return
    olds, news = ({item[naming]: item for item in items} for items in (before, after))
    yield from _compare_parts(olds, news, lambda name: f"{path}[{naming}={name}]")
    before_order = [name for name in olds if name in news]
    after_order = [name for name in news if name in olds]
    if before_order != after_order:
        yield Change(path, "reordered", before_order, after_order)


def _names(field: str, items: list[Any]) -> bool:
    values = [item.get(field) for item in items if isinstance(item, dict)]
    plain = all(isinstance(value, str | int) for value in values)
    return plain and len(values) == len(items) == len(set(values))


def _compare_parts(
    before: dict[Any, Any], after: dict[Any, Any], at: Callable[[Any], str]
) -> Iterator[Change]:
    for key in [*before, *(key for key in after if key not in before)]:
        yield from _compare(at(key), before.get(key, _MISSING), after.get(key, _MISSING))
