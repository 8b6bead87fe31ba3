"""The guide's example of an unknown file, run as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from valence.core.errors import ValenceError
from valence.intake.commands import intake

GUIDE = Path(__file__).parents[3] / "docs" / "guide" / "import.md"
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks():
    text = GUIDE.read_text("utf-8")
    section = text.partition("## A file that nobody has seen before")[2].partition("\n## ")[0]
    return BLOCK.findall(section)


def steps(console):
    """Commands, each with the lines that it is said to print."""
    for part in console.split("$ ")[1:]:
        command, _, said = part.partition("\n")
        yield command, [line for line in said.splitlines() if line]


@pytest.fixture
def run(house, tmp_path, monkeypatch):
    """Runs a line of the guide in a folder of its own; returns all that it says."""
    (tmp_path / "files").mkdir()
    monkeypatch.chdir(tmp_path / "files")
    monkeypatch.setenv("VALENCE_BRAND", str(house.brand.root))

    def line(text):
        words, _, into = text.partition(" > ")
        done = CliRunner().invoke(intake.app, shlex.split(words)[1:])
        if into:
            Path(into).write_text(done.stdout, "utf-8")
        if isinstance(done.exception, ValenceError):
            return f"valence: {done.exception}"
        assert done.exit_code == 0, done.output
        return done.output

    return line


def test_the_example_does_what_the_guide_says(run):
    for language, text in blocks():
        match language:
            case "csv":
                Path("kasse.csv").write_text(text, "utf-8")
                Path("kasse-april.csv").write_text(text.replace("\n1", "\n2"), "utf-8")
            case "yaml":
                gaps = Path("kasse.yaml").read_text("utf-8")
                assert all(f"\n{group}:" in gaps for group in ("columns", "identifiers", "contact"))
                Path("kasse.yaml").write_text(text, "utf-8")
            case _:
                for command, said in steps(text):
                    out = run(command)
                    for one in said:
                        told = re.escape(one).replace(r"\ ", " ")
                        assert re.search(re.sub(" +", " +", told), out), (command, one, out)
