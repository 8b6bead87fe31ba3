"""The tests that say more of the same than every run needs: other seeds, orders, engines."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

from benchmarks.report import Row


def check() -> Sequence[Row]:
    """Run them, two at a time."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup"]
    command += ["--long", "-m", "long"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = (done.stdout.strip().splitlines() or done.stderr.strip().splitlines() or [""])[-1]
    return [Row("tests marked `long`", "all pass", said.split(" in ")[0], done.returncode == 0)]
