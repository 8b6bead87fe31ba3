import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "demo.md"


def test_the_guide_runs_as_written(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL):
        exec(block, names)
    assert "lines in the shop" in capsys.readouterr().out
    assert {p.name for p in tmp_path.iterdir()} == {"files", "truth", "scale"}


def test_the_guide_names_every_file_and_every_table_of_the_truth(brand):
    text = GUIDE.read_text("utf-8")
    assert all(f"`{name}.csv`" in text for name in brand.observed)
    assert all(f"| `{name}` |" in text for name in brand.truth)
