"""Progress of an import: measured, never guessed, and the place where it can be stopped."""

import pytest
from tests.intake.test_importing import LINES

ROWS = "".join(f"{i},2024-03-05,{i % 999},A{i % 99},1,5\n" for i in range(400_000))


class StoppedError(Exception):
    """What a cancelled job raises at its next step."""


def test_an_import_tells_its_steps_and_how_far_it_is_within_a_large_file(shop):
    told = []
    shop.bring("o.csv", LINES + ROWS, progress=told.append)
    assert list(dict.fromkeys(str(step.label) for step in told)) == [
        "Looking at o.csv",
        "Reading o.csv",
        "Finding the customers of o.csv",
        "Landing o.csv",
        "Publishing",
    ]
    shares = [step.share for step in told if step.share is not None]
    assert shares == sorted(shares)
    within = [s.share for s in told if str(s.label) == "Reading o.csv" and s.share]
    assert within, "the engine told nothing of where it was in the file"
    assert all(0 < share <= 0.25 for share in within)


def test_an_import_can_be_stopped_within_a_file_and_leaves_nothing(shop):
    def stop(step):
        if step.share and step.share > 0:
            raise StoppedError

    with pytest.raises(StoppedError):
        shop.bring("o.csv", LINES + ROWS, progress=stop)
    assert shop.version() == 0
    assert shop.bring("o.csv", LINES + "1,2024-03-05,7,A,1,5\n").new == 1
