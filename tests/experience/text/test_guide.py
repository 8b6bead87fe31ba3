"""The guide's examples run."""

import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "voice.md"


def test_the_examples_of_the_guide_print_what_it_says():
    assert doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8").failed == 0
