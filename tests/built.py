"""Brands that many tests look at: each is built once a run, by the worker that first needs it."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from valence.kit.opened import OpenBrand


def built_once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], OpenBrand]
) -> Path:
    """Return a folder of a built brand: one's own copy of that which the run has built.

    Parameters
    ----------
    factory
        Of the worker.
    name
        Of the brand: no two have the same.
    make
        Makes the brand in an empty folder, and builds it.
    """
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent  # what the workers of a run share
    kept = root / f"built-{name}"
    with (root / f"built-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the others wait; let go of when it is closed
        if not kept.exists():
            made = make(root / f"building-{name}")
            made.close()
            (root / f"building-{name}").rename(kept)
    own = factory.mktemp(name) / "brand"
    shutil.copytree(kept, own)
    return own
