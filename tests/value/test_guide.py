"""The guide to lifetime value: its cells run, and print what stands below them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide" / "lifetime-value.md"
CELL = re.compile(r"```python\n(.*?)```\n```text\n(.*?)```", re.DOTALL)


def test_the_ten_cells_print_what_the_guide_says(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    cells = CELL.findall(GUIDE.read_text("utf-8"))
    names = {}
    assert len(cells) == 10
    for number, (code, said) in enumerate(cells, start=1):
        exec(code, names)
        assert capsys.readouterr().out == said, f"cell {number}"
