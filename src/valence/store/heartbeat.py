"""A heartbeat: a thread that keeps a lease alive while its holder works."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from valence.core.errors import ValenceError

_log = logging.getLogger(__name__)


@contextmanager
def beating(beat: Callable[[], bool], *, every_seconds: float) -> Iterator[threading.Event]:
    """Call `beat` in a thread until the block ends; give an event that is set once it says no.

    `beat` extends the lease and returns whether it is still held. When the store cannot be
    reached, the beat is tried again: the lease may outlive a short outage.
    """
    ended, lost = threading.Event(), threading.Event()

    def keep() -> None:
        while not ended.wait(every_seconds):
            try:
                if not beat():
                    lost.set()
                    return
            except ValenceError as busy:
                _log.warning("A lease could not be extended, trying again: %s", busy)

    thread = threading.Thread(target=keep, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield lost
    finally:
        ended.set()
        thread.join()
