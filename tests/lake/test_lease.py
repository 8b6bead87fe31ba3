"""The lease: who waits for whom."""

import threading

import pytest

from valence.core.errors import BusyError
from valence.lake.lease import VACUUM, lease


def test_a_writer_waits_for_a_vacuum_and_a_vacuum_gives_way(tmp_path):
    """An import at the command line once failed because the lake was being tidied."""
    going, held = threading.Event(), threading.Event()

    def tidy():
        with lease(tmp_path, VACUUM):
            held.set()
            going.wait(5)

    tidying = threading.Thread(target=tidy)
    tidying.start()
    held.wait(5)
    threading.Timer(0.3, going.set).start()
    with lease(tmp_path, "import orders.csv"):
        assert going.is_set()
        with pytest.raises(BusyError, match=r"import orders\.csv"), lease(tmp_path, VACUUM):
            pass
    tidying.join()
