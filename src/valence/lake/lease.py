"""The lease: one process at a time loads or builds; any number read."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valence.core import clock
from valence.core.errors import BusyError

VACUUM = "vacuum"
TURN = 0.05  # seconds between two looks at whether the lease is free
_UNKNOWN = "unknown"  # has the lease, and has not yet said so
_SOON = {VACUUM: 60.0, _UNKNOWN: 1.0}  # holders that are waited for anyhow, and how long


@contextmanager
def lease(folder: Path, holder: str, *, wait: float = 0) -> Iterator[None]:
    """Hold the lake's lease within the block; the system lets go of it when the process dies.

    Parameters
    ----------
    folder
        The lake's folder.
    holder
        What the holder does, as others are told: "import orders.csv".
    wait
        Seconds to wait for another holder before giving up. One that lets go in a moment, such
        as a vacuum between two tables, is waited for anyhow.

    Raises
    ------
    BusyError
        If somebody else still holds it; the message names what they do and since when.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lease").open("a+", encoding="utf-8") as file:
        began = time.monotonic()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() - began >= max(wait, _patience(folder, holder)):
                    raise _busy(folder) from None
                time.sleep(TURN)
        file.truncate(0)
        told = {"holder": holder, "pid": os.getpid(), "since": clock.now().isoformat()}
        file.write(json.dumps(told))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def holder_of(folder: Path) -> dict[str, object] | None:
    """Return who holds the lease (holder, pid, since), or None if nobody does."""
    path = folder / ".lease"
    if not path.exists():
        return None
    with path.open(encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            told = file.read()
            return dict(json.loads(told)) if told else {"holder": _UNKNOWN, "pid": 0, "since": ""}
    return None


def _patience(folder: Path, holder: str) -> float:
    if holder in _SOON:
        return 0.0  # it gives way to all others
    other = holder_of(folder)
    return float("inf") if other is None else _SOON.get(str(other["holder"]), 0.0)


def _busy(folder: Path) -> BusyError:
    who = holder_of(folder) or {"holder": _UNKNOWN, "pid": 0, "since": ""}
    return BusyError(
        "The data is being written by another process: {holder} (process {pid}, since {since}). "
        "Wait until it is done and try again.",
        holder=who["holder"],
        pid=who["pid"],
        since=f"{str(who['since'])[:19].replace('T', ' ')} UTC",
    )
