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
        Seconds to wait for another holder before giving up.

    Raises
    ------
    BusyError
        If somebody else still holds it; the message names what they do and since when.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lease").open("a+", encoding="utf-8") as file:
        give_up = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= give_up:
                    raise _busy(folder) from None
                time.sleep(0.05)
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
            return dict(json.loads(told)) if told else {"holder": "unknown", "pid": 0, "since": ""}
    return None


def _busy(folder: Path) -> BusyError:
    who = holder_of(folder) or {"holder": "unknown", "pid": 0, "since": ""}
    return BusyError(
        "The data is being written by another process: {holder} (process {pid}, since {since}). "
        "Wait until it is done and try again.",
        holder=who["holder"],
        pid=who["pid"],
        since=who["since"],
    )
