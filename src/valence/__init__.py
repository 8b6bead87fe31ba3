"""Valence: one customer, what they are worth, what they feel, what to do, and what it earned.

In a notebook, on any Ibis table: `import valence as vl; vl.value.rfm(orders, as_of=...)`.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

_FOR_NOTEBOOKS = ("value",)


def __getattr__(name: str) -> ModuleType:
    """Load a capability when it is first used, so that `import valence` costs nothing."""
    if name in _FOR_NOTEBOOKS:
        return import_module(f"valence.{name}")
    raise AttributeError(f"module 'valence' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *_FOR_NOTEBOOKS]
