"""Other libraries, each in an environment of its own made at bench time, with pinned versions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import WORK

PINS = {
    "chdb": (
        "chdb==4.4.0", "chdb-core==26.9.0", "numpy==2.4.6", "pandas==3.1.1", "pyarrow==26.0.1",
    ),
    "lifetimes": (
        "lifetimes==0.11.3", "setuptools==79.0.1", "numpy==2.4.6", "scipy==1.17.1",
        "pandas==3.1.1", "autograd==1.9.1",
    ),
    "pymc-marketing": (
        "pymc-marketing==0.19.2", "pymc==5.28.5", "pytensor==2.38.3", "numpy==2.4.6",
        "scipy==1.17.1", "pandas==3.1.1", "arviz==0.23.4",
    ),
    "pm4py": ("pm4py==2.7.23.11", "pyarrow==26.0.1"),
    "retentioneering": (
        "retentioneering==3.3.0", "setuptools==79.0.1", "numpy==1.26.4", "pyarrow==14.0.2",
    ),
    "snownlp": ("snownlp==0.12.3",),
    "vader": ("vaderSentiment==3.3.2", "requests==2.34.2"),
}  # fmt: skip


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, made if it is not there."""
    folder = WORK / "peers" / peer
    python = folder / "bin" / "python"
    if not (folder / "made").exists():
        uv = shutil.which("uv") or str(Path(sys.executable).parent / "uv")
        subprocess.run(
            [uv, "venv", "-q", "--clear", "--python", sys.executable, folder], check=True
        )
        subprocess.run([uv, "pip", "install", "-q", "--python", python, *PINS[peer]], check=True)
        (folder / "made").touch()
    return python.absolute()


def answer(peer: str, script: str, *arguments: object) -> Any:
    """What a script prints last in a peer's environment, as JSON."""
    words: Sequence[str] = [str(a) for a in arguments]
    command = [str(python_of(peer)), "-W", "ignore", "-c", script, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{peer}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])
