"""The worker: runs jobs and delivers events, in a thread of `serve` or as a process of its own."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable

from valence.app.house import WholeHouse
from valence.app.logs import log_to
from valence.core.errors import ValenceError
from valence.jobs.worker import Worker
from valence.kit.commands import say
from valence.store.delivery import OutboxWorker

_CHORES_EVERY = 60.0  # seconds

_log = logging.getLogger(__name__)


class Background:
    """The threads that work for one brand until they are told to stop."""

    def __init__(self, house: WholeHouse) -> None:
        self._stop = threading.Event()
        loops: list[Callable[[threading.Event], None]] = [
            Worker(house.store, house.job_kinds).run_forever,
            OutboxWorker(house.store, house.subscribers).run_forever,
            lambda stop: _keep_house(house, stop),
        ]
        self._threads = [
            threading.Thread(target=loop, args=(self._stop,), name=f"background {number}")
            for number, loop in enumerate(loops)
        ]

    def start(self) -> None:
        """Start working."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop at the next step of each running job; it goes on when a worker starts again."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def wait(self) -> None:
        """Wait until told to stop."""
        self._stop.wait()


def _keep_house(house: WholeHouse, stop: threading.Event) -> None:
    """Do the chores of the house at the start and every minute until told to stop."""
    while True:
        try:
            house.chores()
        except ValenceError as trouble:  # the store is busy, full or away: it will come back
            _log.warning("The chores of the house wait: %s", trouble)
        except Exception:  # noqa: BLE001 - a fault of one day must not end the chores for good
            _log.exception("The chores of the house wait.")
        if stop.wait(_CHORES_EVERY):
            return


def run_worker(house: WholeHouse) -> None:
    """Work until the process is asked to end (Ctrl-C or SIGTERM)."""
    log_to(house.brand.data, shown=logging.INFO)
    background = Background(house)
    signal.signal(signal.SIGTERM, lambda *_: background.stop())
    background.start()
    say("Working. Stop with Ctrl-C.")
    try:
        background.wait()
    except KeyboardInterrupt:
        pass
    finally:
        background.stop()
