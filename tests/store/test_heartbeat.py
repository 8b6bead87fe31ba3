"""A heartbeat keeps a lease alive while its holder works."""

import threading

from valence.core.errors import BusyError
from valence.store.heartbeat import beating


def test_the_lease_is_extended_until_the_block_ends():
    beats, enough = [], threading.Event()

    def beat():
        beats.append(1)
        if len(beats) == 3:
            enough.set()
        return True

    with beating(beat, every_seconds=0.001) as lost:
        assert enough.wait(10)
        assert not lost.is_set()
    assert "heartbeat" not in {thread.name for thread in threading.enumerate()}


def test_a_lost_lease_is_told_to_its_holder():
    with beating(lambda: False, every_seconds=0.001) as lost:
        assert lost.wait(10)


def test_a_store_that_is_busy_for_a_moment_does_not_lose_the_lease():
    beats, again = [], threading.Event()

    def beat():
        beats.append(1)
        if len(beats) == 1:
            raise BusyError("The store is busy.")
        again.set()
        return True

    with beating(beat, every_seconds=0.001) as lost:
        assert again.wait(10)
        assert not lost.is_set()
