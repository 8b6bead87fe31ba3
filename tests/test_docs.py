"""The reference pages are what the declarations say, and every link in the docs leads somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_generated_pages_are_up_to_date():
    script = ROOT / "scripts" / "docs.py"
    done = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    targets = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    local = [target for target in targets if target and not target.startswith("http")]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert not missing


def test_the_brands_that_the_readme_makes_are_no_part_of_the_project():
    """`valence init mybrand` in a clone left a folder that git wanted to keep."""
    text = (ROOT / "README.md").read_text("utf-8")
    made = {"demo-brand", *re.findall(r"valence init (\S+)", text)}
    made |= {f"demo-{name}" for name in re.findall(r"demo --sample ([\w-]+)", text)}
    asked = ["git", "check-ignore", *(f"{folder}/valence.toml" for folder in sorted(made))]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode == 128:
        pytest.skip("this is no clone")
    assert len(done.stdout.splitlines()) == len(made) == 3
