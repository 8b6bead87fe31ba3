"""Results as rows, kept as Markdown beside the claim that they support."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from valence.core import clock

WORK = Path(".work")


@dataclass(frozen=True)
class Row:
    """One measured line: what, the target as the issue words it, what was measured, met or not."""

    what: str
    target: str
    measured: str
    met: bool | None = None  # None: measured without a target


def commit() -> str:
    """The commit that is measured, marked when the tree differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(
            ["git", *words], capture_output=True, text=True, check=False
        ).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "src", "benchmarks")
    return git("rev-parse", "--short", "HEAD") + (" + changes" if changed else "")


def machine() -> str:
    """The machine in a few words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}"


def run(
    checks: dict[str, Callable[[], Sequence[Row]]],
    path: Path,
    heading: str,
    chosen: Sequence[str],
    *,
    resume: bool,
) -> bool:
    """Run checks, keep their rows, and write all kept rows to `path`; return whether all are met.

    With `resume`, a check that has run on this commit is not run again: a stopped run goes on.
    """
    WORK.mkdir(exist_ok=True)
    kept_path = WORK / f"{path.stem.lower()}.json"
    kept = json.loads(kept_path.read_text()) if kept_path.exists() else _from(path)
    at = commit()
    for name, check in checks.items():
        if chosen and name not in chosen:
            continue
        if resume and not chosen and kept.get(name, {}).get("commit") == at and "+" not in at:
            print(f"{name}: done on {at}")
            continue
        print(f"{name} …", flush=True)
        rows = [asdict(row) for row in check()]
        for row in rows:
            print(f"  {row['what']}: {row['measured']} (target: {row['target']})", flush=True)
        kept[name] = {"commit": at, "on": clock.now().date().isoformat(), "rows": rows}
        kept_path.write_text(json.dumps(kept, indent=1))
        path.write_text(_markdown(heading, kept), "utf-8")
    return all(row["met"] is not False for check in kept.values() for row in check["rows"])


def _markdown(heading: str, kept: dict[str, dict[str, object]]) -> str:
    lines = [f"# {heading}", "", f"Machine: {machine()}.", ""]
    for name, check in kept.items():
        lines += [f"## {name}", "", f"Commit {check['commit']}, {check['on']}.", ""]
        lines += ["| what | target | measured | met |", "|---|---|---|---|"]
        for row in check["rows"]:  # type: ignore[attr-defined]
            met = {True: "yes", False: "**no**", None: "–"}[row["met"]]
            lines.append(f"| {row['what']} | {row['target']} | {row['measured']} | {met} |")
        lines.append("")
    lines += ["<!-- kept", json.dumps(kept, ensure_ascii=False), "-->", ""]
    return "\n".join(lines)


def _from(path: Path) -> dict[str, dict[str, object]]:
    """The rows that an earlier machine wrote, so that running one check loses no other."""
    if not path.exists() or "<!-- kept" not in (text := path.read_text("utf-8")):
        return {}
    kept: dict[str, dict[str, object]] = json.loads(
        text.partition("<!-- kept\n")[2].partition("\n-->")[0]
    )
    return kept
