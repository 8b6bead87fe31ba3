"""The guide to paths: its cell runs, and prints what stands below it."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "paths.md"
CELL = re.compile(r"```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL)


def test_the_cell_prints_what_the_guide_says(capsys):
    ((code, said),) = CELL.findall(GUIDE.read_text("utf-8"))
    exec(code, {})
    assert capsys.readouterr().out == said
