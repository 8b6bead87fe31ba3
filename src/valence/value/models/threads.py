"""Threads for what NumPy and SciPy compute: they free the lock while they do."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_MOST = 8  # more of them wait for memory


def workers(parts: int) -> int:
    """Return how many threads so many parts are worth."""
    return max(1, min(parts, os.cpu_count() or 1, _MOST))


def in_threads(one: Callable[[T], R], parts: Iterable[T], count: int) -> Iterator[R]:
    """Yield what one makes of each of `count` parts, in their order."""
    if workers(count) == 1:
        yield from map(one, parts)
        return
    with ThreadPoolExecutor(workers(count)) as pool:
        yield from pool.map(one, parts)
